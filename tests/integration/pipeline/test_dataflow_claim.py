"""What the launcher asks a real broker before it hands a job over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest

from connectors.topics import GroupHeld, Message, TopicSpec, open_topics
from connectors.topics.kafka import KafkaTopics
from pipeline.dataflow import claim
from pipeline.local import KafkaBroker
from pipeline.settings import Settings

JOB = "summits"


@pytest.fixture
def settings(kafka: KafkaBroker) -> Settings:
    return Settings(topics_url=f"kafka://{kafka.bootstrap}", raw=f"wire.launch.{uuid.uuid4().hex}.v1")


@pytest.fixture
def topics(settings: Settings) -> Iterator[KafkaTopics]:
    """Those of the launcher, with a raw topic of two partitions and three records."""
    with closing(opened(settings)) as topics:
        topics.create([TopicSpec(settings.raw, partitions=2)])
        topics.append(settings.raw, [Message(b"%d" % number, b"x") for number in range(3)])
        yield topics


def opened(settings: Settings) -> KafkaTopics:
    topics = open_topics(settings.topics_url, {})
    assert isinstance(topics, KafkaTopics)
    return topics


def test_a_new_group_begins_at_the_start_of_every_partition(settings: Settings, topics: KafkaTopics) -> None:
    claim(topics, settings, settings.raw, JOB)
    assert topics.committed(settings.raw, settings.raw) == {0: 0, 1: 0}


def test_what_is_committed_stays(settings: Settings, topics: KafkaTopics) -> None:
    topics.commit(settings.raw, settings.raw, end := topics.end_offsets(settings.raw))
    claim(topics, settings, settings.raw, JOB)
    assert topics.committed(settings.raw, settings.raw) == end


def test_another_pipeline_of_the_group_is_refused_but_an_update_of_the_same_job_is_not(
    settings: Settings, topics: KafkaTopics
) -> None:
    with closing(opened(settings)) as running, running.lease(settings.raw, settings.raw, JOB):
        claim(topics, settings, settings.raw, JOB)
        with pytest.raises(GroupHeld):
            claim(topics, settings, settings.raw, "another")
