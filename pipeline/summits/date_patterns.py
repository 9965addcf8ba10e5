"""How texts write days, months and years: one pattern for each way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.summits.lexicon import toml

TELLS_TIME = re.compile(
    r"days?\b|eve\b|\d|week|month|year|tonight|tomorrow|ago\b|january|february|march|april|\bmay\b|june|july|august|september|october|"
    r"november|december|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|spring|summer|autumn|winter|morning|"
    r"afternoon|evening"
)
"""What a text in lower case has that tells any time at all."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of writing a time, in lower case: a pattern that ignores case takes twice as long. It needs one of the
    words `needs`, where there are any."""

    name: str
    pattern: re.Pattern[str]
    needs: frozenset[str]


@cache
def date_patterns() -> list[Way]:
    """The ways, the surest first: what one has taken no other takes."""
    months = "|".join(sorted(toml("calendar.toml")["months"], key=len, reverse=True))
    days = "|".join(toml("calendar.toml")["weekdays"])
    holidays = "|".join(name.lower().replace("'", "[’']") for name in toml("calendar.toml")["holidays"])
    month = rf"(?P<month>{months})\b\.?"
    number = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    named = rf"(?:(?:{days}),?\s+(?:the\s+|\()?)?"  # Tuesday, May 7
    month2 = rf"(?P<month2>{months})\b\.?"
    to = r"(?:-|–|to|and|through|until)"
    year = r"(?P<year>(?:19|20)\d\d)"
    rules = [
        ("holiday", rf"\b(?P<holiday>{holidays})\b(?:,?\s+(?:of\s+)?(?:{year}|(?P<rel>last|this|next) year))?"),
        ("iso", r"\b(?P<year>(?:19|20)\d\d)-(?P<mm>\d\d)-(?P<day>\d\d)\b"),
        ("months", rf"\b{month}\s+{number}\s*{to}\s*{month2}\s+(?P<day2>\d{{1,2}})(?:,?\s+{year})?\b"),
        ("months", rf"\b{number}\s+{month}\s*{to}\s*(?P<day2>\d{{1,2}})\s+{month2}(?:\s+{year})?"),
        (
            "range",
            rf"\b{named}{month}\s+{number}\s*(?:-|–|to|and|through|until)\s*(?P<day2>\d{{1,2}})(?:,?\s+{year})?\b",
        ),
        ("range", rf"\b{named}{number}\s*(?:-|–|to|and)\s*(?P<day2>\d{{1,2}})\s+(?:of\s+)?{month}(?:\s+{year})?"),
        ("day", rf"\b{named}{month}\s+{number}\b(?:,?\s+{year})?"),
        ("day", rf"\b{named}{number}\s+(?:of\s+)?{month}(?:,?\s+{year})?"),
        (
            "month",
            r"\b(?P<when>last|next|this|in|in early|in late|in mid-|early|late|since|until|by|of|for|during)?\s*"
            rf"\b{month}(?:,?\s+{year}|\s+(?:of\s+)?(?P<rel>last|this|next) year)?",
        ),
        (
            "weekday",
            rf"\b(?:(?P<when>last|next|this|on|late|early)\s+)?(?P<weekday>{days})\b"
            rf"(?:\s+(?:and|to|through|-)\s+(?P<weekday2>{days})\b)?(?:\s+(?:of\s+)?(?P<which>last|next)\s+week)?",
        ),
        (
            "relative",
            r"\b(?P<rel>today|yesterday|tomorrow|tonight|this (?:morning|afternoon|evening)|"
            r"the day before yesterday|the day after tomorrow)\b",
        ),
        ("new_year", r"\b(?:early |late )?(?:in |until |before |by )?the new year\b"),
        ("next_day", r"\bthe (?P<rel>same|next|following) day\b"),
        ("earlier_day", r"\b(?P<rel>earlier|later) (?:in the day|on the day|the same day)\b"),
        (
            "unit",
            r"\b(?P<rel>last|this|next|earlier this|later this|early this|late this|earlier that|late last|early next|"
            r"coming|past|previous|the previous|the following) (?P<unit>week|month|year|weekend)\b",
        ),
        (
            "ago",
            r"\b(?P<n>a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) "
            r"(?P<unit>day|week|fortnight|month|year)s? "
            r"(?P<rel>ago|earlier|later)\b",
        ),
        (
            "ahead",
            r"(?<!time )(?<!first )(?<!second )\bin (?P<n>two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) "
            r"(?P<unit>day|week|month)s\b(?! of\b)",
        ),
        ("weekend", r"\b(?:over|at|on|during) the weekend\b"),
        ("end_of", r"\b(?:at|by|before|towards?) the end of (?:the|this) (?P<unit>month|year)\b"),
        ("ordinal", r"\b(?:on|to|until|for|by) the (?P<day>\d{1,2})(?:st|nd|rd|th)\b"),
        ("season", r"\b(?P<rel>last|this|next) (?P<season>spring|summer|autumn|fall|winter)\b"),
        ("year", r"\b(?:in|of|since|late|early|mid-)\s*(?P<year>(?:19|20)\d\d)\b"),
    ]
    return [Way(name, re.compile(rule), _needs(rule)) for name, rule in rules]


def _needs(rule: str) -> frozenset[str]:
    for part in ("month", "weekday"):
        if f"(?P<{part}>" in rule:
            return frozenset(toml("calendar.toml")[f"{part}s"])
    return frozenset()
