"""Writes to topics: durable by the end of each bundle."""

from __future__ import annotations

import time
from dataclasses import dataclass

import apache_beam as beam

from connectors.topics import Message
from pipeline.io import clients
from pipeline.metrics import Tally
from pipeline.metrics.latency import Latencies, Timed
from pipeline.settings import Settings

FLUSH_RECORDS = 5000
FLUSH_BYTES = 8 * 1_048_576
"""Bounds the memory of a bundle. Appending early is safe: what is replayed has the same keys and values."""


@dataclass
class WriteTopic(beam.PTransform):  # type: ignore[misc]
    """Appends messages in their order, and counts the latency of those that are timed. An error of the topic fails the
    bundle: the runner or the driver tries again."""

    topic: str
    settings: Settings

    def expand(self, messages: beam.PCollection[Message | Timed]) -> beam.PCollection[None]:
        return messages | "Append" >> beam.ParDo(_Append(self.topic, self.settings)).with_output_types(None)


class _Append(beam.DoFn):  # type: ignore[misc]
    def __init__(self, topic: str, settings: Settings) -> None:
        self.topic = topic
        self.settings = settings

    def start_bundle(self) -> None:
        self.messages: list[Message] = []
        self.bytes = 0
        self.tally = Tally()
        # From the first bundle on, at 0: an increase from nothing to 1 is none to Prometheus.
        self.tally.add(f"written/{self.topic}", 0)
        self.latencies = Latencies(self.tally)

    def process(self, element: Message | Timed) -> None:
        if isinstance(element, Timed):
            message = element.message
            self.latencies.add(element.since)
        else:
            message = element
        self.messages.append(message)
        self.bytes += message.size
        if len(self.messages) >= FLUSH_RECORDS or self.bytes >= FLUSH_BYTES:
            self._flush()

    def finish_bundle(self) -> None:
        self._flush()
        self.tally.flush()

    def _flush(self) -> None:
        if self.messages:
            clients.topics(self.settings).append(self.topic, self.messages)
            self.latencies.written(time.time())
            self.tally.add(f"written/{self.topic}", len(self.messages))
            self.tally.add(f"written_bytes/{self.topic}", self.bytes)
            self.messages = []
            self.bytes = 0
