"""Summit reports from where they lie, a topic or an archive, into their newest rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fastavro

from connectors.topics import Topics
from pipeline.rows import NewestRows
from pipeline.tailing import everything
from schemas.codec import Decoder
from schemas.errors import RegistryError, SchemaError
from schemas.records import SummitReport, from_avro
from schemas.releases import latest

Told = Callable[[str], None]


class NotReports(Exception):
    """The source holds something else than summit reports, or is none."""


def from_topic(
    topics: Topics,
    topic: str,
    decoder: Decoder,
    newest: NewestRows,
    *,
    unreadable: Told,
    progress: Callable[[int], None],
) -> None:
    """Adds every report that the topic holds now; a null value deletes its article, as compaction does.

    `unreadable` is told of each record that does not decode, `progress` of how many were read. Raises NotReports where
    the topic holds other records, TopicError, RegistryError.
    """
    count = 0
    for received in everything(topics, topic):
        count += 1
        progress(count)
        where = f"{topic}/{received.partition}/{received.offset}"
        if received.value is None:
            newest.remove((received.key or b"").decode("utf-8", "replace"))
            continue
        try:
            record = decoder.decode(received.value)
        except RegistryError:
            raise
        except SchemaError as error:
            unreadable(f"{where}: {error}")
            continue
        if not isinstance(record, SummitReport):
            raise NotReports(f"{where} is a {type(record).__name__}; events are exported from summit reports")
        newest.add(record)


def from_archive(
    folder: Path, topic: str, newest: NewestRows, *, unreadable: Told, progress: Callable[[int], None]
) -> None:
    """Adds every report in `<folder>/<topic>/date=*/*.avro` (laid out as in pipeline.io.archive).

    `unreadable` is told of each file that cannot be read to its end. Raises NotReports where there is no such folder.
    """
    root = folder / topic
    if not root.is_dir():
        raise NotReports(f"{root} is no folder; give the one that `summitwire run --archive` wrote to")
    count = 0
    # By name, which tells from where in the topic a batch began: the later of two reports of one version counts.
    for path in sorted(root.glob("date=*/*.avro"), key=lambda path: (path.name, path.parent.name)):
        try:
            with path.open("rb") as stream:
                for plain in fastavro.reader(stream, latest("SummitReport").parsed):
                    newest.add(from_avro(SummitReport, plain))  # type: ignore[arg-type]  # a record, not a union
                    count += 1
                    progress(count)
        except Exception as error:  # fastavro raises ValueError, EOFError, SchemaResolutionError, zlib.error and more
            unreadable(f"{path}: {type(error).__name__}: {error}")
