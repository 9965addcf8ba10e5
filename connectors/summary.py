"""What a run of the connectors did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Counts:
    """What became of the items of a feed, or of all."""

    documents: int = 0
    items: int = 0
    published: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    held: int = 0
    dead: int = 0

    def add(self, other: Counts) -> None:
        self.documents += other.documents
        self.items += other.items
        self.unchanged += other.unchanged
        self.held += other.held
        self.dead += other.dead
        for change, count in other.published.items():
            self.published[change] = self.published.get(change, 0) + count

    @property
    def total(self) -> int:
        return sum(self.published.values())


@dataclass(slots=True)
class ConnectSummary:
    """Counts for each feed (and under "held" for embargoes that ended), feeds that failed with their last error, and
    how many versions the state caught up with at the start."""

    feeds: dict[str, Counts] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    recovered: int = 0

    @property
    def total(self) -> Counts:
        counts = Counts()
        for one in self.feeds.values():
            counts.add(one)
        return counts

    def count(self, name: str, counts: Counts) -> None:
        self.feeds.setdefault(name, Counts()).add(counts)

    def to_dict(self) -> dict[str, Any]:
        return {
            "feeds": {
                name: {
                    "documents": one.documents, "items": one.items, "published": dict(sorted(one.published.items())),
                    "unchanged": one.unchanged, "held": one.held, "dead_letters": one.dead,
                }
                for name, one in sorted(self.feeds.items())
            },
            "failed": dict(sorted(self.failed.items())),
        }  # fmt: skip
