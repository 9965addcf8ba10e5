"""Dates in a sentence, resolved against the story's day: patterns first, anchoring after (as HeidelTime does)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pipeline.summits.date_patterns import TELLS_TIME, date_patterns
from pipeline.summits.lexicon import toml
from schemas.records import DateSpan


@dataclass(frozen=True, slots=True)
class When:
    """A date at characters [start, end); `span` with the precision that the words give. `last`: what is dated ended
    on it."""

    start: int
    end: int
    span: DateSpan
    last: bool = False


_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}


_WORD = re.compile(r"[^\W\d_]+")


def dates(text: str, offset: int, anchor: date | None, future: bool | None, before: date | None = None) -> list[When]:
    """The dates in a text whose first character is at `offset` of the story, ascending. `future` tells on which side of
    the story's day a bare weekday, day or month lies; null where it may be just past (a meeting that was called off).
    "The next day" counts from the last day told in front of it, in the text or `before` it.
    Without an anchor only dates that are whole in themselves."""
    found: list[When] = []
    for name, match in _told(text):
        try:
            if name in ("next_day", "ago") or (name == "ahead" and future):
                span = _counted(match, anchor, _last_day(found, offset + match.start()), before)
            else:
                span = _resolve(name, match, anchor, future)
        except (ValueError, OverflowError):
            span = None
        if span:
            found.append(When(offset + match.start(), offset + match.end(), span))
    return sorted(found, key=lambda when: when.start)


@lru_cache(maxsize=4)  # the encounters of a sentence ask for it one after the other
def _told(text: str) -> tuple[tuple[str, re.Match[str]], ...]:
    """What tells a time in a text, the surest first and none in another: its way, and its match in lower case."""
    lower = text.lower()
    if len(lower) != len(text):  # of a few letters the small one is two characters
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    if not TELLS_TIME.search(lower):
        return ()
    words = _WORD.findall(lower)
    found: list[tuple[str, re.Match[str]]] = []
    for way in date_patterns():
        if way.needs and way.needs.isdisjoint(words):
            continue
        for match in way.pattern.finditer(lower):
            if any(match.start() < other.end() and other.start() < match.end() for _, other in found):
                continue
            if way.name in ("month", "day", "range", "months") and not _is_month(way.name, match, text):
                continue
            found.append((way.name, match))
    return tuple(found)


def _is_month(name: str, match: re.Match[str], text: str) -> bool:
    """A month begins with a capital; alone it is spelled out or ends in a full stop (Mar del Plata is none), and May
    has a word or a year beside it."""
    month = text[slice(*match.span("month"))]
    if month[0].islower():
        return False
    if name != "month":
        return True
    if match["month"] == "may":
        return month == "May" and bool(match["when"] or match["year"] or match["rel"])
    return len(month) > 4 or month in ("June", "July") or text[match.end("month") :][:1] == "."


_SUNDAY = 6
_YEARS = {"last": -1, "this": 0, "next": 1}


def _resolve(name: str, match: re.Match[str], anchor: date | None, future: bool | None) -> DateSpan | None:
    groups = match.groupdict()
    months = toml("calendar.toml")["months"]
    year = int(groups["year"]) if groups.get("year") else None
    if name == "iso":
        return _day(date(year or 0, int(groups["mm"]), int(groups["day"])))
    if name in ("day", "range", "months"):
        month, day = months[groups["month"].rstrip(".")], int(groups["day"])
        if year is None:
            if anchor is None:
                return None
            year = _year_of(month, day, anchor, future)
        if name == "months":
            last = date(year, months[groups["month2"].rstrip(".")], int(groups["day2"]))
            first = date(year, month, day)
            last = last if last > first else last.replace(year=year + 1)
            return DateSpan(first.isoformat(), last.isoformat())
        if name == "range":
            return DateSpan(date(year, month, day).isoformat(), date(year, month, int(groups["day2"])).isoformat())
        return _day(date(year, month, day))
    if name == "holiday":
        month, day = next(
            tuple(day)
            for holiday, day in toml("calendar.toml")["holidays"].items()
            if holiday.lower() == groups["holiday"].replace("’", "'")
        )
        if year is None and anchor is None:
            return None
        if year is None and anchor is not None:
            relative = groups["rel"] or ""
            year = anchor.year + _YEARS[relative] if relative else _year_of(month, day, anchor, future)
        return _day(date(year or 0, month, day))
    if name == "month":
        month = months[groups["month"].rstrip(".")]
        if year is None:
            if anchor is None:
                return None
            when, relative = groups["when"] or "", groups["rel"] or ""
            year = anchor.year
            if relative:
                year += _YEARS[relative]
            elif when == "next" or (future is not False and when != "last"):
                year += month < anchor.month
            elif month > anchor.month or (when == "last" and month == anchor.month):
                year -= 1
        return DateSpan(f"{year:04d}-{month:02d}")
    if name == "year":
        return DateSpan(f"{year:04d}")
    if anchor is None:
        return None
    if name == "weekend":
        return _unit("next" if future and anchor.weekday() == _SUNDAY else "this" if future else "last", "week", anchor)
    if name == "weekday":
        return _weekday(groups, anchor, future)
    if name == "new_year":
        return DateSpan(f"{anchor.year + (future is not False and anchor.month > 1):04d}")
    if name == "end_of":
        return _unit("this", groups["unit"], anchor)
    if name == "relative":
        shift = {
            "today": 0,
            "tonight": 0,
            "this morning": 0,
            "this afternoon": 0,
            "this evening": 0,
            "yesterday": -1,
            "tomorrow": 1,
            "the day before yesterday": -2,
            "the day after tomorrow": 2,
        }
        return _day(anchor + timedelta(days=shift[groups["rel"]]))
    if name == "earlier_day":
        return _day(anchor)
    if name == "unit":
        return _unit(groups["rel"], groups["unit"], anchor)
    if name == "ordinal":
        day = int(groups["day"])
        month_first = anchor.replace(day=1)
        if future and day < anchor.day:
            month_first = (month_first + timedelta(days=32)).replace(day=1)
        elif not future and day > anchor.day:
            month_first = (month_first - timedelta(days=1)).replace(day=1)
        return _day(month_first.replace(day=day))
    return None


def _day(day: date) -> DateSpan:
    return DateSpan(day.isoformat())


def _year_of(month: int, day: int, anchor: date, future: bool | None) -> int:
    """The year of a day without one: on the side that the tense tells, unless it is within two months on the other."""

    def distance(year: int) -> float:
        last = calendar.monthrange(year, month)[1]
        days = (date(year, month, min(day, last)) - anchor).days
        wrong_side = days < 0 if future else days > 0 and future is not None
        return abs(days) + (240 if wrong_side and abs(days) > 1 else 0)

    return min((anchor.year - 1, anchor.year, anchor.year + 1), key=distance)


_JUST_PAST = 2
"""Days back of a day on which something was to be."""


def _weekday(groups: dict[str, str | None], anchor: date, future: bool | None) -> DateSpan:
    weekdays = toml("calendar.toml")["weekdays"]
    wanted = weekdays[groups["weekday"] or ""]
    which, when = groups["which"] or "", groups["when"] or ""
    monday = anchor - timedelta(days=anchor.weekday())
    if future is None:
        future = (anchor.weekday() - wanted) % 7 > _JUST_PAST
    if which:
        day = monday + timedelta(days=wanted + (7 if which == "next" else -7))
    elif when == "next" or (future and when != "last"):
        day = anchor + timedelta(days=(wanted - anchor.weekday()) % 7)
        if when == "next" and day < monday + timedelta(days=7):
            day += timedelta(days=7)  # on a Monday "next Wednesday" is not that of the same week
    else:
        day = anchor - timedelta(days=(anchor.weekday() - wanted) % 7)
        if when == "last" and day == anchor:
            day -= timedelta(days=7)
    if groups.get("weekday2"):
        second = weekdays[groups["weekday2"] or ""]
        return DateSpan(day.isoformat(), (day + timedelta(days=(second - wanted) % 7)).isoformat())
    return _day(day)


def _unit(relative: str, unit: str, anchor: date) -> DateSpan | None:
    """A week is given by its month: that of the same day in it."""
    step = (
        -1
        if relative.rsplit(maxsplit=1)[-1] in ("last", "past", "previous")
        else 1
        if relative.rsplit(maxsplit=1)[-1] in ("next", "coming", "following")
        else 0
    )
    if unit == "year":
        return DateSpan(f"{anchor.year + step:04d}")
    if unit == "month":
        index = anchor.year * 12 + anchor.month - 1 + step
        return DateSpan(f"{index // 12:04d}-{index % 12 + 1:02d}")
    day = anchor + timedelta(days=7 * step)
    return DateSpan(f"{day.year:04d}-{day.month:02d}")


def number_word(word: str) -> int:
    """The value of a number of days, in words or digits."""
    return _NUMBERS.get(word.lower()) or int(word)


def _last_day(found: Sequence[When], at: int) -> date | None:
    """The last whole day told in front of a character."""
    days = [when for when in found if when.end <= at and len(when.span.start) == len("YYYY-MM-DD")]
    last = max(days, key=lambda when: when.start, default=None)
    return date.fromisoformat(last.span.end or last.span.start) if last is not None else None


def _counted(match: re.Match[str], anchor: date | None, told: date | None, before: date | None) -> DateSpan | None:
    """A day, month or year that is counted from another one: three days later, from the day `told` in front of it, else
    from the one `before`; a week ago, from the story's day."""
    groups = match.groupdict()
    relative, unit = groups.get("rel") or "", groups.get("unit") or "day"
    base = anchor if relative in ("", "ago") else told or (anchor if relative == "earlier" else before)
    if base is None:
        return None
    count = number_word(groups["n"]) if groups.get("n") else int(relative != "same")
    count = -count if relative in ("ago", "earlier") else count
    if unit in ("day", "week", "fortnight"):
        day = base + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
        return _day(day) if unit == "day" else DateSpan(f"{day.year:04d}-{day.month:02d}")
    if unit == "month":
        index = base.year * 12 + base.month - 1 + count
        return DateSpan(f"{index // 12:04d}-{index % 12 + 1:02d}")
    return DateSpan(f"{base.year + count:04d}")
