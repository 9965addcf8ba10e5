"""`summitwire init`."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from connectors.config import Config, load_config, parse_config
from connectors.topics import ALL_TOPICS, open_topics
from pipeline.cli import main
from pipeline.cli.init import template

SECTIONS = ("topics", "registry", "connect", "pipeline")
EXAMPLES = {"url", "path", "source"}
"""Keys of feeds and folders that have no default, or show an example."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def uncommented() -> Config:
    text = re.sub(r"(?m)^#(?=[\w\[])", "", template("spool:data/spool", []))
    return parse_config(tomllib.loads(text), Path(), "template", {})


def test_every_key_of_the_configuration_stands_in_the_template_with_its_default() -> None:
    text = template("spool:data/spool", [])
    plain = tomllib.loads(re.sub(r"(?m)^#(?=[\w\[])", "", text))
    config, defaults = uncommented(), Config()
    for name in SECTIONS:
        assert getattr(config, name) == getattr(defaults, name)
        assert set(plain[name]) == {field.name for field in dataclasses.fields(getattr(defaults, name))}
    for name in ("feeds", "folders"):
        (table,) = getattr(config, name)
        assert set(plain[name][0]) == {field.name for field in dataclasses.fields(table)}
        for field in dataclasses.fields(table):
            assert field.name in EXAMPLES or getattr(table, field.name) in (field.default, {})


def test_as_it_is_written_it_means_the_defaults() -> None:
    assert parse_config(tomllib.loads(template("spool:data/spool", [])), Path(), "template", {}) == Config()


def test_init_writes_a_file_makes_the_folders_and_the_topics(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--feed", "https://wire.example/a.rss", "--feed", "https://wire.example/a.rss"]) == 0
    config = load_config()
    assert [feed.url for feed in config.feeds] == ["https://wire.example/a.rss"]
    assert Path("data/dead-letters").is_dir()
    topics = open_topics(config.topics_url())
    assert [topic.name for topic in topics.list()] == sorted(spec.name for spec in ALL_TOPICS)
    assert "summitwire up" in capsys.readouterr().out


def test_init_does_not_overwrite_unless_forced(capsys: pytest.CaptureFixture[str]) -> None:
    Path("summitwire.toml").write_text("# mine\n")
    assert main(["init"]) == 1
    assert capsys.readouterr().err == "summitwire: summitwire.toml exists already; --force overwrites it\n"
    assert Path("summitwire.toml").read_text() == "# mine\n"
    assert main(["init", "--force"]) == 0
    assert load_config().topics.url == "spool:data/spool"


def test_init_for_kafka_makes_no_topics_and_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--kafka", "broker.example:9092,other.example:9092", "--config", "etc/wire.toml"]) == 0
    assert load_config("etc/wire.toml").topics.url == "kafka://broker.example:9092,other.example:9092"
    assert "summitwire topics create --config etc/wire.toml" in capsys.readouterr().out
    assert not Path("etc/data/spool").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--feed", "ftp://wire.example/a"],
        ["--feed", "https://wire.example/\ud800"],
        ["--kafka", "no host"],
        ["--config", "/dev/null/summitwire.toml"],
    ],
)
def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", *wrong]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(Path().iterdir()) == []


def test_quotes_and_control_characters_of_an_address_stay_inside_their_string(
    capsys: pytest.CaptureFixture[str],
) -> None:
    address = 'https://wire.example/"\n[topics]\nurl="x\x7f\\'
    assert main(["init", "--feed", address]) == 0
    assert load_config().feeds[0].url == address
