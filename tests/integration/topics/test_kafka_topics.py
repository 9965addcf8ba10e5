"""What only a broker can do to topics: die, come back, leave gaps, ask for a password."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    MemberToRemove,
    ResourcePattern,
    ResourceType,
)

from connectors.topics import ALL_TOPICS, GroupHeld, Message, TopicError, Topics, TopicSpec, open_topics
from pipeline.local import KafkaBroker

pytestmark = pytest.mark.slow

_numbers = count()
PASSWORD = {
    "security_protocol": "SASL_PLAINTEXT",
    "sasl_mechanism": "PLAIN",
    "sasl_plain_username": "wire",
    "sasl_plain_password": "open sesame",
}


@pytest.fixture(scope="module")
def broker() -> Iterator[KafkaBroker]:
    """A broker that the tests may kill; it asks for a password, and compacts at once."""
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="inner"'
    settings = {
        "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config": (
            f'{login} user_broker="inner" user_wire="open sesame" user_guest="me too";'
        ),
        "log.cleaner.backoff.ms": "200",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:broker;User:wire;User:ANONYMOUS",
    }
    with KafkaBroker(settings=settings) as broker:
        yield broker


@pytest.fixture
def topics(broker: KafkaBroker) -> Iterator[Topics]:
    topics = open_topics(broker.url, PASSWORD)
    yield topics
    topics.close()


@pytest.fixture
def admin(broker: KafkaBroker) -> Iterator[Any]:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap, **PASSWORD)
    yield admin
    admin.close()


def new_topic(topics: Topics, partitions: int = 1) -> str:
    name = f"broker.{next(_numbers)}.v1"
    topics.create([TopicSpec(name, partitions=partitions)])
    return name


def numbered(first: int, count: int) -> list[Message]:
    return [Message(b"key-%d" % (number % 20), b"%d" % number) for number in range(first, first + count)]


def numbers(topics: Topics, topic: str) -> list[int]:
    begin, end = topics.begin_offsets(topic), topics.end_offsets(topic)
    return [int(item.value or b"") for part in end for item in topics.read(topic, part, begin[part], end[part])]


def test_the_topics_are_created_with_their_settings(topics: Topics, admin: Any) -> None:
    assert topics.create(ALL_TOPICS) == [spec.name for spec in ALL_TOPICS]
    assert topics.create(ALL_TOPICS) == []
    shown = admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in ALL_TOPICS], config_filter="all"
    )["topic"]
    settings = {name: {key: item["value"] for key, item in values.items()} for name, values in shown.items()}
    assert {name: values["cleanup.policy"] for name, values in settings.items()} == {
        "wire.articles.raw.v1": "delete",
        "wire.articles.clean.v1": "compact",
        "wire.summits.v1": "compact",
        "wire.dead-letters.v1": "delete",
    }
    assert settings["wire.articles.raw.v1"]["retention.ms"] == str(365 * 86_400_000)
    assert settings["wire.summits.v1"]["retention.ms"] == "-1"
    assert int(settings["wire.dead-letters.v1"]["max.message.bytes"]) > 16 * 1_048_576
    assert {info.name: info.partitions for info in topics.list() if info.name.startswith("wire.")} == {
        spec.name: 12 for spec in ALL_TOPICS
    }


def test_a_stock_client_reads_what_was_appended(topics: Topics, broker: KafkaBroker) -> None:
    topic = new_topic(topics)
    topics.append(topic, [Message(b"key", b"value", (("ce_id", b"1"),), 1_700_000_000_000)])
    consumer = KafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=10_000, **PASSWORD
    )
    record = next(consumer)
    consumer.close()
    assert (record.key, record.value, record.headers) == (b"key", b"value", [("ce_id", b"1")])
    assert record.timestamp == 1_700_000_000_000


def test_offsets_that_hold_no_record_are_passed_over(topics: Topics, broker: KafkaBroker) -> None:
    topic = new_topic(topics)
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id="gaps", **PASSWORD)
    producer.init_transactions()
    for outcome in ("abort", "commit", "abort"):
        producer.begin_transaction()
        for number in range(3):
            producer.send(topic, key=b"k", value=f"{outcome} {number}".encode())
        producer.flush()
        getattr(producer, f"{outcome}_transaction")()
    producer.close()
    end = topics.end_offsets(topic)[0]
    assert end == 12  # nine records, three markers
    read = list(topics.read(topic, 0, 0, end))
    assert [(item.offset, item.value) for item in read] == [(4, b"commit 0"), (5, b"commit 1"), (6, b"commit 2")]
    assert list(topics.read(topic, 0, 8, end)) == []


def test_what_compaction_removed_is_passed_over(topics: Topics, admin: Any) -> None:
    topic = f"broker.{next(_numbers)}.v1"
    quick = {"cleanup.policy": "compact", "segment.bytes": "1048576", "min.cleanable.dirty.ratio": "0.01"}
    admin.create_topics({topic: {"num_partitions": 1, "configs": quick}}, wait_for_metadata=True)
    for version in range(5):
        topics.append(topic, [Message(b"key-%d" % key, b"%d" % version + bytes(20_000)) for key in range(40)])
    end = topics.end_offsets(topic)[0]
    assert end == 200
    deadline = time.monotonic() + 60
    while len(read := list(topics.read(topic, 0, 0, end))) == 200:
        assert time.monotonic() < deadline
    offsets = [item.offset for item in read]
    assert offsets == sorted(set(offsets))
    newest = {item.key: (item.value or b"")[:1] for item in read}
    assert newest == {b"key-%d" % key: b"4" for key in range(40)}
    gap = next(offset for offset in range(200) if offset not in offsets)
    behind = [item.offset for item in topics.read(topic, 0, gap, end)]  # by now more may have gone
    assert behind == [offset for offset in offsets if offset > gap and offset in behind]


def test_a_reader_that_retention_overtakes_is_told(topics: Topics, admin: Any) -> None:
    topic = new_topic(topics)
    for _ in range(8):
        topics.append(topic, [Message(b"k", bytes(10_000)) for _ in range(400)])
    reading = topics.read(topic, 0, 0, 3200)
    read = [next(reading).offset]
    admin.delete_records({TopicPartition(topic, 0): 3000})
    with pytest.raises(TopicError, match="retention passed"):
        read.extend(item.offset for item in reading)
    assert read == list(range(len(read)))


def test_a_broker_killed_and_restarted_amid_appends_loses_and_doubles_nothing(
    topics: Topics, broker: KafkaBroker
) -> None:
    topic = new_topic(topics, partitions=3)
    topics.append(topic, numbered(0, 100))

    def kill_and_restart() -> None:
        broker.kill()
        broker.restart()

    outage = threading.Thread(target=kill_and_restart)
    outage.start()
    appended = 100
    while outage.is_alive() or appended < 600:
        topics.append(topic, numbered(appended, 100))
        appended += 100
    outage.join()
    assert sorted(numbers(topics, topic)) == list(range(appended))


def test_while_the_broker_is_away_every_call_gives_up_in_time_and_later_works_again(broker: KafkaBroker) -> None:
    topics = open_topics(broker.url, {**PASSWORD, "timeout_ms": 1000})
    topic = new_topic(topics)
    topics.append(topic, [Message(b"k", bytes(10_000)) for _ in range(400)])
    reading = topics.read(topic, 0, 0, 400)
    next(reading)
    topics.commit("away", topic, {0: 1})
    broker.kill()
    try:
        for call in (
            lambda: topics.append(topic, numbered(0, 10)),
            lambda: topics.end_offsets(topic),
            lambda: topics.committed("away", topic),
            lambda: topics.commit("away", topic, {0: 2}),
            lambda: list(reading),
            lambda: topics.lease("away", topic).__enter__(),
            lambda: open_topics(broker.url, {**PASSWORD, "timeout_ms": 1000}),
        ):
            began = time.monotonic()
            with pytest.raises(TopicError) as caught:
                call()
            assert time.monotonic() - began < 6
            assert broker.bootstrap in str(caught.value)
            assert "\n" not in str(caught.value)
    finally:
        broker.restart()
    began = time.monotonic()
    patient = open_topics(broker.url, PASSWORD)
    patient.append(topic, [Message(b"k", b"back")])
    patient.close()
    topics.append(topic, [Message(b"k", b"back")])
    assert time.monotonic() - began < 20
    assert topics.committed("away", topic) == {0: 1}
    end = topics.end_offsets(topic)[0]
    assert [item.value for item in topics.read(topic, 0, 400, end)][-2:] == [b"back", b"back"]
    topics.close()


def test_a_group_is_still_held_after_the_broker_was_restarted(topics: Topics, broker: KafkaBroker) -> None:
    topic = new_topic(topics)
    other = open_topics(broker.url, PASSWORD)
    with topics.lease("survivor", topic) as lease:
        broker.kill()
        broker.restart()
        lease.check()
        topics.commit("survivor", topic, {0: 7})
        with pytest.raises(GroupHeld), other.lease("survivor", topic):
            pass
        lease.check()
        topics.commit("survivor", topic, {0: 8})
    assert other.committed("survivor", topic) == {0: 8}
    other.close()


def test_of_pipelines_that_start_at_once_one_gets_the_group(broker: KafkaBroker, topics: Topics) -> None:
    topic = new_topic(topics, partitions=12)
    ready = threading.Barrier(3)
    ended = threading.Barrier(3)
    outcomes: list[str] = []

    def start() -> None:
        own = open_topics(broker.url, PASSWORD)
        ready.wait()
        try:
            with own.lease("contested", topic) as lease:
                ended.wait()
                lease.check()
                own.commit("contested", topic, {0: 3})
                outcomes.append("held")
        except GroupHeld:
            ended.wait()
            outcomes.append("refused")
        own.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held", "refused", "refused"]


def test_a_holder_that_the_broker_dropped_may_not_commit(topics: Topics, broker: KafkaBroker, admin: Any) -> None:
    topic = new_topic(topics)
    with topics.lease("dropped", topic):
        topics.commit("dropped", topic, {0: 3})
        (member,) = admin.describe_groups(["dropped"])["dropped"]["members"]
        admin.remove_group_members("dropped", [MemberToRemove(member_id=member["member_id"])])
        with open_topics(broker.url, PASSWORD).lease("dropped", topic):
            with pytest.raises(TopicError):
                topics.commit("dropped", topic, {0: 1})
            assert topics.committed("dropped", topic) == {0: 3}


def test_a_group_of_other_consumers_is_not_joined(topics: Topics, broker: KafkaBroker) -> None:
    topic = new_topic(topics)
    stranger = KafkaConsumer(topic, bootstrap_servers=broker.bootstrap, group_id="theirs", **PASSWORD)
    deadline = time.monotonic() + 30
    while not stranger.assignment():
        stranger.poll(timeout_ms=100)
        assert time.monotonic() < deadline
    with pytest.raises(GroupHeld, match="consumers of another kind"), topics.lease("theirs", topic):
        pass
    stranger.close()


def test_who_may_only_write_appends_up_to_the_brokers_default_limit(
    topics: Topics, broker: KafkaBroker, admin: Any
) -> None:
    topic = new_topic(topics)
    allowed = [
        ACL("User:guest", "*", operation, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, topic))
        for operation in (ACLOperation.WRITE, ACLOperation.DESCRIBE)
    ]
    assert not admin.create_acls(allowed)["failed"]
    guest = open_topics(broker.url, {**PASSWORD, "sasl_plain_username": "guest", "sasl_plain_password": "me too"})
    guest.append(topic, [Message(b"k", b"v")])
    assert 1_000_000 < guest.max_record_bytes(topic) < topics.max_record_bytes(topic)
    with pytest.raises(TopicError, match="TopicAuthorizationFailedError"):
        list(guest.read(topic, 0, 0, 1))
    guest.close()
    assert [item.value for item in topics.read(topic, 0, 0, 1)] == [b"v"]


@pytest.mark.parametrize("wrong", [{**PASSWORD, "sasl_plain_password": "wrong"}, {}], ids=["password", "protocol"])
def test_a_wrong_password_or_protocol_is_named_as_the_reason(broker: KafkaBroker, wrong: dict[str, Any]) -> None:
    with pytest.raises(TopicError, match=r"closes the connection; are security_protocol and password .* right\?"):
        open_topics(broker.url, {**wrong, "timeout_ms": 1000})


def test_the_reason_is_not_that_of_another_client_which_looks_for_its_broker_in_vain(broker: KafkaBroker) -> None:
    with KafkaBroker() as gone:
        lost = KafkaProducer(bootstrap_servers=gone.bootstrap, reconnect_backoff_ms=1, reconnect_backoff_max_ms=1)
    with pytest.raises(TopicError, match="closes the connection"):
        open_topics(broker.url, {"timeout_ms": 1000})
    lost.close()


def test_a_broker_that_is_down_is_one_clear_sentence() -> None:
    before = threading.active_count()
    with pytest.raises(TopicError, match=r"^Kafka at 127\.0\.0\.1:9 does not answer .*ECONNREFUSED") as caught:
        open_topics("kafka://127.0.0.1:9", {"timeout_ms": 1000})
    assert "\n" not in str(caught.value)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"acks": 1}, "acks cannot be set"),
        ({"sasl_machanism": "PLAIN"}, "sasl_machanism is no setting of kafka-python"),
        ({"timeout_ms": "soon"}, "timeout_ms is 'soon'"),
        ({"security_protocol": "SASL_SLL"}, "security_protocol is 'SASL_SLL'"),
        ({"security_protocol": "SASL_PLAINTEXT"}, "does not answer"),
        ({"ssl_cafile": "/no/such/file", "security_protocol": "SSL"}, "does not answer"),
    ],
)
def test_wrong_settings_are_a_clear_error(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(TopicError, match=problem):
        open_topics("kafka://127.0.0.1:9", {"timeout_ms": 1000, **settings})


@pytest.mark.parametrize("wrong", [{"compression_type": "runes"}, {"request_timeout_ms": 900_000_000}])
def test_settings_that_only_the_producer_knows_are_a_clear_error_too(
    broker: KafkaBroker, topics: Topics, wrong: dict[str, Any]
) -> None:
    topic = new_topic(topics)
    wrongly = open_topics(broker.url, {**PASSWORD, **wrong})
    with pytest.raises(TopicError, match=r"^\[topics\.kafka\] is not right: "):
        wrongly.append(topic, [Message(b"k", b"v")])
    wrongly.close()
