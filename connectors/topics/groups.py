"""Consumer groups in the spool: committed offsets and the lease, as files beside the topic.

groups/<group>.json    partition → next offset; replaced as a whole
groups/<group>.lease   locked while a process holds the group; says which one
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from urllib.parse import quote
from weakref import WeakSet

from connectors.topics.model import GroupHeld, TopicError, held_by, own_name
from connectors.topics.segments import replace_durably


class FileLease:
    """A lock on the lease file. The kernel releases it when the process ends, however it ends."""

    def __init__(self, group: str, path: Path, descriptor: int) -> None:
        self._group = group
        self._path = path
        self._descriptor = descriptor
        _leases.add(self)

    def check(self) -> None:
        """Raises GroupHeld where the lease file is no longer the one that is locked: somebody removed it."""
        try:
            found = os.stat(self._path)
        except OSError:
            found = None
        own = os.fstat(self._descriptor)
        if found is None or (found.st_dev, found.st_ino) != (own.st_dev, own.st_ino):
            raise GroupHeld(f"the lease of group {self._group!r} is lost: {self._path} was removed")

    def close(self) -> None:
        os.close(self._descriptor)
        _leases.discard(self)


_leases: WeakSet[FileLease] = WeakSet()


def _close_in_child() -> None:
    """A forked child shares the lock: without this it would hold the group after its parent's death."""
    for lease in list(_leases):
        lease.close()


os.register_at_fork(after_in_child=_close_in_child)


def take(folder: Path, group: str) -> FileLease:
    """The lease of a group, to be closed. Raises GroupHeld, naming the holder, where another one holds it; OSError."""
    path = _path(folder, group, "lease")
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            flock(descriptor, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 500).decode(errors="replace").strip() or "another process"
            os.close(descriptor)
            raise GroupHeld(held_by(group, holder)) from None
        lease = FileLease(group, path, descriptor)
        try:
            lease.check()
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{own_name()}\n".encode(), 0)
            return lease
        except GroupHeld:
            lease.close()  # the file was removed before it was locked: another one counts
        except BaseException:
            lease.close()
            raise


def committed(folder: Path, group: str) -> dict[int, int]:
    """Raises TopicError for a damaged file; OSError."""
    path = _path(folder, group, "json")
    try:
        plain = json.loads(path.read_bytes())
        return {int(partition): int(offset) for partition, offset in plain.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError) as error:
        raise TopicError(
            f"{path} is damaged ({error}); remove it to process the topic from its beginning, or write "
            '{"0": OFFSET} into it'
        ) from error


def commit(folder: Path, group: str, offsets: Mapping[int, int]) -> None:
    """Replaces the offsets of the given partitions, durably. Raises OSError."""
    merged = {**committed(folder, group), **offsets}
    content = json.dumps({str(partition): merged[partition] for partition in sorted(merged)})
    replace_durably(_path(folder, group, "json"), content.encode() + b"\n")


def _path(folder: Path, group: str, suffix: str) -> Path:
    return folder / "groups" / f"{quote(group, safe='')}.{suffix}"
