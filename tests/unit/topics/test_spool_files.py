"""The spool's files: what is in them, what damage does, how they are merged and dropped."""

from __future__ import annotations

import hashlib
import os
import random
import tracemalloc
from pathlib import Path
from typing import Any

import fastavro
import pytest

from connectors.topics import Message, TopicError, TopicSpec, container, segments, upkeep
from connectors.topics.spool import Spool

TOPIC = "wire.test.v1"
FIRST_TIME = 1_700_000_000_000
HOUR_MS = 3_600_000


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    spool = Spool(tmp_path / "spool")
    spool.create([TopicSpec(TOPIC)])
    return spool


@pytest.fixture
def folder(spool: Spool, tmp_path: Path) -> Path:
    return tmp_path / "spool" / TOPIC


def numbered(first: int, count: int) -> list[Message]:
    return [
        Message(b"key-%d" % (number % 7), b"story %d" % number, (("ce_id", b"%d" % number),), FIRST_TIME + number)
        for number in range(first, first + count)
    ]


def read(spool: Spool, start: int = 0) -> list[bytes | None]:
    return [item.value for item in spool.read(TOPIC, 0, start, spool.end_offsets(TOPIC)[0])]


def expected(count: int, start: int = 0) -> list[bytes]:
    return [b"story %d" % number for number in range(start, count)]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.avro"))


def test_the_first_bytes_of_a_file_never_change(spool: Spool, folder: Path) -> None:
    # Files are merged by copying what follows these bytes: another header is another format.
    assert hashlib.sha256(container.header()).hexdigest() == (
        "cb469f724ccd3740e1d0ddf2264ef2f0b69a926e45464f53c7bf4f5f2d244d15"
    )
    spool.append(TOPIC, numbered(0, 1))
    assert files(folder)[0].read_bytes().startswith(container.header())


def test_a_file_is_an_avro_container_that_a_stock_reader_reads(spool: Spool, folder: Path) -> None:
    spool.append(TOPIC, numbered(0, 3000))
    with files(folder)[0].open("rb") as stream:
        records: list[Any] = list(fastavro.reader(stream))
    assert [record["offset"] for record in records] == list(range(3000))
    assert records[2] == {
        "offset": 2,
        "timestamp": FIRST_TIME + 2,
        "key": b"key-2",
        "headers": [{"name": "ce_id", "value": b"2"}],
        "value": b"story 2",
    }


def test_the_same_records_make_the_same_file(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        spool = Spool(tmp_path / name)
        spool.create([TopicSpec(TOPIC)])
        spool.append(TOPIC, numbered(0, 500))
        contents.append([(path.name, path.read_bytes()) for path in files(tmp_path / name / TOPIC)])
    assert contents[0] == contents[1]


def test_each_append_is_a_file_named_by_its_first_offset_and_count(spool: Spool, folder: Path) -> None:
    spool.append(TOPIC, numbered(0, 3))
    spool.append(TOPIC, numbered(3, 2))
    assert [path.name for path in files(folder)] == [f"{0:020d}-3.avro", f"{3:020d}-2.avro"]


def test_one_flipped_bit_anywhere_is_noticed(spool: Spool, folder: Path) -> None:
    spool.append(TOPIC, numbered(0, 12))
    (path,) = files(folder)
    whole = path.read_bytes()
    choose = random.Random(20)
    noticed = []
    unnoticed = []
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << choose.randrange(8)
        path.write_bytes(damaged)
        try:
            found = read(spool)
        except TopicError as error:
            noticed.append(str(path) in str(error))
        else:
            unnoticed.append(found == expected(12))
    assert all(noticed)
    # A bit that zstandard's format leaves unused may flip unnoticed, but never with another result.
    assert all(unnoticed)
    assert len(unnoticed) <= 1


def test_a_file_that_is_cut_off_anywhere_is_noticed(spool: Spool, folder: Path) -> None:
    for part in range(3):
        spool.append(TOPIC, numbered(part * 4, 4))
    path = files(folder)[1]
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(TopicError, match=path.name):
            read(spool)
        assert read(spool, 8) == expected(12, 8)


def test_a_block_missing_from_the_end_of_a_file_is_noticed(spool: Spool, folder: Path) -> None:
    large = [Message(b"k", bytes([number]) * container.BLOCK_BYTES) for number in range(3)]
    spool.append(TOPIC, large)
    (path,) = files(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole[:-16].rindex(container.SYNC) + 16])
    with pytest.raises(TopicError, match="it holds 2 records"):
        read(spool)


