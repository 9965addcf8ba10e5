"""A pipeline that runs on Flink while a test looks on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from connectors.config import Config
from connectors.topics import RAW, GroupHeld
from pipeline.flink.place import Place
from pipeline.flink.rest import FlinkJob, RestError, ask
from pipeline.flink.supervise import Watched, keep
from pipeline.settings import Settings, settings_of
from tests.integration.pipeline.desk import Desk, article

PATIENCE = 200.0
"""Seconds; a job starts within 10 on a quiet machine."""


@dataclass
class Running:
    """`error` is what ended the pipeline; `watched` what it told at its end."""

    stop: threading.Event = field(default_factory=threading.Event)
    watched: Watched | None = None
    error: BaseException | None = None
    restarts: dict[str, int] = field(default_factory=dict)
    checkpoint_bytes: int = 0
    _thread: threading.Thread | None = None

    def until(self, reached: Callable[[], bool], what: str) -> None:
        """Waits for it, while the pipeline runs."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert self._thread is not None
            if not self._thread.is_alive():
                raise AssertionError(f"the pipeline ended before {what}") from self.error
            assert time.monotonic() < deadline, f"{what} did not come about in {PATIENCE:.0f} s"
            time.sleep(0.1)

    def ends(self) -> BaseException:
        """The error that the pipeline ends with by itself."""
        assert self._thread is not None
        self._thread.join(PATIENCE)
        assert self.error is not None
        return self.error


@contextmanager
def running(
    config: Config, place: Place, settings: Settings | None = None, restore: str = "", skip_lost: bool = False
) -> Iterator[Running]:
    """Runs the pipeline of `config`; stops it in order at the end."""
    run = Running()

    def told(restarts: object, checkpoint_bytes: int) -> None:
        assert isinstance(restarts, dict)
        run.restarts, run.checkpoint_bytes = dict(restarts), checkpoint_bytes

    def work() -> None:
        try:
            run.watched = keep(config, settings or settings_of(config), place, run.stop, restore, skip_lost, told)
        except BaseException as error:
            run.error = error

    run._thread = threading.Thread(target=work)
    run._thread.start()
    try:
        yield run
    finally:
        run.stop.set()
        run._thread.join()


def flink_config(desk: Desk, **flink: object) -> Config:
    """The desk's configuration, with these settings of [flink]."""
    return replace(desk.config, flink=replace(desk.config.flink, **flink))


def caught_up(desk: Desk) -> Callable[[], bool]:
    """Whether every record of the raw topic is processed and committed."""
    return lambda: desk.committed() == desk.topics.end_offsets(RAW.name)


def left(desk: Desk, raw: str = RAW.name) -> None:
    """Returns once the workers of a job that has ended have left its group: they may outlive it for a moment."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with desk.topics.lease(desk.config.pipeline.group, raw):
                return
        except GroupHeld:
            assert time.monotonic() < deadline, f"the group was still held after {PATIENCE:.0f} s"
            time.sleep(0.1)


def running_job(rest: str) -> FlinkJob | None:
    """The one job that runs at this REST interface; None where there is none."""
    try:
        jobs = ask(f"{rest}/jobs/overview")["jobs"]
    except RestError:
        return None
    found = [job["jid"] for job in jobs if job["state"] == "RUNNING"]
    return FlinkJob(rest, found[0]) if found else None


def articles(desk: Desk) -> list[str]:
    """The items of all clean articles, as often as they were written."""
    return sorted(clean.article_id for clean in desk.clean())


def ids(numbers: Iterable[int]) -> list[str]:
    return sorted(article(number).article_id for number in numbers)
