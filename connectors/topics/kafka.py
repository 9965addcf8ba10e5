"""Topics on Kafka, over kafka-python: an idempotent producer, explicit readers, offsets without a group subscription.

One producer, one admin client and as many consumers as reads run at a time are kept and used again. After an error a
client is dropped, and the next call makes a new one. Not to be shared with a forked child.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from kafka.protocol.consumer import OffsetSpec

from connectors.topics.kafka_admin import Admin
from connectors.topics.kafka_clients import Clients, close, explain
from connectors.topics.kafka_lease import KafkaLease
from connectors.topics.kafka_reader import Readers
from connectors.topics.kafka_tail import Tail
from connectors.topics.model import (
    Lease,
    Message,
    Received,
    TopicError,
    TopicInfo,
    TopicSpec,
    check_messages,
    check_start,
)


class KafkaTopics:
    """Topics of the cluster at `servers` (HOST:PORT[,HOST:PORT…]); implements `Topics`.

    `settings` are those of kafka-python, and `timeout_ms`: how long a call tries before it raises TopicError. Raises
    TopicError where no broker answers within CONNECT_MS.
    """

    def __init__(self, servers: str, settings: Mapping[str, Any]) -> None:
        self._clients = Clients(servers, settings)
        self._admin = Admin(self._clients)
        self._readers = Readers(self._clients)
        self._lock = threading.Lock()
        self._producer: Any = None
        self._limits: dict[str, int] = {}
        self._leases: dict[str, KafkaLease] = {}

    @property
    def url(self) -> str:
        return self._clients.url

    def create(self, specs: Iterable[TopicSpec]) -> list[str]:
        return self._admin.create({spec.name: spec for spec in specs})

    def list(self) -> list[TopicInfo]:
        return [*self._admin.list()]

    def max_record_bytes(self, topic: str) -> int:
        limit = self._limits.get(topic)
        if limit is None:
            limit = self._limits[topic] = self._admin.max_record_bytes(topic)
        return limit

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        check_messages(topic, messages, self.max_record_bytes(topic))
        producer = self._kept_producer()
        seconds = self._clients.timeout
        try:
            sent = [
                producer.send(
                    topic,
                    key=message.key,
                    value=message.value,
                    headers=[*message.headers],
                    timestamp_ms=message.timestamp,
                )
                for message in messages
            ]
            # The producer itself gives up after `seconds`.
            producer.flush(timeout=2 * seconds)
            for future in sent:
                future.get(timeout=2 * seconds)
        except (KafkaError, OSError, RuntimeError) as error:
            self._drop_producer(producer)
            self._limits.pop(topic, None)
            if isinstance(error, MessageSizeTooLargeError | RecordListTooLargeError):
                hint = "the topic's max.message.bytes was lowered"
            else:
                hint = f"it was tried for up to {seconds:.0f} s, and some records may have been appended"
            raise TopicError(f"cannot append to topic {topic} on {self.url}: {explain(error)}; {hint}") from error

    def begin_offsets(self, topic: str) -> dict[int, int]:
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def end_offsets(self, topic: str) -> dict[int, int]:
        return self._offsets(topic, OffsetSpec.LATEST)

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Received]:
        return self.read_ranges(topic, {partition: (start, end)})[partition]

    def read_ranges(self, topic: str, ranges: Mapping[int, tuple[int, int]]) -> dict[int, Iterator[Received]]:
        self._admin.check(topic, ranges)
        places = [TopicPartition(topic, partition) for partition in ranges]
        first, last = (self._admin.offsets(places, spec) for spec in (OffsetSpec.EARLIEST, OffsetSpec.LATEST))
        out = {}
        for place in places:
            start, end = ranges[place.partition]
            check_start(topic, place.partition, start, first[place])
            out[place.partition] = self._readers.read(place, start, min(end, last[place]))
        return out

    def follow(self, topic: str, positions: Mapping[int, int]) -> Tail:
        """Reads on in partitions for ever, each from the given offset: to be closed."""
        self._admin.check(topic, positions)
        return Tail(self._clients, topic, positions)

    def committed(self, group: str, topic: str) -> dict[int, int]:
        found = self._admin.committed(group, self._admin.partitions(topic))
        return {partition: commit.offset for partition, commit in found.items()}

    def committed_by(self, group: str, topic: str) -> dict[int, str]:
        """Partition → the job whose lease the last commit was made through; empty for a lease without a job."""
        found = self._admin.committed(group, self._admin.partitions(topic))
        return {partition: commit.metadata for partition, commit in found.items()}

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        self._admin.check(topic, offsets)
        places = {TopicPartition(topic, partition): offset for partition, offset in offsets.items()}
        if lease := self._leases.get(group):
            lease.commit(places)
        else:
            self._admin.commit(group, places)

    @contextmanager
    def lease(self, group: str, topic: str, job: str = "") -> Iterator[Lease]:
        """As `Topics.lease`; processes that name the same `job` hold the group together."""
        with KafkaLease(self._clients, group, topic, self._admin.partitions(topic), job) as lease:
            self._leases[group] = lease
            try:
                yield lease
            finally:
                del self._leases[group]

    def close(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
        close(producer, timeout=1)
        self._readers.close()
        self._admin.close()

    def _offsets(self, topic: str, spec: OffsetSpec) -> dict[int, int]:
        found = self._admin.offsets(self._admin.partitions(topic), spec)
        return {place.partition: found[place] for place in sorted(found)}

    def _kept_producer(self) -> Any:
        with self._lock:
            if self._producer is None:
                self._producer = self._clients.producer()
            return self._producer

    def _drop_producer(self, producer: Any) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        # It ends once its records have been sent or given up, which nobody waits for.
        seconds = 2 * self._clients.timeout
        threading.Thread(target=close, args=(producer,), kwargs={"timeout": seconds}, daemon=True).start()
