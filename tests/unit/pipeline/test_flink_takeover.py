"""Taking over from a command that was killed. Flink's answers are as its REST interface gives them; the tests in
tests/integration/flink ask a real one."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors.topics import GroupHeld
from pipeline.flink import takeover
from pipeline.flink.takeover import left_over, take_over

JOBS = [
    ("1", "summits-0a1b2c3d", "RUNNING"),
    ("2", "summits-0a1b2c3e", "RESTARTING"),
    ("3", "summits-0a1b2c3f", "CANCELED"),
    ("4", "summits-2-0a1b2c3d", "RUNNING"),  # of the group summits-2
    ("5", "another", "RUNNING"),
]


class Flink(ThreadingHTTPServer):
    """Knows the jobs above; those that restart have no savepoint to give."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Flink

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command != "GET":
            self.server.asked.append(f"{self.command} {self.path}")
        job = next(iter(re.findall(r"/jobs/(\d+)", self.path)), "")
        done = (
            {"location": "file:/sp/1"}
            if job == "1"
            else {"failure-cause": {"stack-trace": "java.lang.Error: not running"}}
        )
        told: Any = {}
        if self.path == "/jobs/overview":
            told = {"jobs": [{"jid": jid, "name": name, "state": state} for jid, name, state in JOBS]}
        elif self.path.endswith("/stop"):
            told = {"request-id": "r"}
        elif "/savepoints/" in self.path:
            told = {"status": {"id": "COMPLETED"}, "operation": done}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = answer  # noqa: N815  # as the base class calls them

    def log_message(self, *arguments: object) -> None:
        """Not in the tests' output."""


@pytest.fixture
def flink() -> Iterator[Flink]:
    with Flink() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Group:
    """A group that is held for the next `held` times that somebody asks."""

    def __init__(self, held: int) -> None:
        self.held = held

    @contextmanager
    def lease(self, group: str, topic: str) -> Iterator[None]:
        self.held -= 1
        if self.held >= 0:
            raise GroupHeld(f"{group} is held")
        yield


def test_jobs_of_the_group_that_have_not_ended_are_found(flink: Flink) -> None:
    assert [job.id for job in left_over(flink.address, "summits")] == ["1", "2"]
    assert [job.id for job in left_over(flink.address, "summits-2")] == ["4"]
    assert list(left_over(flink.address, "s.*")) == []


def test_each_is_ended_with_a_savepoint_where_that_goes_and_cancelled_otherwise(flink: Flink) -> None:
    take_over(Group(held=0), flink.address, "summits", "raw", "file:///sp")  # type: ignore[arg-type]
    assert flink.asked == ["POST /jobs/1/stop", "POST /jobs/2/stop", "PATCH /jobs/2?mode=cancel"]


def test_it_waits_until_the_workers_have_left_the_group(flink: Flink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "AGAIN_SECONDS", 0.0)
    group = Group(held=3)
    take_over(group, flink.address, "none", "raw", "file:///sp")  # type: ignore[arg-type]
    assert group.held == -1


def test_a_group_that_somebody_else_holds_is_not_taken(flink: Flink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(takeover, "FREE_SECONDS", 0.1)
    with pytest.raises(GroupHeld):
        take_over(Group(held=1_000_000), flink.address, "none", "raw", "file:///sp")  # type: ignore[arg-type]