def test_a_block_that_claims_an_impossible_size_is_noticed(spool: Spool, folder: Path) -> None:
    spool.append(TOPIC, numbered(0, 1))
    (path,) = files(folder)
    # A frame header with an 8-byte content size of 2^60.
    frame = b"\x28\xb5\x2f\xfd" + b"\xe4" + (1 << 60).to_bytes(8, "little") + b"\x01\x00\x00"
    path.write_bytes(container.header() + b"\x02" + bytes([2 * len(frame)]) + frame + container.SYNC)
    with pytest.raises(TopicError, match="impossible"):
        read(spool)


@pytest.mark.parametrize("size", [0, 1 << 40, 1 << 62])
def test_a_block_that_claims_another_length_is_noticed_before_it_is_read(spool: Spool, folder: Path, size: int) -> None:
    spool.append(TOPIC, numbered(0, 1))
    (path,) = files(folder)
    path.write_bytes(container.header() + b"\x02" + container._varint(size) + container.SYNC)
    with pytest.raises(TopicError, match="cut off or overwritten"):
        read(spool)


def test_records_without_content_are_shared_out_among_blocks(spool: Spool, folder: Path) -> None:
    spool.append(TOPIC, [Message(b"", b"")] * 10_000)
    (segment,) = segments.segments(folder)[0]
    sizes = [records for _, records, _ in container.blocks(segment, 0)]
    assert sum(sizes) == 10_000
    assert max(sizes) <= container.BLOCK_BYTES // container.ENVELOPE_BYTES


def test_a_missing_file_is_an_error_and_no_gap(spool: Spool, folder: Path) -> None:
    for part in range(3):
        spool.append(TOPIC, numbered(part * 2, 2))
    files(folder)[1].unlink()
    with pytest.raises(TopicError, match="no file with the offsets 2 to 3"):
        read(spool)
    assert read(spool, 4) == expected(6, 4)


