"""The demo's work folder: made, recognised, emptied; and the configuration in it, with which one can go on."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TextIO

from connectors.config import DEFAULT_FILE
from pipeline.demo.wire import Delivered, SampleWire

MARKER = ".summitwire-demo"
"""A folder with this file in it was made by the demo; it is locked while a demo runs there."""
INCOMING = "incoming"
SPOOL = "spool:spool"


class FolderError(Exception):
    """The work folder cannot be used."""


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """Makes the folder, or empties it where an earlier demo made it, and holds it. Raises FolderError."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()) and not (folder / MARKER).is_file():
                raise FolderError(f"{folder} holds something that no demo put there; name another folder with --dir")
            _hold(stack.enter_context((folder / MARKER).open("w")), folder)
            for path in folder.iterdir():
                if path.name != MARKER:
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            (folder / INCOMING).mkdir()
        except OSError as error:
            raise FolderError(f"{error.filename or folder} cannot be used: {error.strerror}") from error
        yield folder


def _hold(marker: TextIO, folder: Path) -> None:
    """The lock goes with the file."""
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FolderError(f"another demo runs in {folder}; end it, or name another folder with --dir") from None


def write_configuration(folder: Path, topics_url: str, wire: SampleWire, port: int, *, live: bool) -> Path:
    """Writes summitwire.toml and returns its path. Where the wire's server does not stay (`live` false), its feeds
    stand there as comments."""
    text = files("pipeline.demo").joinpath("configuration.toml").read_text(encoding="utf-8")
    for name, value in (
        ("@TOPICS_URL@", topics_url),
        ("@FOLDER_ID@", wire.folder_id),
        ("@FOLDER_SOURCE@", wire.folder_source),
    ):
        text = text.replace(name, json.dumps(value))
    if not live:
        text += "\n# The demo's feeds; their server ended with it. Put yours in their place.\n"
    for feed in wire.feeds:
        table = f"[[feeds]]\nurl = {json.dumps(feed.url(port))}\nid = {json.dumps(feed.id)}\n"
        table += f"source = {json.dumps(feed.source)}\n"
        text += "\n" + (table if live else "".join(f"#{line}" for line in table.splitlines(keepends=True)))
    path = folder / DEFAULT_FILE
    path.write_text(text, encoding="utf-8")
    return path


def deliver(folder: Path, delivery: tuple[Delivered, ...]) -> None:
    """Puts files into the watched folder as an agency should: complete at once."""
    for file in delivery:
        unfinished = folder / INCOMING / f".{file.name}"
        unfinished.write_bytes(file.data)
        os.utime(unfinished, (0, 0))  # their age is no sign that somebody still writes
        unfinished.rename(folder / INCOMING / file.name)
