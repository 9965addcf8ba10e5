"""The probe of the containers' health checks."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from connectors.exposition import served
from connectors.probe import answers, main


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Bound, but nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_page_that_is_there_answers() -> None:
    with served(0, lambda: "summitwire_feeds 1\n") as port:
        assert answers(f"http://127.0.0.1:{port}/metrics") is None
        assert answers(f"http://127.0.0.1:{port}/other") == "status 404"


def test_a_port_that_takes_connections_answers(closed_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert answers(f"127.0.0.1:{server.getsockname()[1]}") is None
    assert "refused" in str(answers(f"127.0.0.1:{closed_port}"))
    assert "refused" in str(answers(f"http://127.0.0.1:{closed_port}/metrics"))


def test_all_of_several_addresses_must_answer(closed_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = f"127.0.0.1:{server.getsockname()[1]}"
        assert main([there, there]) == 0
        assert main([there, f"127.0.0.1:{closed_port}"]) == 1
    assert main([]) == 2


@pytest.mark.parametrize("address", ["", "localhost", "localhost:many", "ftp://localhost:21/", "http://", "[::1"])
def test_a_wrong_address_is_a_failure_with_a_reason(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([address]) == 1
    assert f"{address} does not answer: " in capsys.readouterr().err


def test_it_loads_nothing_but_the_standard_library() -> None:
    code = "import connectors.probe, sys; print([name for name in ('aiohttp', 'kafka', 'lxml') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
