"""`summitwire dead-letters` on a spool."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.dead import set_aside
from connectors.topics import DEAD_LETTERS, RAW, TopicSpec
from pipeline.failures import failure
from pipeline.replay import REPLAY_OF
from schemas.records import DeadLetter, Header
from tests.unit.cli.desk import Desk, raw_article


def connector_letter(step: str = "parse", value: bytes = b"<rss><broken") -> DeadLetter:
    return DeadLetter(
        dead_letter_id=f"harbourwire-world/{step}/abc",
        source_url="https://harbourwire.example/world.rss",
        value=value,
        value_sha256=hashlib.sha256(value).hexdigest(),
        value_length=len(value),
        step=step,
        error_class="FeedError",
        message="no feed",
    )


# list


def test_list_prints_a_line_for_each_and_says_where_there_is_none(desk: Desk) -> None:
    assert desk.run("dead-letters", "list").out == "no dead letters\n"
    desk.put(RAW.name, raw_article("ferry"))
    letter = desk.fail(0, "extract", KeyError("verb"))
    said = desk.run("dead-letters", "list")
    assert said.status == 0
    assert said.out.splitlines()[0].endswith(f"{letter}  extract  KeyError: 'verb'")


def test_a_dead_letter_that_was_written_twice_is_listed_once(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    desk.fail(0)
    desk.fail(0)
    assert len(desk.run("dead-letters", "list").out.splitlines()) == 1


def test_list_filters_by_step_class_source_and_time(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.put(RAW.name, raw_article(name))
    first = desk.fail(0, "strip", ValueError("x"), at=1_000_000_000_000)
    second = desk.fail(1, "extract", KeyError("x"), at=1_700_000_000_000)
    desk.put(DEAD_LETTERS.name, connector_letter())

    def ids(*filters: str) -> list[str]:
        return [row["dead_letter_id"] for row in desk.run("dead-letters", "list", "--json", *filters).rows]

    assert ids() == [first, second, "harbourwire-world/parse/abc"]
    assert ids("--step", "extract") == [second]
    assert ids("--class", "ValueError") == [first]
    assert ids("--source", "raw") == [first, second]
    assert ids("--since", "2020-01-01") == [second, "harbourwire-world/parse/abc"]
    assert ids("--since", "2020-01-01T00:00+09:00", "--step", "strip") == []
    assert ids("--since", "1s") == []
    assert ids("-n", "1") == ["harbourwire-world/parse/abc"]


def test_list_in_json_tells_everything_but_the_original(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    desk.fail(0)
    (row,) = desk.run("dead-letters", "list", "--json").rows
    assert {"written", "dead_letter_id", "source_topic", "source_offset", "step", "message"} <= row.keys()
    assert not {"value", "key", "headers"} & row.keys()


# show


def test_show_decodes_the_original_and_prints_all_that_is_known(desk: Desk) -> None:
    article = raw_article("ferry")
    desk.put(RAW.name, article)
    said = desk.run("dead-letters", "show", desk.fail(0, "extract", KeyError("verb")))
    assert said.status == 0
    for expected in (
        "step        extract",
        "error       KeyError: 'verb'",
        "came from   wire.articles.raw.v1, partition 0, offset 0",
        f"key         {article.article_id}",
        "header      version: 1",
        '"headline": "Ministers weigh ferry treaty (ferry)"',
    ):
        assert expected in said.out


def test_show_dumps_what_does_not_decode_and_raw_gives_its_bytes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    value = bytes(range(256)) * 20
    desk.put_bytes(RAW.name, b"\xff", value)
    letter = desk.fail(0, "decode")
    shown = desk.run("dead-letters", "show", letter).out
    assert "00000010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f  ................" in shown
    assert "and 1,024 bytes more" in shown
    assert r"key         \xff" in shown
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8"))
    desk.run("dead-letters", "show", letter, "--raw")
    assert out.getvalue() == value


def test_show_prints_a_broken_feed_as_text(desk: Desk) -> None:
    desk.put(DEAD_LETTERS.name, connector_letter(value="<rss><title>Gespräch".encode()))
    said = desk.run("dead-letters", "show", "harbourwire-world/parse/abc")
    assert "came from   https://harbourwire.example/world.rss" in said.out
    assert said.out.endswith("<rss><title>Gespräch\n")


def test_show_cuts_a_long_text_between_two_characters_but_dumps_one_that_ends_in_the_middle_of_one(desk: Desk) -> None:
    desk.put(DEAD_LETTERS.name, connector_letter("parse", "東".encode() * 2000))
    desk.put(DEAD_LETTERS.name, connector_letter("fetch", "東".encode()[:2]))
    assert "東" * 1365 + "\nand 1,904 bytes more" in desk.run("dead-letters", "show", "harbourwire-world/parse/abc").out
    assert "00000000  e6 9d" in desk.run("dead-letters", "show", "harbourwire-world/fetch/abc").out


def test_show_of_hostile_text_sends_nothing_to_the_terminal(desk: Desk) -> None:
    desk.put(DEAD_LETTERS.name, connector_letter(value=b"<rss>\x1b[2J"))
    assert "\x1b" not in desk.run("dead-letters", "show", "harbourwire-world/parse/abc").out


def test_show_in_json_has_the_letter_and_its_decoded_original(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    shown = json.loads(desk.run("dead-letters", "show", desk.fail(0), "--json").out)
    assert shown["value"]["step"] == "strip"
    assert shown["original"]["record"] == "RawArticle"


def test_an_id_that_no_dead_letter_has_is_an_error(desk: Desk) -> None:
    said = desk.run("dead-letters", "show", "wire.articles.raw.v1/0/9/strip")
    assert said.status == 1
    assert "holds no dead letter wire.articles.raw.v1/0/9/strip" in said.err


# replay


def test_replay_puts_key_value_and_headers_back_byte_for_byte(desk: Desk) -> None:
    value = b"\x00\xff broken \x01"
    desk.put_bytes(RAW.name, b"\xfekey", value, ("mark", b"\xfd"), ("mark", b""))
    letter = desk.fail(0, "decode")
    said = desk.run("dead-letters", "replay", letter)
    assert said.status == 0
    again = desk.all(RAW.name)[1]
    assert (again.key, again.value) == (b"\xfekey", value)
    assert again.headers == (("mark", b"\xfd"), ("mark", b""), (REPLAY_OF, letter.encode()))


def test_replay_puts_a_null_value_back_as_null(desk: Desk) -> None:
    desk.put_bytes(RAW.name, b"k", None)
    assert desk.run("dead-letters", "replay", desk.fail(0, "decode")).status == 0
    assert desk.all(RAW.name)[1].value is None


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    desk.fail(0)
    said = desk.run("dead-letters", "replay", "--all", "--dry-run")
    assert said.status == 0
    assert said.out.startswith("replayable  wire.articles.raw.v1/0/0/strip")
    assert len(desk.all(RAW.name)) == 1


def test_a_version_that_a_newer_one_has_overtaken_is_refused(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry", 1))
    letter = desk.fail(0)
    desk.put(RAW.name, raw_article("bridge", 9))
    assert desk.run("dead-letters", "replay", letter, "--dry-run").status == 0
    desk.put(RAW.name, raw_article("ferry", 2))
    said = desk.run("dead-letters", "replay", letter)
    assert said.status == 1
    assert "superseded" in said.out
    assert "wire.articles.raw.v1/0/2 holds version 2 of its article, this is 1" in said.out
    assert len(desk.all(RAW.name)) == 3


def test_a_newer_version_counts_also_where_no_header_tells_it(desk: Desk) -> None:
    for version in (1, 2):
        value = desk.put(RAW.name, raw_article("other", version))
        desk.put_bytes(RAW.name, b"ferry", value)
    letter = desk.fail(1)
    assert desk.run("dead-letters", "replay", letter).status == 1


def test_an_older_version_that_arrives_late_does_not_supersede(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry", 2))
    desk.put(RAW.name, raw_article("ferry", 1))
    assert desk.run("dead-letters", "replay", desk.fail(0)).status == 0


def test_broken_bytes_without_a_version_are_superseded_by_a_later_record_of_their_key(desk: Desk) -> None:
    key = raw_article("ferry").article_id.encode()
    desk.put_bytes(RAW.name, key, b"cut in the mi")
    letter = desk.fail(0, "decode")
    assert desk.run("dead-letters", "replay", letter).status == 0, "its own replay is no newer version"
    assert desk.run("dead-letters", "replay", letter).status == 0
    desk.put(RAW.name, raw_article("ferry"))
    said = desk.run("dead-letters", "replay", letter)
    assert said.status == 1
    assert "holds a later record of its key" in said.out


def test_what_a_connector_could_not_read_is_not_replayed_and_says_why(desk: Desk) -> None:
    desk.put(DEAD_LETTERS.name, connector_letter())
    said = desk.run("dead-letters", "replay", "harbourwire-world/parse/abc")
    assert said.status == 1
    assert "it came from a connector, which fetches https://harbourwire.example/world.rss again" in said.out
    assert desk.run("dead-letters", "replay", "--all").status == 0, "left out as it should be"


def test_an_original_goes_back_once_however_many_dead_letters_it_has(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    desk.fail(0, "strip")
    desk.fail(0, "strip")
    desk.fail(0, "encode")
    desk.run("dead-letters", "replay", "--all")
    desk.fail(1, "strip")  # the replayed one fails again
    assert len(desk.all(RAW.name)) == 2
    results = [row["result"] for row in desk.run("dead-letters", "replay", "--all", "--json").rows]
    assert sorted(results) == ["repeated", "repeated", "replayed"]
    assert len(desk.all(RAW.name)) == 3


def test_two_dead_letters_of_one_original_named_by_id_are_both_done_with(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    assert desk.run("dead-letters", "replay", desk.fail(0, "strip"), desk.fail(0, "encode")).status == 0
    assert len(desk.all(RAW.name)) == 2


def test_a_replay_of_a_replay_carries_one_mark(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    desk.run("dead-letters", "replay", desk.fail(0))
    second = desk.fail(1)
    desk.run("dead-letters", "replay", second)
    assert [value for name, value in desk.all(RAW.name)[2].headers if name == REPLAY_OF] == [second.encode()]


def test_filters_choose_what_is_replayed(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.put(RAW.name, raw_article(name))
    desk.fail(0, "strip")
    desk.fail(1, "extract")
    (row,) = desk.run("dead-letters", "replay", "--step", "extract", "--json").rows
    assert row == {
        "dead_letter_id": "wire.articles.raw.v1/0/1/extract",
        "result": "replayed",
        "reason": "",
        "dry_run": False,
    }


def put_oversized(desk: Desk, value: bytes) -> tuple[str, Path]:
    """Writes a dead letter whose original lies in a file."""
    desk.put_bytes(RAW.name, b"k", value)
    dead = set_aside(failure(desk.all(RAW.name)[-1], "decode", ValueError("x")).dead, desk.folder / "data/dead-letters")
    desk.put(DEAD_LETTERS.name, dead)
    return dead.dead_letter_id, Path(dead.value_file)


def test_an_original_in_a_file_is_read_back(desk: Desk) -> None:
    letter, _ = put_oversized(desk, b"large")
    assert desk.run("dead-letters", "replay", letter).status == 0
    assert desk.all(RAW.name)[1].value == b"large"


def test_an_original_in_a_file_is_found_where_the_folder_has_moved(desk: Desk) -> None:
    letter, path = put_oversized(desk, b"large")
    desk.config.write_text('pipeline = { dead_letter_files = "elsewhere" }\n')
    path.parent.rename("elsewhere")
    assert desk.run("dead-letters", "replay", letter).status == 0


def test_an_original_in_a_file_that_was_changed_or_is_gone_is_refused(desk: Desk) -> None:
    letter, path = put_oversized(desk, b"large")
    path.write_bytes(b"lArge")
    said = desk.run("dead-letters", "replay", "--all")
    assert said.status == 1
    assert "it was changed or cut" in said.out
    assert desk.run("dead-letters", "show", letter).status == 1
    path.unlink()
    assert "which is gone" in desk.run("dead-letters", "replay", letter).out
    assert len(desk.all(RAW.name)) == 1


def test_the_mark_gives_way_where_it_would_make_the_record_too_large(desk: Desk) -> None:
    value = b"x" * (RAW.max_record_bytes - len(b"k"))
    desk.put_bytes(RAW.name, b"k", value)
    assert desk.run("dead-letters", "replay", desk.fail(0, "decode")).status == 0
    again = desk.all(RAW.name)[1]
    assert (again.value, again.headers) == (value, ())


def test_an_original_that_its_topic_does_not_accept_is_refused_and_the_others_go(desk: Desk) -> None:
    desk.topics.create([TopicSpec("small", max_record_bytes=300)])
    for name, size in (("big", 400), ("little", 20)):
        value = b"x" * size
        desk.put(
            DEAD_LETTERS.name,
            replace(
                connector_letter(value=value), dead_letter_id=name, source_topic="small", headers=(Header("h", None),)
            ),
        )
    said = desk.run("dead-letters", "replay", "big", "little")
    assert said.status == 1
    assert "its original takes 401 bytes, small accepts 300" in said.out
    assert [message.value for message in desk.all("small")] == [b"x" * 20]


def test_an_original_without_key_and_value_is_refused_and_the_others_go(desk: Desk) -> None:
    empty = replace(connector_letter(value=b""), value=None, value_length=-1, source_topic=RAW.name)
    desk.put(DEAD_LETTERS.name, empty)
    desk.put(RAW.name, raw_article("ferry"))
    desk.fail(0)
    results = [row["result"] for row in desk.run("dead-letters", "replay", "--all", "--json").rows]
    assert results == ["refused", "replayed"]


def test_an_original_whose_topic_is_gone_is_refused(desk: Desk) -> None:
    desk.put(DEAD_LETTERS.name, replace(connector_letter(), source_topic="wire.old.v0"))
    said = desk.run("dead-letters", "replay", "--all")
    assert "refused" in said.out
    assert "there is no topic wire.old.v0" in said.out


def test_nothing_is_replayed_where_one_id_is_unknown(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    said = desk.run("dead-letters", "replay", desk.fail(0), "nobody")
    assert said.status == 1
    assert "holds no dead letter nobody" in said.err
    assert len(desk.all(RAW.name)) == 1


def test_a_dead_letter_that_does_not_decode_is_said_and_stops_nothing(desk: Desk) -> None:
    desk.put_bytes(DEAD_LETTERS.name, b"k", b"junk!!")
    desk.put(RAW.name, raw_article("ferry"))
    desk.fail(0)
    said = desk.run("dead-letters", "replay", "--all")
    assert said.status == 0
    assert "left out, it does not decode: wire.dead-letters.v1/0/0" in said.err
    assert len(desk.all(RAW.name)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        ("dead-letters",),
        ("dead-letters", "show"),
        ("dead-letters", "replay"),
        ("dead-letters", "replay", "an-id", "--all"),
        ("dead-letters", "replay", "an-id", "--step", "strip"),
        ("dead-letters", "replay", "--all", "--step", "strip"),
        ("dead-letters", "replay", "--since", "yesterday"),
        ("dead-letters", "list", "-n", "x"),
        ("dead-letters", "show", "x", "--raw", "--json"),
    ],
)
def test_wrong_usage_gives_status_2(desk: Desk, wrong: tuple[str, ...]) -> None:
    assert desk.run(*wrong).status == 2
