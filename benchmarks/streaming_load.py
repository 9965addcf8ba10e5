"""The load of the streaming benchmark: a wire of plain text, appended at a steady rate, and when what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from kafka import TopicPartition

from benchmarks.wire_mix import mixed
from connectors.envelope import headers_for
from connectors.topics import RAW, SUMMITS, Message, Topics, open_topics
from connectors.topics.kafka_clients import Clients
from schemas.codec import Encoder

TICK = 0.05
"""Seconds between appends: a connector appends what a poll has brought."""
LOOK = 0.01
"""Seconds between looks at a spool for new records."""


def messages(count: int) -> list[Message]:
    encode = Encoder().encode
    return [Message(one.article_id.encode(), encode(one, RAW.name), headers_for(one)) for one in mixed(count)]


@dataclass
class Arrivals:
    """When each key was first readable in the topic of summits, in seconds of the monotonic clock."""

    url: str
    seen: dict[bytes, float] = field(default_factory=dict)
    repeated: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Arrivals:
        watch = self._watch_kafka if self.url.startswith("kafka://") else self._watch_spool
        started = threading.Event()
        self._thread = threading.Thread(target=watch, args=(started,), daemon=True)
        self._thread.start()
        started.wait(30)
        return self

    def __exit__(self, *unused: object) -> None:
        self._stop.set()
        self._thread.join(5)

    def wait(self, count: int, seconds: float, running: Callable[[], bool]) -> bool:
        """Until so many have arrived, while the system runs."""
        deadline = time.monotonic() + seconds
        while len(self.seen) < count and time.monotonic() < deadline and running():
            time.sleep(0.1)
        return len(self.seen) >= count

    def _note(self, key: bytes) -> None:
        if key in self.seen:
            self.repeated += 1
        else:
            self.seen[key] = time.monotonic()

    def _watch_kafka(self, started: threading.Event) -> None:
        with closing(Clients(self.url.removeprefix("kafka://"), {}).consumer()) as consumer:
            places = [TopicPartition(SUMMITS.name, at) for at in sorted(consumer.partitions_for_topic(SUMMITS.name))]
            consumer.assign(places)
            consumer.seek_to_end(*places)
            for place in places:
                consumer.position(place)
            started.set()
            while not self._stop.is_set():
                for records in consumer.poll(timeout_ms=100).values():
                    for record in records:
                        self._note(record.key)

    def _watch_spool(self, started: threading.Event) -> None:
        with closing(open_topics(self.url)) as topics:
            position = topics.end_offsets(SUMMITS.name)[0]
            started.set()
            while not self._stop.is_set():
                end = topics.end_offsets(SUMMITS.name)[0]
                for received in topics.read(SUMMITS.name, 0, position, end) if end > position else ():
                    self._note(received.key or b"")
                position = end
                time.sleep(LOOK)


def append_steadily(topics: Topics, wanted: list[Message], rate: float) -> dict[bytes, float]:
    """Appends at `rate` records a second, whatever becomes of them; key → when it was handed to the topic."""
    told: dict[bytes, float] = {}
    began = time.monotonic()
    while len(told) < len(wanted):
        due = min(len(wanted), int((time.monotonic() - began) * rate) + 1)
        if chunk := wanted[len(told) : due]:
            now = time.monotonic()
            topics.append(RAW.name, chunk)
            told |= {message.key or b"": now for message in chunk}
        time.sleep(max(0.0, TICK - (time.monotonic() - began) % TICK))
    return told


def quantile(values: list[float], share: float) -> float:
    """The smallest value that is not exceeded by this share."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def statistics(put: dict[bytes, float], arrived: dict[bytes, float]) -> dict[str, Any]:
    """p50, p99 and the maximum of the latencies in seconds; `lost`: what did not arrive."""
    latencies = [arrived[key] - at for key, at in put.items() if key in arrived]
    lost = len(put) - len(latencies)
    if not latencies:
        return {"lost": lost}
    return {
        "p50": quantile(latencies, 0.5),
        "p99": quantile(latencies, 0.99),
        "max": max(latencies),
        "lost": lost,
    }
