"""What a cluster is asked: topics and their settings, offsets of topics and of groups."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import (
    KafkaError,
    RetriableError,
    TopicAlreadyExistsError,
    UnknownMemberIdError,
    UnknownTopicOrPartitionError,
    for_code,
)
from kafka.protocol.consumer import IsolationLevel, OffsetSpec

from connectors.topics.kafka_clients import Clients, close, explain
from connectors.topics.model import GroupHeld, TopicError, TopicInfo, TopicSpec, UnknownTopic, held_by

BATCH_OVERHEAD = 4096
"""Kafka's limit is on a batch: so much of it is left for the batch's and the record's own frame, of which each header
takes up to 10 bytes."""
RETRY_SECONDS = 0.2

T = TypeVar("T")


class Admin:
    """An admin client, made anew after an error. Every method raises TopicError."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._lock = threading.Lock()
        self._client: Any = None
        self._kept()

    def create(self, specs: Mapping[str, TopicSpec]) -> list[str]:
        """The names of those that did not exist."""
        existing = {topic["name"] for topic in self._ask("list topics", lambda admin: admin.describe_topics())}
        missing = {name: _settings(spec) for name, spec in specs.items() if name not in existing}
        if not missing:
            return []
        answer = self._ask("create topics", lambda admin: admin.create_topics(missing, raise_errors=False))
        created = []
        for topic in answer["topics"]:
            if topic["error_code"] == 0:
                created.append(topic["name"])
            elif topic["error_code"] != TopicAlreadyExistsError.errno:
                reason = topic.get("error_message") or for_code(topic["error_code"]).__name__
                raise TopicError(f"cannot create topic {topic['name']} on {self._clients.url}: {reason}")
        self._ask("wait for the new topics", lambda admin: admin.wait_for_topics(list(missing)))
        return [name for name in missing if name in created]

    def list(self) -> Sequence[TopicInfo]:
        partitions = {
            topic["name"]: len(topic["partitions"])
            for topic in self._ask("list topics", lambda admin: admin.describe_topics())
            if topic["error_code"] == 0 and not topic["is_internal"]
        }
        every = [TopicPartition(topic, number) for topic, count in partitions.items() for number in range(count)]
        begin, end = self.offsets(every, OffsetSpec.EARLIEST), self.offsets(every, OffsetSpec.LATEST)
        records = dict.fromkeys(partitions, 0)
        for place in every:
            records[place.topic] += end[place] - begin[place]
        return [TopicInfo(topic, partitions[topic], records[topic]) for topic in sorted(partitions)]

    def partitions(self, topic: str) -> Sequence[TopicPartition]:
        """Raises UnknownTopic."""
        (described,) = self._ask(f"open topic {topic}", lambda admin: admin.describe_topics([topic]))
        error = for_code(described["error_code"])
        if error is UnknownTopicOrPartitionError:
            raise UnknownTopic(
                f"there is no topic {topic} on {self._clients.url}; `summitwire topics create` makes the topics"
            )
        if error.errno:
            raise TopicError(f"cannot open topic {topic} on {self._clients.url}: {error.__name__}")
        return [TopicPartition(topic, part["partition_index"]) for part in described["partitions"]]

    def check(self, topic: str, partitions: Iterable[int]) -> None:
        """Raises UnknownTopic where the topic, or one of these partitions, does not exist."""
        known = {place.partition for place in self.partitions(topic)}
        for partition in partitions:
            if partition not in known:
                raise UnknownTopic(f"topic {topic} on {self._clients.url} has no partition {partition}")

    def max_record_bytes(self, topic: str) -> int:
        self.partitions(topic)
        wanted = [ConfigResource(ConfigResourceType.TOPIC, topic, ["max.message.bytes"])]
        answer = self._ask(
            f"read the settings of topic {topic}", lambda admin: admin.describe_configs(wanted, config_filter="all")
        )
        setting = answer["topic"][topic].get("max.message.bytes")
        if setting is None:
            # Whoever may write need not be allowed to see the settings: then the brokers' default has to do.
            return TopicSpec(topic).max_record_bytes - BATCH_OVERHEAD
        return int(setting["value"]) - BATCH_OVERHEAD

    def offsets(self, places: Sequence[TopicPartition], spec: OffsetSpec) -> dict[TopicPartition, int]:
        """Where partitions begin or end; they end for readers where a transaction is open."""
        if not places:
            return {}
        wanted = dict.fromkeys(places, spec)
        level = IsolationLevel.READ_COMMITTED
        answer = self._ask("look up offsets", lambda admin: admin.list_partition_offsets(wanted, level))
        return {place: answer[place].offset for place in places}

    def committed(self, group: str, places: Sequence[TopicPartition]) -> dict[int, OffsetAndMetadata]:
        """Partition → what is committed, where something is."""
        answer = self._ask(
            f"read the offsets of group {group!r}", lambda admin: admin.list_group_offsets({group: list(places)})
        )
        return {place.partition: found for place, found in answer[group].items() if found.offset >= 0}

    def commit(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Raises GroupHeld where the group has members: the broker takes offsets from them alone."""
        wanted = {place: OffsetAndMetadata(offset, "", -1) for place, offset in offsets.items()}

        def alter(admin: Any) -> None:
            for error in admin.alter_group_offsets(group, wanted).values():
                if error.errno:
                    raise error

        try:
            self._ask(f"commit offsets of group {group!r}", alter)
        except TopicError as error:
            if isinstance(error.__cause__, UnknownMemberIdError):
                raise GroupHeld(held_by(group, "another process")) from error
            raise

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        close(client)

    def _ask(self, doing: str, question: Callable[[Any], T]) -> T:
        """The answer; asked again for a while where that can help."""
        deadline = time.monotonic() + self._clients.timeout
        while True:
            client = self._kept()
            try:
                return question(client)
            except (KafkaError, OSError, RuntimeError) as error:
                self._drop(client)
                if not isinstance(error, RetriableError | OSError) or time.monotonic() > deadline:
                    raise TopicError(f"cannot {doing} on {self._clients.url}: {explain(error)}") from error
                time.sleep(RETRY_SECONDS)

    def _kept(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._clients.admin()
            return self._client

    def _drop(self, client: Any) -> None:
        with self._lock:
            if self._client is client:
                self._client = None
        close(client)


def _settings(spec: TopicSpec) -> dict[str, Any]:
    configs = {
        "cleanup.policy": "compact" if spec.compacted else "delete",
        "max.message.bytes": str(spec.max_record_bytes + BATCH_OVERHEAD),
        "retention.ms": str(-1 if spec.retention_ms is None else spec.retention_ms),
        "retention.bytes": str(-1 if spec.retention_bytes is None else spec.retention_bytes),
    }
    # Replicas: as many as the cluster's own default says.
    return {"num_partitions": spec.partitions, "replication_factor": -1, "configs": configs}
