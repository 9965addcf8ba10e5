"""The pipeline's graph: nothing that shuffles between read and write, and labels that stay."""

from __future__ import annotations

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability import common_urns
from apache_beam.portability.api import beam_runner_api_pb2 as api

from pipeline.io.read import ReadRanges
from pipeline.main import build
from pipeline.settings import Settings

LABELS = [
    "Archive",
    "Archive/Files",
    "CleanMessages",
    "Decode",
    "Decode/Step",
    "Decode/Step/ParDo(_Guarded)",
    "Decode/Step/ParDo(_Guarded)/ParDo(_Guarded)",
    "Encode",
    "Encode/Step",
    "Encode/Step/ParDo(_Guarded)",
    "Encode/Step/ParDo(_Guarded)/ParDo(_Guarded)",
    "EncodeFailures",
    "EncodeFailures/Letter",
    "Extract",
    "Extract/Step",
    "Extract/Step/ParDo(_Guarded)",
    "Extract/Step/ParDo(_Guarded)/ParDo(_Guarded)",
    "Failures",
    "Read",
    "Read/Ranges",
    "Read/ReadRange",
    "Strip",
    "Strip/Step",
    "Strip/Step/ParDo(_Guarded)",
    "Strip/Step/ParDo(_Guarded)/ParDo(_Guarded)",
    "SummitMessages",
    "WriteClean",
    "WriteClean/Append",
    "WriteDeadLetters",
    "WriteDeadLetters/Append",
    "WriteSummits",
    "WriteSummits/Append",
]
"""A running job's state is matched by these: a change here breaks an upgrade in place."""


DROPPING = [
    "DropDuplicates",
    "DropDuplicates/ByArticle",
    "DropDuplicates/First",
    "DropDuplicates/Received",
]
"""Those that `[pipeline] dedup_seconds` adds."""


def graph(dedup_seconds: float = 0.0) -> api.Pipeline:
    settings = Settings(topics_url="spool:/nowhere", archive="/nowhere/archive", dedup_seconds=dedup_seconds)
    pipeline = beam.Pipeline(options=PipelineOptions([]))
    limits = dict.fromkeys((settings.clean, settings.summits, settings.dead_letters), 1_000_000)
    build(pipeline, ReadRanges("none", settings), settings, limits)
    return pipeline.to_runner_api()


def test_nothing_between_read_and_write_shuffles() -> None:
    urns = {transform.spec.urn for transform in graph().components.transforms.values()}
    assert common_urns.primitives.PAR_DO.urn in urns
    shuffles = {
        common_urns.primitives.GROUP_BY_KEY.urn,
        common_urns.composites.RESHUFFLE.urn,
        common_urns.composites.COMBINE_PER_KEY.urn,
    }
    assert urns & shuffles == set()


def with_state(pipeline: api.Pipeline) -> list[str]:
    """Labels of the steps that keep state or set timers."""
    found = []
    for transform in pipeline.components.transforms.values():
        if transform.spec.urn == common_urns.primitives.PAR_DO.urn:
            payload = api.ParDoPayload.FromString(transform.spec.payload)
            if payload.state_specs or payload.timer_family_specs:
                found.append(transform.unique_name)
    return found


def labels(pipeline: api.Pipeline) -> list[str]:
    beams_own = ("ref_", "Read/Ranges/")
    names = {transform.unique_name for transform in pipeline.components.transforms.values()}
    return sorted(name for name in names if not name.startswith(beams_own))


def test_no_step_keeps_state_or_sets_timers() -> None:
    assert with_state(graph()) == []


def test_the_labels_are_those_of_the_last_release() -> None:
    assert labels(graph()) == LABELS


def test_dropping_duplicates_adds_its_own_steps_of_which_one_keeps_state() -> None:
    dropping = graph(dedup_seconds=60.0)
    assert labels(dropping) == sorted([*LABELS, *DROPPING])
    assert with_state(dropping) == ["DropDuplicates/First"]
