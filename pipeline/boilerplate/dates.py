"""Dates as wires and pages write them, in the main wire languages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache

from pipeline.boilerplate.vocabulary import WORD, table

MAX_DATE_LINE = 120
_DIGIT = re.compile(r"\d")
EAST_ASIAN = "\u2e80"
"""First character of the East Asian scripts."""


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A day as written; `year` is None where it was not."""

    month: int
    day: int
    year: int | None = None

    def resolve(self, near: date | None) -> date | None:
        """The day, a missing year chosen so that it lies nearest to `near`; None without either, or if none is."""
        if self.year is not None:
            return _day(self.year, self.month, self.day)
        if near is None:
            return None
        days = (_day(year, self.month, self.day) for year in (near.year - 1, near.year, near.year + 1))
        return min((day for day in days if day), key=lambda day: abs(day - near), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def months() -> dict[str, int]:
    """Month names and their abbreviations, case-folded (and `dotted`), without points → 1 … 12."""
    names: dict[str, int] = {}
    for languages in table("dates")["months"].values():
        for number, forms in enumerate(languages, 1):
            for form in forms.split(" "):
                names.setdefault(dotted(form.replace("\u00a0", " ").casefold()), number)
    return names


def dotted(lower: str) -> str:
    """Turkish has an i without a dot, whose capital is the I of others: case-insensitive patterns take both for one."""
    return lower.replace("ı", "i")


@cache
def month_pattern() -> str:
    """Any month name, the longer first; for use in case-insensitive patterns."""
    return "|".join(re.escape(name) for name in sorted(months(), key=lambda name: (-len(name), name)))


@cache
def date_pattern() -> re.Pattern[str]:
    """A written date with day and month, the year optional. Groups as `written_date` reads them."""
    month = rf"(?:{month_pattern()})\b\.?"
    year = r"(?:,?\s*(?:de\s+|del\s+)?((?:19|20)\d\d)\b)?"
    return re.compile(
        rf"\b(\d{{1,2}})(?:er|re|º|°|st|nd|rd|th|\.)?\s*(?:de\s+|di\s+|of\s+)?({month}){year}"
        rf"|\b({month})\s*(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:\d){year}"
        r"|((?:19|20)\d\d)\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})(?!\d)\s*[日일]?"
        r"|(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]"
        r"|\b(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d\d)\b",
        re.I,
    )


def written_date(match: re.Match[str]) -> WrittenDate | None:
    """What a match of `date_pattern` says; None where it is no day of a calendar."""
    day1, month1, year1, month2, day2, year2, year3, month3, day3, month4, day4, first, second, year5 = match.groups()
    if day1:
        parts = (year1, _month(month1), int(day1))
    elif month2:
        parts = (year2, _month(month2), int(day2))
    elif year3:
        parts = (year3, int(month3), int(day3))
    elif month4:
        parts = (None, int(month4), int(day4))
    else:
        # 3/4/2026 is the third of April but in the United States; where only one reading is a date, it is that.
        parts = (year5, int(second), int(first)) if int(second) <= 12 else (year5, int(first), int(second))
    year, month, day = parts
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return WrittenDate(month, day, int(year) if year else None)


def _month(name: str) -> int:
    return months().get(dotted(" ".join(name.casefold().rstrip(".").split())), 0)


@cache
def _around() -> frozenset[str]:
    around = table("dates")["around"]
    return frozenset((*around["weekdays"], *around["words"]))


@cache
def _in_date_lines() -> frozenset[str]:
    """Every run of letters that a date line may hold."""
    parts = "er re st nd rd th de di del of"
    return frozenset(WORD.findall(" ".join((*_around(), *months(), parts)).casefold()))


def _holds_other_words(lower: str) -> bool:
    """Whether a word tells that a line is more than a date: a quick look before the patterns.

    East Asian dates stand without blanks between their words, so runs of such letters are left to the patterns.
    """
    allowed = _in_date_lines()
    return any(word[0] not in allowed and word[0] < EAST_ASIAN for word in WORD.finditer(lower))


def date_line(line: str) -> WrittenDate | None:
    """The date of a line that gives nothing but a date (and a weekday, a time, `updated`, a zone)."""
    if len(line) > MAX_DATE_LINE or _DIGIT.search(line) is None:
        return None
    plain = unicodedata.normalize("NFKC", line)
    if _holds_other_words(dotted(plain.casefold())):
        return None
    match = date_pattern().search(plain)
    if match is None:
        return None
    written = written_date(match)
    if written is None:
        return None
    rest = date_pattern().sub(" ", plain).casefold()
    return written if all(word in _around() for word in re.findall(r"[^\W\d_][\w.-]*[^\W\d_]|[^\W\d_]", rest)) else None
