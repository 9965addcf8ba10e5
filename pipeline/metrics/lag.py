"""How far a consumer group is behind, in records and in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from connectors.topics import Topics


@dataclass(frozen=True, slots=True)
class Lag:
    """`committed`: next offset to process. `seconds`: age of the oldest record that is not committed, by its timestamp
    in the topic; 0 where there is none."""

    committed: int
    records: int
    seconds: float


class LagMeter:
    """Measures a group's lag on a topic. The oldest record's timestamp is read again only once the group has moved."""

    def __init__(self, topics: Topics, group: str, topic: str, clock: Callable[[], float] = time.time) -> None:
        self._topics, self._group, self._topic, self._clock = topics, group, topic, clock
        self._oldest: dict[int, tuple[int, float]] = {}

    def measure(self) -> dict[int, Lag]:
        """Partition → lag. Raises TopicError. What retention has deleted counts as processed."""
        # In this order: an offset that is committed meanwhile can only make the lag look larger.
        committed = self._topics.committed(self._group, self._topic)
        begin = self._topics.begin_offsets(self._topic)
        end = self._topics.end_offsets(self._topic)
        out = {}
        for partition, first in begin.items():
            start = max(committed.get(partition, first), first)
            behind = max(0, end[partition] - start)
            age = max(0.0, self._clock() - self._appended(partition, start, end[partition])) if behind else 0.0
            out[partition] = Lag(start, behind, age)
        return out

    def _appended(self, partition: int, start: int, end: int) -> float:
        """When the first record from `start` on was appended, in seconds since the epoch."""
        known = self._oldest.get(partition)
        if known is None or known[0] != start:
            reading = self._topics.read(self._topic, partition, start, end)
            # Offsets may have gaps up to the end: then nothing waits there.
            first = next((received.timestamp / 1000 for received in reading), self._clock())
            known = self._oldest[partition] = start, first
        return known[1]