def test_small_files_are_merged_and_every_record_stays(
    spool: Spool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    for number in range(600):
        spool.append(TOPIC, numbered(number, 1))
        assert len(files(folder)) <= 3 * upkeep.MERGE_FILES
    assert read(spool) == expected(600)
    assert spool.end_offsets(TOPIC) == {0: 600}


def test_a_record_is_copied_a_few_times_however_long_the_topic(
    spool: Spool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = []
    merge = upkeep.merge

    def counting(*arguments: Any) -> Any:
        segment = merge(*arguments)
        merged.append(segment.path.stat().st_size)
        return segment

    monkeypatch.setattr(upkeep, "merge", counting)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    noise = random.Random(21)
    for number in range(1500):
        spool.append(TOPIC, [Message(b"%d" % number, noise.randbytes(9_000))])
    assert len(files(folder)) <= 3 + 3 * upkeep.MERGE_FILES
    assert sum(merged) <= 4 * 1500 * 9_000
    assert max(merged) <= 2 * upkeep.TIER_BYTES[-1]
    assert sum(1 for _ in spool.read(TOPIC, 0, 0, 1500)) == 1500


def test_a_read_lists_the_folder_once_however_many_files_there_are(
    spool: Spool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MERGE_FILES", 10_000)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    for number in range(300):
        spool.append(TOPIC, numbered(number, 1))
    listed = []
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: listed.append(path) or listdir(path))
    reading = spool.read(TOPIC, 0, 0, 300)
    assert [item.value for item in reading] == expected(300)
    assert len(files(folder)) == 300
    assert listed == [folder]


def test_memory_stays_flat_while_a_long_topic_is_read(spool: Spool) -> None:
    noise = random.Random(22)
    for _ in range(10):
        spool.append(TOPIC, [Message(b"k", noise.randbytes(20_000)) for _ in range(100)])
    tracemalloc.start()
    total = sum(len(item.value or b"") for item in spool.read(TOPIC, 0, 0, 1000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 20_000_000
    assert peak < 20 * container.BLOCK_BYTES


def test_a_reader_goes_on_where_its_file_was_merged_away(spool: Spool, folder: Path) -> None:
    for number in range(upkeep.MERGE_FILES - 1):
        spool.append(TOPIC, numbered(number, 1))
    reading = spool.read(TOPIC, 0, 0, upkeep.MERGE_FILES - 1)
    first = next(reading).value
    spool.append(TOPIC, numbered(upkeep.MERGE_FILES - 1, 1))
    assert len(files(folder)) == 1
    assert [first, *(item.value for item in reading)] == expected(upkeep.MERGE_FILES - 1)


def test_a_reader_that_retention_overtakes_is_told(spool: Spool, folder: Path) -> None:
    for part in range(3):
        spool.append(TOPIC, numbered(part, 1))
    reading = spool.read(TOPIC, 0, 0, 3)
    next(reading)
    for path in files(folder)[:2]:
        path.unlink()
    with pytest.raises(TopicError, match="offset 1 is gone"):
        list(reading)


def test_a_damaged_file_is_never_merged_and_appending_goes_on(spool: Spool, folder: Path) -> None:
    spool.append(TOPIC, numbered(0, 1))
    damaged = files(folder)[0]
    damaged.write_bytes(damaged.read_bytes()[:-20])
    for number in range(1, 40):
        spool.append(TOPIC, numbered(number, 1))
    assert damaged.exists()
    assert spool.end_offsets(TOPIC) == {0: 40}
    behind = [path for path in files(folder) if path != damaged]
    assert len(behind) < 3 * upkeep.MERGE_FILES
    assert read(spool, 8) == expected(40, 8)
    with pytest.raises(TopicError, match=damaged.name):
        read(spool)


def test_what_a_crash_left_is_ignored_and_then_cleaned_up(spool: Spool, folder: Path) -> None:
    for part in range(2):
        spool.append(TOPIC, numbered(part * 3, 3))
    (folder / "append.tmp").write_bytes(b"half a fi")
    (folder / "merge.tmp").write_bytes(b"")
    whole = segments.named(folder, 0, 6)
    segments.add(whole, container.merge(segments.segments(folder)[0]), "other.tmp")
    assert len(files(folder)) == 3
    assert read(spool) == expected(6)
    spool.append(TOPIC, numbered(6, 1))
    assert read(spool) == expected(7)
    assert [path.name for path in files(folder)] == [whole.path.name, f"{6:020d}-1.avro"]
    assert not list(folder.glob("*.tmp"))


def test_retention_by_age_drops_the_oldest_files_but_never_the_last(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.create([TopicSpec(TOPIC, retention_ms=HOUR_MS)])
    folder = tmp_path / TOPIC
    for part in range(3):
        spool.append(TOPIC, numbered(part * 2, 2))
    for path in files(folder)[:2]:
        os.utime(path, (0, 0))
    spool.append(TOPIC, numbered(6, 2))
    assert spool.begin_offsets(TOPIC) == {0: 4}
    assert read(spool, 4) == expected(8, 4)
    for path in files(folder):
        os.utime(path, (0, 0))
    spool.append(TOPIC, numbered(8, 1))
    assert spool.begin_offsets(TOPIC) == {0: 8}


def test_retention_by_size_keeps_at_least_that_much(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.create([TopicSpec(TOPIC, retention_bytes=100_000)])
    noise = random.Random(23)
    for _ in range(12):
        spool.append(TOPIC, [Message(b"k", noise.randbytes(30_000))])
    kept = [path.stat().st_size for path in files(tmp_path / TOPIC)]
    assert 100_000 <= sum(kept) < 100_000 + max(kept)
    assert spool.end_offsets(TOPIC) == {0: 12}


def sized(folder: Path, *sizes: int, hours_ago: tuple[int, ...] = ()) -> list[container.Segment]:
    """Files of these sizes, one record each, that hold nothing."""
    found = []
    for number, size in enumerate(sizes):
        segment = segments.named(folder, number, 1)
        with segment.path.open("wb") as stream:
            stream.truncate(size)
        if hours_ago:
            appended = (1000 - hours_ago[number]) * HOUR_MS * 1_000_000
            os.utime(segment.path, ns=(appended, appended))
        found.append(segment)
    return found


def test_merging_stays_within_a_fraction_of_the_retention_time(tmp_path: Path) -> None:
    retention = upkeep.AGE_SLOTS * HOUR_MS
    young = sized(tmp_path, *[100] * 8, hours_ago=(0,) * 8)
    assert upkeep.merge_due(young, retention) == young
    mixed = sized(tmp_path, *[100] * 12, hours_ago=(2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0))
    assert upkeep.merge_due(mixed, retention) == []
    assert upkeep.merge_due(mixed, None) == mixed


def test_a_merged_file_is_as_old_as_the_youngest_of_its_records(spool: Spool, folder: Path) -> None:
    for part in range(2):
        spool.append(TOPIC, numbered(part, 1))
    old, young = files(folder)
    os.utime(old, ns=(0, 1_000))
    os.utime(young, ns=(0, 2_000))
    merged = upkeep.merge(folder, segments.segments(folder)[0])
    assert merged.path.stat().st_mtime_ns == 2_000


def test_one_merge_copies_no_more_than_the_largest_size_twice(tmp_path: Path) -> None:
    largest = upkeep.TIER_BYTES[-1]
    nearly = sized(tmp_path, *[largest - 1] * 10)
    assert upkeep.merge_due(nearly, None) == nearly[:2]
    assert upkeep.merge_due(sized(tmp_path, *[largest] * 10), None) == []


def test_files_are_merged_once_enough_of_their_size_follow_each_other(tmp_path: Path) -> None:
    small, large = 100, upkeep.TIER_BYTES[0]
    assert upkeep.merge_due(sized(tmp_path, *[small] * 7), None) == []
    run = sized(tmp_path, large, *[small] * 8)
    assert upkeep.merge_due(run, None) == run[1:]
    run = sized(tmp_path, *[large, small] * 7)
    assert upkeep.merge_due(run, None) == []
    run = sized(tmp_path, *[large, small] * 8)
    assert upkeep.merge_due(run, None) == run


def test_the_last_file_stays_however_old_or_large_it_is(tmp_path: Path) -> None:
    live = sized(tmp_path, 1000, 1000, 1000, hours_ago=(9, 8, 7))
    assert upkeep.drop_due(live, HOUR_MS, None, 1000 * HOUR_MS) == live[:2]
    assert upkeep.drop_due(live, None, 10, 1000 * HOUR_MS) == live[:2]
    assert upkeep.drop_due(live, None, None, 1000 * HOUR_MS) == []


def test_a_file_under_another_ones_name_is_noticed(spool: Spool, folder: Path) -> None:
    for part in range(2):
        spool.append(TOPIC, numbered(part * 2, 2))
    first, second = files(folder)
    second.rename(first)
    with pytest.raises(TopicError, match="offset 2 stands where 0 belongs"):
        list(spool.read(TOPIC, 0, 0, 2))
