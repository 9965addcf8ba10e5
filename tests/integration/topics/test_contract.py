"""What `connectors.topics` promises, on both implementations: the spool, and a real Kafka."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from connectors.topics import (
    GroupHeld,
    Message,
    Received,
    RecordTooLarge,
    TopicError,
    Topics,
    TopicSpec,
    UnknownTopic,
    open_topics,
)

CHILDREN = Path(__file__).with_name("children.py")
_numbers = count()


@dataclass(frozen=True)
class Place:
    """Where topics are, and what only its owner can do there."""

    url: str
    topics: Topics
    drop_before: Callable[[str, int], None]
    """As retention does: the records before an offset, which is the first of an append, go."""

    def topic(self, partitions: int = 1, **settings: int | bool) -> str:
        name = f"contract.{next(_numbers)}.v1"
        self.topics.create([TopicSpec(name, partitions=partitions, **settings)])  # type: ignore[arg-type]
        return name

    def child(self, what: str, topic: str, argument: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(CHILDREN), what, self.url, topic, argument]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module", params=["spool", pytest.param("kafka", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "spool":
        folder = tmp_path_factory.mktemp("spool")
        url = f"spool:{folder}"

        def drop_before(topic: str, offset: int) -> None:
            for path in (folder / topic).glob("*.avro"):
                if int(path.name[:20]) < offset:
                    path.unlink()
    else:
        url = request.getfixturevalue("kafka").url

        def drop_before(topic: str, offset: int) -> None:
            from kafka import KafkaAdminClient, TopicPartition

            admin = KafkaAdminClient(bootstrap_servers=url.removeprefix("kafka://"))
            admin.delete_records({TopicPartition(topic, 0): offset})
            admin.close()

    topics = open_topics(url)
    yield Place(url, topics, drop_before)
    topics.close()


def everything(topics: Topics, topic: str) -> list[Received]:
    begin, end = topics.begin_offsets(topic), topics.end_offsets(topic)
    return [
        received
        for partition in sorted(end)
        for received in topics.read(topic, partition, begin[partition], end[partition])
    ]


def messages(*values: str, key: bytes = b"k") -> list[Message]:
    return [Message(key, value.encode()) for value in values]


def values(received: Iterator[Received]) -> list[str]:
    return [item.value.decode() for item in received if item.value is not None]


def test_records_are_read_in_the_order_in_which_they_were_appended(place: Place) -> None:
    topic = place.topic()
    place.topics.append(topic, messages("Envoys", "left", "at", "dawn"))
    place.topics.append(topic, messages("and", "came", "back"))
    read = list(place.topics.read(topic, 0, 0, 7))
    assert [item.value for item in read] == [b"Envoys", b"left", b"at", b"dawn", b"and", b"came", b"back"]
    assert [item.offset for item in read] == list(range(7))
    assert {(item.topic, item.partition) for item in read} == {(topic, 0)}


def test_each_keys_records_keep_their_order_across_partitions_and_appends(place: Place) -> None:
    topic = place.topic(partitions=12)
    keys = [b"key-%d" % number for number in range(40)]
    for version in range(5):
        place.topics.append(topic, [Message(key, b"%d" % version) for key in keys])
    read = everything(place.topics, topic)
    for key in keys:
        assert [item.value for item in read if item.key == key] == [b"0", b"1", b"2", b"3", b"4"]
        assert len({item.partition for item in read if item.key == key}) == 1
    assert len(read) == 200


def test_everything_of_a_record_comes_back(place: Place) -> None:
    topic = place.topic()
    sent = [
        Message(
            b"\x00\xffkey", b"value\x00", (("ce_id", b"1"), ("ce_id", b"again"), ("größe", b"")), 1_700_000_000_123
        ),
        Message(b"tombstone", None, (), 1_700_000_000_124),
        Message(None, b"no key", (("a", b"\xff"),), 1_700_000_000_125),
        Message(b"", b"", (), 1_700_000_000_126),
    ]
    place.topics.append(topic, sent)
    read = list(place.topics.read(topic, 0, 0, 4))
    assert [Message(item.key, item.value, item.headers, item.timestamp) for item in read] == sent


def test_a_record_without_key_and_value_is_refused(place: Place) -> None:
    topic = place.topic()
    with pytest.raises(TopicError, match="neither key nor value"):
        place.topics.append(topic, [*messages("good"), Message(None, None)])
    assert place.topics.end_offsets(topic) == {0: 0}


def test_a_record_without_a_timestamp_gets_the_time_of_appending(place: Place) -> None:
    topic = place.topic()
    before = time.time_ns() // 1_000_000
    place.topics.append(topic, messages("now"))
    after = time.time_ns() // 1_000_000
    (read,) = place.topics.read(topic, 0, 0, 1)
    assert before <= read.timestamp <= after


def test_offsets_tell_where_a_topic_begins_and_ends(place: Place) -> None:
    topic = place.topic()
    assert place.topics.begin_offsets(topic) == place.topics.end_offsets(topic) == {0: 0}
    place.topics.append(topic, messages("a", "b", "c"))
    assert place.topics.begin_offsets(topic) == {0: 0}
    assert place.topics.end_offsets(topic) == {0: 3}


def test_a_range_is_read_without_what_lies_around_it(place: Place) -> None:
    topic = place.topic()
    for number in range(6):
        place.topics.append(topic, messages(*(f"{number}{letter}" for letter in "abc")))
    assert values(place.topics.read(topic, 0, 4, 8)) == ["1b", "1c", "2a", "2b"]
    assert values(place.topics.read(topic, 0, 4, 4)) == []


def test_a_read_beyond_the_end_gives_what_is_there(place: Place) -> None:
    topic = place.topic()
    assert values(place.topics.read(topic, 0, 0, 10)) == []
    place.topics.append(topic, messages("a", "b"))
    assert values(place.topics.read(topic, 0, 1, 10)) == ["b"]
    assert values(place.topics.read(topic, 0, 5, 10)) == []


def test_appending_nothing_appends_nothing(place: Place) -> None:
    topic = place.topic()
    place.topics.append(topic, [])
    assert place.topics.end_offsets(topic) == {0: 0}


def test_a_read_is_not_disturbed_by_appends_and_ends_where_it_was_told(place: Place) -> None:
    topic = place.topic()
    for number in range(20):
        place.topics.append(topic, messages(f"early {number}"))
    read = []
    for item in place.topics.read(topic, 0, 0, place.topics.end_offsets(topic)[0]):
        read.append(item.value)
        place.topics.append(topic, messages("late"))
    assert read == [b"early %d" % number for number in range(20)]
    assert place.topics.end_offsets(topic) == {0: 40}


def test_two_reads_go_on_side_by_side(place: Place) -> None:
    topic = place.topic()
    place.topics.append(topic, messages(*"abcdef"))
    pairs = zip(place.topics.read(topic, 0, 0, 3), place.topics.read(topic, 0, 3, 6), strict=True)
    assert [(one.value, two.value) for one, two in pairs] == [(b"a", b"d"), (b"b", b"e"), (b"c", b"f")]


def test_a_read_can_be_given_up_and_begun_again(place: Place) -> None:
    topic = place.topic()
    place.topics.append(topic, messages(*"abcdef"))
    for _ in range(3):
        reading = place.topics.read(topic, 0, 2, 6)
        assert next(reading).value == b"c"
        del reading


def test_a_record_over_the_topics_limit_is_refused_and_nothing_of_its_call_is_appended(place: Place) -> None:
    topic = place.topic(max_record_bytes=10_000)
    assert place.topics.max_record_bytes(topic) == 10_000
    header = ("header", b"1234")
    largest = Message(b"key", b"x" * (10_000 - 3 - 10), (header,))
    assert largest.size == 10_000
    place.topics.append(topic, [largest])
    with pytest.raises(RecordTooLarge, match=f"takes 10001 bytes, topic {topic} accepts 10000") as caught:
        place.topics.append(topic, [largest, largest, Message(b"key!", largest.value, largest.headers)])
    assert caught.value.index == 2
    assert place.topics.end_offsets(topic) == {0: 1}


def test_the_dead_letter_topic_takes_records_of_16_megabytes(place: Place) -> None:
    topic = place.topic(max_record_bytes=16 * 1_048_576)
    large = Message(b"", bytes(range(256)) * 65_536)
    place.topics.append(topic, [large])
    (read,) = place.topics.read(topic, 0, 0, 1)
    assert read.value == large.value


def test_a_topic_that_does_not_exist_is_named_and_so_is_the_remedy(place: Place) -> None:
    topics = place.topics
    calls: list[Callable[[], object]] = [
        lambda: topics.append("missing.v1", messages("a")),
        lambda: topics.begin_offsets("missing.v1"),
        lambda: topics.end_offsets("missing.v1"),
        lambda: list(topics.read("missing.v1", 0, 0, 1)),
        lambda: topics.committed("group", "missing.v1"),
        lambda: topics.commit("group", "missing.v1", {0: 1}),
        lambda: topics.max_record_bytes("missing.v1"),
        lambda: topics.lease("group", "missing.v1").__enter__(),
    ]
    for call in calls:
        with pytest.raises(UnknownTopic, match=r"no topic missing\.v1 .*summitwire topics create"):
            call()


def test_a_partition_that_does_not_exist_is_an_error(place: Place) -> None:
    topic = place.topic()
    with pytest.raises(TopicError, match="partition 7"):
        list(place.topics.read(topic, 7, 0, 1))


def test_topics_are_created_once_and_then_left_as_they_are(place: Place) -> None:
    first, second = TopicSpec("made.once.v1", partitions=2), TopicSpec("made.twice.v1", partitions=3, compacted=True)
    assert place.topics.create([first]) == ["made.once.v1"]
    place.topics.append("made.once.v1", messages("a"))
    assert place.topics.create([first, second]) == ["made.twice.v1"]
    assert place.topics.create([first, second]) == []
    records = {info.name: info.records for info in place.topics.list() if info.name.startswith("made.")}
    assert records == {"made.once.v1": 1, "made.twice.v1": 0}


def test_an_impossible_topic_name_is_a_clear_error(place: Place) -> None:
    for name in ("", "..", "a/b", "café", "x" * 250):
        with pytest.raises(TopicError):
            place.topics.create([TopicSpec(name)])


def test_several_processes_append_to_one_topic_and_nothing_is_lost_or_doubled(place: Place) -> None:
    topic = place.topic()
    children = [place.child("append", topic, name) for name in "abcd"]
    assert [child.wait() for child in children] == [0, 0, 0, 0]
    read = everything(place.topics, topic)
    assert [item.offset for item in read] == list(range(800))
    for name in (b"a", b"b", b"c", b"d"):
        assert [item.value for item in read if item.key == name] == [b"%d" % number for number in range(200)]


def test_committed_offsets_are_kept_for_each_group(place: Place) -> None:
    topic = place.topic()
    assert place.topics.committed("first", topic) == {}
    place.topics.commit("first", topic, {0: 3})
    place.topics.commit("second/with ünusual name", topic, {0: 4})
    again = open_topics(place.url)
    assert again.committed("first", topic) == {0: 3}
    assert again.committed("second/with ünusual name", topic) == {0: 4}
    again.close()


def test_a_commit_is_taken_as_it_is_even_backwards(place: Place) -> None:
    topic = place.topic()
    place.topics.commit("back", topic, {0: 30})
    place.topics.commit("back", topic, {0: 20})
    assert place.topics.committed("back", topic) == {0: 20}


def test_a_second_pipeline_of_a_group_is_refused_and_told_who_holds_it(place: Place) -> None:
    topic = place.topic()
    holder = place.child("hold", topic, "held")
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(GroupHeld, match=rf"'held' is held by process {holder.pid} on "),
            place.topics.lease("held", topic),
        ):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_a_group_is_free_again_after_kill_9_of_its_holder(place: Place) -> None:
    topic = place.topic()
    holder = place.child("hold", topic, "orphaned")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    with place.topics.lease("orphaned", topic) as lease:
        lease.check()


def test_a_group_is_free_again_once_its_holder_lets_go(place: Place) -> None:
    topic = place.topic()
    for _ in range(2):
        with place.topics.lease("released", topic) as lease:
            lease.check()


def test_the_holder_of_a_group_commits_and_nobody_else_does(place: Place) -> None:
    topic = place.topic()
    other = open_topics(place.url)
    with place.topics.lease("fenced", topic):
        place.topics.commit("fenced", topic, {0: 5})
        with pytest.raises(GroupHeld, match="'fenced' is held by"):
            other.commit("fenced", topic, {0: 1})
        assert other.committed("fenced", topic) == {0: 5}
    other.commit("fenced", topic, {0: 6})
    assert place.topics.committed("fenced", topic) == {0: 6}
    other.close()


def test_groups_do_not_hold_each_other_up(place: Place) -> None:
    topic, other = place.topic(), place.topic()
    with place.topics.lease("one", topic) as one, place.topics.lease("two", topic) as two:
        one.check()
        two.check()
        place.topics.commit("one", topic, {0: 1})
        place.topics.commit("two", topic, {0: 2})
        place.topics.commit("one", other, {0: 3})
    assert place.topics.committed("one", topic) == {0: 1}
    assert place.topics.committed("one", other) == {0: 3}


def test_a_read_from_where_retention_has_passed_is_an_error_and_no_jump(place: Place) -> None:
    topic = place.topic()
    place.topics.append(topic, messages("old", "old"))
    place.topics.append(topic, messages("new"))
    place.drop_before(topic, 2)
    assert place.topics.begin_offsets(topic) == {0: 2}
    assert values(place.topics.read(topic, 0, 2, 3)) == ["new"]
    with pytest.raises(TopicError, match="offset 1 is gone"):
        list(place.topics.read(topic, 0, 1, 3))


def test_several_partitions_are_read_with_one_question(place: Place) -> None:
    partitions = 1 if place.topics.url.startswith("spool:") else 3
    topic = place.topic(partitions)
    place.topics.append(topic, [Message(str(number).encode(), b"v") for number in range(30)])
    ends = place.topics.end_offsets(topic)
    reading = place.topics.read_ranges(topic, {partition: (1, end) for partition, end in ends.items() if end > 1})
    for partition, records in reading.items():
        assert [*records] == [*place.topics.read(topic, partition, 1, ends[partition])]
    with pytest.raises(UnknownTopic):
        place.topics.read_ranges(topic, {0: (0, 1), 99: (0, 1)})
