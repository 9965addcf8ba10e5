"""How long articles were on their way, as histograms that are made of counters: Flink gives Prometheus Beam's counters,
but neither its distributions nor its gauges (apache/beam#19500).

The clock is read here, for counters alone. Nothing of it enters a record.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

from connectors.topics import Message
from pipeline.metrics.tally import Tally
from pipeline.steps import Encoded

SINCE = ("published", "fetched", "appended")
"""From what on latencies count: the publisher's time, the fetch, and the raw topic's timestamp."""
BOUNDS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400)
"""Upper bounds of the buckets in seconds; what is above all of them is counted in `inf`."""
BUCKETS = (*(f"{bound:g}" for bound in BOUNDS), "inf")


@dataclass(frozen=True, slots=True)
class Timed:
    """A message, and for each of SINCE the seconds since the epoch; None: not told."""

    message: Message
    since: tuple[float | None, ...]


def timed(encoded: Encoded) -> Timed:
    """The report's message with its article's times."""
    article = encoded.article
    published = article.published.timestamp() if article.published else None
    return Timed(encoded.summits, (published, article.fetched_at.timestamp(), encoded.origin.timestamp / 1000))


class Latencies:
    """Counts latencies in a tally. A time in the future, by this machine's clock, counts as no latency at all."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._waiting: list[tuple[float | None, ...]] = []

    def add(self, since: tuple[float | None, ...]) -> None:
        self._waiting.append(since)

    def written(self, now: float) -> None:
        """All that was added is durable at `now`, in seconds since the epoch."""
        for place, name in enumerate(SINCE):
            found = [0] * len(BUCKETS)
            for since in self._waiting:
                if (began := since[place]) is not None:
                    found[bisect_left(BOUNDS, now - began)] += 1
            # As Prometheus has it, each bucket holds what the smaller ones hold.
            for bucket, count in zip(BUCKETS, accumulate(found), strict=True):
                if count:
                    self._tally.add(f"latency/{name}/le/{bucket}", count)
        self._waiting.clear()
