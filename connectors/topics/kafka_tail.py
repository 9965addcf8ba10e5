"""Reading on in partitions for ever: explicit assignment, never a group."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kafka import TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError, RetriableError

from connectors.topics.kafka_clients import Clients, close, explain
from connectors.topics.kafka_reader import received
from connectors.topics.model import OffsetsGone, Received, TopicError

log = logging.getLogger("summitwire.topics")

POLL_RECORDS = 500
READY_SECONDS = 0.2
"""How long records are waited for of which the broker has said that they lie ready."""
DOUBT_SECONDS = 5.0
"""How long an empty answer is doubted while a partition's end lies further on. A new consumer's first polls are empty
whatever the topic holds: who believes them, and makes a new consumer the next time, reads nothing for ever."""
ASK_SECONDS = 1.0
"""Between two looks at the partitions' ends while there are records."""
ASK_MS = 3_000
POSITION_MS = 100
"""Known without asking, but where the broker has come back and is asked whether it still holds it."""
METADATA_MS = 30_000
"""A topic that has grown is noticed within it."""


class Tail:
    """Some partitions of a topic, each in its order from the given offset on."""

    def __init__(self, clients: Clients, topic: str, positions: Mapping[int, int]) -> None:
        self._topic = topic
        self._url = clients.url
        self._places = [TopicPartition(topic, partition) for partition in sorted(positions)]
        self._ready: deque[Received] = deque()
        self._asked = 0.0
        self.positions: dict[int, int] = {}
        """Partition → offset that is read next."""
        self.read_until: dict[int, float] = {}
        """Partition → time (seconds since the epoch) until which its records have been read: that of its newest record,
        or when it was last found to be read to its end."""
        self._consumer = clients.consumer(metadata_max_age_ms=METADATA_MS)
        with self._told():
            self._consumer.assign(self._places)
        self.seek(positions)

    def seek(self, positions: Mapping[int, int]) -> None:
        """Goes on from there."""
        with self._told():
            for place in self._places:
                self._consumer.seek(place, positions[place.partition])
        self.positions = dict(positions)
        self.read_until = {}
        self._ready.clear()

    def next(self, seconds: float) -> Received | None:
        """The next record, for which it waits up to `seconds`, or a little while where records are known to lie ready.
        None where there is none, or while the broker is away.

        Raises OffsetsGone where the topic does not hold a position any more, TopicError where it cannot be read.
        """
        if not self._ready:
            self._ready.extend(self._poll(seconds))
        if not self._ready:
            return None
        found = self._ready.popleft()
        self.positions[found.partition] = found.offset + 1
        seen = min(found.timestamp / 1000, time.time())
        self.read_until[found.partition] = max(seen, self.read_until.get(found.partition, 0.0))
        return found

    @property
    def partitions(self) -> int:
        """How many partitions the topic has by now."""
        return len(self._consumer.partitions_for_topic(self._topic))

    def close(self) -> None:
        close(self._consumer)

    def _poll(self, seconds: float) -> list[Received]:
        doubted = time.monotonic() + DOUBT_SECONDS
        while True:
            with self._told():
                wait = max(seconds, READY_SECONDS if self._behind() else 0.0)
                answer = self._consumer.poll(timeout_ms=int(1000 * wait), max_records=POLL_RECORDS)
            if answer:
                if time.time() - self._asked > ASK_SECONDS:
                    self._look_at_ends()
                return [received(place, record) for place, records in answer.items() for record in records]
            with self._told():
                for place in self._places:
                    # It moves without records too: transactions and compaction leave offsets without any.
                    position = self._consumer.position(place, timeout_ms=POSITION_MS)
                    self.positions[place.partition] = position or self.positions[place.partition]
            if seconds <= 0 or self._look_at_ends() or time.monotonic() > doubted:
                return []

    def _behind(self) -> bool:
        """Whether the broker's last answers told of more records."""
        ends = [(self._consumer.highwater(place), self.positions[place.partition]) for place in self._places]
        return any(end is not None and position < end for end, position in ends)

    def _look_at_ends(self) -> bool:
        """Notes which partitions are read up to where they end now. Whether all are; also while the broker is away, for
        then nothing else is to be had."""
        asked = self._asked = time.time()
        try:
            ends = self._consumer.end_offsets(self._places, timeout_ms=ASK_MS)
        except (RetriableError, OSError) as error:
            log.warning("%s on %s does not answer: %s", self._topic, self._url, explain(error))
            return True
        at_end = [place.partition for place in self._places if self.positions[place.partition] >= ends[place]]
        self.read_until |= dict.fromkeys(at_end, asked)
        return len(at_end) == len(self._places)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns errors of kafka-python into TopicErrors."""
        try:
            yield
        except OffsetOutOfRangeError as error:
            raise OffsetsGone(self._gone()) from error
        except (KafkaError, OSError, RuntimeError, ValueError) as error:
            raise TopicError(f"cannot read {self._topic} on {self._url}: {explain(error)}") from error

    def _gone(self) -> str:
        """Which offsets are missing."""
        general = f"{self._topic} on {self._url}: retention passed the offsets being read"
        try:
            begin = self._consumer.beginning_offsets(self._places, timeout_ms=ASK_MS)
            end = self._consumer.end_offsets(self._places, timeout_ms=ASK_MS)
        except (KafkaError, OSError):
            return general
        found = []
        for place in self._places:
            wanted = self.positions[place.partition]
            where = f"{place.topic}/{place.partition}"
            if wanted < begin[place]:
                found.append(f"{where}: offsets {wanted} to {begin[place] - 1} were deleted before they were processed")
            elif wanted > end[place]:
                found.append(f"{where} ends at {end[place]}, before offset {wanted}: the topic was made anew")
        return "; ".join(found) or general
