"""One failure record for every step: the original bytes, untouched, and why."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.topics import Received, StorageFull, TopicError
from schemas.records import DeadLetter, Header

MESSAGE_LIMIT = 1000
STACK_LIMIT = 8000
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


class InputError(Exception):
    """A record that is not what its topic holds."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A dead letter, and its stack, which varies from release to release and so goes into a header."""

    dead: DeadLetter
    stack: str


def failure(origin: Received, step: str, error: BaseException) -> Failure:
    """What becomes of `origin` where `step` raised `error`."""
    value = origin.value
    return Failure(
        DeadLetter(
            dead_letter_id=f"{origin.topic}/{origin.partition}/{origin.offset}/{step}",
            source_topic=origin.topic,
            source_partition=origin.partition,
            source_offset=origin.offset,
            key=origin.key,
            value=value,
            headers=tuple(Header(key, header) for key, header in origin.headers),
            value_sha256=hashlib.sha256(value or b"").hexdigest(),
            value_length=-1 if value is None else len(value),
            step=step,
            error_class=type(error).__name__,
            message=steady(str(error)) or type(error).__name__,
        ),
        "".join(traceback.format_exception(error))[-STACK_LIMIT:],
    )


def steady(message: str) -> str:
    """A message without what varies from try to try (memory addresses), of bounded length, valid Unicode."""
    text = _ADDRESS.sub("0x…", message).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def set_aside(dead: DeadLetter, folder: Path) -> DeadLetter:
    """The same dead letter with its value in a file of `folder` named by its hash, durable before it is named.

    Raises StorageFull, or TopicError where the file cannot be written for another reason.
    """
    if dead.value is None:
        return dead
    path = folder / f"{dead.value_sha256}.bin"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_durably(path, dead.value)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise (StorageFull if full else TopicError)(
            f"the original of dead letter {dead.dead_letter_id} cannot be set aside in {folder}: {error.strerror}"
        ) from error
    return replace(dead, value=None, value_file=str(path))


def write_durably(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all: temporary name, fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
