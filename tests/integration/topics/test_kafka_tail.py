"""Reading on in partitions for ever, on a real Kafka."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from connectors.topics import Message, OffsetsGone, Received, TopicSpec
from connectors.topics.kafka import KafkaTopics
from connectors.topics.kafka_tail import Tail
from pipeline.local import KafkaBroker


@pytest.fixture
def topics(kafka: KafkaBroker) -> Iterator[KafkaTopics]:
    with closing(KafkaTopics(kafka.bootstrap, {"metadata_max_age_ms": 500})) as opened:
        yield opened


@pytest.fixture
def topic(topics: KafkaTopics, request: pytest.FixtureRequest) -> str:
    """Two partitions."""
    name = f"tail.{request.node.name[:60]}"
    topics.create([TopicSpec(name, partitions=2)])
    return name


def put(kafka: KafkaBroker, topic: str, partition: int, *values: bytes, timestamp: int | None = None) -> None:
    with closing(KafkaProducer(bootstrap_servers=kafka.bootstrap)) as producer:
        for value in values:
            producer.send(topic, value, partition=partition, timestamp_ms=timestamp)
        producer.flush()


def rest(tail: Tail) -> list[Received]:
    """What there is now."""
    found = []
    while received := tail.next(0.2):
        found.append(received)
    return found


def test_a_new_reader_gets_what_there_is_at_the_first_try(kafka: KafkaBroker, topics: KafkaTopics, topic: str) -> None:
    put(kafka, topic, 1, b"a")
    for _ in range(5):
        with closing(topics.follow(topic, {0: 0, 1: 0})) as tail:
            received = tail.next(0.05)
            assert received is not None
            assert received.value == b"a"


def test_it_goes_on_with_what_comes_and_anywhere_it_is_sent(
    kafka: KafkaBroker, topics: KafkaTopics, topic: str
) -> None:
    put(kafka, topic, 0, b"a", b"b")
    with closing(topics.follow(topic, {0: 0, 1: 0})) as tail:
        assert [one.value for one in rest(tail)] == [b"a", b"b"]
        assert tail.positions == {0: 2, 1: 0}
        put(kafka, topic, 1, b"c")
        assert [one.value for one in rest(tail)] == [b"c"]
        tail.seek({0: 1, 1: 0})
        assert sorted(str(one.value) for one in rest(tail)) == ["b'b'", "b'c'"]


def test_a_partition_is_read_until_now_only_where_its_end_is_reached(
    kafka: KafkaBroker, topics: KafkaTopics, topic: str
) -> None:
    old = 1_700_000_000_000
    put(kafka, topic, 0, b"a", b"b", timestamp=old)
    with closing(topics.follow(topic, {0: 0, 1: 0})) as tail:
        assert tail.read_until == {}
        tail.next(1)
        assert tail.read_until[0] == old / 1000
        began = time.time()
        rest(tail)
        assert all(until >= began for until in tail.read_until.values())
        assert set(tail.read_until) == {0, 1}


def test_a_record_from_the_future_does_not_take_the_time_with_it(
    kafka: KafkaBroker, topics: KafkaTopics, topic: str
) -> None:
    put(kafka, topic, 0, b"a", timestamp=int(time.time() * 1000) + 3_000_000)
    with closing(topics.follow(topic, {0: 0, 1: 0})) as tail:
        tail.next(1)
        assert tail.read_until[0] <= time.time()


def test_offsets_that_are_gone_are_an_error_that_names_them(
    kafka: KafkaBroker, topics: KafkaTopics, topic: str
) -> None:
    put(kafka, topic, 1, *(b"%d" % number for number in range(10)))
    with closing(KafkaAdminClient(bootstrap_servers=kafka.bootstrap)) as admin:
        admin.delete_records({TopicPartition(topic, 1): 7})
    with (
        closing(topics.follow(topic, {0: 0, 1: 4})) as tail,
        pytest.raises(OffsetsGone, match=rf"{topic}/1: offsets 4 to 6 were deleted before they were processed"),
    ):
        tail.next(5)


def test_a_topic_that_was_made_anew_is_an_error_that_says_so(topics: KafkaTopics, topic: str) -> None:
    with (
        closing(topics.follow(topic, {0: 3, 1: 0})) as tail,
        pytest.raises(OffsetsGone, match=rf"{topic}/0 ends at 0, before offset 3: the topic was made anew"),
    ):
        tail.next(5)


def test_a_topic_that_grows_is_noticed(kafka: KafkaBroker, topics: KafkaTopics, topic: str) -> None:
    with closing(topics.follow(topic, {0: 0, 1: 0})) as tail:
        assert tail.partitions == 2
        with closing(KafkaAdminClient(bootstrap_servers=kafka.bootstrap)) as admin:
            admin.create_partitions({topic: 3})
        deadline = time.monotonic() + 30
        while tail.partitions == 2 and time.monotonic() < deadline:
            tail.next(0.1)
        assert tail.partitions == 3


def test_the_workers_of_a_job_hold_its_group_together_and_their_commits_name_it(
    kafka: KafkaBroker, topics: KafkaTopics, topic: str
) -> None:
    topics.append(topic, [Message(b"k", b"v")])
    with (
        closing(KafkaTopics(kafka.bootstrap, {})) as other,
        topics.lease("together", topic, "job-1") as one,
        other.lease("together", topic, "job-1") as two,
    ):
        one.check()
        two.check()
        topics.commit("together", topic, {0: 1})
        other.commit("together", topic, {1: 0})
        assert topics.committed_by("together", topic) == {0: "job-1", 1: "job-1"}
        third: Any = KafkaTopics(kafka.bootstrap, {})
        with closing(third), pytest.raises(Exception, match="held by job 'job-1'"), third.lease("together", topic):
            pass
