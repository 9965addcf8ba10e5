"""Keeps a job on Flink running: submits it, watches it, and submits it anew where it has to.

    failed        Flink has given up on it, or is gone with it        a new job, after a growing wait
    no_reader     a partition that nobody has begun to read in time   a new job, with more patience
    grown         checkpoints that have grown beyond a limit          an orderly end, and a new job

Without state a new job goes on from the committed offsets, which is safe after any crash. Where duplicates are dropped
there is state: then it goes on from the newest checkpoint, and grown checkpoints are told but kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event

from apache_beam.runners.runner import PipelineState

from connectors.config import Config
from connectors.topics import GroupHeld, TopicError
from pipeline.failures import plain
from pipeline.flink import rest
from pipeline.flink.job import GONE, Job, JobError, ended, submit
from pipeline.flink.place import Place
from pipeline.flink.rest import RestError
from pipeline.io.unbounded import kafka_topics
from pipeline.settings import Settings

log = logging.getLogger("summitwire.flink")

LOOK_SECONDS = 1.0
READER_SECONDS = 60.0
"""How long a job that runs may take until all partitions are being read and their offsets committed: on a busy machine
the start of the workers takes 30 s. Of 22 starts one never got there, with no error (Beam 2.62)."""
MOST_PATIENCE = 600.0
"""Also with a job that does not even begin to run."""
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds before a failed job is submitted again; doubled from the first to the longest."""
STEADY_SECONDS = 300.0
"""A job that has run for so long has not failed because of what made the last one fail."""
TELL_SECONDS = 30.0
HOPELESS = {"OffsetsGone", "OffsetsError", "TopicChanged", "GroupHeld", "ModelError", "ConfigError"}
"""Errors of a job's workers that no other try mends. Flink itself would try for ever."""


class HopelessError(TopicError):
    """What a job's worker says, where somebody has to do something about it."""


@dataclass(slots=True)
class Watched:
    """What is told about a job while it is kept running, to logs and metrics."""

    job: str = ""
    restarts: dict[str, int] = field(default_factory=lambda: {"failed": 0, "no_reader": 0, "grown": 0})
    checkpoint_bytes: int = 0
    savepoint: str = ""
    """Where the last orderly end has left one."""


def keep(
    config: Config,
    settings: Settings,
    place: Place,
    stop: Event,
    restore: str = "",
    skip_lost: bool = False,
    told: Callable[[Mapping[str, int], int], None] = lambda restarts, checkpoint_bytes: None,
) -> Watched:
    """Runs the pipeline on Flink until `stop` is set, or until somebody ends the job at Flink.

    Raises, at the start, what `submit` raises; later what no other try mends, as HopelessError where a worker tells it.
    """
    watched = Watched()
    wait, patience = FIRST_WAIT, READER_SECONDS
    first = True
    own: list[str] = []
    while True:
        try:
            place.repair()
            job = submit(config, settings, place, restore, skip_lost and first)
        except (JobError, TopicError) as error:
            if first or (type(error).__name__ in HOPELESS and not _held_by(own, type(error).__name__, str(error))):
                raise
            log.error("%s; trying again in %.0f s", error, wait)
            if stop.wait(wait):
                return watched
            wait = min(2 * wait, LONGEST_WAIT)
            continue
        first = False
        watched.job, watched.checkpoint_bytes = job.name, 0
        began = time.monotonic()
        watch = _Watch(config, settings, job, patience, watched, told, own)
        own.append(job.name)
        reason = watch.until(stop)
        if reason is None:
            return watched
        watched.restarts[reason] += 1
        told(watched.restarts, watched.checkpoint_bytes)
        restore = (watch.newest() or restore) if settings.dedup_seconds else ""
        if time.monotonic() - began > STEADY_SECONDS:
            wait, patience = FIRST_WAIT, READER_SECONDS
        if reason == "no_reader":
            patience = min(2 * patience, MOST_PATIENCE)
        if reason == "failed":
            log.error("job %s failed; submitting it again in %.0f s", job.name, wait)
            if stop.wait(wait):
                return watched
            wait = min(2 * wait, LONGEST_WAIT)


def leave(
    config: Config, settings: Settings, place: Place, stop: Event, restore: str = "", skip_lost: bool = False
) -> Watched:
    """Submits the pipeline and leaves it to its cluster once every partition is being read. Raises what `submit`
    raises, and JobError where that does not come about in time; the job has ended then."""
    job = submit(config, settings, place, restore, skip_lost)
    watched = Watched(job.name)
    watch = _Watch(config, settings, job, 3 * READER_SECONDS, watched, lambda restarts, checkpoint_bytes: None, ())
    if not watch.reads(stop):
        job.cancel()
        raise JobError(f"job {job.name} was cancelled: not all partitions are read; the cluster's log may say why")
    return watched


