"""Datelines: place, date and agency before a story's first words, in the forms of the main agencies."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from pipeline.boilerplate.dates import WrittenDate, date_pattern, dotted, month_pattern, months, written_date
from pipeline.boilerplate.vocabulary import agencies, table

REACH = 160
"""A dateline ends within this many characters of its paragraph's start."""
MAX_PLACE_WORDS = 7
_SIGNS = frozenset("_-‐‑–—―−=:|([［【（〔电電讯訊")
"""What stands in datelines and rarely in the beginnings of sentences."""
_DAY, _PAREN = "day", "paren"
_PLACE = r"[^\W\d_][^\d()\[\]:;!?\n\"“”«»=]"
_RUN = re.compile(rf"{_PLACE}{{0,110}}")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.?\s*$")


@dataclass(frozen=True, slots=True)
class Found:
    """A dateline's extent from the paragraph's start, with its parts as printed."""

    length: int
    place: str | None
    date: WrittenDate | None
    agency: str | None


@cache
def _agency_names() -> frozenset[str]:
    return frozenset(name.casefold() for name in table("agencies")["names"])


@cache
def _patterns() -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    """The forms of datelines, each with what it needs: one of some characters, or what `_place_and` tells."""
    month = rf"(?i:{month_pattern()})\b\.?"
    day = (
        rf"(?P<date>(?:{month}\s*\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:er|º|\.)?\s*(?:de\s+)?{month})"
        r"(?:,?\s*(?:de\s+)?(?:19|20)\d\d)?(?:\s*(?:г\.|года))?|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d|(?:\d{4}年)?\d{1,2}[月월]\d{1,2}[日일])"
    )
    place = rf"(?P<place>{_PLACE}{{0,70}}?)"
    caps = (
        r"(?P<place>[A-ZÀ-ÖØ-ÞЀ-Я][A-ZÀ-ÖØ-ÞЀ-Я'’.]++(?:[ /-][A-ZÀ-ÖØ-ÞЀ-Я'’.]++){0,3}(?:, (?:[A-Z][\w.’'-]+ ?){1,3})?)"
    )
    dash = r"(?:\s*(?:\.?[-‐‑–—―−]{1,3}|=|:)\s*|\s+[/|_]\s+)"
    agency = r"(?P<agency>[^()\n]{2,40}?)"
    listed = rf"(?P<agency>{agencies()})"
    sources = (
        ([_PAREN], rf"{place},?\s*(?:{day})?\s*[,.]?\s*\({agency}\)(?:{dash}|\.?\s+)"),
        ([_PAREN], rf"{place}\s*\({agency}\),?\s*{day}(?:{dash}|\.?\s+)"),
        ("(", rf"\({agency}\){dash}{place},?\s*{day}{dash}"),
        ([_DAY], rf"{place}[,.]?\s*{day}\s*[-–—.,]*\s*[/(]?{listed}[/)]?(?:{dash}|[.,]\s+|\s+)"),
        ([_DAY], rf"{place}[,.]?\s*{day}{dash}"),
        (
            "-‐‑–—―−=:|",
            rf"{place},\s*(?:{listed}|(?P<site>[A-Za-z0-9-]+(?:\.[a-z]{{2,4}}){{1,2}}|CNN Indonesia)){dash}",
        ),
        ("-‐‑–—―−=:|", rf"(?:[A-Za-z0-9-]+(?:\.[A-Za-z]{{2,4}}){{1,2}}),\s*{place}{dash}"),
        ("(", rf"\({listed}\){dash}"),
        ("-–—_", rf"{caps}\s*(?:--|–|—|\s[-_]\s)\s*(?=\S)"),
        ("(", rf"{day},?\s*\({listed}\){dash}"),
        (
            "[［【(（〔",
            rf"[［\[【(（〔]{place}\s*(?P<date>\d{{1,2}}日|(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日)?\s*[=＝、・\s]?\s*{listed}[］\]】)）〕]\s*(?:[가-힣]{{2,4}}(?:[·,\s]+[가-힣]{{2,4}}){{0,3}}\s*(?:기자|특파원|통신원)?\s*)?(?:{dash})?",
        ),
        (
            "电電讯訊",
            rf"[（(【\[]?{listed}(?:记者|記者)?(?P<place>[^\d，。（）()\s]{{1,20}}?)(?P<date>(?:\d{{4}}年)?(?:\d{{1,2}}月)?\d{{1,2}}日)(?:综合外电|综合|專|专)?[电電讯訊][)）】\]]?\s*(?:[（(](?:记者|記者)[^）)]{{1,40}}[）)])?\s*[:：]?\s*",
        ),
    )
    return tuple((frozenset(needed), re.compile(source)) for needed, source in sources)


