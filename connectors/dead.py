"""The connectors' dead letters, documents and items that cannot be published, with their original bytes; and where the
original of any dead letter goes that is too large for the topic."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import replace
from pathlib import Path

from connectors.durable import write_durably
from connectors.envelope import headers_for
from connectors.topics import DEAD_LETTERS, Message, StorageFull, TopicError
from schemas.codec import Encoder
from schemas.records import DeadLetter

MESSAGE_LIMIT = 1000
ROOM = 4096
"""Bytes that key and headers may take beside the value."""


class DeadLetters:
    """Makes messages of dead letters. What is too large for the topic goes to a file of `folder` named by its hash."""

    def __init__(self, encoder: Encoder, limit: int, folder: Path) -> None:
        self._encoder = encoder
        self._limit = limit
        self._folder = folder

    def message(self, url: str, step: str, data: bytes, error: BaseException) -> Message:
        """The dead letter of `data` from `url`, which `step` could not handle. Its id is the same at each try."""
        sha = hashlib.sha256(data).hexdigest()
        url = url.encode("utf-8", "replace").decode()
        letter = DeadLetter(
            dead_letter_id=f"{url}/{step}/{sha[:32]}",
            source_url=url,
            value=data,
            value_sha256=sha,
            value_length=len(data),
            step=step,
            error_class=type(error).__name__,
            message=str(error).encode("utf-8", "replace").decode()[:MESSAGE_LIMIT],
        )
        if len(data) + ROOM > self._limit:
            letter = set_aside(letter, self._folder)
        value = self._encoder.encode(letter, DEAD_LETTERS.name)
        return Message(letter.dead_letter_id.encode(), value, headers_for(letter))


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
