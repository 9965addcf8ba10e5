from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from connectors.topics import ALL_TOPICS, TopicSpec
from pipeline.local import KafkaBroker
from tests.integration.pipeline.desk import Desk, close_desk, open_desk

OpenDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def brokers() -> Iterator[Callable[[tuple[TopicSpec, ...]], str]]:
    """Address of a broker whose topics of the contract's names have these settings and belong to these tests."""
    running: dict[tuple[TopicSpec, ...], KafkaBroker] = {}
    with ExitStack() as stack:

        def address(specs: tuple[TopicSpec, ...]) -> str:
            if specs not in running:
                running[specs] = stack.enter_context(KafkaBroker())
            return f"kafka://{running[specs].bootstrap}"

        yield address


@pytest.fixture(params=["spool", pytest.param("kafka", marks=pytest.mark.slow)])
def new_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenDesk]:
    """Makes a desk on topics with the given settings: on the spool, and on a real Kafka."""
    with ExitStack() as stack:

        def new(specs: tuple[TopicSpec, ...] = ALL_TOPICS, **settings: Any) -> Desk:
            if request.param == "spool":
                url = f"spool:{tmp_path / 'spool'}"
            else:
                url = request.getfixturevalue("brokers")(specs)
            desk = open_desk(url, tmp_path, group=request.node.name, specs=specs, **settings)
            stack.callback(close_desk, desk)
            return desk

        yield new


@pytest.fixture
def desk(new_desk: OpenDesk) -> Desk:
    return new_desk()
