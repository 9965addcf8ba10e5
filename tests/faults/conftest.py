from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.local import KafkaBroker
from tests.faults.rounds import TOLD, table
from tests.integration.connectors.connector_desk import wire
from tests.integration.pipeline.conftest import brokers, new_desk
from tests.integration.pipeline.desk import Desk, open_desk

__all__ = ["brokers", "new_desk", "wire"]

QUICK_LEASES = {"group.min.session.timeout.ms": "1000"}


@pytest.fixture
def spool_desk(tmp_path: Path) -> Desk:
    return open_desk(f"spool:{tmp_path / 'spool'}", tmp_path)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker of the test's own, which it may end, and where a dead holder's lease may end sooner."""
    with KafkaBroker(tmp_path / "broker", QUICK_LEASES) as started:
        yield started


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TOLD:
        terminalreporter.section("fault rounds")
        for line in table(TOLD):
            terminalreporter.write_line(line)
