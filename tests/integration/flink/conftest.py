"""One broker, one embedded Flink and one pool of SDK workers for all tests here; each has a group of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.config import Config
from connectors.topics import ALL_TOPICS
from pipeline.flink import supervise
from pipeline.flink.place import Place, place_of
from pipeline.local import KafkaBroker
from tests.integration.flink.running import PATIENCE
from tests.integration.pipeline.desk import Desk, close_desk, open_desk

PARTITIONS = 4


@pytest.fixture(scope="session")
def flink_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flink")


@pytest.fixture(scope="session")
def flink(flink_folder: Path) -> Iterator[Place]:
    """An embedded Flink and its workers. Where its jars cannot be fetched the tests fail, and say why."""
    with place_of(Config(base=flink_folder)) as place:
        yield place


@pytest.fixture(scope="session")
def flink_broker() -> Iterator[KafkaBroker]:
    """Its topics of the contract's names belong to the tests here."""
    with KafkaBroker() as broker:
        yield broker


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs other tests beside these is slow to start workers."""
    monkeypatch.setattr(supervise, "READER_SECONDS", PATIENCE)


@pytest.fixture
def flink_desk(
    request: pytest.FixtureRequest, flink_broker: KafkaBroker, flink_folder: Path, tmp_path: Path
) -> Iterator[Desk]:
    """A desk on Kafka, with a group of its own."""
    specs = [replace(spec, partitions=PARTITIONS) for spec in ALL_TOPICS]
    desk = open_desk(flink_broker.url, tmp_path, group=request.node.name, specs=specs)
    yield replace(desk, config=replace(desk.config, base=flink_folder))
    close_desk(desk)
