"""The local driver: bounded micro-batches on Beam's FnApiRunner, offsets committed by the driver.

The order of a batch, and what a crash there means:

    1. end offsets and committed offsets are read     nothing has happened
    2. read → … → write, every bundle durable         some outputs stand already; the batch is run again and writes the
                                                      same keys and values once more
    3. the pipeline's state is DONE                   likewise
    4. the driver commits the offsets reached         the batch is done

Nothing commits in bundle finalization: on this runner it happens before anything past a shuffle has run, and a sink
that fails afterwards would lose its records.
"""

from __future__ import annotations

import itertools
import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event

import apache_beam as beam
from apache_beam.metrics.metric import MetricsFilter
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import PipelineState
from apache_beam.transforms.environments import EmbeddedPythonEnvironment

from connectors.config import Config, ConfigError
from connectors.topics import GroupHeld, Lease, StorageFull, TopicChanged, TopicError, Topics
from pipeline.failures import plain
from pipeline.io import clients
from pipeline.io.archive import ArchiveError
from pipeline.io.read import REACHED, ReadRanges, planned
from pipeline.main import build, limits_of
from pipeline.metrics import METRICS
from pipeline.offsets import OffsetsError, ReadRange, plan, starts
from pipeline.poison import hand
from pipeline.settings import Settings, settings_of
from schemas.errors import RegistryError, RegistryUnavailable

log = logging.getLogger("summitwire.run")

FIRST_WAIT = 1.0
LONGEST_WAIT = 10.0
"""Seconds between tries while topics or registry are away; doubled from the first to the longest."""


