"""The operator's commands on a real Kafka."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from connectors.topics import ALL_TOPICS, DEAD_LETTERS, RAW, SUMMITS
from pipeline.local import KafkaBroker, SchemaRegistryServer
from pipeline.replay import REPLAY_OF
from tests.unit.cli.desk import NEW_YEAR, Desk, raw_article, summit_report

pytestmark = pytest.mark.slow


@pytest.fixture
def kafka_desk(
    broker: KafkaBroker, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A desk on empty topics."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUMMITWIRE_PIPELINE_EXTRACTOR", "rules")
    desk = Desk(tmp_path, capsys, broker.url)
    yield desk
    desk.topics.close()
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_topics([spec.name for spec in ALL_TOPICS])
    admin.close()


def test_tail_shows_the_last_records_of_all_partitions_by_time(kafka_desk: Desk) -> None:
    for number in range(40):
        kafka_desk.put(RAW.name, raw_article(f"story-{number}"), at=NEW_YEAR + number)
    rows = kafka_desk.run("tail", "raw", "--json", "-n", "15").rows
    assert [row["value"]["item_id"] for row in rows] == [f"story-{number}" for number in range(25, 40)]
    assert len({row["partition"] for row in rows}) > 1
    every = kafka_desk.run("tail", "raw", "--json", "--from-beginning").rows
    assert [row["value"]["item_id"] for row in every] == [f"story-{number}" for number in range(40)]


def test_export_gives_the_same_bytes_as_from_the_spool(
    kafka_desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "on-spool").mkdir()
    spool_desk = Desk(tmp_path / "on-spool", capsys)
    for number in range(30):
        for version in (1, 2):
            for desk in (kafka_desk, spool_desk):
                desk.put(SUMMITS.name, summit_report(f"story-{number}", version))
    out = kafka_desk.run("export").out
    assert len(out.splitlines()) == 31
    assert out == spool_desk.run("export").out


def test_replay_puts_originals_back_and_refuses_what_is_superseded(kafka_desk: Desk) -> None:
    kafka_desk.put(RAW.name, raw_article("ferry"))
    kafka_desk.put(RAW.name, raw_article("bridge"))
    for place in range(2):
        kafka_desk.fail(place)
    kafka_desk.put(RAW.name, raw_article("ferry", 2))
    outcomes = kafka_desk.run("dead-letters", "replay", "--all", "--json").rows
    assert sorted(outcome["result"] for outcome in outcomes) == ["replayed", "superseded"]
    key = raw_article("bridge").article_id.encode()
    original, again = (message for message in kafka_desk.all(RAW.name) if message.key == key)
    assert (again.partition, again.value) == (original.partition, original.value)
    assert again.headers[:-1] == original.headers
    assert again.headers[-1][0] == REPLAY_OF
    assert len(kafka_desk.all(DEAD_LETTERS.name)) == 2


def test_doctor_finds_the_topics_with_their_partitions_and_policies(kafka_desk: Desk) -> None:
    said = kafka_desk.run("doctor")
    assert said.status == 0
    assert "✓ topic wire.articles.raw.v1: 12 partitions, records of up to 1,048,576 bytes, delete" in said.out
    assert "✓ topic wire.summits.v1: 12 partitions, records of up to 1,048,576 bytes, compact" in said.out


def test_doctor_says_that_a_topic_has_the_wrong_policy(kafka_desk: Desk, broker: KafkaBroker) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, RAW.name, {"cleanup.policy": "compact"})])
    admin.close()
    said = kafka_desk.run("doctor")
    assert said.status == 1
    assert "✗ topic wire.articles.raw.v1: its cleanup.policy is compact, it should be delete" in said.out


def test_doctor_tells_whether_the_schemas_are_registered(kafka_desk: Desk, registry: SchemaRegistryServer) -> None:
    with kafka_desk.config.open("a") as config:
        config.write(f"[registry]\nurl = {json.dumps(registry.url)}\n")
    before = kafka_desk.run("doctor")
    if before.status == 1:  # the registry is the session's: another test may have registered them
        assert "to mend: summitwire schemas register" in before.out
        assert kafka_desk.run("schemas", "register").status == 0
    said = kafka_desk.run("doctor")
    assert said.status == 0
    assert "4 schemas registered" in said.out


def test_doctor_needs_no_more_than_15_seconds_where_nothing_answers(kafka_desk: Desk) -> None:
    kafka_desk.config.write_text(
        '[topics]\nurl = "kafka://127.0.0.1:9"\n[registry]\nurl = "http://127.0.0.1:9"\n', encoding="utf-8"
    )
    began = time.monotonic()
    said = kafka_desk.run("doctor")
    assert time.monotonic() - began < 15
    assert said.status == 1
    assert "✗ topics: Kafka at 127.0.0.1:9 does not answer" in said.out
    assert "✗ registry: " in said.out
    assert "✓ packages: " in said.out


def test_every_command_says_in_one_sentence_that_the_broker_is_away(kafka_desk: Desk) -> None:
    kafka_desk.config.write_text(
        '[topics]\nurl = "kafka://127.0.0.1:9"\n[topics.kafka]\ntimeout_ms = 1000\n', encoding="utf-8"
    )
    for argv in (("tail", "raw"), ("export",), ("dead-letters", "list"), ("dead-letters", "replay", "--all")):
        said = kafka_desk.run(*argv)
        assert said.status == 1
        assert said.err.startswith("summitwire: Kafka at 127.0.0.1:9 does not answer")
        assert len(said.err.splitlines()) == 1
