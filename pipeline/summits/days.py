"""How the days of two mentions lie to each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from pipeline.summits.dates import When
from schemas.records import DateSpan

_LONGEST_VISIT = 7
"""Days."""
DAY = len("YYYY-MM-DD")
"""Characters of a whole day."""


def same_time(one: When, other: When) -> bool:
    a, b = one.span, other.span
    if a.start.startswith(b.start) or b.start.startswith(a.start):
        return True
    return bool((a.end and a.start <= b.start <= a.end) or (b.end and b.start <= a.start <= b.end))


def within(visit: When, meeting: When) -> bool:
    """Whether a meeting may lie in a visit: at most a week from the day that is told of it."""
    if same_time(visit, meeting):
        return True
    days = [when.span.start for when in (visit, meeting)]
    if any(len(day) < DAY for day in days):
        return False
    return abs((date.fromisoformat(days[0]) - date.fromisoformat(days[1])).days) <= _LONGEST_VISIT


def from_first_to_last(one: When | None, other: When | None) -> When | None:
    """The days of both, told with the first, where the one ends on the day before the other begins; else None."""
    if one is None or other is None:
        return None
    first, last = sorted((one, other), key=lambda when: when.span.start)
    end, begin = first.span.end or first.span.start, last.span.start
    if len(end) < DAY or len(begin) < DAY or date.fromisoformat(begin) - date.fromisoformat(end) != timedelta(days=1):
        return None
    return replace(first, span=DateSpan(first.span.start, last.span.end or begin))
