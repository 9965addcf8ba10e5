"""One failure record for every step: the original bytes, untouched, and why."""

from __future__ import annotations

import hashlib
import re
import traceback
from dataclasses import dataclass

from connectors.topics import Received, TopicError
from pipeline.poison.errors import ApartError
from schemas.errors import RegistryError
from schemas.records import DeadLetter, Header

NOT_THE_RECORD = (TopicError, RegistryError, ApartError)
"""Not the record's fault: the bundle fails, and the driver decides whether another try is of use."""

MESSAGE_LIMIT = 1000
STACK_LIMIT = 8000
_BEAM_NOTE = re.compile(r" \[while running '[^']*'\]$")
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


def plain(message: str) -> str:
    """An error's message without the step that Beam adds to it: it says where it was in our words."""
    return _BEAM_NOTE.sub("", message)


def steady(message: str) -> str:
    """A message without what varies from try to try (memory addresses), of bounded length, valid Unicode."""
    text = _ADDRESS.sub("0x…", message).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"
