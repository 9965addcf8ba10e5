"""Bounded reads of topics: the source of local micro-batches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam

from connectors.topics import Received
from pipeline.io import clients
from pipeline.metrics import Tally
from pipeline.offsets import ReadRange
from pipeline.settings import Settings

REACHED = "read/offsets/"
"""Counter for each partition, `read/offsets/<partition>`: how far beyond its start a read has come. A pipeline's result
tells the driver through it where a read that ended early has ended."""


@dataclass
class ReadRanges(beam.PTransform):  # type: ignore[misc]  # Beam's classes are untyped
    """The records of the given ranges, each partition in its order, as `Received`."""

    ranges: Sequence[ReadRange]
    settings: Settings

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection[Received]:
        return (
            begin
            # No reshuffle: everything up to the writes stays one fused stage, in order.
            | "Ranges" >> beam.Create(list(self.ranges), reshuffle=False)
            | "ReadRange" >> beam.ParDo(_Read(self.settings)).with_output_types(Received)
        )


class _Read(beam.DoFn):  # type: ignore[misc]
    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def process(self, wanted: ReadRange) -> Iterator[Received]:
        left = wanted.max_bytes
        deadline = time.monotonic() + wanted.max_seconds
        reached = wanted.start
        records = 0
        tally = Tally()
        for received in clients.topics(self.settings).read(wanted.topic, wanted.partition, wanted.start, wanted.end):
            yield received
            records += 1
            reached = received.offset + 1
            left -= len(received.value or b"") + len(received.key or b"")
            if left <= 0 or time.monotonic() >= deadline:
                break
        else:
            reached = wanted.end
        tally.add("read/records", records)
        tally.add("read/bytes", wanted.max_bytes - left)
        tally.add(f"{REACHED}{wanted.partition}", reached - wanted.start)
        tally.flush()
