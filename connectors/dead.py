"""The connectors' dead letters: documents and items that cannot be published, with their original bytes."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from connectors.envelope import headers_for
from connectors.topics import DEAD_LETTERS, Message
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
            letter = replace(letter, value=None, value_file=str(self._set_aside(sha, data)))
        value = self._encoder.encode(letter, DEAD_LETTERS.name)
        return Message(letter.dead_letter_id.encode(), value, headers_for(letter))

    def _set_aside(self, sha: str, data: bytes) -> Path:
        """Durable before the letter that names it is appended."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{sha}.bin"
        if not path.exists():
            temporary = path.with_name(f".{sha}.{os.getpid()}.tmp")
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return path