class _Watch:
    """One job, from its submission to its end."""

    def __init__(
        self,
        config: Config,
        settings: Settings,
        job: Job,
        patience: float,
        watched: Watched,
        told: Callable[[Mapping[str, int], int], None],
        former: Sequence[str],
    ) -> None:
        self._topics = kafka_topics(settings)
        self._config, self._settings, self._job = config, settings, job
        self._watched, self._told = watched, told
        self._former = tuple(former)
        self._patience = patience + 2 * config.flink.checkpoint_seconds
        self._unread = True
        self._began = time.monotonic()
        self._running: float | None = None
        self._error = ""
        self._warned = False
        self._newest = ""

    def until(self, stop: Event) -> str | None:
        """Why another job is needed; None where none is wanted."""
        telling = time.monotonic()
        while not stop.wait(LOOK_SECONDS):
            self._job.place.repair()
            state = self._job.state()
            if state in (PipelineState.FAILED, GONE):
                self._look_at_errors()
                return "failed"
            if PipelineState.is_terminal(state):
                log.warning("job %s was ended at Flink: it is %s", self._job.name, state)
                return None
            self._look_at_errors()
            if self._unread and not self._look_for_readers() and self._out_of_patience():
                log.error("job %s has partitions without a reader after %.0f s", self._job.name, self._patience)
                self._job.cancel()
                return "no_reader"
            if self._grown():
                self._watched.savepoint = self._job.stop()
                return "grown"
            if time.monotonic() - telling > TELL_SECONDS:
                telling = time.monotonic()
                self._tell()
        self._watched.savepoint = self._job.stop()
        return None

    def reads(self, stop: Event) -> bool:
        """Whether all partitions are read before patience or the job ends."""
        while not self._look_for_readers():
            if stop.wait(LOOK_SECONDS) or self._out_of_patience() or ended(self._job.state()):
                return False
            self._look_at_errors()
        return True

    def _look_for_readers(self) -> bool:
        """Whether every partition's offset has been committed by this job, if only as it was."""
        with suppress(TopicError):
            raw = self._settings.raw
            committed = self._topics.committed_by(self._config.pipeline.group, raw)
            read = [partition for partition, job in committed.items() if job == self._job.name]
            if len(read) == len(self._topics.begin_offsets(raw)):
                log.info("job %s reads all %d partitions", self._job.name, len(read))
                self._unread = False
        return not self._unread

    def _out_of_patience(self) -> bool:
        now = time.monotonic()
        if self._running is None:
            with suppress(RestError):
                found = self._job.flink()
                if not self._job.place.rests or (found and rest.status(found) == "RUNNING"):
                    self._running = now
        return now - self._began > MOST_PATIENCE or (self._running is not None and now - self._running > self._patience)

    def _look_at_errors(self) -> None:
        """Tells what Flink restarts the job for. Raises HopelessError where that cannot help."""
        with suppress(RestError):
            found = self._job.flink()
            error = rest.last_error(found) if found else ""
            if error and error != self._error:
                self._error = error
                kind, _, message = error.partition(": ")
                name = kind.rpartition(".")[2]
                if name in HOPELESS and not _held_by(self._former, name, message):
                    self._job.cancel()
                    raise HopelessError(f"job {self._job.name} was ended: {plain(message)}")
                log.warning("job %s is restarted by Flink: %s", self._job.name, plain(error))

    def _grown(self) -> bool:
        with suppress(RestError):
            if found := self._job.flink():
                self._watched.checkpoint_bytes = rest.checkpoint_bytes(found)
                self._told(self._watched.restarts, self._watched.checkpoint_bytes)
                self.newest()
        limit = self._config.flink.checkpoint_mb * 1_000_000
        if not limit or self._watched.checkpoint_bytes <= limit:
            return False
        size = self._watched.checkpoint_bytes / 1_000_000
        if self._settings.dedup_seconds:
            if not self._warned:
                log.error("the checkpoints of job %s have grown to %.0f MB", self._job.name, size)
            self._warned = True
            return False
        log.warning("the checkpoints of job %s have grown to %.0f MB: a new job follows", self._job.name, size)
        return True

    def newest(self) -> str:
        """Where the job's newest checkpoint lies, or where it lay when Flink last told of one: after a death of the job
        manager nobody else knows. Empty before the first."""
        with suppress(RestError):
            if self._settings.dedup_seconds and (found := self._job.flink()):
                self._newest = rest.newest_checkpoint(found) or self._newest
        return self._newest

    def _tell(self) -> None:
        with suppress(TopicError):
            raw = self._settings.raw
            committed = self._topics.committed(self._config.pipeline.group, raw)
            behind = sum(self._topics.end_offsets(raw).values()) - sum(committed.values())
            log.info("job %s behind=%d checkpoint_bytes=%d", self._job.name, behind, self._watched.checkpoint_bytes)


def _held_by(jobs: Iterable[str], error: str, message: str) -> bool:
    """Whether an error of this class says that one of these jobs still holds the group: on a busy machine the workers
    of a job that has ended may do so for a while yet."""
    return error == GroupHeld.__name__ and any(repr(job) in message for job in jobs)
