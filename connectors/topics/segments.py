"""A topic's folder in the spool: which files there are.

topic.json                 settings
lock                       locked exclusively to append, merge or drop; shared to list
<first:020d>-<count>.avro  records, immutable
append.tmp, merge.tmp      being written, or left by a crash: never read
groups/                    committed offsets and leases
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path

from connectors.durable import sync_folder
from connectors.topics import container
from connectors.topics.container import Segment

_NAME = re.compile(r"(\d{20})-([1-9]\d*)\.avro")


@contextmanager
def locked(folder: Path, *, exclusive: bool) -> Iterator[None]:
    """Holds the folder's lock; waits for it. The kernel releases it when the process ends, however it ends."""
    descriptor = os.open(folder / "lock", os.O_RDWR if exclusive else os.O_RDONLY)
    try:
        flock(descriptor, LOCK_EX if exclusive else LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def segments(folder: Path) -> tuple[list[Segment], list[Path]]:
    """The files that count, by offset, and what a crash has left: files whose records a merged one holds, and
    temporary ones. To be called with the lock held, else a merge could be seen half."""
    found = []
    leftovers = []
    for name in os.listdir(folder):
        if match := _NAME.fullmatch(name):
            found.append(Segment(folder / name, int(match[1]), int(match[2])))
        elif name.endswith(".tmp"):
            leftovers.append(folder / name)
    found.sort(key=lambda segment: (segment.first, -segment.count))
    live: list[Segment] = []
    for segment in found:
        if live and segment.end <= live[-1].end:
            leftovers.append(segment.path)
        else:
            live.append(segment)
    return live, leftovers


def named(folder: Path, first: int, count: int) -> Segment:
    """A file of this topic, which need not exist."""
    return Segment(folder / f"{first:020d}-{count}.avro", first, count)


def begin_of(live: Sequence[Segment]) -> int:
    return live[0].first if live else 0


def end_of(live: Sequence[Segment]) -> int:
    return live[-1].end if live else 0


def add(segment: Segment, blocks: Iterable[bytes], temporary: str, mtime: int | None = None) -> None:
    """Writes a file, durably, or not at all. `mtime` in nanoseconds; None: now."""
    path = segment.path.with_name(temporary)
    try:
        with path.open("wb") as stream:
            stream.write(container.header())
            stream.writelines(blocks)
            stream.flush()
            if mtime is not None:
                os.utime(stream.fileno(), ns=(mtime, mtime))
            os.fsync(stream.fileno())
        os.replace(path, segment.path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    sync_folder(segment.path.parent)


def replace_durably(path: Path, content: bytes) -> None:
    """A small file's new content: after a crash it holds the old or the new, whole."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
