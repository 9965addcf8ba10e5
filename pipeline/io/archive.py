"""The archive: plain Avro files of the records, by day.

    <folder>/<topic>/date=YYYY-MM-DD/<partition>-<first offset>.avro

The day is that of `published` in UTC (of `fetched_at` where a wire tells none), the name tells from where in the raw
topic a batch began. A batch that is run again after a crash begins at the same committed offset and replaces its own
files.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import fastavro

from connectors.durable import write_durably
from pipeline.settings import Settings
from pipeline.steps import Encoded
from schemas.records import CleanArticle, RawArticle, SummitReport, to_avro
from schemas.releases import latest


class ArchiveError(Exception):
    """The archive cannot be written."""


@dataclass
class WriteArchive(beam.PTransform):  # type: ignore[misc]
    """Writes both records of each element; durable by the end of the bundle."""

    settings: Settings

    def expand(self, encoded: beam.PCollection[Encoded]) -> beam.PCollection[None]:
        return encoded | "Files" >> beam.ParDo(_Archive(self.settings)).with_output_types(None)


class _Archive(beam.DoFn):  # type: ignore[misc]
    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def start_bundle(self) -> None:
        self.first: dict[int, int] = {}
        self.files: dict[tuple[int, str, str], list[CleanArticle | SummitReport]] = defaultdict(list)

    def process(self, encoded: Encoded) -> None:
        partition = encoded.origin.partition
        self.first.setdefault(partition, encoded.origin.offset)
        day = archive_day(encoded.article)
        self.files[partition, self.settings.clean, day].append(encoded.clean_record)
        self.files[partition, self.settings.summits, day].append(encoded.report)

    def finish_bundle(self) -> None:
        for (partition, topic, day), records in self.files.items():
            folder = Path(self.settings.archive) / topic / f"date={day}"
            path = folder / f"{partition:04d}-{self.first[partition]:020d}.avro"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                write_durably(path, container(records, self.settings.archive_codec))
            except OSError as error:
                raise ArchiveError(f"archive file {path} cannot be written: {error.strerror}") from error
        self.files.clear()


def archive_day(article: RawArticle) -> str:
    """YYYY-MM-DD in UTC."""
    return (article.published or article.fetched_at).date().isoformat()


def container(records: list[CleanArticle | SummitReport], codec: str) -> bytes:
    """An Avro object container file of records of one kind: the same records give the same bytes."""
    release = latest(type(records[0]).__name__)
    out = io.BytesIO()
    # The format wants 16 random bytes between blocks; derived from the schema they tell nothing and never vary.
    marker = hashlib.md5(release.name.encode(), usedforsecurity=False).digest()
    fastavro.writer(out, release.parsed, map(to_avro, records), codec=codec, sync_marker=marker)
    return out.getvalue()
