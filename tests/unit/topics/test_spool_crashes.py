"""The spool where processes die, disks are full and folders are locked away."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.topics import GroupHeld, Message, StorageFull, TopicError, TopicSpec, groups, open_topics, upkeep
from connectors.topics.spool import Spool

TOPIC = "wire.test.v1"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    spool = Spool(tmp_path)
    spool.create([TopicSpec(TOPIC)])
    return spool


def stories(first: int, count: int) -> list[Message]:
    return [Message(b"key", b"story %d" % number) for number in range(first, first + count)]


def read(spool: Spool) -> list[bytes | None]:
    return [item.value for item in spool.read(TOPIC, 0, 0, spool.end_offsets(TOPIC)[0])]


def expected(count: int) -> list[bytes]:
    return [b"story %d" % number for number in range(count)]


def forked(work: Callable[[int], object]) -> tuple[int, int]:
    """Runs `work(pipe)` in a child that shares nothing but a pipe; (process id, the pipe's other end)."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        try:
            work(sending)
        finally:
            os._exit(0)
    os.close(sending)
    return child, receiving


def test_what_was_acknowledged_before_kill_9_is_there_and_the_next_append_works(spool: Spool) -> None:
    choose = random.Random(30)
    acknowledged = 0
    for _ in range(40):

        def append(sending: int, first: int = acknowledged, seed: int = choose.randrange(10**6)) -> None:
            sizes = random.Random(seed)
            while True:
                count = sizes.randrange(1, 6)
                spool.append(TOPIC, stories(first, count))
                first += count
                os.write(sending, first.to_bytes(8, "big"))

        child, receiving = forked(append)
        heard = os.read(receiving, 8)
        threading.Event().wait(choose.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := os.read(receiving, 8):
            heard = more
        os.close(receiving)
        found = read(spool)
        assert len(found) >= int.from_bytes(heard, "big")
        assert found == expected(len(found))
        acknowledged = len(found)
        spool.append(TOPIC, stories(acknowledged, 1))
        acknowledged += 1
        assert read(spool) == expected(acknowledged)
    assert not list((Path(spool.url.removeprefix("spool:")) / TOPIC).glob("*.tmp"))


def test_a_merge_that_dies_at_any_step_loses_and_doubles_nothing(tmp_path: Path) -> None:
    steps = 0
    died = True
    while died:
        spool = Spool(tmp_path / str(steps))
        spool.create([TopicSpec(TOPIC)])
        for number in range(upkeep.MERGE_FILES - 1):
            spool.append(TOPIC, stories(number, 1))

        def append_and_die(sending: int, fatal: int = steps, spool: Spool = spool) -> None:
            left = [fatal]

            def fragile(call: Callable[..., Any]) -> Callable[..., Any]:
                def dying(*arguments: Any, **options: Any) -> Any:
                    if left[0] == 0:
                        os._exit(9)
                    left[0] -= 1
                    return call(*arguments, **options)

                return dying

            for name in ("fsync", "replace", "unlink", "open"):
                setattr(os, name, fragile(getattr(os, name)))
            spool.append(TOPIC, stories(upkeep.MERGE_FILES - 1, 1))

        child, receiving = forked(append_and_die)
        os.close(receiving)
        _, status = os.waitpid(child, 0)
        died = status != 0
        found = read(spool)
        assert found == expected(len(found))
        assert len(found) >= upkeep.MERGE_FILES - died
        spool.append(TOPIC, stories(len(found), 1))
        assert read(spool) == expected(len(found) + 1)
        assert not list((tmp_path / str(steps)).rglob("*.tmp"))
        steps += 1
    # Lock, fsync, rename and fsync of the folder for the append, the same for the merge, and one unlink a file.
    assert steps > 3 * upkeep.MERGE_FILES // 2


def test_readers_see_each_record_once_while_others_append_and_merge(spool: Spool) -> None:
    def append(sending: int) -> None:
        for number in range(400):
            spool.append(TOPIC, stories(number, 1))

    child, receiving = forked(append)
    seen = 0
    try:
        while seen < 400:
            found = read(spool)
            assert found == expected(len(found))
            assert len(found) >= seen
            seen = len(found)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(receiving)


def test_a_reader_waits_while_files_are_merged(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    # Half of the old files are gone then, and a folder's listing is no snapshot.
    ends: list[int] = []
    reader = threading.Thread(target=lambda: ends.append(spool.end_offsets(TOPIC)[0]))
    unlink = os.unlink

    def unlink_while_somebody_reads(path: Path) -> None:
        if not reader.is_alive():
            reader.start()
        reader.join(0.1)
        assert reader.is_alive()
        monkeypatch.setattr(os, "unlink", unlink)
        unlink(path)

    for number in range(upkeep.MERGE_FILES - 1):
        spool.append(TOPIC, stories(number, 1))
    monkeypatch.setattr(os, "unlink", unlink_while_somebody_reads)
    spool.append(TOPIC, stories(upkeep.MERGE_FILES - 1, 1))
    reader.join()
    assert ends == [upkeep.MERGE_FILES]


def test_a_forked_child_does_not_keep_its_parents_group(spool: Spool) -> None:
    def hold_and_fork(sending: int) -> None:
        with spool.lease("group", TOPIC):
            grandchild, running = forked(lambda telling: (os.write(telling, b"!"), signal.pause()))
            os.read(running, 1)
            os.write(sending, grandchild.to_bytes(8, "big"))
            signal.pause()

    child, receiving = forked(hold_and_fork)
    grandchild = int.from_bytes(os.read(receiving, 8), "big")
    with pytest.raises(GroupHeld, match=f"process {child} on"), spool.lease("group", TOPIC):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        with spool.lease("group", TOPIC) as lease:
            lease.check()
    finally:
        os.kill(grandchild, signal.SIGKILL)
        os.close(receiving)


def test_a_lease_whose_file_was_removed_is_lost(spool: Spool, tmp_path: Path) -> None:
    with spool.lease("group", TOPIC) as lease:
        lease.check()
        (tmp_path / TOPIC / "groups" / "group.lease").unlink()
        with pytest.raises(GroupHeld, match="was removed"):
            lease.check()
        with Spool(tmp_path).lease("group", TOPIC) as other:
            other.check()
            with pytest.raises(GroupHeld):
                lease.check()


def test_a_lease_file_that_is_removed_while_it_is_locked_does_not_count(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = groups.flock
    removed = []

    def locked_too_late(descriptor: int, how: int) -> None:
        lock(descriptor, how)
        if not removed:
            removed.append((tmp_path / TOPIC / "groups" / "group.lease").unlink())

    monkeypatch.setattr(groups, "flock", locked_too_late)
    with spool.lease("group", TOPIC) as lease:
        lease.check()
        with pytest.raises(GroupHeld), Spool(tmp_path).lease("group", TOPIC):
            pass


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with room for about 200 KB: a file system of its own where one may be mounted, else a pretended one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not mounted:
        fsync = os.fsync

        def full(descriptor: int) -> None:
            if sum(path.stat().st_size for path in folder.rglob("*.*")) > 200_000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", full)
    yield folder
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_clear_error_and_what_is_there_stays_readable(small_disk: Path) -> None:
    spool = Spool(small_disk / "spool")
    spool.create([TopicSpec(TOPIC)])
    noise = random.Random(31)
    payloads: list[bytes] = []

    def fill() -> None:
        for _ in range(100):
            payload = noise.randbytes(10_000)
            spool.append(TOPIC, [Message(b"key", payload)])
            payloads.append(payload)

    with pytest.raises(StorageFull, match=f"^cannot append to topic {TOPIC}: no room is left .*; make room there$"):
        fill()
    assert read(spool) == payloads
    assert not list((small_disk / "spool" / TOPIC).glob("*.tmp"))
    with pytest.raises(StorageFull):
        spool.append(TOPIC, [Message(b"key", noise.randbytes(100_000))])
    oldest = min((small_disk / "spool" / TOPIC).glob("*.avro"))
    oldest.unlink()
    spool.append(TOPIC, [Message(b"key", b"room again")])
    (last,) = spool.read(TOPIC, 0, len(payloads), len(payloads) + 1)
    assert last.value == b"room again"


def test_a_disk_that_fills_while_files_are_merged_does_not_fail_the_append(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*unused: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(upkeep, "merge", full)
    for number in range(2 * upkeep.MERGE_FILES):
        spool.append(TOPIC, stories(number, 1))
    assert read(spool) == expected(2 * upkeep.MERGE_FILES)


def test_a_write_that_fails_halfway_leaves_nothing_behind(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.append(TOPIC, stories(0, 2))
    before = sorted(os.listdir(tmp_path / TOPIC))

    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(TopicError, match="Input/output error"):
        spool.append(TOPIC, stories(2, 2))
    monkeypatch.undo()
    assert sorted(os.listdir(tmp_path / TOPIC)) == before
    assert read(spool) == expected(2)


@pytest.fixture
def unprivileged(tmp_path: Path) -> Iterator[None]:
    """Makes the test run as somebody who may be refused: permissions do not bind root."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.usefixtures("unprivileged")
def test_a_spool_that_may_not_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TopicError, match=f"cannot create topic {TOPIC}: this user may not read or write {tmp_path}"):
        Spool(tmp_path / "spool").create([TopicSpec(TOPIC)])


def test_a_topic_that_may_not_be_written_can_still_be_read(
    spool: Spool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    spool.append(TOPIC, stories(0, 3))
    for path in (tmp_path / TOPIC).rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (tmp_path / TOPIC).chmod(0o555)
    request.getfixturevalue("unprivileged")
    assert read(spool) == expected(3)
    with pytest.raises(TopicError, match=f"cannot append to topic {TOPIC}: this user may not read or write "):
        spool.append(TOPIC, stories(3, 1))
    with pytest.raises(TopicError, match="this user may not read or write "):
        spool.commit("group", TOPIC, {0: 3})
    assert read(spool) == expected(3)


def test_an_interrupted_commit_leaves_the_old_offsets(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.commit("group", TOPIC, {0: 3})

    def interrupted(*unused: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        spool.commit("group", TOPIC, {0: 4})
    monkeypatch.undo()
    assert spool.committed("group", TOPIC) == {0: 3}
    assert [path.name for path in (tmp_path / TOPIC / "groups").glob("*.json*")] == ["group.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[3]", b'{"0": "x"}', b"\xff"])
def test_damaged_offsets_are_an_error_that_says_how_to_mend_them(spool: Spool, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / TOPIC / "groups" / "group.json"
    path.write_bytes(content)
    with pytest.raises(TopicError, match=r"group\.json is damaged .*remove it to process the topic from its beginning"):
        spool.committed("group", TOPIC)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"partitions": {}', b"\xff"])
def test_damaged_settings_of_a_topic_are_a_clear_error(spool: Spool, tmp_path: Path, content: bytes) -> None:
    (tmp_path / TOPIC / "topic.json").write_bytes(content)
    with pytest.raises(TopicError, match=r"topic\.json, the settings of topic wire\.test\.v1, is damaged"):
        spool.end_offsets(TOPIC)


def test_settings_of_a_topic_may_be_changed_while_it_is_in_use(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / TOPIC / "topic.json"
    settings = json.loads(path.read_bytes())
    path.write_text(json.dumps(settings | {"max_record_bytes": 5, "from_a_later_release": 1}))
    assert spool.max_record_bytes(TOPIC) == 5


def test_a_spool_in_place_of_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for call in (Spool(tmp_path / "file").list, lambda: Spool(tmp_path / "file").create([TopicSpec(TOPIC)])):
        with pytest.raises(TopicError, match=r"Not a directory|File exists"):
            call()


@pytest.mark.parametrize("url", ["", "spool", "spool:", "kafka:", "kafka://", "kafka:host:1", "file:///tmp/x"])
def test_an_address_of_neither_kind_is_refused(url: str) -> None:
    with pytest.raises(TopicError, match="neither spool:PATH nor kafka://HOST:PORT"):
        open_topics(url)
