"""When the supervisor ends a job and submits another: its decisions on what Flink and Kafka tell, scripted here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event

import pytest

from connectors.config import Config, FlinkConfig, TopicsConfig
from connectors.topics import GroupHeld, TopicError
from pipeline.flink import supervise
from pipeline.flink.job import JobError
from pipeline.flink.place import Place
from pipeline.flink.rest import RestError
from pipeline.flink.supervise import HopelessError, Watched, keep
from pipeline.settings import settings_of

CONFIG = Config(topics=TopicsConfig(url="kafka://nowhere:1"), flink=FlinkConfig(checkpoint_seconds=0.01))
STATELESS = settings_of(CONFIG)
GONE = "connectors.topics.model.OffsetsGone: raw/3: offsets 4 to 9 were deleted [while running 'Read/Follow']"


@dataclass
class ScriptedJob:
    """What Flink says of a job, and what was done to it. `done` ends the test's run once this job is looked at."""

    states: list[str] = field(default_factory=lambda: ["RUNNING"])
    bytes: int = 0
    error: str = ""
    reads: bool = True
    there: bool = True
    done: bool = False
    name: str = ""
    place: Place = field(
        default_factory=lambda: Place("nowhere:1", "nowhere:2", ["http://nowhere:3"], "file:///c", "file:///s")
    )
    ended: str = ""

    def state(self) -> str:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def flink(self) -> ScriptedJob | None:
        return self if self.there else None

    def stop(self) -> str:
        self.ended = "stopped"
        return f"savepoint of {self.name}"

    def cancel(self) -> None:
        self.ended = "cancelled"


def newest_checkpoint(job: ScriptedJob) -> str:
    if job.states[0] == supervise.GONE:
        raise RestError("no Flink")
    return f"checkpoint of {job.name}"


