"""A broker that dies in the middle and comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.topics import CLEAN, RAW, SUMMITS, TopicError
from pipeline import drive as driver
from pipeline.drive import BatchResult, drive
from pipeline.local import KafkaBroker
from tests.integration.pipeline.desk import Desk, article, close_desk, open_desk

pytestmark = pytest.mark.slow
SECONDS = 120.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    with KafkaBroker(tmp_path / "broker") as started:
        yield started


@pytest.fixture
def desk(broker: KafkaBroker, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(f"kafka://{broker.bootstrap}", tmp_path)
    topics = replace(opened.config.topics, kafka={"timeout_ms": 3000})
    yield replace(opened, config=replace(opened.config, topics=topics))
    close_desk(opened)


def test_the_pipeline_waits_for_the_broker_and_resumes_by_itself(
    desk: Desk, broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "LONGEST_WAIT", 1.0)
    stop, working, failed, done = (threading.Event() for _ in range(4))
    raws = [article(number) for number in range(60)]
    desk.put(*raws)
    seen = 0

    def on_batch(result: BatchResult) -> None:
        nonlocal seen
        seen += result.counters["read/records"]
        working.set()
        if seen >= len(raws):
            done.set()

    def warned(message: str, *args: object) -> None:
        if "trying again in" in message:
            failed.set()

    monkeypatch.setattr(driver.log, "warning", warned)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            drive(desk.with_pipeline(batch_records=12).config, once=False, stop=stop, on_batch=on_batch)
        except BaseException as error:
            errors.append(error)
            failed.set()
            done.set()

    pipeline = threading.Thread(target=run)
    pipeline.start()
    assert working.wait(SECONDS)
    broker.kill()
    assert failed.wait(SECONDS), "the outage was not noticed"
    broker.start()
    assert done.wait(SECONDS), "the pipeline did not resume"
    stop.set()
    pipeline.join(SECONDS)
    assert errors == []
    expected = {raw.article_id.encode() for raw in raws}
    for topic in (CLEAN, SUMMITS):
        pairs = desk.pairs(topic)
        assert {key for key, _ in pairs} == expected
        assert len(set(pairs)) == len(raws), "a duplicate differs"
    assert sum(desk.committed().values()) == sum(desk.topics.end_offsets(RAW.name).values())


def test_a_run_that_is_to_end_by_itself_ends_with_the_broker(desk: Desk, broker: KafkaBroker) -> None:
    desk.put(*(article(number) for number in range(30)))

    def kill(result: BatchResult) -> None:
        broker.kill()

    with pytest.raises(TopicError, match=broker.bootstrap):
        drive(desk.with_pipeline(batch_records=12).config, once=True, on_batch=kill)
    broker.start()
    desk.run()
    assert len({one.article_id for one in desk.reports()}) == 30
