"""Dropping repeated deliveries: what counts as one, for how long, and what always passes."""

from __future__ import annotations

from collections.abc import Sequence

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing import test_stream
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import TimestampedValue

from connectors.config import Config, ConfigError, PipelineConfig
from connectors.topics import RAW, Received
from pipeline.drive import drive
from pipeline.duplicates import DropDuplicates
from pipeline.replay import REPLAY_OF

MINUTE = 60


def delivery(
    offset: int, second: float, article: str = "a", version: bytes | None = b"1", **headers: bytes
) -> Received:
    told = {} if version is None else {"version": version}
    return Received(
        RAW.name, 0, offset, int(second * 1000), article.encode(), b"value", tuple({**told, **headers}.items())
    )


def check(deliveries: Sequence[Received | float], passing: Sequence[int], seconds: float = MINUTE) -> None:
    """That these offsets come out; a number among the deliveries moves the watermark to that second."""
    stream = test_stream.TestStream().advance_watermark_to(0)
    for one in deliveries:
        if isinstance(one, Received):
            stream = stream.add_elements([TimestampedValue(one, one.timestamp / 1000)])
        else:
            stream = stream.advance_watermark_to(one)
    # FnApiRunner knows no TestStream.
    with beam.Pipeline(runner="BundleBasedDirectRunner", options=PipelineOptions(["--streaming"])) as pipeline:
        received = pipeline | stream.advance_watermark_to_infinity() | DropDuplicates(seconds)
        assert_that(received | beam.Map(lambda one: one.offset), equal_to(list(passing)))


def test_the_same_version_of_an_article_passes_once_within_the_time() -> None:
    check([delivery(0, 0), delivery(1, 0), delivery(2, 30), delivery(3, 59.999)], [0])


def test_after_the_time_it_passes_again_and_counts_anew() -> None:
    check([delivery(0, 0), delivery(1, 60), delivery(2, 100), delivery(3, 120)], [0, 1, 3])


def test_the_time_is_the_records_not_when_they_are_processed() -> None:
    check([delivery(0, 0), delivery(1, 3600), delivery(2, 3601)], [0, 1])


def test_a_duplicate_that_was_appended_earlier_counts_as_well() -> None:
    check([delivery(0, 50), delivery(1, 10), delivery(2, 200), delivery(3, 50)], [0, 2, 3])


def test_other_versions_and_other_articles_pass() -> None:
    check(
        [delivery(0, 0), delivery(1, 1, version=b"2"), delivery(2, 2, article="b"), delivery(3, 3, version=b"2")],
        [0, 1, 2],
    )


def test_state_is_forgotten_once_the_watermark_has_passed_the_time() -> None:
    check([delivery(0, 0), 59.0, delivery(1, 30), 61.0, delivery(2, 30)], [0, 2])


def test_a_newer_version_keeps_the_older_ones_no_longer_than_their_time() -> None:
    check([delivery(0, 0), delivery(1, 59, version=b"2"), delivery(2, 61), delivery(3, 61, version=b"2")], [0, 1, 2])


def test_a_replayed_dead_letter_passes_for_what_came_before_it_has_failed() -> None:
    check([delivery(0, 0), delivery(1, 5, **{REPLAY_OF: b"dead"}), delivery(2, 6)], [0, 1])


def test_what_tells_no_version_or_no_article_passes() -> None:
    odd = [delivery(0, 0, version=None), delivery(1, 1, version=None), delivery(2, 2, article=""), delivery(3, 3, "")]
    hostile = [delivery(4, 4, version=version) for version in (b"", b"-1", "²".encode(), b"9" * 99) * 2]
    check([*odd, *hostile], [0, 1, 2, 3, *[4] * 8])


def test_records_come_out_as_they_went_in() -> None:
    whole = Received(RAW.name, 3, 7, 1_000, b"key", None, (("version", b"1"), ("odd", b"\xff")))
    stream = test_stream.TestStream().add_elements([whole]).advance_watermark_to_infinity()
    with beam.Pipeline(runner="BundleBasedDirectRunner", options=PipelineOptions(["--streaming"])) as pipeline:
        assert_that(pipeline | stream | DropDuplicates(MINUTE), equal_to([whole]))


def test_the_local_runner_refuses_for_its_batches_keep_no_state() -> None:
    config = Config(pipeline=PipelineConfig(dedup_seconds=60.0))
    with pytest.raises(ConfigError, match="dedup_seconds needs a runner that keeps state"):
        drive(config, once=True)
