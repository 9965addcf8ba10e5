"""The raw topic without end: the source of jobs on Flink.

A splittable DoFn over Kafka. What the runner keeps of it is the next offset of each partition, and nothing else: of
addresses and settings, those of the running job count, also where it goes on from an old checkpoint.

Its elements are readers, each with its share of the partitions: reader 2 of 3 reads partitions 2, 5, 8 … Flink places
them by a hash of the element, so that all might fall on one task; a salt in each sees to it that they do not.

A bundle reads what there is, up to the caps, and ends: the runner then holds a checkpoint of the reader, and goes on
from it. Until the first record comes a bundle waits up to `wait_seconds` in Kafka's own long poll, so that an idle
topic costs one bundle a second, and a record none of its time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import apache_beam as beam
from apache_beam.coders import Coder
from apache_beam.io.iobase import RestrictionProgress, RestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from connectors.topics import Received, TopicChanged, TopicError
from connectors.topics.kafka import KafkaTopics
from connectors.topics.kafka_tail import Tail
from pipeline.io import clients
from pipeline.io.commits import commits_of
from pipeline.io.placing import salted, share
from pipeline.metrics import Tally
from pipeline.offsets import starts
from pipeline.settings import Settings

DISORDER_SECONDS = 10
"""By how much records of one partition may stand out of the order of their timestamps (several connectors write to one
topic, each with a clock of its own) without being late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """What is read, and for whom. `partitions`: how many the topic has; `job`: whose workers share the group.

    A bundle waits `wait_seconds` for its first record, and for more until `linger_seconds` after it; where there is
    more than that it ends with `max_records`, or `max_seconds` after the first. Beam's Flink runner 2.62 keeps 4 KB of
    every bundle in its checkpoints for ever: the fewer there are, the slower they grow."""

    settings: Settings
    group: str
    job: str
    partitions: int
    readers: int = 1
    wait_seconds: float = 1.0
    linger_seconds: float = 0.2
    max_records: int = 10_000
    max_seconds: float = 1.0


@dataclass
class FollowTopic(beam.PTransform):  # type: ignore[misc]
    """The records of the raw topic as `Received`, from the group's committed offsets on, each partition in its order.
    The timestamp of an element is its record's, but never in the future."""

    following: Following

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection[Received]:
        readers = min(self.following.readers, self.following.partitions)
        return (
            begin
            | "Readers" >> beam.Create(salted(readers), reshuffle=False).with_output_types(bytes)
            | "Follow" >> beam.ParDo(_Follow(self.following)).with_output_types(Received)
        )


class Positions(Coder):  # type: ignore[misc]
    """A reader's restriction, partition → next offset; empty before it has begun."""

    def encode(self, positions: Mapping[int, int]) -> bytes:
        return " ".join(f"{partition}:{positions[partition]}" for partition in sorted(positions)).encode()

    def decode(self, encoded: bytes) -> dict[int, int]:
        pairs = (pair.split(":") for pair in encoded.decode().split())
        return {int(partition): int(offset) for partition, offset in pairs}

    def is_deterministic(self) -> bool:
        return True


class Tracker(RestrictionTracker):  # type: ignore[misc]
    """How far a reader has come. It is never done: a bundle ends with a split, which leaves all that was not claimed to
    the next one."""

    def __init__(self, positions: Mapping[int, int]) -> None:
        self._positions = dict(positions)
        self._cut = False

    def current_restriction(self) -> dict[int, int]:
        return dict(self._positions)

    def try_claim(self, position: Mapping[int, int]) -> bool:
        """`position`: partition → the offset behind what is claimed."""
        if not self._cut:
            self._positions |= position
        return not self._cut

    def try_split(self, fraction_of_remainder: float) -> tuple[dict[int, int], dict[int, int]] | None:
        if fraction_of_remainder != 0 or self._cut:
            return None
        self._cut = True
        return dict(self._positions), dict(self._positions)

    def check_done(self) -> bool:
        if not self._cut:
            raise ValueError("a bundle of an unbounded read ended without a checkpoint")
        return True

    def current_progress(self) -> RestrictionProgress:
        return RestrictionProgress(completed=0, remaining=1)

    def is_bounded(self) -> bool:
        return False


class _Provider(RestrictionProvider):  # type: ignore[misc]
    def initial_restriction(self, element: bytes) -> dict[int, int]:
        return {}

    def create_tracker(self, restriction: dict[int, int]) -> Tracker:
        return Tracker(restriction)

    def restriction_size(self, element: bytes, restriction: dict[int, int]) -> int:
        return 1

    def restriction_coder(self) -> Coder:
        return Positions()


