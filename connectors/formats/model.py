"""What a format parser gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.records import BodyFormat, PubStatus, Subject


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a feed says it is worth reading: seconds between two polls at least, and hours of the day (GMT) and
    days of the week in which there is nothing new, as bits (hour 0, Monday: the lowest)."""

    every: float | None = None
    skip_hours: int = 0
    skip_days: int = 0


class FeedError(Exception):
    """A document is no feed or wire item, or cannot be read. The message gives the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a feed or wire document, as given.

    Times are aware datetimes in the zone they were given in (UTC, with a `quality` flag, where none was told).
    `embargo` is "indefinite" where the wire sets an embargo without an end.
    """

    item_id: str
    format: str
    headline: str | None = None
    url: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    summary: str | None = None
    body: str | None = None
    body_format: BodyFormat = "html"
    language: str | None = None
    status: PubStatus = "usable"
    version: int | None = None
    embargo: datetime | Literal["indefinite"] | None = None
    expires: datetime | None = None
    byline: str | None = None
    dateline: str | None = None
    slugline: str | None = None
    ed_note: str | None = None
    copyright: str | None = None
    credit: str | None = None
    provider: str | None = None
    subjects: tuple[Subject, ...] = ()
    urgency: int | None = None
    kills: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a document holds: its items, and what it says of its own rhythm."""

    items: list[Item]
    cadence: Cadence
