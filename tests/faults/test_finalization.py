"""Why the driver commits, and not bundle finalization.

On FnApiRunner a bundle is finalized as soon as its own stage is done, before anything behind a shuffle has run. These
tests put a shuffle before the sink, which the real chain must not have, and let the sink fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from connectors.topics import CLEAN, RAW, Message, Received, TopicError
from connectors.topics.spool import Spool
from pipeline.io import clients
from pipeline.io.read import ReadRanges, planned
from pipeline.io.write import WriteTopic
from pipeline.offsets import ReadRange
from pipeline.settings import Settings, settings_of
from tests.integration.pipeline.desk import Desk, article

RECORDS = 20


def shuffled(pipeline: Any, source: Any, settings: Settings, limits: dict[str, int]) -> None:
    """Raw records through a shuffle to the sink, untouched."""
    (
        pipeline
        | "Read" >> source
        | "Messages" >> beam.Map(lambda received: Message(received.key, received.value, received.headers))
        | "Shuffle" >> beam.Reshuffle()
        | "Write" >> WriteTopic(settings.clean, settings)
    )


class CommitOnFinalization(beam.DoFn):  # type: ignore[misc]
    """What must not be done: commits the offsets of a bundle when the runner says that the bundle is final."""

    def __init__(self, settings: Settings, group: str) -> None:
        self.settings, self.group = settings, group

    def process(self, received: Received, finalizer: Any = beam.DoFn.BundleFinalizerParam) -> Iterator[Received]:
        settings, group, offset = self.settings, self.group, received.offset + 1
        finalizer.register(lambda: clients.topics(settings).commit(group, RAW.name, {0: offset}))
        yield received


@pytest.fixture
def failing_sink(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    def fails(spool: Spool, topic: str, messages: object) -> None:
        raise TopicError("the sink is broken")

    monkeypatch.setattr(Spool, "append", fails)
    return monkeypatch


def filled(desk: Desk) -> Desk:
    desk.put(*(article(number) for number in range(RECORDS)))
    return desk


def test_a_sink_that_fails_after_a_shuffle_leaves_the_committed_offset_where_it_was(
    spool_desk: Desk, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = filled(spool_desk)
    monkeypatch.setattr("pipeline.drive.build", shuffled)
    healing = request.getfixturevalue("failing_sink")
    with pytest.raises(TopicError, match="the sink is broken"):
        desk.run()
    assert desk.committed() == {0: 0}
    healing.undo()
    monkeypatch.setattr("pipeline.drive.build", shuffled)
    desk.run()
    assert sorted(desk.pairs(CLEAN)) == sorted(desk.pairs(RAW))
    assert desk.committed() == {0: RECORDS}


def test_committing_in_bundle_finalization_would_have_lost_every_record(
    spool_desk: Desk, request: pytest.FixtureRequest
) -> None:
    desk = filled(spool_desk)
    settings = settings_of(desk.config)
    request.getfixturevalue("failing_sink")
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    (
        pipeline
        | "Read" >> ReadRanges("all", settings)
        | "Commit" >> beam.ParDo(CommitOnFinalization(settings, desk.config.pipeline.group))
        | "Messages" >> beam.Map(lambda received: Message(received.key, received.value, received.headers))
        | "Shuffle" >> beam.Reshuffle()
        | "Write" >> WriteTopic(settings.clean, settings)
    )
    everything = [ReadRange(0, 0, RECORDS, 1 << 30, 60.0)]
    with planned("all", everything), pytest.raises(TopicError, match="the sink is broken"):
        pipeline.run().wait_until_finish()
    assert desk.pairs(CLEAN) == []
    assert desk.committed() == {0: RECORDS}, "the runner finalizes later than it did: the danger may be gone"
