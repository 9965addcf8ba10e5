"""`summitwire run` as a user starts it, and a producer that knows what was acknowledged."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.topics import RAW, TopicError
from tests.integration.pipeline.desk import Desk, article

POISONED = str(Path(__file__).with_name("poisoned"))
"""In front of the path of Python's modules it makes the steps of a process do what headlines say."""
LONGEST = 120.0
"""Seconds: far more than anything takes that is waited for."""


def until(condition: Callable[[], bool], what: str, seconds: float = LONGEST) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.02)  # between looks at what is waited for


def configured(desk: Desk, folder: Path, **pipeline: object) -> Path:
    """The file of a configuration for a desk's topics and group."""
    file = folder / "summitwire.toml"
    more = "".join(f"{key} = {value!r}\n" for key, value in pipeline.items())
    file.write_text(
        f"[topics]\nurl = '{desk.topics.url}'\n"
        f"[pipeline]\ngroup = '{desk.config.pipeline.group}'\nextractor = 'rules'\npoll_seconds = 0.05\n{more}"
    )
    return file


@contextmanager
def command(*args: str, cwd: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that is running; ended at the end of the context."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *args], cwd=cwd, stdout=output, stderr=output, env=os.environ
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def worker_of(process: subprocess.Popen[bytes]) -> int:
    """The process id of a supervisor's child, once it has one."""
    found: list[str] = []

    def has_child() -> bool:
        found[:] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return bool(found)

    until(has_child, "a worker")
    return int(found[0])


def caught_up(desk: Desk, goal: dict[int, int]) -> Callable[[], bool]:
    """Whether the group has committed at least these offsets."""

    def reached() -> bool:
        committed = desk.committed()
        return all(committed.get(partition, 0) >= offset for partition, offset in goal.items())

    return reached


class Producer:
    """Appends articles in a thread of its own, some at a time, and keeps the ids that the topic has acknowledged. While
    the topic is away it tries the same ones again: these may then stand twice."""

    def __init__(self, desk: Desk, at_once: int = 5, every: float = 0.1) -> None:
        self.acknowledged: set[str] = set()
        self._desk, self._at_once, self._every = desk, at_once, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._produce)

    def __enter__(self) -> Producer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _produce(self) -> None:
        number = 0
        while not self._stop.wait(self._every):
            raws = [article(number + more) for more in range(self._at_once)]
            try:
                self._desk.put(*raws)
            except TopicError:
                continue
            self.acknowledged |= {raw.article_id for raw in raws}
            number += self._at_once


def end(desk: Desk) -> dict[int, int]:
    return desk.topics.end_offsets(RAW.name)


def behind(desk: Desk) -> int:
    """Records that are acknowledged by the raw topic and not committed."""
    return sum(end(desk).values()) - sum(desk.committed().values())
