"""Times as feeds and wires write them: RFC 822, RFC 3339, ISO 8601 basic and extended, asctime, and misspellings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
    for name in (names,)
}
# RFC 822, 5.1, and the abbreviations that feeds use besides; hours from UTC.
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2,
    "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "gst": 4, "pkt": 5, "ist": 5.5, "ict": 7, "wib": 7, "hkt": 8,
    "sgt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "nst": -3.5, "ndt": -2.5, "ast": -4, "adt": -3, "brt": -3, "art": -3, "edt": -4, "est": -5, "et": -5, "cdt": -5,
    "cst": -6, "ct": -6, "mdt": -6, "mst": -7, "mt": -7, "pdt": -7, "pst": -8, "pt": -8, "akdt": -8, "akst": -9,
    "hst": -10, "a": -1, "n": 1, "m": -12, "y": 12,
}  # fmt: skip

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?"
_ZONE = r"(?P<zone>[+-]\d{1,2}:?\d{2}|[A-Za-z]{1,5}(?:[+-]\d{1,2}:?\d{2})?)"
_RFC822 = re.compile(
    rf"(?:[^\W\d_]+\.?,?\s*)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,-]+(?P<month>[A-Za-z]{{3}})[a-z]*\.?[\s,-]+"
    rf"(?P<year>\d{{4}}|\d{{2}})(?:,?[\sT]+{_CLOCK}\s*(?P<half>[ap]\.?m\.?)?)?(?:\s*{_ZONE})?(?:\s*\([^)]*\))?",
    re.IGNORECASE,
)
_ISO = re.compile(
    rf"(?P<year>\d{{4}})(?:-(?P<month>\d{{1,2}})(?:-(?P<day>\d{{1,2}}))?"
    rf"|(?P<month2>\d{{2}})(?P<day2>\d{{2}}))?(?:[\sTt]*"
    rf"(?:{_CLOCK}|(?P<hour2>\d{{2}})(?P<minute2>\d{{2}})(?P<second2>\d{{2}})?(?:[.,]\d+)?))?(?:\s*{_ZONE})?"
)
_MONTH_FIRST = re.compile(
    rf"(?:[A-Za-z]+\.?,?\s+)?(?P<month>[A-Za-z]{{3}})[a-z]*\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?"
    rf"(?:\s+(?P<year>\d{{4}}))?(?:(?:,|\s+at)?\s+{_CLOCK}\s*(?P<half>[ap]\.?m\.?)?)?(?:\s*{_ZONE})?(?:\s+(?P<year2>\d{{4}}))?",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?:[\sT]+{_CLOCK}\s*(?P<half>[ap]\.?m\.?)?)?(?:\s*{_ZONE})?",
    re.IGNORECASE,
)
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in the zone it was given in; `zoned` is False where none was told and UTC stands in."""

    time: datetime
    zoned: bool


@lru_cache(maxsize=4096)
def parse_moment(text: str) -> Moment | None:
    """The time that the text gives, or None where it gives none that can be told. Never raises."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isascii():
        return None
    for pattern in (_RFC822, _ISO, _MONTH_FIRST, _SLASHED):
        if match := pattern.fullmatch(text):
            return _moment(match.groupdict())
    return None


def _moment(parts: dict[str, str | None]) -> Moment | None:
    def number(name: str, default: int) -> int:
        value = parts.get(name) or parts.get(name + "2")
        return default if value is None else int(value)

    month_text = parts.get("month")
    if month_text and month_text.isalpha():
        month = _MONTHS.get(month_text.lower())
        if month is None:
            return None
    else:
        month = number("month", 1)
    year_text = parts.get("year") or parts.get("year2")
    if year_text is None:
        return None
    year = int(year_text)
    if len(year_text) == 2:
        year += 2000 if year < 70 else 1900
    hour, extra_day = number("hour", 0), 0
    half = (parts.get("half") or "").lower().replace(".", "")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour == 24 and number("minute", 0) == 0:  # ISO 8601: the end of the day
        hour, extra_day = 0, 1
    micro = int(((parts.get("fraction") or "0") + "000000")[:6])
    zone = _zone(parts.get("zone"))
    try:
        time = datetime(
            year, month, number("day", 1), hour, number("minute", 0), min(number("second", 0), 59), micro, zone or UTC
        ) + timedelta(days=extra_day)
        time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Moment(time, zone is not None)


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    name = text.lower()
    if name[0] in "+-":
        return _offset(name)
    letters = name.rstrip("+-:0123456789")
    if len(letters) < len(name) and letters in ("gmt", "utc", "ut", "z"):
        return _offset(name[len(letters) :])
    hours = _ZONES.get(letters)
    return None if hours is None else timezone(timedelta(hours=hours))


def _offset(text: str) -> tzinfo | None:
    digits = text[1:].replace(":", "").zfill(4)
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
