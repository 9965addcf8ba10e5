from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.local import KafkaBroker
from tests.faults.rounds import TOLD, table
from tests.integration.connectors.connector_desk import wire
from tests.integration.pipeline.conftest import brokers, new_desk
from tests.integration.pipeline.desk import Desk, close_desk, open_desk

__all__ = ["brokers", "new_desk", "wire"]

QUICK_LEASES = {"group.min.session.timeout.ms": "1000"}


@pytest.fixture
def spool_desk(tmp_path: Path) -> Desk:
    return open_desk(f"spool:{tmp_path / 'spool'}", tmp_path)


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A broker of the module's own, whose topics it may change, and where a dead holder's lease may end sooner."""
    with KafkaBroker(tmp_path_factory.mktemp("broker"), QUICK_LEASES) as started:
        yield started


@pytest.fixture(params=["spool", "kafka"])
def either_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk on the spool, and one on the module's own broker."""
    kafka = request.param == "kafka"
    url = request.getfixturevalue("own_broker").url if kafka else f"spool:{tmp_path / 'spool'}"
    desk = open_desk(url, tmp_path, group="faults")
    yield desk
    close_desk(desk)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TOLD:
        terminalreporter.section("fault rounds")
        for line in table(TOLD):
            terminalreporter.write_line(line)
