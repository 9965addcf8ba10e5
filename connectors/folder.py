"""A watched folder: files taken whole, each once, moved aside when the topic has them.

Deliver by writing under a name that begins with a dot (or ends in .tmp, .part), then renaming. A file that is written
in place is taken once its size and time have stood still for a moment.
"""

from __future__ import annotations

import fnmatch
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.formats import FeedError, Item, parse
from connectors.formats.charset import decode
from connectors.formats.files import looks_like_html, read

PROCESSED = "processed"
FAILED = "failed"
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
SETTLED = 0.5
"""Seconds a file must have stood still; FTP servers write at least that often while a delivery runs."""
LARGEST = 16 * 1_048_576
_TEXT = (".txt", ".text", ".html", ".htm", ".xhtml", ".md")


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read whole. `name` is its path below the folder, with forward slashes."""

    path: Path
    name: str
    data: bytes


def waiting(folder: Path, pattern: str) -> list[Path]:
    """The files to take, in the order of their names, from sub-folders too."""
    return sorted(_walk(folder, pattern))


def _walk(folder: Path, pattern: str) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        top = Path(root) == folder
        folders[:] = [
            name for name in folders if not name.startswith(".") and not (top and name in (PROCESSED, FAILED))
        ]
        for name in files:
            if not name.startswith(".") and not name.lower().endswith(UNFINISHED) and fnmatch.fnmatch(name, pattern):
                path = Path(root, name)
                if path.is_file() and not path.is_symlink():
                    yield path


def take(folder: Path, path: Path, *, settled: float = SETTLED) -> File | None:
    """The file's content, or None where it is still being written or is gone. Waits for it to stand still, but no
    longer than `settled` seconds. Raises FeedError where it is too large."""
    try:
        before = path.stat()
        if before.st_size > LARGEST:
            raise FeedError(f"the file has {before.st_size:,} bytes, more than {LARGEST:,}")
        age = time.time() - before.st_mtime
        if 0 <= age < settled:
            time.sleep(settled - age)
            if _same(before, path.stat()) is False:
                return None
        data = path.read_bytes()
        if not _same(before, path.stat()) or len(data) != before.st_size:
            return None
    except OSError:
        return None
    return File(path, path.relative_to(folder).as_posix(), data)


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_size, one.st_mtime_ns, one.st_ino) == (other.st_size, other.st_mtime_ns, other.st_ino)


def items_of(file: File) -> list[Item]:
    """The items in a file: a wire document's, or the one that a text or page is. Raises FeedError."""
    suffix = file.path.suffix.lower()
    if suffix in _TEXT:
        return [read(file.data, file.name)]
    try:
        return parse(file.data, content_type=None, url=f"file:///{file.name}")
    except FeedError:
        text = decode(file.data[:4096], None)
        if suffix in (".xml", ".json", ".rss", ".atom", ".rdf", ".nitf") and not looks_like_html(text):
            raise
        if "\0" in text or (text.lstrip()[:1] in ("<", "{", "[") and not looks_like_html(text)):
            raise
        return [read(file.data, file.name)]


def put_aside(folder: Path, file_path: Path, where: str) -> None:
    """Moves a file to `processed` or `failed` below the folder, under its own name; an equal name gets a number."""
    target = folder / where / file_path.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while target.exists():
        target = target.with_name(f"{file_path.stem}.{number}{file_path.suffix}")
        number += 1
    try:
        file_path.rename(target)
    except FileNotFoundError:
        return
