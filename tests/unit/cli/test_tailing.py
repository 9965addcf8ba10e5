"""Reading topics as people do, on partitions with gaps and on topics that go away."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.topics import Received, TopicError, UnknownTopic
from pipeline.tailing import follow, last, merged


class Log:
    """Partitions as lists of (offset, timestamp), with the gaps of compaction, which no broker makes on demand."""

    def __init__(self, partitions: dict[int, list[tuple[int, int]]], begin: dict[int, int] | None = None) -> None:
        self.partitions = partitions
        self.begin = begin or dict.fromkeys(partitions, 0)
        self.away: list[Exception] = []
        self.reads: list[tuple[int, int, int]] = []

    def begin_offsets(self, topic: str) -> dict[int, int]:
        if self.away:
            raise self.away.pop(0)
        return dict(self.begin)

    def end_offsets(self, topic: str) -> dict[int, int]:
        return {partition: records[-1][0] + 1 if records else 0 for partition, records in self.partitions.items()}

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Received]:
        if start < self.begin[partition]:
            raise TopicError("retention passed it")
        self.reads.append((partition, start, end))
        for offset, timestamp in self.partitions[partition]:
            if start <= offset < end:
                yield Received(topic, partition, offset, timestamp, b"k", b"v")


def places(found: Any) -> list[tuple[int, int]]:
    return [(received.partition, received.offset) for received in found]


def test_partitions_are_merged_by_time_and_keep_their_own_order() -> None:
    log: Any = Log({0: [(0, 10), (1, 40)], 1: [(0, 30), (1, 20)], 2: []})
    assert places(merged(log, "t", log.end_offsets("t"))) == [(0, 0), (1, 0), (1, 1), (0, 1)]


def test_the_last_records_are_found_behind_gaps_that_compaction_left() -> None:
    log: Any = Log({0: [(0, 0), (1, 1), (5, 5), (4000, 6)]})
    assert places(last(log, "t", 3, log.end_offsets("t"))) == [(0, 1), (0, 5), (0, 4000)]


def test_the_last_records_do_not_cost_a_read_of_the_whole_topic() -> None:
    log: Any = Log({0: [(offset, offset) for offset in range(1000)]})
    assert places(last(log, "t", 2, log.end_offsets("t"))) == [(0, 998), (0, 999)]
    assert log.reads == [(0, 998, 1000)]


def test_following_gives_what_is_appended_after_each_wait() -> None:
    log: Any = Log({0: [(0, 0)]})
    appended = iter([(1, 1), (2, 2)])

    def wait(seconds: float) -> bool:
        new = next(appended, None)
        if new is not None:
            log.partitions[0].append(new)
        return new is not None

    assert places(follow(log, "t", {0: 1}, wait)) == [(0, 1), (0, 2)]


def test_following_outlives_an_outage_and_waits_longer_each_time() -> None:
    log: Any = Log({0: [(0, 0), (1, 1)]})
    log.away = [TopicError("broker away"), TopicError("broker away")]
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) < 3

    assert places(follow(log, "t", {0: 0}, wait)) == [(0, 0), (0, 1)]
    assert waits == [1.0, 2.0, 0.5]


def test_following_goes_on_where_retention_has_passed_it_or_the_topic_is_new() -> None:
    log: Any = Log({0: [(7, 0), (8, 1)]}, begin={0: 7})
    assert places(follow(log, "t", {0: 3}, lambda seconds: False)) == [(0, 7), (0, 8)]
    anew: Any = Log({0: [(0, 0)]})
    assert places(follow(anew, "t", {0: 50}, lambda seconds: False)) == [(0, 0)]


def test_following_asks_nothing_of_partitions_where_nothing_is_new() -> None:
    log: Any = Log({0: [(0, 0)], 1: [(0, 0)]})
    assert places(follow(log, "t", {0: 1, 1: 0}, lambda seconds: False)) == [(1, 0)]
    assert log.reads == [(1, 0, 1)]


def test_following_sees_a_partition_that_was_added() -> None:
    log: Any = Log({0: []})
    turns = itertools.count()

    def wait(seconds: float) -> bool:
        log.partitions[1] = [(0, 0)]
        log.begin[1] = 0
        return next(turns) == 0

    assert places(follow(log, "t", {0: 0}, wait)) == [(1, 0)]


def test_following_a_topic_that_was_deleted_ends_with_an_error() -> None:
    log: Any = Log({0: []})
    log.away = [UnknownTopic("gone")]
    with pytest.raises(UnknownTopic):
        list(follow(log, "t", {0: 0}, lambda seconds: True))