class PipelineError(Exception):
    """A batch failed for a reason that another try will not mend."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """`counters` as in docs/metrics.md; `reached`: partition → next offset, committed."""

    counters: Mapping[str, int]
    reached: Mapping[int, int]
    behind: int
    """Records that were left in the raw topic when the batch was planned."""
    seconds: float


@dataclass(slots=True)
class Summary:
    """What a run has done so far."""

    batches: int = 0
    seconds: float = 0.0
    counters: dict[str, int] = field(default_factory=dict)

    def add(self, result: BatchResult) -> None:
        self.batches += 1
        self.seconds += result.seconds
        for name, count in result.counters.items():
            self.counters[name] = self.counters.get(name, 0) + count


def drive(
    config: Config,
    *,
    once: bool,
    stop: Event | None = None,
    archive: str | None = None,
    skip_lost: bool = False,
    on_batch: Callable[[BatchResult], None] = lambda result: None,
) -> Summary:
    """Runs the pipeline until `stop` is set, or with `once` until it has caught up with the raw topic.

    While topics or registry are away it waits and tries again (with `once` it raises at once). Raises TopicError where
    they cannot be reached at the start, GroupHeld where another pipeline runs in this group, OffsetsError where
    retention has deleted what was not yet processed (`skip_lost` goes on after the gap), RegistryError where the
    registry refuses our schemas, ConfigError where duplicates are to be dropped, StorageFull, ArchiveError,
    PipelineError. Whatever is raised: the committed offsets stand at the last batch whose outputs are all durable.
    """
    if config.pipeline.dedup_seconds:
        raise ConfigError(
            "[pipeline] dedup_seconds needs a runner that keeps state, such as Flink: local micro-batches forget "
            "everything at their end; set it to 0"
        )
    stop = stop or Event()
    settings = settings_of(config, archive)
    topics = clients.topics(settings)
    limits = limits_of(topics, settings)
    topics.end_offsets(settings.raw)
    _load_model(settings)
    batches = Batches(settings, limits)
    summary = Summary()
    wait = FIRST_WAIT
    while True:
        try:
            with hand.opened(settings), topics.lease(config.pipeline.group, settings.raw) as lease:
                while not stop.is_set():
                    began = time.monotonic()
                    result = _batch(config, settings, topics, lease, batches, skip_lost)
                    wait = FIRST_WAIT
                    if result is not None:
                        summary.add(result)
                        on_batch(result)
                    elif once:
                        return summary
                    if not once and (result is None or not result.behind):
                        # Also where records came meanwhile: many small batches would cost more than what is in them.
                        stop.wait(max(0.0, began + config.pipeline.poll_seconds - time.monotonic()))
            return summary
        except (GroupHeld, OffsetsError, StorageFull, TopicChanged):
            raise
        except (TopicError, RegistryUnavailable) as error:
            if once:
                raise
            log.warning("%s; trying again in %.0f s", error, wait)
            if stop.wait(wait):
                return summary
            wait = min(2 * wait, LONGEST_WAIT)


def _load_model(settings: Settings) -> None:
    """Once a process, before anything is read: a missing model is an error of the start, not of a record."""
    from pipeline import summits

    summits.load(settings.model, settings.extractor)


def _batch(
    config: Config, settings: Settings, topics: Topics, lease: Lease, batches: Batches, skip_lost: bool
) -> BatchResult | None:
    """One micro-batch; None where there was nothing to do."""
    lease.check()
    begin = topics.begin_offsets(settings.raw)
    end = topics.end_offsets(settings.raw)
    committed = topics.committed(config.pipeline.group, settings.raw)
    start = starts(begin, end, committed, settings.raw, skip_lost)
    caps = config.pipeline
    ranges = plan(start, end, caps.batch_records, caps.batch_bytes, caps.batch_seconds)
    if not ranges:
        return None
    began = time.monotonic()
    counters = batches.run(ranges)
    reached = {wanted.partition: wanted.start + counters.pop(f"{REACHED}{wanted.partition}", 0) for wanted in ranges}
    lease.check()  # who has taken the group over meanwhile may have committed more
    topics.commit(config.pipeline.group, settings.raw, {**start, **reached})
    behind = sum(end.values()) - sum({**start, **reached}.values())
    return BatchResult(counters, reached, behind, time.monotonic() - began)


class Batches:
    """The chain as a Beam pipeline that is made once and run for each batch: making it takes 140 ms of processor time,
    running it over one record 40 ms."""

    def __init__(self, settings: Settings, limits: Mapping[str, int]) -> None:
        # Pinned: plain DirectRunner picks among three runners by what it finds in the pipeline and on the network.
        self._runner = FnApiRunner()
        self._options = PipelineOptions([])
        self._plan = f"batches-{next(_numbers)}"
        pipeline = beam.Pipeline(runner=self._runner, options=self._options)
        build(pipeline, ReadRanges(self._plan, settings), settings, dict(limits))
        self._pipeline = pipeline.to_runner_api(default_environment=EmbeddedPythonEnvironment.default())
        shutil.rmtree(pipeline.local_tempdir, ignore_errors=True)  # as Pipeline.run does at its end

    def run(self, ranges: Sequence[ReadRange]) -> dict[str, int]:
        """Runs the chain over the ranges; returns its counters once every output is durable.

        Raises TopicError, RegistryError and ArchiveError as they are, PipelineError for anything else.
        """
        try:
            with planned(self._plan, ranges):
                result = self._runner.run_via_runner_api(self._pipeline, self._options)
        except (TopicError, RegistryError, ArchiveError) as error:
            error.args = (_message(error),)
            raise
        except Exception as error:
            raise PipelineError(f"the batch failed and nothing was committed: {_message(error)}") from error
        if result.state != PipelineState.DONE:
            raise PipelineError(f"the batch ended as {result.state} and nothing was committed")
        query = result.metrics().query(MetricsFilter().with_namespace(METRICS))
        counters: dict[str, int] = {}
        for counter in query["counters"]:
            name = counter.key.metric.name
            counters[name] = counters.get(name, 0) + counter.committed
        return counters


_numbers = itertools.count()


def _message(error: Exception) -> str:
    """The error's message as `plain` gives it, or its class."""
    return plain(str(error)) or type(error).__name__
