"""The contract's records as frozen dataclasses.

Each class mirrors one Avro record field by field (`schemas/avsc/`, where every field is documented); enums are their
symbols as strings. Times are aware `datetime`s in UTC, the zone they were given in stands beside them in minutes.
`to_avro` and `from_avro` map to and from the plain values that fastavro reads and writes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import partial
from typing import Any, Literal, TypeVar

from schemas.errors import SchemaError

Change = Literal["unknown", "new", "update", "correction", "kill", "withhold", "backfill"]
PubStatus = Literal["unknown", "usable", "withheld", "canceled"]
BodyFormat = Literal["unknown", "text", "html", "xhtml", "nitf"]
FullText = Literal["unknown", "feed", "page", "teaser"]
EventKind = Literal["unknown", "meeting", "multilateral", "call", "visit"]
EventStatus = Literal["unknown", "held", "planned", "proposed", "postponed", "cancelled", "declined"]
EventLevel = Literal["unknown", "leader", "minister", "official"]
Prominence = Literal["unknown", "primary", "background"]


@dataclass(frozen=True, slots=True)
class Subject:
    code: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class HttpFacts:
    status: int
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawArticle:
    article_id: str
    source_id: str
    version: int
    change: Change
    feed_id: str
    item_id: str
    format: str
    status: PubStatus = "usable"
    headline: str | None = None
    url: str | None = None
    summary: str | None = None
    body: str = ""
    body_format: BodyFormat = "text"
    full_text: FullText = "feed"
    language: str | None = None
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
    published: datetime | None = None
    published_offset: int | None = None
    updated: datetime | None = None
    updated_offset: int | None = None
    embargo: datetime | None = None
    embargo_offset: int | None = None
    expires: datetime | None = None
    expires_offset: int | None = None
    fetched_at: datetime
    feed_url: str | None = None
    http: HttpFacts | None = None
    content_sha256: str
    body_sha256: str | None = None
    repeated_lines: tuple[int, ...] = ()
    repeated_lines_version: int = 0
    quality: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> bool:
        """True for a kill or a withhold: nothing of its body may be used."""
        return self.change in ("kill", "withhold") or self.status in ("withheld", "canceled")


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where and when a story was filed. `date` is YYYY-MM-DD."""

    place: str | None = None
    date: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class KeptSpan:
    clean_start: int
    source_start: int
    length: int