Kept = Callable[..., tuple[Watched, list[str]]]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Keeps the scripted jobs running; what was watched, and from where each job was to go on."""

    def run(*jobs: ScriptedJob | Exception, dedup_seconds: float = 0.0) -> tuple[Watched, list[str]]:
        waiting = list(jobs)
        current: list[ScriptedJob] = []
        restored: list[str] = []
        stop = Event()

        def submit(config: object, settings: object, place: object, restore: str, skip_lost: bool) -> ScriptedJob:
            job = waiting.pop(0)
            if isinstance(job, Exception):
                raise job
            restored.append(restore)
            job.name = f"job {len(restored)}"
            current.append(job)
            return job

        class Topics:
            def committed_by(self, group: str, topic: str) -> dict[int, str]:
                return {0: current[-1].name if current[-1].reads else "an older job", 1: current[-1].name}

            def begin_offsets(self, topic: str) -> dict[int, int]:
                if current[-1].done:
                    stop.set()
                return {0: 0, 1: 0}

        monkeypatch.setattr(supervise, "submit", submit)
        monkeypatch.setattr(supervise, "kafka_topics", lambda settings: Topics())
        monkeypatch.setattr(supervise.rest, "status", lambda job: job.states[0])
        monkeypatch.setattr(supervise.rest, "last_error", lambda job: job.error)
        monkeypatch.setattr(supervise.rest, "checkpoint_bytes", lambda job: job.bytes)
        monkeypatch.setattr(supervise.rest, "newest_checkpoint", newest_checkpoint)
        for name, seconds in (("LOOK_SECONDS", 0.001), ("FIRST_WAIT", 0.001), ("READER_SECONDS", 0.05)):
            monkeypatch.setattr(supervise, name, seconds)
        settings = replace(STATELESS, dedup_seconds=dedup_seconds)
        return keep(CONFIG, settings, ScriptedJob().place, stop), restored

    return run


def test_a_stop_ends_the_job_in_order(kept: Kept) -> None:
    job = ScriptedJob(done=True)
    watched, restored = kept(job)
    assert job.ended == "stopped"
    assert watched.savepoint == "savepoint of job 1"
    assert restored == [""]
    assert watched.restarts == {"failed": 0, "no_reader": 0, "grown": 0}


@pytest.mark.parametrize("state", ["FAILED", supervise.GONE])
def test_a_job_that_failed_is_followed_by_another_from_the_committed_offsets(kept: Kept, state: str) -> None:
    watched, restored = kept(
        ScriptedJob(states=["RUNNING", state]), ScriptedJob(states=[state]), ScriptedJob(done=True)
    )
    assert watched.restarts["failed"] == 2
    assert restored == ["", "", ""]


@pytest.mark.parametrize("states", [["FAILED"], ["RUNNING", "RUNNING", supervise.GONE]])
def test_where_there_is_state_the_next_job_goes_on_from_the_newest_checkpoint(kept: Kept, states: list[str]) -> None:
    _, restored = kept(ScriptedJob(states=states), ScriptedJob(done=True), dedup_seconds=3600)
    assert restored == ["", "checkpoint of job 1"]


def test_a_job_that_somebody_ended_at_flink_is_not_followed(kept: Kept) -> None:
    watched, restored = kept(ScriptedJob(states=["RUNNING", "CANCELLED"]))
    assert restored == [""]
    assert sum(watched.restarts.values()) == 0


def test_a_job_with_a_partition_that_nobody_reads_is_cancelled_and_followed(kept: Kept) -> None:
    stalled = ScriptedJob(reads=False)
    watched, restored = kept(stalled, ScriptedJob(done=True))
    assert stalled.ended == "cancelled"
    assert watched.restarts["no_reader"] == 1
    assert restored == ["", ""]


def test_a_job_that_does_not_run_yet_has_more_time(kept: Kept) -> None:
    watched, _ = kept(ScriptedJob(states=[*["STARTING"] * 80, "CANCELLED"], reads=False))
    assert watched.restarts["no_reader"] == 0


def test_checkpoints_that_have_grown_end_the_job_in_order_and_another_begins_from_the_offsets(kept: Kept) -> None:
    grown = ScriptedJob(bytes=64_000_001)
    watched, restored = kept(grown, ScriptedJob(bytes=64_000_000, done=True))
    assert grown.ended == "stopped"
    assert watched.restarts["grown"] == 1
    assert restored == ["", ""]


def test_a_new_job_is_not_judged_by_the_checkpoints_of_the_one_before(kept: Kept) -> None:
    watched, _ = kept(ScriptedJob(bytes=64_000_001), ScriptedJob(there=False, states=["STARTING"] * 5 + ["CANCELLED"]))
    assert watched.restarts["grown"] == 1


def test_checkpoints_that_hold_state_are_kept_however_large_they_are(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    watched, restored = kept(ScriptedJob(states=["RUNNING", "RUNNING", "CANCELLED"], bytes=10**9), dedup_seconds=3600)
    assert watched.restarts["grown"] == 0
    assert restored == [""]
    assert caplog.text.count("have grown to 1000 MB") == 1


def test_an_error_that_no_other_try_mends_ends_it_all_and_says_what_is_wrong(kept: Kept) -> None:
    job = ScriptedJob(error=GONE)
    with pytest.raises(HopelessError, match=r"job 1 was ended: raw/3: offsets 4 to 9 were deleted$"):
        kept(job)
    assert job.ended == "cancelled"


def test_any_other_error_is_left_to_flink_and_told_once(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    job = ScriptedJob(states=["RUNNING"] * 5 + ["CANCELLED"], error="connectors.topics.model.TopicError: no answer")
    kept(job)
    assert job.ended == ""
    assert caplog.text.count("is restarted by Flink: connectors.topics.model.TopicError: no answer") == 1


def test_a_job_server_that_refuses_the_first_job_is_an_error_of_the_start(kept: Kept) -> None:
    with pytest.raises(JobError, match="no such runner"):
        kept(JobError("no such runner"))


def test_a_broker_that_is_away_when_a_later_job_is_submitted_is_waited_for(kept: Kept) -> None:
    _, restored = kept(ScriptedJob(states=["FAILED"]), TopicError("no answer"), ScriptedJob(done=True))
    assert len(restored) == 2


def test_a_group_that_somebody_else_has_taken_ends_it_all(kept: Kept) -> None:
    with pytest.raises(GroupHeld, match="held by another"):
        kept(ScriptedJob(states=["FAILED"]), GroupHeld("held by another"))


def test_workers_of_the_job_before_that_still_hold_the_group_are_waited_for(kept: Kept) -> None:
    held = "connectors.topics.model.GroupHeld: group 'g' is held by job '{}', process 7 on vm"
    next_one = ScriptedJob(states=["RUNNING"] * 5 + ["CANCELLED"], error=held.format("job 1"))
    kept(ScriptedJob(states=["FAILED"]), next_one)
    assert next_one.ended == ""
    with pytest.raises(HopelessError, match="held by job 'somebody's'"):
        kept(ScriptedJob(states=["FAILED"]), ScriptedJob(error=held.format("somebody's")))


def test_a_job_server_that_refuses_a_later_job_is_tried_again(kept: Kept) -> None:
    _, restored = kept(ScriptedJob(states=["FAILED"]), JobError("busy"), JobError("busy"), ScriptedJob(done=True))
    assert len(restored) == 2
