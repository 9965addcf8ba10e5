"""Event rows as CSV, JSON lines, GeoJSON and Parquet. The same rows give the same bytes."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from connectors import durable
from pipeline.escape import json_text
from pipeline.rows import COLUMNS, Kind, Row

SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".geojson": "geojson", ".parquet": "parquet"}
"""File name's end → format."""
PARQUET_ROWS = 5_000
"""Rows of a row group: bounds the memory."""

# A spreadsheet runs a cell that begins so (OWASP, "CSV injection"); the wide forms count in East Asian locales.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def csv_lines(rows: Iterable[Row], raw_cells: bool = False) -> Iterator[str]:
    """CSV (RFC 4180) with a header line. Lists are joined with semicolons, participants are `name (title, party)`,
    quotes `speaker: text`. A text that a spreadsheet would run as a formula gets an apostrophe before it, unless
    `raw_cells`."""
    writer: Any = csv.writer(_Echo(), lineterminator="\r\n")
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([_cell(row[name], kind, raw_cells) for name, kind in COLUMNS.items()])


class _Echo:
    """csv.writer's writerow returns what the write of its file returns."""

    def write(self, line: str) -> str:
        return line


def _cell(value: Any, kind: Kind, raw: bool) -> Any:
    if value is None or kind in ("whole", "number", "time"):
        return value
    if kind == "people":
        value = [_person(**person) for person in value]
    elif kind == "quotes":
        value = [f"{quote['speaker']}: {quote['text']}" if quote["speaker"] else quote["text"] for quote in value]
    text = value if kind == "text" else ";".join(value)
    return f"'{text}" if text.startswith(_FORMULA) and not raw else text


def _person(name: str | None, title: str | None, country: str | None) -> str:
    more = ", ".join(part for part in (title, country) if part)
    return f"{name or '?'} ({more})" if more else name or "?"


def json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """One JSON object a line, every column in it."""
    return (json_text(row) + "\n" for row in rows)


def geojson_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A FeatureCollection (RFC 7946), a feature a line. An event without coordinates has the geometry null."""
    yield '{"type": "FeatureCollection", "features": ['
    separator = "\n"
    for row in rows:
        yield separator + json_text(_feature(row))
        separator = ",\n"
    yield "\n]}\n"


def _feature(row: Row) -> dict[str, Any]:
    latitude, longitude = row["latitude"], row["longitude"]
    located = latitude is not None and longitude is not None
    return {
        "type": "Feature",
        "id": row["event_id"],
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]} if located else None,
        "properties": {name: value for name, value in row.items() if name not in ("latitude", "longitude")},
    }


def write_parquet(rows: Iterable[Row], out: BinaryIO) -> None:
    """Parquet, zstd. `published` is a timestamp in UTC, lists are lists, participants and quotes are structs."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: dict[Kind, Any] = {
        "text": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "time": pa.timestamp("us", tz="UTC"),
        "texts": pa.list_(pa.string()),
        "people": pa.list_(pa.struct([(name, pa.string()) for name in ("name", "title", "country")])),
        "quotes": pa.list_(pa.struct([(name, pa.string()) for name in ("speaker", "text")])),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    times = [name for name, kind in COLUMNS.items() if kind == "time"]
    left = iter(rows)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(left, PARQUET_ROWS)):
            for row in group:
                for name in times:
                    row[name] = row[name] and datetime.fromisoformat(row[name]).astimezone(UTC)
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


TEXT_FORMATS: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {
    "csv": csv_lines,
    "jsonl": json_lines,
    "geojson": geojson_lines,
}
FORMATS = (*TEXT_FORMATS, "parquet")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name complete and durable, or not at all. A device or a pipe is written as it is.
    Raises OSError."""
    target = path.resolve()
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        with target.open("wb") as stream:
            yield stream
        return
    with durable.whole_file(target, target.with_name(f".summitwire-export-{os.getpid()}.tmp")) as stream:
        yield stream
