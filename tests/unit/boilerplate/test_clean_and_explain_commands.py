# ruff: noqa: E501 -- stories stand in whole lines
import json
from pathlib import Path

import pytest

from pipeline.cli import main

STORY = (
    "OSLO, Jan. 14 (Reuters) - The ministers of both countries met on Tuesday in the border town and agreed to go on "
    "talking about the river that divides them.\n\nNo date was set for another meeting, officials of both sides told "
    "reporters after the talks.\n\n(Reporting by Ann Other; Editing by Sam One)\n\nDon't Miss\n\nTown waits <b>for</b> the ferry\n"
)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_clean_prints_the_story_alone(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(story), "--as", "text"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("The ministers of both countries")
    assert out.endswith("after the talks.\n")


def test_clean_as_json_gives_spans_and_dateline(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(story), "--as", "text", "--published", "2026-01-14", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["dateline"] == {"place": "OSLO", "date": "2026-01-14", "agency": "Reuters"}
    assert "".join(span["text"] for span in plain["spans"]) == STORY


def test_clean_lists_what_was_removed_and_why(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(story), "--as", "text", "--removed"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert ["dateline", "dateline", "0-26", "OSLO, Jan. 14 (Reuters) -"] in rows
    assert {row[0] for row in rows} >= {"dateline", "wire_tail", "related", "teaser"}


def test_clean_names_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(tmp_path / "none.txt")]) == 1
    assert "cannot read" in capsys.readouterr().err


def test_clean_tells_pages_fragments_and_text_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fragment = tmp_path / "fragment"
    fragment.write_text("<p>The ministers met on Tuesday.</p><p>They agreed on nothing.</p>", encoding="utf-8")
    assert main(["clean", str(fragment)]) == 0
    assert capsys.readouterr().out == "The ministers met on Tuesday.\nThey agreed on nothing.\n"


def test_explain_shows_every_removed_span_with_its_rule(story: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["explain", str(story), "--as", "text", "--output", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert 'class="removed dateline" title="dateline: dateline"' in text
    assert 'class="removed wire_tail" title="wire_tail: credit_of_reporters"' in text


def test_explain_escapes_the_words_and_runs_no_script(story: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["explain", str(story), "--as", "text", "--output", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "Town waits &lt;b&gt;for&lt;/b&gt; the ferry" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
