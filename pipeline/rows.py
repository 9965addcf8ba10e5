"""Flat rows of summit events: one for each event of the highest version of each article.

A row is a dict of plain JSON values with the keys of COLUMNS, in their order (docs/export.md tells what they hold).
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from types import TracebackType
from typing import Any, Literal

from pipeline.jsonable import zoned
from schemas.records import Place, SummitEvent, SummitReport

Kind = Literal["text", "whole", "number", "time", "texts", "people", "quotes"]
Row = dict[str, Any]

COLUMNS: dict[str, Kind] = {
    "event_id": "text",
    "article_id": "text",
    "version": "whole",
    "source_id": "text",
    "published": "time",
    "headline": "text",
    "url": "text",
    "kind": "text",
    "status": "text",
    "level": "text",
    "prominence": "text",
    "parties": "texts",
    "participants": "people",
    "date_start": "text",
    "date_end": "text",
    "place_name": "text",
    "place_country": "text",
    "place_city": "text",
    "latitude": "number",
    "longitude": "number",
    "gathering": "text",
    "topics": "texts",
    "outcomes": "texts",
    "quotes": "quotes",
    "attribution": "text",
    "cameo": "text",
    "plover": "text",
    "confidence": "number",
    "summit_key": "text",
    "evidence": "texts",
    "published_offset": "whole",
}
"""Column → what it holds. The order is a promise: new columns come last."""


def rows_of(report: SummitReport) -> list[Row]:
    """The rows of one report; none for a withdrawn article."""
    if report.change in ("kill", "withhold"):
        return []
    return [_row(report, event) for event in report.events]


def _row(report: SummitReport, event: SummitEvent) -> Row:
    date, place = event.date, event.place
    published = report.published and zoned(report.published, report.published_offset).isoformat()
    latitude, longitude = _coordinates(place)
    values = {
        "event_id": event.event_id,
        "article_id": report.article_id,
        "version": report.version,
        "source_id": report.source_id,
        "published": published,
        "headline": report.headline,
        "url": report.url,
        "kind": event.kind,
        "status": event.status,
        "level": event.level,
        "prominence": event.prominence,
        "parties": list(event.parties),
        "participants": [
            {"name": person.name, "title": person.title, "country": person.country} for person in event.participants
        ],
        "date_start": date and date.start,
        "date_end": date and date.end,
        "place_name": place and place.name,
        "place_country": place and place.country,
        "place_city": place and place.city,
        "latitude": latitude,
        "longitude": longitude,
        "gathering": event.gathering,
        "topics": [span.text for span in event.topics],
        "outcomes": [span.text for span in event.outcomes],
        "quotes": [{"speaker": quote.speaker, "text": quote.text} for quote in event.quotes],
        "attribution": event.attribution,
        "cameo": event.cameo,
        "plover": event.plover,
        "confidence": event.confidence if math.isfinite(event.confidence) else None,
        "summit_key": event.summit_key,
        "evidence": [span.text for span in event.evidence],
        "published_offset": report.published_offset,
    }
    return {name: values[name] for name in COLUMNS}


def _coordinates(place: Place | None) -> tuple[float | None, float | None]:
    """Latitude and longitude, or neither where one is missing or lies off the globe."""
    if place is None or place.latitude is None or place.longitude is None:
        return None, None
    on_globe = abs(place.latitude) <= 90 and abs(place.longitude) <= 180
    return (place.latitude, place.longitude) if on_globe else (None, None)


class NewestRows:
    """The rows of the highest version of each article, whatever order and number the versions come in.

    They lie in a private temporary SQLite database, which goes to disk as it grows: memory stays flat. Of two reports
    of one version the later one counts (the same article processed again).
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE newest (article_id TEXT PRIMARY KEY, version INT, rows TEXT) WITHOUT ROWID"
        )
        self._database.execute("BEGIN")

    def __enter__(self) -> NewestRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, report: SummitReport) -> None:
        """Keeps the report's rows, or that it has none, unless a higher version is known."""
        self._database.execute(
            "INSERT INTO newest VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, "
            "rows = excluded.rows WHERE excluded.version >= version",
            (report.article_id, report.version, json.dumps(rows_of(report))),
        )

    def remove(self, article_id: str) -> None:
        """Forgets an article: its key was deleted from the topic."""
        self._database.execute("DELETE FROM newest WHERE article_id = ?", (article_id,))

    def __iter__(self) -> Iterator[Row]:
        """By article id, then by the event's place in its article."""
        with closing(self._database.execute("SELECT rows FROM newest WHERE rows != '[]' ORDER BY article_id")) as found:
            for (rows,) in found:
                yield from json.loads(rows)
