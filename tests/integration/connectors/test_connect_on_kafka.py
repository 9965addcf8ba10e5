"""Connectors on a real Kafka: what is saved when, and what an outage, a crash and a lost state file leave behind."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence

import pytest
from connector_desk import FAST, Desk

from connectors.run import Run, connect
from connectors.state import Changes, State
from connectors.topics import Message, Topics, open_topics
from pipeline.local import KafkaBroker

pytestmark = pytest.mark.slow
SECONDS = 60.0


def feed(*stories: tuple[str, str]) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><title>Talks of {name}</title><description>{text}</description>"
        "</item>"
        for name, text in stories
    )
    return f"<rss version='2.0'><channel><title>Norvik Wire</title>{items}</channel></rss>".encode()


def versions(desk: Desk) -> list[tuple[str, int, str]]:
    return sorted((one.item_id, one.version, one.body) for one in desk.raw())


def test_the_topic_has_acknowledged_all_that_is_saved(kafka_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    saves: list[int] = []
    save = State.save

    def checked(self: State, changes: Changes) -> None:
        if changes.articles:
            there = {(one.article_id, one.version) for one in kafka_desk.raw()}
            assert {(key.hex(), one.version) for key, one in changes.articles.items()} <= there
            saves.append(len(changes.articles))
        save(self, changes)

    monkeypatch.setattr(State, "save", checked)
    config = kafka_desk.config({"url": kafka_desk.wire.url("/feed")})
    for text in ("Envoys came.", "Envoys came and went."):
        kafka_desk.wire.documents["/feed"] = feed(*((f"story-{number}", text) for number in range(40)))
        connect(config, kafka_desk.topics, once=True)
    assert saves == [40, 40]
    assert len(kafka_desk.raw()) == 80


def test_a_restart_goes_on_where_the_last_run_ended(kafka_desk: Desk, own_broker: KafkaBroker) -> None:
    config = kafka_desk.config({"url": kafka_desk.wire.url("/feed")})
    for text in ("Envoys came.", "Envoys came.", "Envoys came and went."):
        kafka_desk.wire.documents["/feed"] = feed(("lake", text))
        again = open_topics(own_broker.url, FAST)
        connect(config, again, once=True)
        again.close()
    assert versions(kafka_desk) == [("lake", 1, "Envoys came."), ("lake", 2, "Envoys came and went.")]


def test_what_died_between_append_and_save_is_caught_up_with(kafka_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(Exception):
        pass

    save = State.save

    def dies(self: State, changes: Changes) -> None:
        if changes.articles:
            raise Died
        save(self, changes)

    kafka_desk.wire.documents["/feed"] = feed(("lake", "Envoys came."), ("river", "Boats waited."))
    config = kafka_desk.config({"url": kafka_desk.wire.url("/feed")})
    with monkeypatch.context() as patch:
        patch.setattr(State, "save", dies)
        with pytest.raises(Died):
            connect(config, kafka_desk.topics, once=True)
    before = versions(kafka_desk)
    assert len(before) == 2
    kafka_desk.wire.documents["/feed"] = feed(("lake", "Envoys left."), ("river", "Boats waited."))
    assert connect(config, kafka_desk.topics, once=True).recovered == 2
    assert versions(kafka_desk) == sorted([*before, ("lake", 2, "Envoys left.")])


def test_a_lost_state_file_is_rebuilt_from_all_partitions(kafka_desk: Desk) -> None:
    names = [f"story-{number}" for number in range(40)]
    config = kafka_desk.config({"url": kafka_desk.wire.url("/feed")})
    for text in ("Envoys came.", "Envoys came and went."):
        kafka_desk.wire.documents["/feed"] = feed(*((name, text) for name in names))
        connect(config, kafka_desk.topics, once=True)
    assert sum(end > 0 for end in kafka_desk.topics.end_offsets("wire.articles.raw.v1").values()) > 6
    for file in (kafka_desk.folder / "data").glob("state.sqlite*"):
        file.unlink()
    assert connect(config, kafka_desk.topics, once=True).recovered == 80
    assert len(kafka_desk.raw()) == 80
    kafka_desk.wire.documents["/feed"] = feed((names[0], "Nobody came."))
    connect(config, kafka_desk.topics, once=True)
    (newest,) = (one for one in kafka_desk.raw() if one.version > 2)
    assert (newest.version, newest.change, newest.body) == (3, "update", "Nobody came.")


def test_while_the_broker_is_away_nothing_is_saved_and_nothing_lost(
    kafka_desk: Desk, own_broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    appended, refused = threading.Event(), threading.Event()
    told(kafka_desk.topics, appended, monkeypatch)

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "topics cannot be written" in record.getMessage():
                refused.set()

    config = kafka_desk.config(
        {"url": kafka_desk.wire.url("/feed"), "interval": 0.05, "id": "norvik"}, connect={"host_seconds": 0.0}
    )

    def saved() -> int:
        state = State(config.path(config.connect.state))
        try:
            return state.article_count()
        finally:
            state.close()

    async def story() -> None:
        stop = asyncio.Event()
        run = asyncio.create_task(Run(config, kafka_desk.topics, once=False).main(stop))
        assert await asyncio.to_thread(appended.wait, SECONDS)
        await asyncio.to_thread(own_broker.kill)
        appended.clear()
        kafka_desk.wire.documents["/feed"] = feed(("lake", "Envoys came."), ("river", "Boats waited."))
        assert await asyncio.to_thread(refused.wait, SECONDS)
        assert await asyncio.to_thread(saved) == 1
        await asyncio.to_thread(own_broker.start)
        assert await asyncio.to_thread(appended.wait, SECONDS)
        stop.set()
        await run

    listener = Listener()
    logging.getLogger("summitwire.connect").addHandler(listener)
    kafka_desk.wire.documents["/feed"] = feed(("lake", "Envoys came."))
    try:
        asyncio.run(story())
    finally:
        logging.getLogger("summitwire.connect").removeHandler(listener)
    assert set(versions(kafka_desk)) == {("lake", 1, "Envoys came."), ("river", 1, "Boats waited.")}
    assert saved() == 2


def told(topics: Topics, appended: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the topics tell when they have taken a batch."""
    append = topics.append

    def noted(topic: str, messages: Sequence[Message]) -> None:
        append(topic, messages)
        appended.set()

    monkeypatch.setattr(topics, "append", noted)