_POSITIONS = beam.DoFn.RestrictionParam(_Provider())
_WATERMARK = beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider())


class _Follow(beam.DoFn):  # type: ignore[misc]
    def __init__(self, following: Following) -> None:
        self.following = following

    @beam.DoFn.unbounded_per_element()  # type: ignore[untyped-decorator]
    def process(
        self,
        reader: bytes,
        finalizer: Any = beam.DoFn.BundleFinalizerParam,
        tracker: Any = _POSITIONS,  # this and the next are given by keyword, and so must follow the others
        watermark: Any = _WATERMARK,
    ) -> Iterator[TimestampedValue]:
        began = time.monotonic()
        following = self.following
        topics = kafka_topics(following.settings)
        commits = commits_of(topics, following.group, following.settings.raw, following.job)
        commits.check()
        positions = tracker.current_restriction() or begin(topics, following, share(reader, following.partitions))
        tally = Tally()
        with _tail(topics, reader, following.settings.raw, positions) as tail:
            check_partitions(following, tail.partitions)
            wait, emitted, first = following.wait_seconds, 0, 0.0
            while received := tail.next(wait):
                if not tracker.try_claim({received.partition: received.offset + 1}):
                    break
                tally.add("read/records")
                tally.add("read/bytes", len(received.value or b"") + len(received.key or b""))
                yield TimestampedValue(received, Timestamp(min(received.timestamp / 1000, time.time())))
                now = time.monotonic()
                first = first or now
                emitted += 1
                if emitted >= following.max_records or now - first >= following.max_seconds:
                    break
                wait = max(0.0, first + following.linger_seconds - now)
            _advance(watermark, tail, len(positions))
            tally.flush()
            tracker.try_claim(tail.positions)
            tracker.defer_remainder()
            shuffled = following.settings.dedup_seconds > 0
            finalizer.register(partial(commits.offer, tracker.current_restriction(), began if shuffled else None))


def kafka_topics(settings: Settings) -> KafkaTopics:
    """Raises TopicError for topics of another kind."""
    topics = clients.topics(settings)
    if not isinstance(topics, KafkaTopics):
        raise TopicError(f"a job on Flink reads from Kafka, not from {topics.url}: set [topics] url")
    return topics


def begin(topics: KafkaTopics, following: Following, partitions: Iterable[int]) -> dict[int, int]:
    """Where a reader without a checkpoint begins: at the group's committed offsets, else at what is still there. Raises
    OffsetsError where a committed offset lies outside of the topic."""
    raw = following.settings.raw
    first, end = topics.begin_offsets(raw), topics.end_offsets(raw)
    check_partitions(following, len(first))
    found = starts(first, end, topics.committed(following.group, raw), raw)
    return {partition: found[partition] for partition in partitions}


def check_partitions(following: Following, found: int) -> None:
    """Raises TopicChanged where the topic no longer has the partitions that the job was started with. None found: the
    broker is starting, and does not know yet."""
    if found not in (0, following.partitions):
        raise TopicChanged(
            f"{following.settings.raw} has {found} partitions, and had {following.partitions} when the job was "
            "started: keyed topics are never grown, for an article's versions then lie in two partitions and may be "
            "processed in the wrong order; docs/flink.md says how to go on"
        )


@contextmanager
def _tail(topics: KafkaTopics, reader: bytes, raw: str, positions: Mapping[int, int]) -> Iterator[Tail]:
    """The reader's consumer, kept from bundle to bundle, standing at these positions; with an error it goes."""
    tail = _kept.pop((topics.url, raw, reader), None)
    if tail is None:
        tail = topics.follow(raw, positions)
    try:
        if tail.positions != positions:
            tail.seek(positions)
        yield tail
    except BaseException:
        tail.close()
        raise
    _kept[topics.url, raw, reader] = tail


_kept: dict[tuple[str, str, bytes], Tail] = {}


def _advance(watermark: Any, tail: Tail, partitions: int) -> None:
    """Moves the watermark to what all partitions have been read to, once that is known of all."""
    if len(tail.read_until) == partitions:
        reached = Timestamp(min(tail.read_until.values()) - DISORDER_SECONDS)
        if watermark.current_watermark() is None or reached > watermark.current_watermark():
            watermark.set_watermark(reached)
