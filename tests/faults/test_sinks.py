"""A broker behind a network that is slow, hangs or breaks: the pipeline waits, takes no more memory, and goes on."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.topics import DEAD_LETTERS
from pipeline import drive as driver
from pipeline.drive import drive
from pipeline.io import clients
from pipeline.local import KafkaBroker
from pipeline.local.process import free_ports
from tests.faults.oracle import check, undisturbed
from tests.faults.proxy import Mode, Proxy
from tests.faults.rounds import TOLD
from tests.faults.running import Producer, behind, caught_up, end, until
from tests.faults.tier import LONG
from tests.integration.pipeline.desk import Desk, close_desk, open_desk

ROUNDS = 4
TIMEOUT_MS = 3000
OUTAGE = 5.0
"""Seconds: longer than the timeout."""
GROWTH = 100 * 1_048_576
"""Bytes that an outage may cost."""


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[Proxy, Desk, Desk]]:
    """A proxy, the pipeline's desk behind it, and a desk of the same topics that reaches the broker itself."""
    inside, outside = free_ports(2)
    with Proxy(outside) as proxy:
        listeners = {
            # Two listeners: who comes through the proxy is told to go on coming through it.
            "listeners": f"PLAINTEXT://127.0.0.1:{inside},PROXIED://127.0.0.1:{outside}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{inside},PROXIED://127.0.0.1:{proxy.port}",
        }
        with ProxiedBroker(tmp_path / "broker", inside, listeners) as broker:
            direct = open_desk(broker.url, tmp_path, group="sinks")
            topics = replace(
                direct.config.topics, url=f"kafka://127.0.0.1:{proxy.port}", kafka={"timeout_ms": TIMEOUT_MS}
            )
            yield proxy, replace(direct, config=replace(direct.config, topics=topics)), direct
            close_desk(direct)


class ProxiedBroker(KafkaBroker):
    def __init__(self, folder: Path, port: int, listeners: dict[str, str]) -> None:
        super().__init__(folder)
        self.port = port
        controller = f"CONTROLLER://127.0.0.1:{self._controller_port}"
        protocols = "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT"
        self._settings = {
            **listeners,
            "listeners": f"{listeners['listeners']},{controller}",
            "listener.security.protocol.map": protocols,
            "inter.broker.listener.name": "PLAINTEXT",
        }


@pytest.mark.skipif(not LONG, reason="a part of `make faults`")
def test_a_slow_a_hanging_and_a_breaking_network_lose_nothing(
    proxied: tuple[Proxy, Desk, Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, desk, direct = proxied
    monkeypatch.setattr(driver, "LONGEST_WAIT", 1.0)
    stop = threading.Event()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            drive(desk.with_pipeline(batch_records=100, poll_seconds=0.05).config, once=False, stop=stop)
        except BaseException as error:
            errors.append(error)

    pipeline = threading.Thread(target=run)
    pipeline.start()
    with Producer(direct):
        until(lambda: sum(direct.committed().values()) > 0, "the first commit")
        for mode in modes():
            before = rss()
            goal, since = end(direct), time.monotonic()
            TOLD[f"network: {mode}"].in_flight.append(behind(direct))
            proxy.mode = mode
            time.sleep(OUTAGE)  # the outage itself
            proxy.mode = "pass"
            until(caught_up(direct, goal), f"recovery from {mode}")
            TOLD[f"network: {mode}"].recovery.append(max(0.0, time.monotonic() - since - OUTAGE))
            assert rss() - before < GROWTH
            assert not errors
    stop.set()
    pipeline.join()
    assert not errors
    direct.run()
    assert direct.pairs(DEAD_LETTERS) == []
    check(direct, undisturbed(direct, tmp_path / "reference"))
    clients.close()


def modes() -> Iterator[Mode]:
    for _ in range(ROUNDS):
        yield from ("slow", "hang", "break")


def rss() -> int:
    """Bytes of this process in memory."""
    with contextlib.suppress(FileNotFoundError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    pytest.skip("only Linux tells")
