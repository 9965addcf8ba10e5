"""How often a feed says that it is worth reading: RSS 2.0's ttl, skipHours and skipDays, and the syndication module.

https://www.rssboard.org/rss-specification#optionalChannelElements, https://web.resource.org/rss/1.0/modules/syndication/
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from connectors.formats.model import Cadence
from connectors.formats.xmltree import key, local_name, words

_TOLD = {"ttl", "skipHours", "skipDays", "sy:updatePeriod", "sy:updateFrequency"}
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": 365 * 86_400}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = re.compile(r"\s*(\d{1,9})(?:\.\d*)?\s*", re.ASCII)


def cadence_of(root: etree._Element) -> Cadence:
    """What the channel of an RSS or RDF document, or an Atom feed, says of its own rhythm."""
    found: dict[str, etree._Element] = {}
    for level in (root, *(child for child in root if local_name(child).lower() == "channel")):
        for child in level:
            if isinstance(child.tag, str) and (name := key(child.tag)) in _TOLD:
                found.setdefault(name, child)
    if not found:
        return Cadence()
    return Cadence(
        _seconds(found),
        _bits(_number(text) for text in _listed(found.get("skipHours"))),
        _bits(_DAYS.index(text.lower()) for text in _listed(found.get("skipDays")) if text.lower() in _DAYS),
    )


def _seconds(found: dict[str, etree._Element]) -> float | None:
    """The longest time that is asked for; an updateFrequency without a period counts by the day, as the module says."""
    asked: list[float] = []
    if "ttl" in found and (minutes := _number(words(found["ttl"]))):
        asked.append(60.0 * minutes)
    if "sy:updatePeriod" in found or "sy:updateFrequency" in found:
        period = words(found["sy:updatePeriod"]).strip().lower() if "sy:updatePeriod" in found else "daily"
        times = _number(words(found["sy:updateFrequency"])) if "sy:updateFrequency" in found else 1
        if period in _PERIODS and times:
            asked.append(_PERIODS[period] / times)
    return max(asked, default=None)


def _listed(element: etree._Element | None) -> list[str]:
    return [] if element is None else [words(child).strip() for child in element]


def _number(text: str) -> int | None:
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else None


def _bits(numbers: Iterable[int | None]) -> int:
    """Numbers as bits; hour 24 is how RSS 0.91 writes midnight."""
    out = 0
    for number in numbers:
        if number is not None and number <= 24:
            out |= 1 << number % 24
    return out
