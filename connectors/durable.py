"""Files that stand whole and durable under their name, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path, temporary: Path) -> Iterator[BinaryIO]:
    """A stream into `temporary`, a name beside `path`: then fsync, rename, fsync of the folder. Raises OSError."""
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Writes a file at once. What a killed writer left is replaced by the next one. Raises OSError."""
    with whole_file(path, path.with_name(f".{path.name}.tmp")) as stream:
        stream.write(data)


def sync_folder(folder: Path) -> None:
    """Makes what was renamed into a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
