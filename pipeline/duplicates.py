"""Drops repeated deliveries of an article's version: a step that is off unless `[pipeline] dedup_seconds` asks for it.

It is the one step that keeps state, and the one before which records are shuffled. docs/reliability.md says what that
costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

import apache_beam as beam
from apache_beam.coders import ListCoder, TupleCoder, VarIntCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from connectors.topics import Received
from pipeline.metrics import Tally
from pipeline.replay import REPLAY_OF

Fields = tuple[str, int, int, int, bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]
"""Those of Received, which a shuffle writes and reads much faster than the object."""

_FORGET = TimerSpec("forget", TimeDomain.WATERMARK)
_SEEN_STATE = beam.DoFn.StateParam(
    ReadModifyWriteStateSpec("seen", ListCoder(TupleCoder((VarIntCoder(), VarIntCoder()))))
)
_FORGET_TIMER = beam.DoFn.TimerParam(_FORGET)


@dataclass
class DropDuplicates(beam.PTransform):  # type: ignore[misc]
    """Received → Received, without those whose article and version came before, by less than `seconds`.

    Time is that of the raw topic's timestamps, so that the same records are dropped whenever they are processed. The
    key is the article's, so that its versions stay together. Two kinds of record always pass: those that replay a dead
    letter, for what came before them has failed; and those without a key or the header `version`.
    """

    seconds: float

    def expand(self, received: beam.PCollection[Received]) -> beam.PCollection[Received]:
        return (
            received
            | "ByArticle" >> beam.Map(_by_article).with_output_types(tuple[bytes, Fields])
            | "First" >> beam.ParDo(_First(round(self.seconds * 1000))).with_output_types(Fields)
            | "Received" >> beam.Map(lambda fields: Received(*fields)).with_output_types(Received)
        )


class _First(beam.DoFn):  # type: ignore[misc]
    """State of an article: its versions with the timestamps of their first records, of those within the time."""

    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds

    def start_bundle(self) -> None:
        self.tally = Tally()

    def finish_bundle(self) -> None:
        self.tally.flush()

    def process(
        self, element: tuple[bytes, Fields], state: Any = _SEEN_STATE, forget: Any = _FORGET_TIMER
    ) -> Iterator[Fields]:
        _, fields = element
        received = Received(*fields)
        version = _version(received)
        if version is None:
            yield fields
            return
        seen = dict(state.read() or ())
        if version in seen and abs(received.timestamp - seen[version]) < self.milliseconds:
            self.tally.add("duplicates")
            return
        newest = max([received.timestamp, *seen.values()])
        seen[version] = received.timestamp
        kept = [(one, first) for one, first in seen.items() if newest - first < self.milliseconds]
        state.write(sorted(kept))
        forget.set(Timestamp(micros=1000 * (newest + self.milliseconds)))
        yield fields

    @on_timer(_FORGET)  # type: ignore[untyped-decorator]
    def forgotten(self, state: Any = _SEEN_STATE) -> None:
        state.clear()


def _by_article(received: Received) -> tuple[bytes, Fields]:
    return received.key or b"", astuple(received)


def _version(received: Received) -> int | None:
    """None for what always passes."""
    headers = dict(received.headers)
    version = headers.get("version", b"")
    if not received.key or REPLAY_OF in headers or not version.isdigit() or len(version) > 18:
        return None
    return int(version)
