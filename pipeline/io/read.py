"""Bounded reads of topics: the source of local micro-batches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    """The records of the ranges that are planned under `plan` when the pipeline runs, each partition in its order, as
    `Received`. The plan is handed over in this process' memory: the pipeline is made once, and run for each batch."""

    plan: str
    settings: Settings

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection[Received]:
        return (
            begin
            # No reshuffle: everything up to the writes stays one fused stage, in order.
            | "Ranges" >> beam.Impulse()
            | "ReadRange" >> beam.ParDo(_Read(self.plan, self.settings)).with_output_types(Received)
        )


@contextmanager
def planned(plan: str, ranges: Sequence[ReadRange]) -> Iterator[None]:
    """What pipelines that read `plan` in this process read meanwhile."""
    _plans[plan] = ranges
    try:
        yield
    finally:
        del _plans[plan]


_plans: dict[str, Sequence[ReadRange]] = {}


class _Read(beam.DoFn):  # type: ignore[misc]
    def __init__(self, plan: str, settings: Settings) -> None:
        self.plan = plan
        self.settings = settings

    def process(self, impulse: bytes) -> Iterator[Received]:
        tally = Tally()
        ranges = _plans[self.plan]
        reading = clients.topics(self.settings).read_ranges(
            self.settings.raw, {wanted.partition: (wanted.start, wanted.end) for wanted in ranges}
        )
        for wanted in ranges:
            yield from _capped(wanted, reading[wanted.partition], tally)
        tally.flush()


def _capped(wanted: ReadRange, reading: Iterator[Received], tally: Tally) -> Iterator[Received]:
    left = wanted.max_bytes
    deadline = time.monotonic() + wanted.max_seconds
    reached = wanted.start
    records = 0
    for received in reading:
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