def find_dateline(paragraph: str) -> Found | None:
    """The dateline that a paragraph begins with; the paragraph goes on after it."""
    head = paragraph[: REACH + 20]
    if not head[:1].strip():
        return None
    present = _SIGNS.intersection(head) | _place_and(head)
    if not present:
        return None
    for needed, pattern in _patterns():
        if present.isdisjoint(needed):
            continue
        match = pattern.match(head)
        if match is None or match.end() > REACH or match.end() >= len(paragraph):
            continue
        groups = match.groupdict()
        place, agency, day = groups.get("place"), groups.get("agency"), groups.get("date")
        place = place.strip(" ,.·") if place else None
        if place is not None and not _looks_like_place(place):
            continue
        if agency is not None and not _trusted(agency, place, day):
            continue
        return Found(match.end(), place, _written(day), agency.strip(" ,.") if agency else None)
    return None


@cache
def _month_after_day() -> re.Pattern[str]:
    return re.compile(rf"\d{{1,2}}(?:(?:er|º|\.)?\s*(?:de\s+)?(?i:{month_pattern()})\b|[./]\d|[月월])|\d{{4}}年")


@cache
def _last_month_words() -> frozenset[str]:
    return frozenset(name.split()[-1] for name in months())


def _place_and(head: str) -> frozenset[str]:
    """What may stand after a place that the head begins with: _DAY, _PAREN.

    The patterns try every end of a place; this looks at the one where it must end: the first sign that is in none.
    """
    run = _RUN.match(head)
    if run is None:
        return frozenset()
    end = run.end()
    sign = head[end : end + 1]
    if sign.isdecimal():
        last = _LAST_WORD.search(head, 0, end)
        if (last and dotted(last[1].casefold()) in _last_month_words()) or _month_after_day().match(head, end):
            return frozenset((_DAY, _PAREN))
    elif sign == "(" and len(run[0].split()) <= MAX_PLACE_WORDS + 2:
        return frozenset((_PAREN,))
    return frozenset()


def _looks_like_place(place: str) -> bool:
    words = re.split(r"[\s/]+", place)
    if not 1 <= len(words) <= MAX_PLACE_WORDS:
        return False
    small = 0
    for word in words:
        first = word[:1]
        if first.islower():
            small += 1
            if len(word) > 4:
                return False
    return small * 2 <= len(words) and not words[0][:1].islower() and not place.endswith("'s")


def _trusted(agency: str, place: str | None, day: str | None) -> bool:
    """Words in parentheses name an agency if they are known to, or if place or date already make it a dateline."""
    name = agency.strip().casefold()
    if name in _agency_names() or any(
        part.strip() in _agency_names() for part in re.split(r"[/,=＝+-]| and | with ", name)
    ):
        return True
    town = place.partition(",")[0] if place else ""
    return bool(day) or (len(town) > 3 and town.isupper() and len(agency) <= 25)


def _written(day: str | None) -> WrittenDate | None:
    if day is None:
        return None
    match = date_pattern().search(unicodedata.normalize("NFKC", day))
    return written_date(match) if match else None
