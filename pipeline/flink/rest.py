"""Flink's REST interface, as far as a job's owner needs it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

TIMEOUT = 10.0
POLL_SECONDS = 0.1
ENDED = {"CANCELLING", "CANCELED", "FAILED", "FINISHED"}
"""States of a job that takes no more orders."""


class RestError(Exception):
    """Flink does not answer, or refuses. The message says where and what."""


@dataclass(frozen=True, slots=True)
class FlinkJob:
    """A job, at the interface of the Flink that runs it."""

    rest: str
    id: str


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    """The answer to GET, or to POST where there is a body. Raises RestError."""
    data = None if body is None else json.dumps(body).encode()
    try:
        request = Request(url, data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=TIMEOUT) as response:
            return json.load(response)
    except HTTPError as error:
        raise RestError(f"{url}: {error.code} {error.read(500).decode(errors='replace')}") from error
    except (OSError, ValueError) as error:
        raise RestError(f"{url} does not answer: {error}") from error


def find(rests: list[str], name: str) -> FlinkJob | None:
    """The job of this name, at the first interface that knows it; an embedded Flink's comes and goes with its job."""
    for rest in rests:
        try:
            jobs = ask(f"{rest}/jobs/overview")["jobs"]
        except RestError:
            continue
        if found := [job["jid"] for job in jobs if job["name"] == name]:
            return FlinkJob(rest, found[0])
    return None


def status(job: FlinkJob) -> str:
    """Such as RUNNING or RESTARTING. Raises RestError."""
    return str(ask(f"{job.rest}/jobs/{job.id}")["state"])


def last_error(job: FlinkJob) -> str:
    """What made the job fail last, its innermost cause in one line; empty where nothing did. Raises RestError."""
    history = ask(f"{job.rest}/jobs/{job.id}/exceptions?maxExceptions=1")["exceptionHistory"]["entries"]
    return innermost(history[0]["stacktrace"]) if history else ""


def innermost(stack: str) -> str:
    """What a Java stack trace comes down to: the last line of the last Python traceback that it carries (one that was
    raised from another follows it), else its last cause."""
    lines = stack.splitlines()
    tracebacks = [number for number, line in enumerate(lines) if line.endswith("Traceback (most recent call last):")]
    if tracebacks:
        raised = [line for line in lines[tracebacks[-1] + 1 :] if line.strip() and not line.startswith((" ", "\t"))]
        return raised[0] if raised else ""
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    return (causes or lines or [""])[-1]


def checkpoint_bytes(job: FlinkJob) -> int:
    """Size of the newest checkpoint; 0 before the first. Raises RestError."""
    newest = ask(f"{job.rest}/jobs/{job.id}/checkpoints")["latest"]["completed"]
    return int(newest["state_size"]) if newest else 0


def newest_checkpoint(job: FlinkJob) -> str:
    """Where the newest checkpoint or savepoint lies; empty before the first. Raises RestError."""
    newest = ask(f"{job.rest}/jobs/{job.id}/checkpoints")["latest"]
    found = [one for one in (newest["completed"], newest["savepoint"]) if one]
    return str(max(found, key=lambda one: one["trigger_timestamp"])["external_path"]) if found else ""


def stop(job: FlinkJob, folder: str, seconds: float) -> str:
    """Ends the job in order, with a savepoint in the folder (a URI): nothing is processed behind it. Returns where it
    lies. Raises RestError."""
    asked = ask(f"{job.rest}/jobs/{job.id}/stop", {"targetDirectory": folder, "drain": False})
    url = f"{job.rest}/jobs/{job.id}/savepoints/{asked['request-id']}"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask(url)
        if answer["status"]["id"] == "COMPLETED":
            operation = answer["operation"]
            if "location" not in operation:
                raise RestError(f"no savepoint: {innermost(operation['failure-cause']['stack-trace'])}")
            return str(operation["location"])
        time.sleep(POLL_SECONDS)
    raise RestError(f"no savepoint of job {job.id} in {seconds:.0f} s")


def cancel(job: FlinkJob) -> None:
    """Raises RestError."""
    request = Request(f"{job.rest}/jobs/{job.id}?mode=cancel", method="PATCH")
    try:
        with urlopen(request, timeout=TIMEOUT):
            pass
    except OSError as error:
        raise RestError(f"job {job.id} cannot be cancelled: {error}") from error
