"""Where a consumer group stands, and what the next micro-batch takes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.topics import OffsetsGone, TopicChanged

log = logging.getLogger("summitwire.run")


class OffsetsError(OffsetsGone):
    """Committed offsets lie outside of what the topic holds."""


@dataclass(frozen=True, slots=True)
class ReadRange:
    """Records of a partition with start ≤ offset < end; the read ends early past `max_bytes` or `max_seconds`, but
    never before the first record."""

    partition: int
    start: int
    end: int
    max_bytes: int
    max_seconds: float


def starts(
    begin: Mapping[int, int], end: Mapping[int, int], committed: Mapping[int, int], topic: str, skip_lost: bool = False
) -> dict[int, int]:
    """Partition → where to go on. Raises OffsetsError where a committed offset lies outside of the topic, TopicChanged
    where the topic has grown: a group commits all partitions at once, so that it has none or the topic is larger."""
    if committed and committed.keys() == set(range(len(committed))) < begin.keys():
        raise TopicChanged(
            f"{topic} has grown from {len(committed)} to {len(begin)} partitions since group offsets were committed: "
            "the versions of an article may now lie in two of them, out of order. Keyed topics must not grow; another "
            "[pipeline] group reads everything again, and writes the same records once more"
        )
    out = {}
    for partition, first in begin.items():
        next_offset = committed.get(partition, first)
        if next_offset < first:
            gap = f"{topic}/{partition}: offsets {next_offset} to {first - 1} were deleted before they were processed"
            if not skip_lost:
                raise OffsetsError(f"{gap}; `summitwire run --skip-lost` goes on behind them")
            log.error("%s; going on behind them", gap)
            next_offset = first
        if next_offset > end[partition]:
            raise OffsetsError(
                f"{topic}/{partition} ends at {end[partition]}, but {next_offset} is committed: the topic was made "
                "anew; use another [pipeline] group"
            )
        out[partition] = next_offset
    return out


def plan(start: Mapping[int, int], end: Mapping[int, int], records: int, size: int, seconds: float) -> list[ReadRange]:
    """Ranges of at most `records` records, `size` bytes and `seconds` of reading together, shared out among the
    partitions with a backlog, so that each gets on in every batch."""
    waiting = sorted(
        (end[partition] - offset, partition) for partition, offset in start.items() if end[partition] > offset
    )
    ranges = []
    left = records
    for position, (backlog, partition) in enumerate(waiting):
        share = min(backlog, max(1, left // (len(waiting) - position)))
        left -= share
        ranges.append(
            ReadRange(
                partition,
                start[partition],
                start[partition] + share,
                max(1, size // len(waiting)),
                seconds / len(waiting),
            )
        )
    return sorted(ranges, key=lambda wanted: wanted.partition)
