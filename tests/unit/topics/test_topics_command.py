"""`summitwire topics`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.topics import ALL_TOPICS, RAW, Message, open_topics
from pipeline.cli import main


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUMMITWIRE_TOPICS_URL", "spool:wire")
    return f"spool:{tmp_path / 'wire'}"


def test_create_makes_the_topics_once(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "create"]) == 0
    assert [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()] == ["created"] * 4
    assert main(["topics", "create"]) == 0
    assert [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()] == ["was there already"] * 4
    assert {info.name for info in open_topics(url).list()} == {spec.name for spec in ALL_TOPICS}


def test_create_tells_in_json_what_it_created(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    open_topics(url).create([RAW])
    assert main(["topics", "create", "--json"]) == 0
    told = {row["topic"]: row["created"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert told == {spec.name: spec != RAW for spec in ALL_TOPICS}


def test_list_shows_how_much_is_in_each_topic(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    topics = open_topics(url)
    topics.create(ALL_TOPICS)
    topics.append(RAW.name, [Message(b"key", b"value")] * 1234)
    assert main(["topics", "list"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if RAW.name in line)
    assert line.split() == [RAW.name, "1,234", "records", "1", "partition"]
    assert main(["topics", "list", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"topic": RAW.name, "partitions": 1, "records": 1234} in rows
    assert len(rows) == 4


def test_list_says_what_to_do_where_there_are_no_topics(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "list"]) == 0
    assert capsys.readouterr().out == f"{url} has no topics; `summitwire topics create` makes them\n"
    assert main(["topics", "list", "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_topics_that_cannot_be_reached_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "away.toml"
    config.write_text('[topics]\nurl = "kafka://127.0.0.1:9"\nkafka = { timeout_ms = 1000 }\n')
    assert main(["topics", "list", "--config", str(config)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("summitwire: Kafka at 127.0.0.1:9 does not answer (")
    assert told.err.count("\n") == 1
