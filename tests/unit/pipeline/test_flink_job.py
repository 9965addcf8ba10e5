"""A job whose job server has ended, and what a job's submission asks of Flink."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from connectors.config import FlinkConfig
from pipeline.flink import rest
from pipeline.flink.job import GONE, Job, ended, options
from pipeline.flink.place import Place
from pipeline.flink.rest import FlinkJob, RestError

PLACE = Place("127.0.0.1:1", "127.0.0.1:2", ["http://127.0.0.1:3"], "file:///c", "file:///s")


class Unreachable:
    """What a job server that has ended answers."""

    @property
    def state(self) -> str:
        raise grpc.RpcError

    def cancel(self) -> None:
        raise grpc.RpcError


@pytest.fixture
def orphan(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A job at Flink: its `status`, and whether it was `cancelled`."""
    flink: dict[str, Any] = {"status": "RUNNING", "cancelled": False}
    monkeypatch.setattr(rest, "find", lambda rests, name: FlinkJob(rests[0], "1"))
    monkeypatch.setattr(rest, "status", lambda job: flink["status"])
    monkeypatch.setattr(rest, "cancel", lambda job: flink.update(cancelled=True))
    return flink


@pytest.mark.parametrize(
    ("status", "state"),
    [("RUNNING", "RUNNING"), ("RESTARTING", "RUNNING"), ("FAILED", "FAILED"), ("CANCELED", "CANCELLED")],
)
def test_a_job_on_a_cluster_outlives_its_job_server(orphan: dict[str, Any], status: str, state: str) -> None:
    orphan["status"] = status
    job = Job("job", PLACE, Unreachable())
    assert job.state() == state
    assert ended(state) == (state != "RUNNING")


def test_it_is_cancelled_at_flink_then(orphan: dict[str, Any]) -> None:
    Job("job", PLACE, Unreachable()).cancel()
    assert orphan["cancelled"]


def test_a_job_that_neither_knows_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "find", lambda rests, name: None)
    job = Job("job", PLACE, Unreachable())
    assert job.state() == GONE
    assert ended(GONE)


def test_a_flink_that_refuses_a_savepoint_has_its_job_cancelled(
    orphan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*unused: object, **unused_too: object) -> str:
        raise RestError("no savepoint")

    monkeypatch.setattr(rest, "stop", refuse)
    assert Job("job", PLACE, Unreachable()).stop() == ""
    assert orphan["cancelled"]


def test_what_a_job_asks_of_flink_keeps_the_promises() -> None:
    asked = options(FlinkConfig(parallelism=3, checkpoint_seconds=2.5), PLACE, "job-1", "file:///s/savepoint-1")
    assert {
        "--streaming",
        "--finish_bundle_before_checkpointing",
        "--checkpointing_interval=2500",
        "--max_parallelism=128",
        "--parallelism=3",
        "--environment_config=127.0.0.1:2",
        "--savepoint_path=file:///s/savepoint-1",
    } <= set(asked)
    assert not any("savepoint" in option for option in options(FlinkConfig(), PLACE, "job-1", ""))
