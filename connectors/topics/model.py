"""The interface of topics, and the settings of ours."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


class TopicError(Exception):
    """Topics cannot be reached, read or written. The message says what, where, and how to mend."""


class UnknownTopic(TopicError):
    """The topic does not exist."""


class RecordTooLarge(TopicError):
    """A message exceeds its topic's limit. Nothing of the call was appended. `index` is its place in the call."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


class StorageFull(TopicError):
    """No room is left where the topics lie. Trying again is no use until somebody makes room."""


class GroupHeld(TopicError):
    """Another process holds the consumer group."""


class OffsetsGone(TopicError):
    """A topic does not hold the offsets at which a read is to go on: retention passed them, or it was made anew."""


class TopicChanged(TopicError):
    """A topic no longer has the partitions that a job was started with."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is appended. `timestamp` in milliseconds since the epoch; None: the time of appending."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: int | None = None

    @property
    def size(self) -> int:
        """Bytes of key, value and headers together, as TopicSpec.max_record_bytes counts them."""
        size = len(self.key or b"") + len(self.value or b"")
        for name, value in self.headers:
            size += (len(name) if name.isascii() else len(name.encode())) + len(value)
        return size


@dataclass(frozen=True, slots=True)
class Received:
    """What is read. `timestamp` in milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """How a topic is created. `partitions` counts on Kafka only; the spool has one a topic."""

    name: str
    partitions: int = 12
    compacted: bool = False
    max_record_bytes: int = 1_048_576
    """Key, value and headers of one record together; the broker's own default limit, so that nobody has to raise it."""
    retention_ms: int | None = None
    """How long records are kept at least, in milliseconds; None: for ever. Counted from the time of appending in the
    spool, from the record's timestamp on Kafka."""
    retention_bytes: int | None = None
    """How much of a partition is kept at least; None: everything."""


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """A topic that exists. `records` counts what lies between begin and end offsets."""

    name: str
    partitions: int
    records: int


class Lease(Protocol):
    """The right to be the only pipeline of a consumer group; `check` raises GroupHeld once it is lost."""

    def check(self) -> None: ...


class Topics(Protocol):
    """Every method raises TopicError, or one of its kinds, and nothing else that the caller should expect."""

    @property
    def url(self) -> str: ...

    def create(self, specs: Iterable[TopicSpec]) -> list[str]:
        """Creates the topics that do not exist; returns their names. Existing ones are left as they are."""
        ...

    def list(self) -> list[TopicInfo]:
        """All topics that exist, by name."""
        ...

    def max_record_bytes(self, topic: str) -> int:
        """The topic's limit for one record's key, value and headers together."""
        ...

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        """Appends all, in their order for each key, and returns once they are durable: acknowledged by all in-sync
        replicas, or file and directory fsynced. On an error some may have been appended (but see RecordTooLarge).
        A message needs a key or a value."""
        ...

    def begin_offsets(self, topic: str) -> dict[int, int]:
        """Partition → first offset that is still there."""
        ...

    def end_offsets(self, topic: str) -> dict[int, int]:
        """Partition → offset that the next record will get."""
        ...

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Received]:
        """The records with start ≤ offset < end, ascending. Offsets may have gaps (compaction, transactions).
        Raises TopicError where `start` lies before the begin offset: retention passed it."""
        ...

    def read_ranges(self, topic: str, ranges: Mapping[int, tuple[int, int]]) -> dict[int, Iterator[Received]]:
        """`read` for several partitions, partition → (start, end): the topic is asked about all of them at once."""
        ...

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Partition → next offset to process; partitions without a commit are missing."""
        ...

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Stores, durably, the next offsets to process: as they are given, even where that goes back. Raises GroupHeld
        where another process holds the group."""
        ...

    def lease(self, group: str, topic: str) -> AbstractContextManager[Lease]:
        """Holds the group while the context lasts, for this process' `Topics` alone. Raises GroupHeld, naming the
        holder, where another one holds it. A holder that was killed holds nothing: at once on one machine, after the
        broker's session timeout on Kafka."""
        ...

    def close(self) -> None: ...


def check_messages(topic: str, messages: Sequence[Message], limit: int) -> None:
    """Raises RecordTooLarge for a message of more than `limit` bytes, TopicError for one without key and value."""
    for index, message in enumerate(messages):
        if message.size > limit:
            raise RecordTooLarge(
                f"record {index} of {len(messages)} takes {message.size} bytes, topic {topic} accepts {limit}; "
                "nothing was appended",
                index,
            )
        if message.key is None and message.value is None:
            raise TopicError(f"record {index} for topic {topic} has neither key nor value; nothing was appended")


def check_start(topic: str, partition: int, start: int, begin: int) -> None:
    """Raises TopicError where retention passed `start`."""
    if start < begin:
        raise TopicError(f"{topic}/{partition}: offset {start} is gone, its retention kept {begin} and later")


def own_name() -> str:
    """How a holder of a group is named to others."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def held_by(group: str, holder: str) -> str:
    """The message of GroupHeld."""
    return (
        f"group {group!r} is held by {holder}: only one pipeline may run in a group; "
        "stop that one, or set another [pipeline] group"
    )


_DAY_MS = 86_400_000
RAW = TopicSpec("wire.articles.raw.v1", retention_ms=365 * _DAY_MS)
"""A year: everything else is made anew from it, feed state included."""
CLEAN = TopicSpec("wire.articles.clean.v1", compacted=True)
SUMMITS = TopicSpec("wire.summits.v1", compacted=True)
DEAD_LETTERS = TopicSpec("wire.dead-letters.v1", max_record_bytes=16 * 1_048_576, retention_ms=90 * _DAY_MS)
"""Larger than the others, so that an oversized record fits in with what is said about it."""
ALL_TOPICS = (RAW, CLEAN, SUMMITS, DEAD_LETTERS)
