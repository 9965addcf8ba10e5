"""Works on one record in a process of its own, which may die of it."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from pipeline.local.process import tied
from pipeline.poison.child import Raised
from pipeline.poison.errors import ApartError, Crash, Deadline
from pipeline.settings import Settings

TRIES = 3
"""How often a child must be killed at one record, one after the other, by a signal that people send as well as the
system: when memory runs out it kills with SIGKILL. All other deaths prove it at once."""
SENT = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
WALL = 5
"""The child's limit is processor time. One that waits for something that never comes has this many times as long."""
START_SECONDS = 300.0
TRACE_BYTES = 6000
_CHILD = "from pipeline.poison.child import main; main({})"
"""Not as a script: what belongs to a script's __main__ cannot be made out of an answer by another process."""


class Apart:
    """A child for such records, started when it is needed. For one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, function: Callable[[Any], Any], element: Any) -> Any:
        """function(element), computed in the child; what it raises is raised here. Raises Crash or Deadline where the
        child died of it, ApartError where none can be started."""
        for left in reversed(range(TRIES)):
            if self._process is None:
                self._start()
            late = False
            try:
                self._connection.send((function, element))
                late = not self._connection.poll(WALL * self._settings.record_seconds)
                if late:
                    self._end(signal.SIGXCPU)
                answer = pickle.loads(self._connection.recv_bytes())
            except (EOFError, OSError):
                status, trace = self._gone()
                if late or status == -signal.SIGXCPU:
                    raise Deadline(trace) from None
                if -status in SENT and left:
                    continue
                raise Crash(f"{_ended(status)}\n{trace}") from None
            if isinstance(answer, Raised):
                error: Exception = type(answer.name, (Exception,), {})(answer.message)
                error.add_note(answer.trace)
                raise error
            if isinstance(answer, Exception):
                raise answer
            return answer
        raise AssertionError  # the last try returns or raises

    def close(self) -> None:
        if self._process is not None:
            self._end(signal.SIGKILL)
            self._gone()

    def _start(self) -> None:
        for _ in range(TRIES):
            ours, its = socket.socketpair()
            with its:
                self._trace = tempfile.TemporaryFile()  # noqa: SIM115  closed by _gone
                self._connection: Connection[Any, Any] = Connection(ours.detach())
                self._process = tied(
                    [sys.executable, "-c", _CHILD.format(its.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=self._trace,
                    stderr=self._trace,
                    pass_fds=(its.fileno(),),
                    start_new_session=True,  # Ctrl-C is for those who can act on it
                )
            try:
                self._connection.send((self._settings.record_seconds, self._settings))
                if self._connection.poll(START_SECONDS) and self._connection.recv() == "ready":
                    return
                self._end(signal.SIGKILL)
            except (EOFError, OSError):
                pass
            status, trace = self._gone()
            if -status not in SENT:
                break
        raise ApartError(
            f"a record cannot be worked on in a process of its own: {_ended(status)} at its start: {trace}"
        )

    def _end(self, number: signal.Signals) -> None:
        """With SIGXCPU the child says first where it is. It may be past hearing."""
        assert self._process is not None
        self._process.send_signal(number)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _gone(self) -> tuple[int, str]:
        """The exit status of a child that has ended, and the last that it said."""
        assert self._process is not None
        status = self._process.wait()
        self._connection.close()
        with self._trace as trace:
            size = trace.seek(0, os.SEEK_END)
            trace.seek(max(0, size - TRACE_BYTES))
            told = trace.read().decode("utf-8", "replace")
        self._process = None
        return status, told


def _ended(status: int) -> str:
    return f"the process ended with {signal.Signals(-status).name if status < 0 else f'status {status}'}"
