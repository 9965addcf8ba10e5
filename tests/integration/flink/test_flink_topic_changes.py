"""A raw topic that changes under a job on Flink: never a silent jump, never a partition that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition

from connectors.topics import Message, TopicSpec
from pipeline.flink.job import submit
from pipeline.flink.place import Place
from pipeline.flink.supervise import HopelessError
from pipeline.io import clients
from pipeline.local import KafkaBroker
from pipeline.offsets import OffsetsError
from pipeline.settings import Settings, settings_of
from tests.faults.tier import LONG
from tests.integration.flink.running import flink_config, left, running
from tests.integration.pipeline.desk import Desk

pytestmark = pytest.mark.timeout(900)

RECORDS = [Message(b"%d" % number, b"no article") for number in range(40)]


@pytest.fixture
def admin(flink_broker: KafkaBroker) -> Iterator[Any]:
    with closing(KafkaAdminClient(bootstrap_servers=flink_broker.bootstrap)) as client:
        yield client


def own_topic(desk: Desk) -> tuple[Desk, Settings]:
    """A raw topic of two partitions that is this test's own, looked at by its readers every second."""
    kafka = {"metadata_max_age_ms": 1000}
    desk = replace(desk, config=replace(desk.config, topics=replace(desk.config.topics, kafka=kafka)))
    settings = replace(settings_of(desk.config), raw=f"{desk.config.pipeline.group}.raw")
    desk.topics.create([TopicSpec(settings.raw, partitions=2)])
    return desk, settings


def test_records_deleted_behind_the_committed_offsets_refuse_the_job_unless_they_are_given_up(
    flink_desk: Desk, flink: Place, admin: Any
) -> None:
    desk, settings = own_topic(flink_desk)
    group = desk.config.pipeline.group
    desk.topics.append(settings.raw, RECORDS)
    desk.topics.commit(group, settings.raw, {0: 2, 1: 0})
    admin.delete_records({TopicPartition(settings.raw, 0): 5})
    with pytest.raises(OffsetsError, match=r"raw/0: offsets 2 to 4 were deleted before they were processed"):
        submit(desk.config, settings, flink)
    assert desk.topics.committed(group, settings.raw) == {0: 2, 1: 0}
    submit(desk.config, settings, flink, skip_lost=True).cancel()
    assert desk.topics.committed(group, settings.raw) == {0: 5, 1: 0}
    clients.close()


@pytest.mark.skipif(not LONG, reason="takes a minute: a part of `make faults`")
def test_records_deleted_behind_a_savepoint_and_a_topic_that_grows_end_the_job_and_say_so(
    flink_desk: Desk, flink: Place, admin: Any
) -> None:
    desk, settings = own_topic(flink_desk)
    config = flink_config(desk)

    def read() -> bool:
        committed = desk.topics.committed_by(desk.config.pipeline.group, settings.raw)  # type: ignore[attr-defined]
        return len(committed) == 2 and all(committed.values())

    with running(config, flink, settings) as first:
        first.until(read, "both partitions were read")
    assert first.watched is not None
    desk.topics.append(settings.raw, RECORDS)
    admin.delete_records({TopicPartition(settings.raw, 1): 3})
    left(desk, settings.raw)
    with running(config, flink, settings, restore=first.watched.savepoint) as second:
        error = second.ends()
    assert isinstance(error, HopelessError)
    assert "raw/1: offsets 0 to 2 were deleted before they were processed" in str(error)
    assert "--skip-lost" not in str(error)  # as the committed offsets would have said

    left(desk, settings.raw)
    with running(config, flink, settings, skip_lost=True) as third:
        third.until(
            lambda: desk.topics.committed(config.pipeline.group, settings.raw) == desk.topics.end_offsets(settings.raw),
            "all was read",
        )
        admin.create_partitions({settings.raw: 3})
        error = third.ends()
    assert isinstance(error, HopelessError)
    assert "raw has 3 partitions, and had 2 when the job was started" in str(error)
