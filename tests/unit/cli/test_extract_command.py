"""`summitwire extract` as users call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli import main

STORY = (
    "French President Adrien Vasseur met German Chancellor Ulrike Hagedorn in Strasbourg on Monday. "
    "The two leaders discussed trade and signed an agreement on rail links, officials said."
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("story.txt").write_text(STORY, encoding="utf-8")


def test_a_card_tells_when_where_and_who(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "story.txt", "--published", "2024-05-15"]) == 0
    out = capsys.readouterr().out
    assert "story.txt: 1 summit event" in out
    assert "2024-05-13  meeting held  Strasbourg, FR" in out
    assert "Adrien Vasseur, President, FR" in out


def test_json_lines_carry_every_field_and_what_read_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "story.txt", "--published", "2024-05-15", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    event = json.loads(line)
    assert event["parties"] == ["DE", "FR"]
    assert event["file"] == "story.txt"
    assert event["extractor"]["mode"] == "model"
    assert event["evidence"][0]["text"] in STORY


def test_without_a_day_of_publication_it_says_so_and_keeps_the_date_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "story.txt"]) == 0
    told = capsys.readouterr()
    assert "no day of publication" in told.err
    assert "no date  meeting held" in told.out


def test_another_language_gives_no_event_and_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Der französische Präsident traf den deutschen Bundeskanzler am Montag zu einem Gespräch über Handel. "
    Path("story.txt").write_text(text * 3, encoding="utf-8")
    assert main(["extract", "story.txt", "--published", "2024-05-15"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "not English" in told.err


def test_a_model_that_is_not_installed_is_a_sentence_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    Path("summitwire.toml").write_text('[pipeline]\nmodel = "xx_no_such_model"\n', encoding="utf-8")
    assert main(["extract", "story.txt"]) == 1
    assert "xx_no_such_model" in capsys.readouterr().err
