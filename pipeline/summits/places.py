"""The places that a sentence names, each with the words that tie it to something."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from pipeline.summits.former_states import at_the_time, former_states
from pipeline.summits.gazetteer import (
    CITY_STATES,
    City,
    capital_of,
    city_in,
    city_named,
    city_state,
    country_named,
    fold,
    regions,
    venues,
)
from pipeline.summits.lexicon import toml
from pipeline.summits.people import Mention
from schemas.records import Place


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place at characters [start, end): a city or venue with its country, or a country alone (`name` null).
    `preposition`: the word in front of it that ties it to something, else empty. Of a `building` the country may be
    unknown."""

    start: int
    end: int
    name: str | None
    country: str | None
    city: City | None
    preposition: str
    building: bool = False


_IN = re.compile(
    r"\b(?P<prep>[Ii]n|[Aa]t|[Ff]rom|[Nn]ear|[Oo]utside|to|into|of|for|visit(?:s|ed|ing)?|leaving|"
    r"left|toured|tours|host(?:s|ed)?)\s+"
    r"(?:(?:the|nearby|neighboring|neighbouring)\s+)?"
    r"(?:(?:(?!(?:in|at|of|to|for|from|with|and)\b)[\w’'.-]+\s+){0,5}?(?:city|capital|town|resort|port|village|island|suburb|venue|province|state)"
    r"(?:\s+(?:city|town))?(?:\s+of)?\s*,?\s+)?"
    r"(?P<name>(?:[A-ZÀ-Þ][\w’'.-]*)(?:[ -](?:(?:[A-ZÀ-Þ][\w’'.]*)|(?:de|del|la|el|al|of|the|es|and)\b))*)"
)
_SO_CALLED = re.compile(
    r"\b(?P<prep>[Ii]n|[Aa]t|[Ff]rom|[Nn]ear|[Oo]utside|to)\s+(?:[\w’'.-]+\s+){0,5}?(?:city|town|resort|port|village)"
    r"(?:\s+(?:city|town))?"
    r"\s+of\s+(?P<name>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)"
)
_NAMED = re.compile(r"\b(?P<name>[A-Z]\w+(?:[ -][A-Z]\w+)?) (?:summit|meeting|talks|conference|round|forum)s?\b")
_WELL_KNOWN = 500_000
"""Inhabitants of a city whose name in front of a meeting is taken for its place in any story."""
_CAPITAL = re.compile(
    r"\b(?P<prep>[Ii]n|[Aa]t|[Ff]rom|[Nn]ear|to)\s+the\s+(?P<name>[A-Z]\w+(?:\s[A-Z]\w+)?)\s+capital\b(?!,?\s+[A-Z])"
)


