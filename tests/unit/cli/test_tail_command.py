"""`summitwire tail` on a spool."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS
from schemas.records import CleanArticle, RawArticle
from tests.unit.cli.desk import MEETING, Desk, raw_article, summit_report


def test_an_article_is_one_line_with_id_version_change_and_headline(desk: Desk) -> None:
    article = raw_article("ferry", 2, change="correction")
    desk.put(RAW.name, article)
    said = desk.run("tail", "raw")
    assert said.status == 0
    (line,) = said.out.splitlines()
    assert line.split(maxsplit=2)[2] == f"{article.article_id[:8]}  v2 correction Ministers weigh ferry treaty (ferry)"


def test_a_report_has_a_line_below_it_for_each_event(desk: Desk) -> None:
    planned = replace(MEETING, kind="call", status="planned", date=None, place=None, participants=())
    desk.put(SUMMITS.name, summit_report("ferry", events=(MEETING, planned)))
    lines = desk.run("tail", "summits").out.splitlines()
    assert lines[1:] == [
        "    2026-01-13  Tromsø, NO  meeting held  Aino Rautio (FI), NO",
        "    no date  no place  call planned  FI, NO",
    ]


def test_a_report_without_events_says_so(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry", 2, change="kill", events=(), flags=("withdrawn",)))
    assert (
        desk.run("tail", "summits")
        .out.rstrip()
        .endswith("v2 kill       Finland and Norway agree on ferries (ferry)  no events  [withdrawn]")
    )


def test_a_dead_letter_is_its_id_step_class_and_message(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    desk.fail(0, "extract", KeyError("verb"))
    assert "wire.articles.raw.v1/0/0/extract  extract  KeyError: 'verb'" in desk.run("tail", "dead-letters").out


def test_what_does_not_decode_and_tombstones_are_shown_and_end_nothing(desk: Desk) -> None:
    desk.put_bytes(RAW.name, b"broken", b"\xff\xfe\x00\x01\x02")
    desk.put_bytes(RAW.name, b"deleted", None)
    desk.put_bytes(RAW.name, None, b"")
    desk.put(RAW.name, raw_article("ferry"))
    said = desk.run("tail", "raw")
    assert said.status == 0
    first, second, third, fourth = said.out.splitlines()
    assert "broken  at 0/0  does not decode: first bytes fffe" in first
    assert "deleted  no value (tombstone)" in second
    assert "at 0/2  does not decode" in third
    assert "Ministers weigh" in fourth


def test_json_holds_every_field_place_and_header(desk: Desk) -> None:
    article = raw_article("ferry", published=raw_article("x").fetched_at, published_offset=540)
    desk.put(RAW.name, article)
    (row,) = desk.run("tail", "raw", "--json").rows
    assert (row["topic"], row["partition"], row["offset"]) == (RAW.name, 0, 0)
    assert row["timestamp"] == "2026-01-01T00:00:00.000+00:00"
    assert row["key"] == article.article_id
    assert {"key": "version", "value": "1"} in row["headers"]
    assert row["record"] == "RawArticle"
    assert set(row["value"]) == set(RawArticle.__dataclass_fields__)
    assert row["value"]["published"] == "2026-01-14T18:30:00+09:00"
    assert row["value"]["fetched_at"] == "2026-01-14T09:30:00+00:00"


def test_json_gives_bytes_that_are_no_text_as_base64(desk: Desk) -> None:
    desk.put_bytes(RAW.name, b"\xff", b"\xc3\x01\xff", ("mark", b"\xfe"))
    (row,) = desk.run("tail", "raw", "--json").rows
    assert row["key"] == {"base64": base64.b64encode(b"\xff").decode()}
    assert row["value"] == {"base64": base64.b64encode(b"\xc3\x01\xff").decode()}
    assert row["headers"] == [{"key": "mark", "value": {"base64": base64.b64encode(b"\xfe").decode()}}]
    assert row["record"] is None
    assert "too few" in row["error"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_control_character_of_a_headline_reaches_the_terminal(desk: Desk, form: tuple[str, ...]) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\u2066\x00\r\x7f"
    desk.put(RAW.name, raw_article("ferry", headline=evil + "\nnext line"))
    said = desk.run("tail", "raw", *form)
    assert len(said.out.splitlines()) == 1
    assert all(character.isprintable() for character in said.out.rstrip("\n"))
    if form:
        assert said.rows[0]["value"]["headline"] == evil + "\nnext line"


def test_markup_of_the_terminal_library_in_a_headline_stays_text(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry", headline="[bold red]Talks[/] :warning: off"))
    assert "[bold red]Talks[/] :warning: off" in desk.run("tail", "raw").out


def test_the_last_records_are_shown_unless_all_are_asked_for(desk: Desk) -> None:
    for number in range(15):
        desk.put(RAW.name, raw_article(f"story-{number}"))
    assert len(desk.run("tail", "raw").out.splitlines()) == 10
    assert [row["offset"] for row in desk.run("tail", RAW.name, "-n", "2", "--json").rows] == [13, 14]
    assert [row["offset"] for row in desk.run("tail", "raw", "--from-beginning", "--json").rows] == list(range(15))
    assert desk.run("tail", "raw", "-n", "0").out == ""


def test_a_key_or_its_beginning_chooses_one_article(desk: Desk) -> None:
    for version in (1, 2):
        desk.put(RAW.name, raw_article("ferry", version))
        desk.put(RAW.name, raw_article("bridge", version))
    ferry = raw_article("ferry").article_id
    rows = desk.run("tail", "raw", "--json", "--key", ferry[:12]).rows
    assert [(row["value"]["item_id"], row["value"]["version"]) for row in rows] == [("ferry", 1), ("ferry", 2)]
    assert [row["offset"] for row in desk.run("tail", "raw", "--json", "-n", "1", "--key", ferry).rows] == [2]


def test_clean_articles_are_shown_with_their_flags(desk: Desk) -> None:
    article = raw_article("ferry")
    clean = CleanArticle(
        article_id=article.article_id,
        source_id="harbourwire",
        version=1,
        change="new",
        text="",
        flags=("strip_failed",),
        cleaner="1",
    )
    desk.put(CLEAN.name, clean)
    assert desk.run("tail", "clean").out.rstrip().endswith("v1 new        (no headline)  [strip_failed]")


def test_a_registry_that_is_away_is_no_fault_of_the_record_and_ends_it_in_one_sentence(desk: Desk) -> None:
    desk.put_bytes(RAW.name, b"k", b"\x00\x00\x00\x00\x07body")
    with desk.config.open("a") as config:
        config.write('[registry]\nurl = "http://127.0.0.1:9"\n')
    said = desk.run("tail", "raw")
    assert said.status == 1
    assert said.err.startswith("summitwire: schema registry http://127.0.0.1:9 cannot be reached")
    assert len(said.err.splitlines()) == 1


def test_an_unknown_topic_is_an_error_in_one_sentence(desk: Desk) -> None:
    said = desk.run("tail", "wire.nothing.v1")
    assert said.status == 1
    assert said.out == ""
    assert said.err.startswith("summitwire: there is no topic wire.nothing.v1")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    "wrong", [("tail",), ("tail", "raw", "-n", "-1"), ("tail", "raw", "-n", "many"), ("tail", "a", "b")]
)
def test_wrong_usage_gives_status_2(desk: Desk, wrong: tuple[str, ...]) -> None:
    said = desk.run(*wrong)
    assert said.status == 2
    assert "usage:" in said.err


def test_a_dead_letter_in_json_has_its_original(desk: Desk) -> None:
    desk.put_bytes(RAW.name, b"k", b"not avro")
    desk.fail(0, "decode")
    (row,) = desk.run("tail", "dead-letters", "--json").rows
    assert row["value"]["value"] == "not avro"
    assert row["topic"] == DEAD_LETTERS.name
