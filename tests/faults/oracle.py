"""What must hold after a fault and a restart, whatever the fault was."""

from __future__ import annotations

from pathlib import Path

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, Message
from tests.integration.pipeline.desk import Desk, open_desk

OUTPUTS = (CLEAN, SUMMITS, DEAD_LETTERS)
Told = dict[str, set[tuple[bytes | None, bytes | None]]]


def told(desk: Desk) -> Told:
    """Topic → its distinct (key, value) pairs."""
    return {topic.name: set(desk.pairs(topic)) for topic in OUTPUTS}


def undisturbed(desk: Desk, folder: Path) -> Desk:
    """Another spool with the same raw records at the same offsets, processed without a fault."""
    other = open_desk(f"spool:{folder / 'spool'}", folder)
    other.put(*(Message(one.key, one.value, one.headers, one.timestamp) for one in desk.read(RAW)))
    other.run()
    return other


def check(desk: Desk, reference: Desk) -> None:
    """Nothing lost, nothing invented, duplicates only byte-identical, and the group has caught up."""
    assert told(desk) == told(reference)
    assert desk.committed() == desk.topics.end_offsets(RAW.name)


def duplicates(desk: Desk) -> dict[str, int]:
    """Topic → records beyond the first of their key and value. At most those of a batch for each death: what stands
    between two commits."""
    pairs = {topic.name: desk.pairs(topic) for topic in OUTPUTS}
    return {name: len(found) - len(set(found)) for name, found in pairs.items()}
