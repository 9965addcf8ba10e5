"""Keeping a spool's topic tidy: small files are merged, what retention passed is dropped.

Both happen with the topic's lock held, at the end of an append.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from connectors.topics import container
from connectors.topics.container import Segment
from connectors.topics.model import TopicSpec
from connectors.topics.segments import add, named

log = logging.getLogger("summitwire.spool")

TIER_BYTES = (16_384, 131_072, 1_048_576, 8_388_608)
"""Files smaller than these are of tier 0, 1, 2, 3. The last bound is the size past which a file is left as it is."""
MERGE_FILES = 8
"""So many files of one tier become one of the next: a record is copied a few times in its life, whatever the topic's
length, and a topic of n bytes has about n / 8 MiB + 32 files."""
AGE_SLOTS = 16
"""Files are merged only within one slot of the topic's retention time, so that records go at most that much late."""


def tidy(folder: Path, live: Sequence[Segment], spec: TopicSpec, now: int, unmergeable: set[Path]) -> None:
    """Drops and merges what is due. The append stands already: what fails here is logged, and tried again with the
    next append; only damaged files join `unmergeable`. `now` in milliseconds since the epoch."""
    try:
        dropped = drop_due(live, spec.retention_ms, spec.retention_bytes, now)
        for segment in dropped:
            os.unlink(segment.path)
        rest = list(live[len(dropped) :])
        while run := merge_due(_behind(rest, unmergeable), spec.retention_ms):
            place = rest.index(run[0])
            try:
                rest[place : place + len(run)] = [merge(folder, run)]
            except container.Corrupt as error:
                unmergeable.update(segment.path for segment in run)
                log.error("%s; reading the topic will stop there", error)
    except OSError as error:
        log.warning("%s: files could not be merged or dropped: %s", folder, error.strerror)


def _behind(live: Sequence[Segment], paths: set[Path]) -> Sequence[Segment]:
    """What follows the last of `paths`."""
    for place in range(len(live) - 1, -1, -1):
        if live[place].path in paths:
            return live[place + 1 :]
    return live


def merge(folder: Path, run: Sequence[Segment]) -> Segment:
    """One file in place of adjacent ones. The old ones go only when the new one is durable; until they are gone,
    `segments` passes over them."""
    mtime = max(segment.path.stat().st_mtime_ns for segment in run)
    merged = named(folder, run[0].first, sum(segment.count for segment in run))
    add(merged, container.merge(run), "merge.tmp", mtime)
    for segment in run:
        os.unlink(segment.path)
    return merged


def merge_due(live: Sequence[Segment], retention_ms: int | None) -> list[Segment]:
    """The files at the end of the topic that are to become one now; empty: none."""
    slot_ns = retention_ms * 1_000_000 // AGE_SLOTS if retention_ms else None
    sizes: list[int] = []
    slot = None
    for segment in reversed(live):
        stat = segment.path.stat()
        own_slot = stat.st_mtime_ns // slot_ns if slot_ns else None
        if stat.st_size >= TIER_BYTES[-1] or (sizes and own_slot != slot):
            break
        slot = own_slot
        sizes.append(stat.st_size)
    for lower, upper in zip((0, *TIER_BYTES), TIER_BYTES, strict=False):
        length = next((place for place, size in enumerate(sizes) if size >= upper), len(sizes))
        if sum(size >= lower for size in sizes[:length]) >= MERGE_FILES:
            return _prefix(live[len(live) - length :], sizes[:length][::-1])
    return []


def _prefix(run: Sequence[Segment], sizes: Sequence[int]) -> list[Segment]:
    """So many of the files that together they reach the largest size, and no more: bounds the work of a merge."""
    total = 0
    for place, size in enumerate(sizes):
        total += size
        if total >= TIER_BYTES[-1]:
            return list(run[: place + 1])
    return list(run)


def drop_due(live: Sequence[Segment], retention_ms: int | None, retention_bytes: int | None, now: int) -> list[Segment]:
    """The oldest files, all of whose records were appended longer ago, or lie further back, than the topic keeps.
    The last file stays: it says where the topic ends. `now` in milliseconds."""
    due = 0
    if retention_ms is not None:
        oldest = (now - retention_ms) * 1_000_000
        while due < len(live) - 1 and live[due].path.stat().st_mtime_ns < oldest:
            due += 1
    if retention_bytes is not None:
        sizes = [segment.path.stat().st_size for segment in live]
        excess = sum(sizes[due:]) - retention_bytes
        while due < len(live) - 1 and excess >= sizes[due]:
            excess -= sizes[due]
            due += 1
    return list(live[:due])
