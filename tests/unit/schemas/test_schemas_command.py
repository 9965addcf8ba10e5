"""`summitwire schemas list` and `show`."""

from __future__ import annotations

import json

import pytest

from pipeline.cli import main
from schemas.releases import latest, releases


def test_list_names_every_release_with_its_fingerprint_and_topic(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(releases())
    assert f"SummitReport.v1    {latest('SummitReport').fingerprint:016x}  wire.summits.v1" in lines
    assert main(["schemas", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["release"] for row in rows] == [release.name for release in releases()]


def test_show_tells_every_field_with_its_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "show", "summitreport"]) == 0
    out = capsys.readouterr().out
    assert "article_id: string\n    Stable identity" in out
    assert "events[].date.end: string, or null\n    Last day" in out
    assert "events[].kind: EventKind (unknown, meeting, multilateral, call, visit)" in out


def test_show_json_is_the_schema_as_released(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "show", "RawArticle.v1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == latest("RawArticle").schema


def test_show_of_an_unknown_record_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "show", "Summit"]) == 1
    assert "no schema Summit is released; there are CleanArticle.v1" in capsys.readouterr().err


def test_register_needs_to_know_which_registry(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    monkeypatch.delenv("SUMMITWIRE_REGISTRY_URL", raising=False)
    assert main(["schemas", "register"]) == 1
    assert "--url" in capsys.readouterr().err
