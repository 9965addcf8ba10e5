"""Writes the summit events as flat rows: CSV, JSON lines, Parquet or GeoJSON.

summitwire export > events.csv
summitwire export -o events.parquet
summitwire export -o map.geojson --archive avro/
summitwire export --format jsonl | jq .headline

One row for each event of the highest version of each article, ordered by
article and place in it; a withdrawn article has none. The columns stand in
docs/export.md. A file appears under its name complete or not at all. The
newest rows wait in a temporary file, so memory does not grow with the topic.
Exit status 1 if some report could not be read; the others are written.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.cli import CommandError
from pipeline.cli.common import add_config, config_of, decoder_of, topic_name, topics_of
from pipeline.cli.output import Counting
from pipeline.escape import printable
from pipeline.export import FORMATS, SUFFIXES, TEXT_FORMATS, csv_lines, whole_file, write_parquet
from pipeline.reports import NotReports, from_archive, from_topic
from pipeline.rows import NewestRows


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, help="default: by the file's name, else csv")
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="default: -, the standard output")
    parser.add_argument("--from", dest="topic", metavar="TOPIC", default="summits", help="topic of reports to read")
    parser.add_argument("--archive", metavar="DIR", help="read the Avro files of `run --archive DIR`, not the topic")
    parser.add_argument(
        "--raw-cells",
        action="store_true",
        help="CSV: leave texts that begin with = + - or @ as they are; by default an apostrophe before them keeps "
        "spreadsheets from running them as formulas",
    )
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    kind = args.format or SUFFIXES.get(Path(args.output).suffix.lower(), "csv")
    if kind == "parquet" and args.output == "-" and sys.stdout.isatty():
        raise CommandError("Parquet is not for a terminal; name a file with -o")
    topic = topic_name(args.topic)
    try:
        with NewestRows() as newest:
            unreadable = _read(args, topic, newest)
            _write(args, kind, newest)
    except sqlite3.Error as error:
        raise CommandError(f"the temporary file for the rows failed: {error}; is there room in $TMPDIR?") from error
    if unreadable.count:
        raise CommandError(f"{unreadable.count} could not be read and were left out, the first: {unreadable.first}")
    return 0


@dataclass
class Unreadable:
    """How many there were, and what was said of the first."""

    count: int = 0
    first: str = ""

    def add(self, what: str) -> None:
        self.count += 1
        self.first = self.first or what


def _read(args: argparse.Namespace, topic: str, newest: NewestRows) -> Unreadable:
    unreadable = Unreadable()
    try:
        with Counting("reports read") as counting:
            if args.archive:
                from_archive(Path(args.archive), topic, newest, unreadable=unreadable.add, progress=counting.show)
            else:
                config = config_of(args)
                with closing(topics_of(config)) as topics:
                    decoder = decoder_of(config)
                    from_topic(topics, topic, decoder, newest, unreadable=unreadable.add, progress=counting.show)
    except NotReports as error:
        raise CommandError(str(error)) from error
    return unreadable


def _write(args: argparse.Namespace, kind: str, newest: NewestRows) -> None:
    if args.output == "-":
        if kind == "parquet":
            write_parquet(newest, sys.stdout.buffer)
            return
        shown = partial(printable, keep="\r\n") if sys.stdout.isatty() else str
        for text in _texts(args, kind, newest):
            sys.stdout.buffer.write(shown(text).encode())
        sys.stdout.buffer.flush()
        return
    try:
        with whole_file(Path(args.output)) as out:
            if kind == "parquet":
                write_parquet(newest, out)
            else:
                out.writelines(text.encode() for text in _texts(args, kind, newest))
    except OSError as error:
        raise CommandError(f"{args.output} cannot be written: {error.strerror or error}") from error


def _texts(args: argparse.Namespace, kind: str, newest: NewestRows) -> Iterator[str]:
    write = partial(csv_lines, raw_cells=args.raw_cells) if kind == "csv" else TEXT_FORMATS[kind]
    return write(newest)
