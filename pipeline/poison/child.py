"""The process that works on records that may end it.

It is told seconds and settings, loads everything and answers; then each request is a function and its element, each
answer what came of it. It is the first that the system ends where memory runs out, and leaves no core files.
"""

from __future__ import annotations

import contextlib
import faulthandler
import math
import os
import pickle
import resource
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline.settings import Settings

OUT_OF_MEMORY = 71
"""Exit status (EX_OSERR): the record takes more memory than there is."""
SHARE = 0.8
"""Of the memory that is free; the rest is for everybody else."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A function's own error, by its name, message and traceback: not every exception can be sent as it is."""

    name: str
    message: str
    trace: str


def main(descriptor: int) -> None:
    parent: Connection[Any, Any] = Connection(descriptor)
    faulthandler.enable(all_threads=False)
    faulthandler.register(signal.SIGXCPU, all_threads=False, chain=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    seconds, settings = parent.recv()
    _load(settings)
    parent.send("ready")
    while True:
        try:
            function, element = parent.recv()
        except EOFError:
            return
        _limit(seconds)
        parent.send_bytes(_attempt(function, element))


def _load(settings: Settings) -> None:
    """Before the clock runs: what a process does once is no record's fault."""
    from pipeline import boilerplate, summits

    summits.load(settings.model, settings.extractor)
    boilerplate.clean_text("Nothing was signed.")


def _limit(seconds: float) -> None:
    """SIGXCPU after so many seconds of processor time from now: a machine that is busy with others is no reason."""
    soft = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    free = _free_bytes()
    if free is not None:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (used + int(free * SHARE), hard))


def _free_bytes() -> int | None:
    """Memory that is left on the machine, and in the container where that has less. None where the system is no
    Linux."""
    try:
        free = 1024 * _named(Path("/proc/meminfo"))["MemAvailable:"]
    except OSError:
        return None
    group = Path("/sys/fs/cgroup")
    with contextlib.suppress(OSError, ValueError):  # no container, or one whose memory is "max"
        used = int((group / "memory.current").read_text()) - _named(group / "memory.stat")["inactive_file"]
        free = min(free, int((group / "memory.max").read_text()) - used)
    return max(0, free)


def _named(path: Path) -> dict[str, int]:
    """The numbers of a file with a name and a number in each line."""
    return {name: int(number) for name, number, *_ in map(str.split, path.read_text().splitlines())}


def _attempt(function: Callable[[Any], Any], element: Any) -> bytes:
    from pipeline.failures import NOT_THE_RECORD

    try:
        return pickle.dumps(function(element))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except NOT_THE_RECORD as error:
        return pickle.dumps(error)
    except Exception as error:
        return pickle.dumps(Raised(type(error).__name__, str(error), "".join(traceback.format_exception(error))))
