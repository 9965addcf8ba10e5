"""What RSS and Atom readers share: a draft of an item, addresses, times with their flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree

from connectors.formats.dates import parse_moment
from connectors.formats.text import one_line
from connectors.formats.xmltree import words

NO_DATE = "no_date"
BAD_DATE = "bad_date"
NO_ZONE = "no_zone"


def moment(text: str | None, field: str, flags: list[str]) -> datetime | None:
    """The time that the text gives. What is amiss goes into `flags`: `published_bad_date`, `published_no_zone`."""
    if not text or not text.strip():
        return None
    found = parse_moment(text)
    if found is None:
        flags.append(f"{field}_{BAD_DATE}")
        return None
    if not found.zoned:
        flags.append(f"{field}_{NO_ZONE}")
    return found.time


def first_moment(
    found: Mapping[str, etree._Element], names: Iterable[str], field: str, flags: list[str]
) -> datetime | None:
    """The first time that one of the named elements gives; flags only of what was used, or of all where none was."""
    bad: list[str] = []
    for name in names:
        if name in found:
            mine: list[str] = []
            time = moment(words(found[name]), field, mine)
            if time is not None:
                flags.extend(mine)
                return time
            bad = bad or mine
    flags.extend(bad)
    return None


def address(text: str | None, base: str) -> str | None:
    """An absolute address, or None. Only http and https lead anywhere; what else is absolute stays as it is given."""
    if not text or not (link := one_line(text)):
        return None
    link = link.replace(" ", "%20")
    if link[:7].lower() == "http://" or link[:8].lower() == "https://":
        return link
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def joined_base(base: str, further: str | None) -> str:
    """The base address that an xml:base below `base` makes."""
    if not further:
        return base
    try:
        return urljoin(base, further.strip())
    except ValueError:
        return base


def text_or_none(text: str | None) -> str | None:
    """The text as one line, or None where nothing is left of it."""
    return (one_line(text) or None) if text else None
