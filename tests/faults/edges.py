"""The edges of the way from a wire to a commit, and how a process dies at one: at once, as by kill -9."""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, kafka_lease, segments
from connectors.topics.kafka import KafkaTopics
from connectors.topics.spool import Spool

EDGES = ("fetched", "appended", "processed", "written", "acknowledged", "committed")
"""A document is fetched, its articles are appended to the raw topic (and the connectors' state is not yet saved); a
record is processed, its results are written (and not yet durable), all results of a batch are acknowledged (and
nothing is committed), the offsets are committed."""
OF_CONNECT = EDGES[:2]
SESSION_MS, HEARTBEAT_MS = 3000, 500
"""Shorter than in life: each round on Kafka waits for the dead holder of the lease."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(edge: str, at: int) -> None:
    """This process dies when it comes to this edge for the `at`-th time."""
    kafka_lease.SESSION_MS, kafka_lease.HEARTBEAT_MS = SESSION_MS, HEARTBEAT_MS
    if edge:
        ARMS[edge](at)


def _fetched(at: int) -> None:
    from connectors.fetch import Fetcher

    fetch, count = Fetcher.fetch, _Count(at)

    async def fetched(self: Fetcher, *args: Any, **more: Any) -> Any:
        response = await fetch(self, *args, **more)
        count.down()
        return response

    Fetcher.fetch = fetched  # type: ignore[method-assign]


def _appended(at: int) -> None:
    for topics in (Spool, KafkaTopics):
        _behind(topics, "append", at, lambda self, topic, messages: topic == RAW.name)


def _processed(at: int) -> None:
    from pipeline import steps

    _behind(steps, "encode", at)


def _written(at: int) -> None:
    """Records are on their way to the broker, or there, and no answer has come; the spool's file stands under its name
    and its folder is not yet synced."""
    from kafka import KafkaProducer

    count = _Count(at)

    def flushed(self: Any, timeout: float | None = None) -> None:
        if count.is_down():
            time.sleep(0.002 * at)
            die()
        flush(self, timeout)

    def synced(folder: Path) -> None:
        if folder.name in (CLEAN.name, SUMMITS.name, DEAD_LETTERS.name):
            count.down()
        sync(folder)

    flush, sync = KafkaProducer.flush, segments.sync_folder
    KafkaProducer.flush = flushed
    segments.sync_folder = synced


def _acknowledged(at: int) -> None:
    """Before the commit of a batch, when all its results are durable."""
    for topics in (Spool, KafkaTopics):
        commit, count = topics.commit, _Count(at)

        def committed(self: Any, *args: Any, commit: Any = commit, count: _Count = count) -> None:
            count.down()
            commit(self, *args)

        topics.commit = committed  # type: ignore[method-assign]


def _committed(at: int) -> None:
    for topics in (Spool, KafkaTopics):
        _behind(topics, "commit", at)


def _behind(owner: Any, name: str, at: int, counts: Callable[..., bool] = lambda *args: True) -> None:
    function, count = getattr(owner, name), _Count(at)

    @functools.wraps(function)
    def called(*args: Any, **more: Any) -> Any:
        result = function(*args, **more)
        if counts(*args):
            count.down()
        return result

    setattr(owner, name, called)


class _Count:
    def __init__(self, at: int) -> None:
        self._left = at

    def is_down(self) -> bool:
        self._left -= 1
        return self._left == 0

    def down(self) -> None:
        if self.is_down():
            die()


ARMS = dict(zip(EDGES, (_fetched, _appended, _processed, _written, _acknowledged, _committed), strict=True))
