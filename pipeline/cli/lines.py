"""Records as readable lines."""

from __future__ import annotations

from pipeline.cli.output import Part
from pipeline.jsonable import appended
from pipeline.tailing import Seen
from schemas.records import CleanArticle, DeadLetter, RawArticle, SummitEvent, SummitReport

ID_LENGTH = 8
"""Digits of an article id that are shown, so that a line of 80 columns has room for the headline; `tail --key` takes a
beginning."""
Line = tuple[Part, ...]

STATUS_STYLES = {"held": "green", "cancelled": "red", "declined": "red", "postponed": "yellow"}


def lines_of(seen: Seen) -> list[Line]:
    """One line for a record, and below a report one for each of its events. Times are of the append, in local time."""
    record, received = seen.record, seen.received
    when = time_part(received.timestamp)
    key = (received.key or b"").decode("utf-8", "backslashreplace")
    if seen.error is not None:
        place = f"{received.partition}/{received.offset}"
        return [(when, (key[:ID_LENGTH], "cyan"), f"  at {place}  ", (f"does not decode: {seen.error}", "red"))]
    if record is None:
        return [(when, (key[:ID_LENGTH], "cyan"), ("  no value (tombstone)", "yellow"))]
    if isinstance(record, DeadLetter):
        return [(when, *dead_letter_parts(record))]
    if isinstance(record, SummitEvent):
        return [(when, (record.event_id, "cyan")), event_line(record)]
    return [(when, *_article_parts(record)), *(event_line(event) for event in getattr(record, "events", ()))]


def time_part(timestamp: int) -> Part:
    """When a message was appended, in local time; `--json` tells the year."""
    return (f"{appended(timestamp).astimezone():%m-%d %H:%M:%S}  ", "dim")


def _article_parts(record: RawArticle | CleanArticle | SummitReport) -> Line:
    note = ""
    if isinstance(record, SummitReport) and not record.events:
        note = "  no events"
    if not isinstance(record, RawArticle) and record.flags:
        note += f"  [{', '.join(record.flags)}]"
    change = f"v{record.version} {record.change}"
    withdrawn = record.change in ("kill", "withhold")
    return (
        (record.article_id[:ID_LENGTH], "cyan"),
        (f"  {change:<13}", "red" if withdrawn else ""),
        f" {record.headline or '(no headline)'}",
        (note, "dim"),
    )


def event_line(event: SummitEvent) -> Line:
    """Date, place, kind and status, who."""
    status = (f"{event.kind} {event.status}", STATUS_STYLES.get(event.status, ""))
    return ("    ", (dates_of(event), "bold"), f"  {place_of(event)}  ", status, f"  {who(event)}")


def dates_of(event: SummitEvent) -> str:
    if event.date is None:
        return "no date"
    return event.date.start if event.date.end is None else f"{event.date.start} to {event.date.end}"


def place_of(event: SummitEvent) -> str:
    place = event.place
    names = () if place is None else (place.name or place.city, place.country)
    return ", ".join(name for name in names if name) or "no place"


def who(event: SummitEvent) -> str:
    """Everyone named, with their party, then the parties of which nobody is."""
    named = [
        f"{person.name} ({person.country})" if person.country else person.name
        for person in event.participants
        if person.name
    ]
    covered = {person.country for person in event.participants if person.name}
    return ", ".join([*named, *(party for party in event.parties if party not in covered)]) or "nobody named"


def dead_letter_parts(dead: DeadLetter) -> Line:
    """Id, step, class and message."""
    return ((dead.dead_letter_id, "cyan"), f"  {dead.step}  ", (f"{dead.error_class}: ", "red"), dead.message)
