"""The country where a story was filed."""

from __future__ import annotations

import re
from datetime import date

from pipeline.summits.former_states import at_the_time
from pipeline.summits.gazetteer import city_named, country_named, fold, regions, venues
from schemas.records import Dateline

_OFFICE = re.compile(r"\s*(?:[Tt]he |THE )?(?P<name>[A-Z][\w ]{3,30}?)(?:,[^\n]{1,40}?)?\s*(?:[-–—]+\s|\n)")
_BARE = re.compile(r"\s*([A-Z][A-Z .'-]{2,30}): ")


def home(dateline: Dateline | None, text: str, day: date | None = None) -> str | None:
    """The country of a dateline on a day: SEOUL; SUVA, Fiji; or "LAHORE: " before the first words. None where it tells
    none."""
    code = _country(dateline, text)
    if code is None and (match := _office(text)):
        code = venues()[match["name"].lower()][1]
    return at_the_time(code, "capital", day) if code else None


def office_line(text: str) -> int:
    """Characters of the line that names an office where others name a city: The White House, Washington --. 0 without
    one."""
    match = _office(text)
    return match.end() if match is not None else 0


def _office(text: str) -> re.Match[str] | None:
    match = _OFFICE.match(text)
    return match if match is not None and match["name"].lower() in venues() else None


def _country(dateline: Dateline | None, text: str) -> str | None:
    place = dateline.place if dateline is not None else None
    if place is None and (match := _BARE.match(text)):
        place = match[1]
    city, _, country = (place or "").partition(",")
    named = country_named(country.strip()) or regions().get(fold(country.strip()))
    if named is not None or not city:
        return named
    found = city_named(city, ())
    return found.country if found is not None else None
