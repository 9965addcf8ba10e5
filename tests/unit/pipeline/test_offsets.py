"""Where a group stands and what a micro-batch takes."""

import pytest

from connectors.topics import TopicChanged
from pipeline.offsets import OffsetsError, plan, starts

TOPIC = "wire.articles.raw.v1"


def test_a_batch_never_takes_more_records_than_its_cap() -> None:
    ranges = plan({0: 0, 1: 0, 2: 0}, {0: 10, 1: 5000, 2: 5000}, records=1000, size=1 << 20, seconds=5)
    assert sum(wanted.end - wanted.start for wanted in ranges) == 1000


def test_what_a_short_partition_leaves_goes_to_the_others() -> None:
    ranges = plan({0: 0, 1: 100}, {0: 10, 1: 5000}, records=1000, size=1 << 20, seconds=5)
    assert [(wanted.partition, wanted.start, wanted.end) for wanted in ranges] == [(0, 0, 10), (1, 100, 1090)]


def test_every_partition_with_a_backlog_gets_on_even_under_a_tiny_cap() -> None:
    ranges = plan(dict.fromkeys(range(12), 0), dict.fromkeys(range(12), 9), records=1, size=1, seconds=5)
    assert len(ranges) == 12
    assert all(wanted.end == 1 and wanted.max_bytes == 1 for wanted in ranges)


def test_without_a_backlog_there_is_no_batch() -> None:
    assert plan({0: 7, 1: 0}, {0: 7, 1: 0}, records=1000, size=1 << 20, seconds=5) == []


def test_a_group_without_commits_starts_at_the_beginning() -> None:
    assert starts({0: 0, 1: 40}, {0: 9, 1: 50}, {}, TOPIC) == {0: 0, 1: 40}


def test_a_topic_that_has_grown_is_refused() -> None:
    assert starts({0: 0, 1: 0}, {0: 9, 1: 5}, {0: 3, 1: 0}, TOPIC) == {0: 3, 1: 0}
    with pytest.raises(TopicChanged, match=r"has grown from 2 to 4 partitions.*another \[pipeline\] group"):
        starts(dict.fromkeys(range(4), 0), dict.fromkeys(range(4), 9), {0: 3, 1: 0}, TOPIC)


def test_records_deleted_before_they_were_processed_are_an_error_and_not_a_jump() -> None:
    with pytest.raises(OffsetsError, match=r"offsets 3 to 39 were deleted before they were processed.*--skip-lost"):
        starts({0: 40}, {0: 50}, {0: 3}, TOPIC)
    assert starts({0: 40}, {0: 50}, {0: 3}, TOPIC, skip_lost=True) == {0: 40}


def test_a_topic_that_was_made_anew_is_an_error() -> None:
    with pytest.raises(OffsetsError, match="made anew"):
        starts({0: 0}, {0: 5}, {0: 12}, TOPIC)
