"""What an operator, or time, does to the raw topic under the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import NewPartitions

from connectors.topics import ALL_TOPICS, RAW, Message, TopicError
from connectors.topics.kafka import KafkaTopics
from pipeline.cli import main
from pipeline.drive import drive
from pipeline.local import KafkaBroker
from tests.faults.running import configured
from tests.integration.pipeline.desk import Desk, article, close_desk, message, open_desk


@pytest.fixture
def three(own_broker: KafkaBroker, tmp_path: Path) -> Iterator[Desk]:
    """Topics of three partitions."""
    specs = [replace(spec, partitions=3) for spec in ALL_TOPICS]
    desk = open_desk(own_broker.url, tmp_path, group="changes", specs=specs)
    yield desk
    close_desk(desk)
    with closing(KafkaAdminClient(bootstrap_servers=own_broker.bootstrap)) as admin:
        admin.delete_topics([spec.name for spec in specs])


def of_partition(partition: int, count: int) -> list[Message]:
    """Articles whose keys fall into this one of three partitions, as Kafka's own partitioner places them."""
    from kafka.partitioner.default import murmur2

    found: list[Message] = []
    number = 0
    while len(found) < count:
        made = message(article(number))
        if (murmur2(made.key or b"") & 0x7FFFFFFF) % 3 == partition:
            found.append(made)
        number += 1
    return found


def test_partitions_that_stay_empty_hold_nothing_up(three: Desk) -> None:
    three.put(*of_partition(1, 20))
    three.run(batch_records=7)
    assert three.committed() == {0: 0, 1: 20, 2: 0}
    three.put(*of_partition(2, 5))
    three.run()
    assert three.committed() == {0: 0, 1: 20, 2: 5}
    assert len(three.reports()) == 25


def test_a_raw_topic_that_grows_under_the_pipeline_ends_it_with_a_sentence(
    three: Desk, own_broker: KafkaBroker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    three.put(*(article(number) for number in range(20)))
    three.run()
    done = three.committed()
    with closing(KafkaAdminClient(bootstrap_servers=own_broker.bootstrap)) as admin:
        admin.create_partitions({RAW.name: NewPartitions(6)})
    three.topics.close()  # it may have kept how many partitions there were
    for _ in range(2):
        assert main(["run", "--once", "--config", str(configured(three, tmp_path))]) == 1
        told = capsys.readouterr().err.strip().splitlines()[-1]
        assert f"{RAW.name} has grown from 3 to 6 partitions" in told
    assert three.committed() == done


def test_records_deleted_before_they_were_processed_end_the_pipeline_and_are_not_jumped_over(
    three: Desk, own_broker: KafkaBroker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    three.put(*of_partition(0, 10))
    three.run()
    three.put(*(article(number) for number in range(100, 140)))
    end = three.topics.end_offsets(RAW.name)
    with closing(KafkaAdminClient(bootstrap_servers=own_broker.bootstrap)) as admin:
        admin.delete_records({TopicPartition(RAW.name, 0): 13})
    config = str(configured(three, tmp_path))
    assert main(["run", "--once", "--config", config]) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert f"{RAW.name}/0: offsets 10 to 12 were deleted before they were processed" in told
    assert three.committed() == {0: 10, 1: 0, 2: 0}
    assert main(["run", "--once", "--skip-lost", "--config", config]) == 0
    assert three.committed() == end
    assert len(three.reports()) == 10 + 40 - 3


def test_records_deleted_while_a_batch_is_read_are_an_error(three: Desk, own_broker: KafkaBroker) -> None:
    three.put(*of_partition(0, 30))
    ends = KafkaTopics.end_offsets

    def deleting(self: KafkaTopics, topic: str) -> dict[int, int]:
        found = ends(self, topic)
        if topic == RAW.name:
            with closing(KafkaAdminClient(bootstrap_servers=own_broker.bootstrap)) as admin:
                admin.delete_records({TopicPartition(RAW.name, 0): 10})
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KafkaTopics, "end_offsets", deleting)
        with pytest.raises(TopicError, match=r"deleted before they were processed|is gone"):
            drive(three.config, once=True)
    assert three.committed() == {0: 0, 1: 0, 2: 0}
