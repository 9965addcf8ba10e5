"""A broker whose disk fills up: nothing that it acknowledged is lost, and all goes on when there is room again."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.topics import CLEAN, RAW, SUMMITS, TopicError, open_topics
from pipeline.drive import drive
from pipeline.io import clients
from pipeline.local import KafkaBroker
from tests.faults.test_full_disk import mount
from tests.integration.pipeline.desk import Desk, article, close_desk, open_desk

SIZE = "48m"
ARTICLES = 400
BALLAST = 20_000
"""Bytes of an article, so that few fill a disk."""


@pytest.fixture
def small_broker(tmp_path: Path) -> Iterator[tuple[KafkaBroker, Path]]:
    folder = tmp_path / "broker"
    folder.mkdir()
    if not mount(folder, f"size={SIZE}"):
        pytest.skip("only root may mount a small disk")
    broker = KafkaBroker(folder)
    try:
        broker.start()
        yield broker, folder
        broker.kill()
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_broker_with_a_full_disk_loses_nothing_that_it_acknowledged(
    small_broker: tuple[KafkaBroker, Path], tmp_path: Path
) -> None:
    broker, folder = small_broker
    desk = impatient(open_desk(broker.url, tmp_path, group="full"))
    acknowledged = produce(desk, 0, ARTICLES // 4)
    desk.run(batch_records=50)

    filler = folder / "filler"
    with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(65_536))
    acknowledged |= produce(desk, ARTICLES // 4, ARTICLES)
    with contextlib.suppress(TopicError):
        drive(desk.config, once=True)
    clients.close()

    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=512m", str(folder)], check=True)
    broker.kill()  # where it has not ended by itself
    broker.start()
    desk.topics.close()
    acknowledged |= produce(desk, 0, ARTICLES)
    desk.run(batch_records=100)
    for topic in (RAW, CLEAN, SUMMITS):
        pairs = desk.pairs(topic)
        assert {(key or b"").decode() for key, _ in pairs} == acknowledged
        assert len(set(pairs)) == len(acknowledged), "two contents of one version"
    assert desk.committed() == desk.topics.end_offsets(RAW.name)
    close_desk(desk)


def impatient(desk: Desk) -> Desk:
    """The same with a short timeout."""
    kafka = {"timeout_ms": 3000}
    config = replace(desk.config, topics=replace(desk.config.topics, kafka=kafka))
    return replace(desk, topics=open_topics(desk.topics.url, kafka), config=config)


def produce(desk: Desk, first: int, last: int) -> set[str]:
    """Appends articles until the topic refuses; the ids that it acknowledged."""
    found: set[str] = set()
    for start in range(first, last, 20):
        raws = [article(number, ed_note=f"{number} " * (BALLAST // 4)) for number in range(start, start + 20)]
        try:
            desk.put(*raws)
        except TopicError:
            break
        found |= {raw.article_id for raw in raws}
    return found
