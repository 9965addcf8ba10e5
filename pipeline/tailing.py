"""Reading a topic as people do: its last records, all of it, and what comes from now on.

Partitions are merged by time; within a partition the order never changes.
"""

from __future__ import annotations

import heapq
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from connectors.topics import Received, TopicError, Topics, UnknownTopic
from schemas.codec import Decoder
from schemas.errors import RegistryError, SchemaError
from schemas.records import ContractRecord

POLL = 0.5
"""Seconds between two looks for new records."""
LONGEST_WAIT = 10.0
"""Seconds between tries while topics are away; doubled from POLL up to this."""

log = logging.getLogger("summitwire.tail")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message and what its value holds: a record; nothing (a tombstone); or bytes that do not decode, and why."""

    received: Received
    record: ContractRecord | None
    error: str | None = None


def seen(received: Received, decoder: Decoder) -> Seen:
    """Decodes a message; never raises for what its bytes are. Raises RegistryError where the registry fails."""
    if received.value is None:
        return Seen(received, None)
    try:
        return Seen(received, decoder.decode(received.value))
    except RegistryError:
        raise
    except SchemaError as error:
        return Seen(received, None, str(error))


def everything(topics: Topics, topic: str) -> Iterator[Received]:
    """All records that the topic holds now, partition after partition. Raises TopicError."""
    begin, end = topics.begin_offsets(topic), topics.end_offsets(topic)
    for partition, first in sorted(begin.items()):
        yield from topics.read(topic, partition, first, end[partition])


def merged(topics: Topics, topic: str, end: Mapping[int, int]) -> Iterator[Received]:
    """All records before `end` (partition → offset), by time. Raises TopicError."""
    begin = topics.begin_offsets(topic)
    return by_time(topics.read(topic, partition, begin[partition], end[partition]) for partition in sorted(end))


def by_time(partitions: Iterable[Iterable[Received]]) -> Iterator[Received]:
    return heapq.merge(*partitions, key=lambda received: received.timestamp)


def last(
    topics: Topics,
    topic: str,
    count: int,
    end: Mapping[int, int],
    wanted: Callable[[Received], bool] = lambda received: True,
) -> list[Received]:
    """The last `count` wanted records before `end`. Looks back only as far as it must."""
    begin = topics.begin_offsets(topic)
    newest = [
        _last_of(partial(topics.read, topic, partition), begin[partition], end[partition], count, wanted)
        for partition in sorted(end)
    ]
    return list(deque(by_time(newest), maxlen=count))


def _last_of(
    read: Callable[[int, int], Iterator[Received]],
    begin: int,
    end: int,
    count: int,
    wanted: Callable[[Received], bool],
) -> deque[Received]:
    """Compaction leaves gaps in the offsets, so a window of `count` offsets may hold fewer records: it grows."""
    window = count
    while True:
        start = max(begin, end - window)
        found = deque(filter(wanted, read(start, end)), maxlen=count)
        if len(found) == count or start == begin:
            return found
        window *= 8


def follow(
    topics: Topics, topic: str, position: Mapping[int, int], wait: Callable[[float], bool]
) -> Iterator[Received]:
    """The records from `position` on, as they come, until `wait(seconds)` gives False.

    While topics are away it warns and tries again; only a topic that does not exist raises (UnknownTopic).
    """
    reached = dict(position)
    pause = POLL
    while True:
        try:
            begin = topics.begin_offsets(topic)
            end = topics.end_offsets(topic)
            for partition, first in sorted(begin.items()):
                start, stop = reached.get(partition, first), end.get(partition, first)
                if not first <= start <= stop:  # retention has passed it, or the topic is a new one
                    start = first
                if start < stop:
                    for received in topics.read(topic, partition, start, stop):
                        reached[partition] = received.offset + 1
                        yield received
                reached[partition] = stop
            pause = POLL
        except UnknownTopic:
            raise
        except TopicError as error:
            pause = min(2 * pause, LONGEST_WAIT)
            log.warning("%s; trying again in %.0f s", error, pause)
        if not wait(pause):
            return
