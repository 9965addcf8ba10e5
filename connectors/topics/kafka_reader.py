"""Reading ranges of partitions: explicit assignment, never a group."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError

from connectors.topics.kafka_clients import Clients, close, explain
from connectors.topics.model import Received, TopicError

POLL_MS = 500
POLL_RECORDS = 2_000


def received(place: TopicPartition, record: Any) -> Received:
    """A record of kafka-python as ours."""
    return Received(
        place.topic,
        place.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple((name, value or b"") for name, value in record.headers),
    )


class Readers:
    """Consumers, one for each read that is going on, kept for the next reads."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._lock = threading.Lock()
        self._idle: list[Any] = []

    def read(self, place: TopicPartition, start: int, end: int) -> Iterator[Received]:
        """The records start ≤ offset < end, where `end` is not beyond the partition's. Raises TopicError."""
        if start >= end:
            return
        consumer = self._take()
        try:
            consumer.assign([place])
            consumer.seek(place, start)
            position = start
            while position < end:
                records, position = self._next(consumer, place, position)
                for record in records:
                    if record.offset >= end:
                        break
                    yield received(place, record)
            self._give(consumer)
        except GeneratorExit:
            self._give(consumer)
        except OffsetOutOfRangeError as error:
            close(consumer)
            raise TopicError(f"{place.topic}/{place.partition}: retention passed the offsets being read") from error
        except (KafkaError, OSError, RuntimeError, ValueError) as error:
            close(consumer)
            where = f"{place.topic}/{place.partition} on {self._clients.url}"
            raise TopicError(f"cannot read {where}: {explain(error)}") from error
        except BaseException:
            close(consumer)
            raise

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for consumer in idle:
            close(consumer)

    def _next(self, consumer: Any, place: TopicPartition, position: int) -> tuple[Sequence[Any], int]:
        """Some records, and the position behind them; it may have moved without any, for transactions and compaction
        leave offsets without records. That a new consumer's first polls return nothing means nothing."""
        seconds = self._clients.timeout
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            records = consumer.poll(timeout_ms=POLL_MS, max_records=POLL_RECORDS).get(place, [])
            reached = consumer.position(place, timeout_ms=POLL_MS)
            if reached is not None and reached > position:
                return records, reached
        where = f"{place.topic}/{place.partition} on {self._clients.url}"
        raise TopicError(f"cannot read {where}: no answer for {seconds:.0f} s at offset {position}")

    def _take(self) -> Any:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._clients.consumer()

    def _give(self, consumer: Any) -> None:
        with self._lock:
            self._idle.append(consumer)
