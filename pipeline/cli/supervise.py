"""Runs a command's work in a child process, and again where a crash has ended it.

The parent has loaded next to nothing when it forks, so that it costs little. It passes on SIGINT, SIGTERM and Ctrl-Z;
the child is in a session of its own, so that each reaches it once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Collection

FIRST_WAIT = 0.5
LONGEST_WAIT = 8.0
"""Seconds before a child is started again; doubled from the first to the longest."""
STEADY_SECONDS = 60.0
"""A child that has lived for so long has not crashed because of what made the last one crash."""
_STOPS = {signal.SIGINT, signal.SIGTERM}
_HEARD = {*_STOPS, signal.SIGCHLD, signal.SIGTSTP, signal.SIGCONT}
_PR_SET_PDEATHSIG = 1
_EXITS = (0, 1, 2, 130)
"""The exit statuses of a command. Any other is that of native code that gave up."""


def supervised(work: Callable[[], int]) -> int:
    """The exit status of `work`, as `pipeline.cli.main` gives it; ends this process as the child was ended where that
    was by a signal that asks it to end. Returns in the child as well, with what `work` returned there."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    wait = FIRST_WAIT
    parent = os.getpid()
    while True:
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _become_child(parent)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            return work()
        status, stopping = _ended(child)
        number = -status
        if status in _EXITS:
            return status
        if stopping or number in (*_STOPS, signal.SIGHUP, signal.SIGQUIT):
            return _end_likewise(number, before) if number > 0 else status
        if time.monotonic() - began >= STEADY_SECONDS:
            wait = FIRST_WAIT
        how = signal.Signals(number).name if number > 0 else f"exit status {status}"
        sys.stderr.write(f"summitwire: the process that does the work was ended by {how}; it starts again\n")
        if _stopped_within(wait):
            return 0
        wait = min(2 * wait, LONGEST_WAIT)


def _become_child(parent: int) -> None:
    os.setsid()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _ended(child: int) -> tuple[int, bool]:
    """Waits for the child's end: its exit status, or minus the signal that ended it; and whether it was asked to."""
    stopping = False
    while True:
        number = signal.sigwait(_HEARD)
        if number in _STOPS:
            stopping = True
            os.kill(child, number)
        elif number == signal.SIGTSTP:
            os.kill(child, signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
        elif number == signal.SIGCONT:
            os.kill(child, signal.SIGCONT)
        else:
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status), stopping


def _stopped_within(seconds: float) -> bool:
    """Whether it was asked to end while it waited."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _STOPS & signal.sigpending():
            return True
        time.sleep(0.1)
    return False


def _end_likewise(number: int, before: Collection[int]) -> int:
    """A shell sees the same as without a supervisor."""
    if number != signal.SIGKILL:  # which nobody can have a handler for
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.kill(os.getpid(), number)
    return 128 + number