def places(
    text: str, offset: int, mentions: Sequence[Mention], near: Collection[str | None], day: date | None = None
) -> list[PlaceHit]:
    """Places of a text, ascending. `offset`: the text's place in the story; `mentions`: those of the text, of which no
    person is a place; `near`: the countries that the story speaks of, which help to tell cities of one name apart;
    `day`: the story's."""
    people = [(m.start, m.end) for m in mentions if m.kind in ("person", "group", "counterpart")]
    found: list[PlaceHit] = []

    def add(hit: PlaceHit | None) -> None:
        if hit is None or any(hit.start < end and start < hit.end for start, end in people):
            return
        if not any(hit.start < other.end and other.start < hit.end for other in found):
            found.append(hit)

    by_demonym = {m.start - offset: m.country for m in mentions if m.kind == "country" and m.form == "demonym"}
    for match in _SO_CALLED.finditer(text):
        start, end = match.span("name")
        code = next((code for at, code in by_demonym.items() if match.start() < at < start), None)
        if code:  # the Chilean town of X, which may be too small to be known
            city = city_in(match["name"], code)
            add(PlaceHit(offset + start, offset + end, match["name"], code, city, match["prep"].lower()))
        else:
            add(_longest(match["name"], offset + start, match["prep"].lower(), near, text[end:][:40]))
    for match in _building().finditer(text):
        add(_building_hit(match, text, offset, near))
    for match in _IN.finditer(text):
        after = text[match.end() : match.end() + 40]
        add(_longest(match["name"], offset + match.start("name"), match["prep"].lower(), near, after))
    for match in _NAMED.finditer(text):
        name = match["name"]
        city = city_named(name, near)
        if city is not None and (city.country in near or city.population > _WELL_KNOWN):
            add(PlaceHit(offset + match.start("name"), offset + match.end("name"), name, city.country, city, ""))
    for match in _CAPITAL.finditer(text):
        code = by_demonym.get(match.start("name"))
        name = capital_of(code) if code else None
        if code and name:
            add(
                PlaceHit(
                    offset + match.start("name"),
                    offset + match.end(),
                    name,
                    code,
                    city_in(name, code),
                    match["prep"].lower(),
                )
            )
    lower = text.lower()
    for venue, (city_name, country) in venues().items():
        at = lower.find(venue)
        while at >= 0:
            before = text[:at].split()[-2:]
            word = next((word.lower() for word in reversed(before) if word.lower() != "the"), "")
            if _whole(lower, at, len(venue)):
                name = text[at : at + len(venue)]
                city = city_in(city_name, country)
                add(PlaceHit(offset + at, offset + at + len(venue), name, country, city, word, True))
            at = lower.find(venue, at + 1)
    return sorted((_of_its_time(hit, near, day) for hit in found), key=lambda hit: hit.start)


def spoken_of(mentions: Iterable[Mention]) -> set[str | None]:
    """The countries of a story's mentions; of states that are no more not those that only a capital's name stands for:
    the Kremlin of Soviet times."""
    found: dict[str | None, set[str]] = {}
    for mention in mentions:
        if mention.country:
            found.setdefault(mention.country, set()).add(mention.form)
    past = [code for state, codes in former_states().items() if state in found for code in codes]
    return {code for code, forms in found.items() if code not in past or forms != {"capital"}}


def _of_its_time(hit: PlaceHit, near: Collection[str | None], day: date | None) -> PlaceHit:
    """A place in the state that it lay in on a story's day, or that the story speaks of: Moscow in the Soviet Union."""
    country = at_the_time(hit.country or "", "capital", day) or None
    for state, successors in former_states().items():
        if state in near and country in successors and country not in near:
            country = state
    return hit if country == hit.country else replace(hit, country=country)


@cache
def _building() -> re.Pattern[str]:
    """A building by the words that end or begin its name, at which something is: at the Grand Beach Hotel."""
    word = r"[A-ZÀ-Þ][\w’'.-]*"
    ends, begins = ("|".join(toml("venues.toml")[key]) for key in ("building_ends", "building_begins"))
    no = "|".join(toml("venues.toml")["no_buildings"])
    return re.compile(
        rf"\b(?P<prep>[Ii]n|[Aa]t|[Nn]ear|[Oo]utside)\s+(?:the\s+|a\s+)?(?!(?:{no})\b)"
        rf"(?P<name>(?:{word} (?:of (?:the )?)?){{1,4}}?(?:{ends})|(?:{begins})(?: (?:de |della |d['’])?{word}){{1,3}})"
        r"\b(?! of\b)"
        r"(?:,? (?:in|outside|near) (?:the )?(?P<city>[A-ZÀ-Þ][\w’'.-]*(?:[ -][A-ZÀ-Þ][\w’'.-]*)*))?"
    )


def _building_hit(match: re.Match[str], text: str, offset: int, near: Collection[str | None]) -> PlaceHit | None:
    """A building, with the city told behind it or in its name, else without a country."""
    name = match["name"]
    if name.lower() in venues():
        return None
    around = None
    if match["city"]:
        around = _longest(match["city"], 0, "in", near, text[match.end() :][:40])
    around = around or _longest(name, 0, "in", near, "")
    if around is not None and not match["city"] and around.country not in near:
        around = None  # Windsor Castle is not in Windsor, Ontario
    start = offset + match.start("name")
    country, city = (around.country, around.city) if around is not None else (None, None)
    return PlaceHit(start, start + len(name), name, country, city, match["prep"].lower(), True)


