"""Topics on Kafka, over kafka-python: idempotent producer, explicit readers, offsets without a group subscription.

One producer, one admin client and as many consumers as reads run at a time are kept and used again. After an error a
client is dropped, and the next call makes a new one. Not to be shared with a forked child.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    OffsetOutOfRangeError,
    RecordListTooLargeError,
    RetriableError,
    TopicAlreadyExistsError,
    UnknownMemberIdError,
    UnknownTopicOrPartitionError,
    for_code,
)
from kafka.protocol.consumer import IsolationLevel, OffsetSpec

from connectors.topics.kafka_clients import Clients, explain
from connectors.topics.kafka_lease import KafkaLease
from connectors.topics.model import (
    GroupHeld,
    Lease,
    Message,
    Received,
    TopicError,
    TopicInfo,
    TopicSpec,
    UnknownTopic,
    check_messages,
    check_start,
)

BATCH_OVERHEAD = 4096
"""Kafka's limit is on a batch: so much of it is left for the batch's and the record's own frame, of which each header
takes up to 10 bytes."""
POLL_MS = 500
POLL_RECORDS = 2_000
RETRY_SECONDS = 0.2

T = TypeVar("T")


class KafkaTopics:
    """Topics of the cluster at `servers` (HOST:PORT[,HOST:PORT…]); implements `Topics`.

    `settings` are those of kafka-python, and `timeout_ms`: how long a call tries before it raises TopicError. Raises
    TopicError where no broker answers within CONNECT_MS.
    """

    def __init__(self, servers: str, settings: Mapping[str, Any]) -> None:
        self._clients = Clients(servers, settings)
        self._lock = threading.Lock()
        self._admin: Any = None
        self._producer: Any = None
        self._idle_consumers: list[Any] = []
        self._limits: dict[str, int] = {}
        self._leases: dict[str, KafkaLease] = {}
        self._kept_admin()

    @property
    def url(self) -> str:
        return self._clients.url

    def create(self, specs: Iterable[TopicSpec]) -> list[str]:
        existing = {topic["name"] for topic in self._ask("list topics", lambda admin: admin.describe_topics())}
        missing = {spec.name: _topic_settings(spec) for spec in specs if spec.name not in existing}
        if not missing:
            return []
        answer = self._ask("create topics", lambda admin: admin.create_topics(missing, raise_errors=False))
        created = []
        for topic in answer["topics"]:
            if topic["error_code"] == 0:
                created.append(topic["name"])
            elif topic["error_code"] != TopicAlreadyExistsError.errno:
                reason = topic.get("error_message") or for_code(topic["error_code"]).__name__
                raise TopicError(f"cannot create topic {topic['name']} on {self.url}: {reason}")
        self._ask("wait for the new topics", lambda admin: admin.wait_for_topics(list(missing)))
        return [name for name in missing if name in created]

    def list(self) -> list[TopicInfo]:
        partitions = {
            topic["name"]: len(topic["partitions"])
            for topic in self._ask("list topics", lambda admin: admin.describe_topics())
            if topic["error_code"] == 0 and not topic["is_internal"]
        }
        every = [TopicPartition(topic, number) for topic, count in partitions.items() for number in range(count)]
        begin, end = self._offsets(every, OffsetSpec.EARLIEST), self._offsets(every, OffsetSpec.LATEST)
        records = dict.fromkeys(partitions, 0)
        for place in every:
            records[place.topic] += end[place] - begin[place]
        return [TopicInfo(topic, partitions[topic], records[topic]) for topic in sorted(partitions)]

    def max_record_bytes(self, topic: str) -> int:
        limit = self._limits.get(topic)
        if limit is None:
            self._partitions(topic)
            asked = [ConfigResource(ConfigResourceType.TOPIC, topic, ["max.message.bytes"])]
            answer = self._ask(
                "read a topic's settings", lambda admin: admin.describe_configs(asked, config_filter="all")
            )
            limit = int(answer["topic"][topic]["max.message.bytes"]["value"]) - BATCH_OVERHEAD
            self._limits[topic] = limit
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
                    headers=list(message.headers),
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
                hint = f"it was tried for {seconds:.0f} s; some records may have been appended"
            raise TopicError(f"cannot append to topic {topic} on {self.url}: {explain(error)}; {hint}") from error

    def begin_offsets(self, topic: str) -> dict[int, int]:
        return self._topic_offsets(topic, OffsetSpec.EARLIEST)

    def end_offsets(self, topic: str) -> dict[int, int]:
        return self._topic_offsets(topic, OffsetSpec.LATEST)

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Received]:
        if partition not in self._partitions(topic):
            raise UnknownTopic(f"topic {topic} on {self.url} has no partition {partition}")
        place = TopicPartition(topic, partition)
        check_start(topic, partition, start, self._offsets([place], OffsetSpec.EARLIEST)[place])
        return self._read(place, start, min(end, self._offsets([place], OffsetSpec.LATEST)[place]))

    def committed(self, group: str, topic: str) -> dict[int, int]:
        places = [TopicPartition(topic, partition) for partition in self._partitions(topic)]
        answer = self._ask(
            f"read the offsets of group {group!r}", lambda admin: admin.list_group_offsets({group: places})
        )
        return {place.partition: found.offset for place, found in answer[group].items() if found.offset >= 0}

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        if lease := self._leases.get(group):
            lease.commit(topic, offsets)
            return
        if unknown := sorted(offsets.keys() - set(self._partitions(topic))):
            raise UnknownTopic(f"topic {topic} on {self.url} has no partition {unknown[0]}")
        wanted = {
            TopicPartition(topic, partition): OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()
        }

        def alter(admin: Any) -> None:
            for error in admin.alter_group_offsets(group, wanted).values():
                if error.errno:
                    raise error

        try:
            self._ask(f"commit offsets of group {group!r}", alter)
        except TopicError as error:
            if isinstance(error.__cause__, UnknownMemberIdError):
                raise GroupHeld(f"group {group!r} is held by another process, which alone may commit") from error
            raise

    @contextmanager
    def lease(self, group: str, topic: str) -> Iterator[Lease]:
        with KafkaLease(self._clients, group, topic, self._partitions(topic)) as lease:
            self._leases[group] = lease
            try:
                yield lease
            finally:
                del self._leases[group]

    def close(self) -> None:
        with self._lock:
            clients = [*self._idle_consumers, self._admin]
            producer, self._producer, self._admin, self._idle_consumers = self._producer, None, None, []
        for client in clients:
            _close(client)
        _close(producer, timeout=1)

    def _read(self, place: TopicPartition, start: int, end: int) -> Iterator[Received]:
        if start >= end:
            return
        consumer = self._take_consumer()
        try:
            consumer.assign([place])
            consumer.seek(place, start)
            position = start
            while position < end:
                records, position = self._next_records(consumer, place, position)
                for record in records:
                    if record.offset >= end:
                        break
                    yield Received(
                        place.topic,
                        place.partition,
                        record.offset,
                        record.timestamp,
                        record.key,
                        record.value,
                        tuple((name, value or b"") for name, value in record.headers),
                    )
            self._give_consumer(consumer)
        except GeneratorExit:
            self._give_consumer(consumer)
        except OffsetOutOfRangeError as error:
            _close(consumer)
            raise TopicError(f"{place.topic}/{place.partition}: retention passed the offsets being read") from error
        except (KafkaError, OSError, RuntimeError) as error:
            _close(consumer)
            raise TopicError(f"cannot read {place.topic}/{place.partition} on {self.url}: {explain(error)}") from error
        except BaseException:
            _close(consumer)
            raise

    def _next_records(self, consumer: Any, place: TopicPartition, position: int) -> tuple[Sequence[Any], int]:
        """Some records, and the position behind them; it may have moved without any: transactions and compaction
        leave offsets without records. A new consumer's first polls return nothing, which means nothing."""
        deadline = time.monotonic() + self._clients.timeout
        while True:
            records = consumer.poll(timeout_ms=POLL_MS, max_records=POLL_RECORDS).get(place, [])
            reached = consumer.position(place, timeout_ms=POLL_MS)
            if reached is not None and reached > position:
                return records, reached
            if time.monotonic() > deadline:
                raise TopicError(
                    f"cannot read {place.topic}/{place.partition} on {self.url}: no answer for "
                    f"{self._clients.timeout:.0f} s at offset {position}"
                )

    def _topic_offsets(self, topic: str, spec: OffsetSpec) -> dict[int, int]:
        places = [TopicPartition(topic, partition) for partition in self._partitions(topic)]
        return {place.partition: offset for place, offset in self._offsets(places, spec).items()}

    def _offsets(self, places: Sequence[TopicPartition], spec: OffsetSpec) -> dict[TopicPartition, int]:
        if not places:
            return {}
        # The end for readers: where a transaction is open, its first record.
        level = IsolationLevel.READ_COMMITTED
        wanted = dict.fromkeys(places, spec)
        answer = self._ask("look up offsets", lambda admin: admin.list_partition_offsets(wanted, level))
        return {place: answer[place].offset for place in places}

    def _partitions(self, topic: str) -> Sequence[int]:
        (described,) = self._ask(f"open topic {topic}", lambda admin: admin.describe_topics([topic]))
        error = for_code(described["error_code"])
        if error is UnknownTopicOrPartitionError:
            raise UnknownTopic(f"there is no topic {topic} on {self.url}; `summitwire topics create` makes the topics")
        if error.errno:
            raise TopicError(f"cannot open topic {topic} on {self.url}: {error.__name__}")
        return sorted(partition["partition_index"] for partition in described["partitions"])

    def _ask(self, doing: str, question: Callable[[Any], T]) -> T:
        """The admin client's answer, tried again for a while where that can help."""
        deadline = time.monotonic() + self._clients.timeout
        while True:
            admin = self._kept_admin()
            try:
                return question(admin)
            except (KafkaError, OSError, RuntimeError, KeyError) as error:
                self._drop_admin(admin)
                if not isinstance(error, RetriableError | OSError) or time.monotonic() > deadline:
                    raise TopicError(f"cannot {doing} on {self.url}: {explain(error)}") from error
                time.sleep(RETRY_SECONDS)

    def _kept_admin(self) -> Any:
        with self._lock:
            if self._admin is None:
                self._admin = self._clients.admin()
            return self._admin

    def _drop_admin(self, admin: Any) -> None:
        with self._lock:
            if self._admin is admin:
                self._admin = None
        _close(admin)

    def _kept_producer(self) -> Any:
        with self._lock:
            if self._producer is None:
                self._producer = self._clients.producer()
            return self._producer

    def _drop_producer(self, producer: Any) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        _close(producer, timeout=0)

    def _take_consumer(self) -> Any:
        with self._lock:
            if self._idle_consumers:
                return self._idle_consumers.pop()
        return self._clients.consumer()

    def _give_consumer(self, consumer: Any) -> None:
        with self._lock:
            self._idle_consumers.append(consumer)


def _topic_settings(spec: TopicSpec) -> dict[str, Any]:
    configs = {
        "cleanup.policy": "compact" if spec.compacted else "delete",
        "max.message.bytes": str(spec.max_record_bytes + BATCH_OVERHEAD),
        "retention.ms": str(-1 if spec.retention_ms is None else spec.retention_ms),
        "retention.bytes": str(-1 if spec.retention_bytes is None else spec.retention_bytes),
    }
    # Replicas: as many as the cluster's own default says.
    return {"num_partitions": spec.partitions, "replication_factor": -1, "configs": configs}


def _close(client: Any, **options: Any) -> None:
    """A client that fails even in closing is of no more interest."""
    try:
        if client is not None:
            client.close(**options)
    except (KafkaError, OSError, RuntimeError):
        pass
