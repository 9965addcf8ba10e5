"""A job on Flink: submitted through a job server, watched and ended."""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineState

from connectors.config import Config, FlinkConfig
from pipeline.flink import rest
from pipeline.flink.place import Place
from pipeline.flink.rest import FlinkJob, RestError
from pipeline.io.placing import KEY_GROUPS
from pipeline.io.unbounded import Following, FollowTopic, kafka_topics
from pipeline.local.flink import serves_grpc
from pipeline.main import build, limits_of
from pipeline.offsets import starts
from pipeline.settings import Settings

log = logging.getLogger("summitwire.flink")

SUBMIT_SECONDS = 120
"""The job server hands 150 MB of jars to a cluster."""
STOP_SECONDS = 60
BUNDLE_MS = 20
"""Flink opens a bundle, hands the worker its one element only when it closes it, and closes it after this time."""
GONE = "GONE"
_STATES = {
    "FINISHED": PipelineState.DONE,
    "CANCELED": PipelineState.CANCELLED,
    "FAILED": PipelineState.FAILED,
    "SUSPENDED": PipelineState.FAILED,
}
"""Flink's word for a job that has ended → Beam's."""


class JobError(Exception):
    """A job cannot be submitted."""


@dataclass(slots=True)
class Job:
    """`name` is also what its commits say."""

    name: str
    place: Place
    result: Any
    _flink: FlinkJob | None = None

    def state(self) -> str:
        """Of PipelineState; GONE where neither job server nor Flink knows it any more. A job on a cluster outlives its
        job server."""
        with suppress(grpc.RpcError):
            state = str(self.result.state)
            if state != PipelineState.FAILED:  # which is also said of one that was cancelled at Flink
                return state
        with suppress(RestError):
            if found := self.flink():
                return str(_STATES.get(rest.status(found), PipelineState.RUNNING))
        return GONE

    def flink(self) -> FlinkJob | None:
        """The job at Flink's REST interface; None while there is none."""
        self._flink = self._flink or rest.find(self.place.rests, self.name)
        return self._flink

    def stop(self) -> str:
        """Ends the job in order, with a savepoint where Flink can be asked for one, so that every offset is committed
        whose record was processed. Returns where the savepoint lies."""
        try:
            if (found := self.flink()) and rest.status(found) == "RUNNING":
                return rest.stop(found, self.place.savepoints, STOP_SECONDS)
        except RestError as error:
            log.warning("the job is cancelled, for it cannot be stopped with a savepoint: %s", error)
        self.cancel()
        return ""

    def cancel(self) -> None:
        """Ends the job. Some records will be processed again by the next one."""
        try:
            self.result.cancel()
        except grpc.RpcError:
            with suppress(RestError):
                if found := self.flink():
                    rest.cancel(found)
        # A job server in front of a cluster ends its own wait with that, and the job runs on and holds its slots.
        try:
            if (found := self.flink()) and rest.status(found) not in rest.ENDED:
                rest.cancel(found)
        except RestError as error:
            log.warning("the job could not be cancelled: %s", error)


def submit(config: Config, settings: Settings, place: Place, restore: str = "", skip_lost: bool = False) -> Job:
    """Submits the pipeline; it reads from the group's committed offsets, or goes on from the checkpoint or savepoint
    that `restore` names.

    Raises TopicError, and GroupHeld where another pipeline runs in the group; OffsetsError where retention passed the
    committed offsets (`skip_lost` goes on behind the gap); JobError.
    """
    if not serves_grpc(place.job_server):
        raise JobError(f"no job server answers at {place.job_server}")
    topics = kafka_topics(settings)
    group = config.pipeline.group
    limits = limits_of(topics, settings)
    with topics.lease(group, settings.raw):
        first = topics.begin_offsets(settings.raw)
        if not restore:
            committed = topics.committed(group, settings.raw)
            found = starts(first, topics.end_offsets(settings.raw), committed, settings.raw, skip_lost)
            # Of all partitions at once: where some are missing from a group's commits the topic has grown since.
            topics.commit(group, settings.raw, found)
    name = f"{group}-{uuid.uuid4().hex[:8]}"
    following = _following(config.flink, settings, group, name, len(first))
    pipeline = beam.Pipeline(options=PipelineOptions(options(config.flink, place, name, restore)))
    build(pipeline, FollowTopic(following), settings, limits)
    place.restore(restore)
    try:
        result = pipeline.run()
    except Exception as error:  # Beam's, gRPC's and Flink's, for every kind of reason
        text = " ".join(str(error).split())[:500]
        raise JobError(f"the job server at {place.job_server} does not take the job: {text}") from error
    log.info("job %s submitted", name)
    return Job(name, place, result)


def _following(flink: FlinkConfig, settings: Settings, group: str, job: str, partitions: int) -> Following:
    return Following(
        settings=settings,
        group=group,
        job=job,
        partitions=partitions,
        readers=flink.readers or flink.parallelism,
        wait_seconds=flink.wait_seconds,
        linger_seconds=flink.linger_seconds,
        max_records=flink.bundle_records,
        max_seconds=flink.bundle_seconds,
    )


def options(flink: FlinkConfig, place: Place, name: str, restore: str) -> list[str]:
    """Beam's options of a job; `restore` as in `submit`."""
    return [
        *("--runner=PortableRunner", f"--job_endpoint={place.job_server}", f"--job_server_timeout={SUBMIT_SECONDS}"),
        *(f"--job_name={name}", "--streaming"),
        *("--environment_type=EXTERNAL", f"--environment_config={place.workers}"),
        *(f"--parallelism={flink.parallelism}", f"--sdk_worker_parallelism={flink.parallelism}"),
        *(f"--max_parallelism={KEY_GROUPS}", f"--max_bundle_time_mills={BUNDLE_MS}"),
        f"--checkpointing_interval={int(flink.checkpoint_seconds * 1000)}",
        # Without it a checkpoint, and with it the commit of offsets, comes before the sinks have run.
        "--finish_bundle_before_checkpointing",
        *("--externalized_checkpoints_enabled", "--retain_externalized_checkpoints_on_cancellation"),
        *([f"--savepoint_path={restore}"] if restore else []),
    ]


def ended(state: str) -> bool:
    """Whether a job in this state will not go on."""
    return state == GONE or PipelineState.is_terminal(state)