@dataclass(frozen=True, slots=True)
class RemovedSpan:
    label: str
    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanArticle:
    article_id: str
    source_id: str
    version: int
    change: Change
    headline: str | None = None
    url: str | None = None
    language: str | None = None
    published: datetime | None = None
    published_offset: int | None = None
    updated: datetime | None = None
    updated_offset: int | None = None
    text: str
    kept: tuple[KeptSpan, ...] = ()
    dateline: Dateline | None = None
    story_date: str | None = None
    removed: tuple[RemovedSpan, ...] = ()
    flags: tuple[str, ...] = ()
    cleaner: str


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Words of the clean text: offsets in code points, and the words themselves."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Participant:
    name: str | None = None
    title: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class DateSpan:
    """YYYY-MM-DD, YYYY-MM or YYYY; `end` only where the event takes more than a day."""

    start: str
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """`latitude` and `longitude` in degrees, WGS 84, of the city."""

    name: str | None = None
    country: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    speaker: str | None
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummitEvent:
    event_id: str = ""
    summit_key: str | None = None
    kind: EventKind
    status: EventStatus
    level: EventLevel
    prominence: Prominence
    parties: tuple[str, ...]
    participants: tuple[Participant, ...] = ()
    date: DateSpan | None = None
    place: Place | None = None
    gathering: str | None = None
    topics: tuple[TextSpan, ...] = ()
    outcomes: tuple[TextSpan, ...] = ()
    quotes: tuple[Quote, ...] = ()
    attribution: str | None = None
    cameo: str | None = None
    plover: str | None = None
    confidence: float
    evidence: tuple[TextSpan, ...] = ()
    field_evidence: tuple[FieldEvidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The event as plain JSON values, under the names and with the values of the event guide (docs/events.md)."""
        return {
            "kind": self.kind,
            "status": self.status,
            "level": self.level,
            "prominence": self.prominence,
            "parties": list(self.parties),
            "participants": [{"name": p.name, "title": p.title, "country": p.country} for p in self.participants],
            "date": None if self.date is None else {"start": self.date.start, "end": self.date.end},
            "place": None if self.place is None else {"name": self.place.name, "country": self.place.country},
            "topics": [span.text for span in self.topics],
            "outcomes": [span.text for span in self.outcomes],
            "quotes": [{"speaker": quote.speaker, "text": quote.text} for quote in self.quotes],
            "evidence": [[span.start, span.end] for span in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Extractor:
    """`mode` is `model`, or `rules` where no language model was used."""

    name: str
    version: str
    mode: str
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummitReport:
    article_id: str
    source_id: str
    version: int
    change: Change
    headline: str | None = None
    url: str | None = None
    published: datetime | None = None
    published_offset: int | None = None
    events: tuple[SummitEvent, ...] = ()
    flags: tuple[str, ...] = ()
    extractor: Extractor
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Header:
    key: str
    value: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    dead_letter_id: str
    source_topic: str | None = None
    source_partition: int | None = None
    source_offset: int | None = None
    source_url: str | None = None
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[Header, ...] = ()
    value_sha256: str
    value_length: int
    value_file: str | None = None
    step: str
    error_class: str
    message: str


ContractRecord = RawArticle | CleanArticle | SummitReport | SummitEvent | DeadLetter
RECORDS: dict[str, type[ContractRecord]] = {
    "summitwire.RawArticle": RawArticle,
    "summitwire.CleanArticle": CleanArticle,
    "summitwire.SummitEvent": SummitEvent,
    "summitwire.SummitReport": SummitReport,
    "summitwire.DeadLetter": DeadLetter,
}
"""Full Avro name → Python record."""

R = TypeVar("R")


def article_id(source_id: str, item_id: str) -> str:
    """Identity of an article: 32 hex digits (128 bits) of SHA-256 over source, line feed, the item's own id."""
    return hashlib.sha256(f"{source_id}\n{item_id}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def local_day(moment: datetime | None, offset: int | None) -> date | None:
    """The calendar day of a moment in the zone `offset` minutes from UTC (UTC where null): a story's "today"."""
    if moment is None:
        return None
    try:
        return moment.astimezone(timezone(timedelta(minutes=offset or 0))).date()
    except (OverflowError, ValueError):
        return moment.date()


def to_avro(record: Any) -> dict[str, Any]:
    """The record as the plain dict that fastavro writes: records as dicts, tuples as lists, times as datetimes.

    Raises SchemaError for a time without a zone and for a string where a tuple belongs.
    """
    out = {}
    for name, write in _plan(type(record)).to_avro:
        value = getattr(record, name)
        out[name] = value if write is None or value is None else write(value)
    return out


def from_avro(cls: type[R], plain: dict[str, Any]) -> R:
    """The record from what fastavro read; fields that the class does not know (of a later release) are left out."""
    values = {}
    for name, read in _plan(cls).from_avro:
        if name in plain:
            value = plain[name]
            values[name] = value if read is None or value is None else read(value)
    return cls(**values)


_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a class maps to Avro and back: each field with its conversion (None: as it is)."""

    to_avro: tuple[tuple[str, _Convert | None], ...]
    from_avro: tuple[tuple[str, _Convert | None], ...]


_plans: dict[type, _Plan] = {}


def _plan(cls: type) -> _Plan:
    plan = _plans.get(cls)
    if plan is None:
        hints = typing.get_type_hints(cls)
        fields = [(field.name, *_converters(hints[field.name])) for field in dataclasses.fields(cls)]
        plan = _plans[cls] = _Plan(
            to_avro=tuple((name, write) for name, write, _ in fields),
            from_avro=tuple((name, read) for name, _, read in fields),
        )
    return plan


def _converters(hint: Any) -> tuple[_Convert | None, _Convert | None]:
    """(to Avro, from Avro) for a field's type; None where the value is the same on both sides."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = (arm for arm in typing.get_args(hint) if arm is not type(None))
    if dataclasses.is_dataclass(hint):
        return to_avro, partial(from_avro, hint)  # type: ignore[arg-type]  # a dataclass is a type here
    if hint is datetime:
        return _zoned, None
    if typing.get_origin(hint) is tuple:
        write, read = _converters(typing.get_args(hint)[0])
        if write is None or read is None:
            return _listed, tuple
        return (lambda items: [write(item) for item in _listed(items)]), (lambda items: tuple(map(read, items)))
    return None, None


def _zoned(moment: datetime) -> datetime:
    """fastavro takes a time without a zone for one in the zone of the machine."""
    if moment.tzinfo is None:
        raise SchemaError(f"the time {moment} has no zone")
    return moment


def _listed(items: Any) -> list[Any]:
    """fastavro takes a string for an array of its letters."""
    if isinstance(items, str | bytes):
        raise SchemaError(f"a {type(items).__name__} stands where a tuple belongs")
    return list(items)