def _whole(text: str, at: int, length: int) -> bool:
    return not text[at - 1 : at].isalnum() and not text[at + length : at + length + 1].isalnum()


@cache
def _word_parts() -> re.Pattern[str]:
    return re.compile(r"(?<= )|(?<=-)")


def _longest(name: str, start: int, preposition: str, near: Collection[str | None], after: str) -> PlaceHit | None:
    """The longest part of a capitalised run, from its first word, that is a place."""
    words = _word_parts().split(name)
    for count in range(len(words), 0, -1):
        candidate = "".join(words[:count]).rstrip(" -.,")
        bare = re.sub(r"[’']s?$", "", candidate)
        end = start + len(bare)
        if bare.lower() in venues():
            city_name, country = venues()[bare.lower()]
            return PlaceHit(start, end, bare, country, city_in(city_name, country), preposition, True)
        if fold(bare) in regions():
            return PlaceHit(start, end, bare, regions()[fold(bare)], None, preposition)
        code = country_named(bare)
        if code and not (bare == "Georgia" and "US" in near and "GE" not in near):
            if candidate != bare and count == len(words):
                return None
            return _country(start, end, bare, code, preposition)
        if candidate != bare:
            continue
        told = _told_country(after if count == len(words) else name[len(candidate) :] + after)
        city = city_in(bare, told) if told else city_named(bare, near)
        if city is not None:
            return PlaceHit(start, end, bare, city.country, city, preposition)
        if told and count == len(words) and preposition in ("in", "at", "to", "near"):
            return PlaceHit(start, end, bare, told, None, preposition)
    return None


def _country(start: int, end: int, name: str, code: str, preposition: str) -> PlaceHit:
    if code not in CITY_STATES:
        return PlaceHit(start, end, None, code, None, preposition)
    return PlaceHit(start, end, name, code, city_state(code), preposition)


_NEXT = re.compile(r",\s+(?:(?:[A-Z][\w ]+|the [a-z]+ of [A-Z]\w+),\s+)?(?P<name>[A-Z][\w.]*(?: [A-Z][\w.]*)*)")


@cache
def _states_in_short() -> frozenset[str]:
    return frozenset(toml("venues.toml")["states_in_short"])


def _told_country(after: str) -> str | None:
    """The country in "Jeddah, Saudi Arabia" and in "Aspen, Colorado"."""
    match = _NEXT.match(after)
    if not match:
        return None
    words = match["name"].split()
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).rstrip(",.")
        code = country_named(name) or regions().get(fold(name)) or ("US" if name in _states_in_short() else None)
        if code:
            return code
    return None


def venue_hit(mention: Mention) -> PlaceHit:
    """The place that a country's mention is where it says where a meeting was: the Singapore summit."""
    code = mention.country or ""
    if mention.form == "capital":
        name = capital_of(code)
        return PlaceHit(mention.start, mention.end, name, code, city_in(name, code) if name else None, "")
    return _country(mention.start, mention.end, capital_of(code) or "", code, "")


def more_exact(place: PlaceHit | None, other: PlaceHit | None) -> PlaceHit | None:
    """Of two places of one encounter the one that says more: a city than its country, a building than its city."""
    if place is None or other is None:
        return place or other
    if place.country and other.country and place.country != other.country:
        return place
    if place.building:
        return place if place.country else replace(place, country=other.country, city=other.city)
    if other.building or (other.name and not place.name):
        return other if other.country else replace(other, country=place.country, city=place.city)
    return place


def place_of(hit: PlaceHit) -> Place:
    """The record's value of a place."""
    if hit.city is None:
        return Place(hit.name, hit.country)
    other = hit.city.name if hit.name and hit.name != hit.city.name else None
    return Place(hit.name, hit.country, other, hit.city.latitude, hit.city.longitude)
