"""The real chain on real topics: raw articles in; clean articles, reports and dead letters out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, Message
from pipeline import boilerplate
from schemas.records import RawArticle
from tests.integration.pipeline.conftest import OpenDesk
from tests.integration.pipeline.desk import SMALL_OUTPUTS, Desk, article, close_desk, message, open_desk

WITHDRAWN = ("kill", "withhold")
OUTPUTS = (CLEAN, SUMMITS, DEAD_LETTERS)


def test_every_article_gets_one_clean_record_and_one_report(desk: Desk) -> None:
    raws = [article(number) for number in range(12)]
    desk.put(*raws)
    summary = desk.run()
    expected = {(raw.article_id, raw.version, raw.change) for raw in raws}
    for records in (desk.clean(), desk.reports()):
        assert {(one.article_id, one.version, one.change) for one in records} == expected
        assert len(records) == len(raws)
    assert desk.dead_letters() == []
    assert summary.counters["read/records"] == len(raws)
    assert summary.counters[f"written/{CLEAN.name}"] == summary.counters[f"written/{SUMMITS.name}"] == len(raws)


@pytest.mark.slow
def test_what_a_report_says_was_read_from_the_clean_text_beside_it(desk: Desk) -> None:
    desk.put(*(article(number) for number in range(4)))
    desk.run(extractor="model")
    texts = {one.article_id: one.text for one in desk.clean()}
    for report in desk.reports():
        text = texts[report.article_id]
        assert report.text_sha256 == hashlib.sha256(text.encode()).hexdigest()
        for event in report.events:
            assert event.event_id.startswith(f"{report.article_id}:{report.version}:")
            assert event.evidence
            for span in event.evidence:
                assert text[span.start : span.end] == span.text
    assert any(report.events for report in desk.reports())
    assert not any("All rights reserved" in text for text in texts.values())


def test_records_are_keyed_by_article_and_carry_its_version_in_their_headers(desk: Desk) -> None:
    raw = article(1, version=7, change="correction")
    desk.put(raw)
    desk.run()
    for topic, kind in ((CLEAN, b"summitwire.CleanArticle"), (SUMMITS, b"summitwire.SummitReport")):
        (received,) = desk.read(topic)
        headers = dict(received.headers)
        assert received.key == raw.article_id.encode()
        assert headers["ce_id"] == f"{raw.article_id}:7".encode()
        assert headers["ce_type"] == kind
        assert (headers["version"], headers["change"]) == (b"7", b"correction")


def test_a_second_run_finds_nothing_to_do(desk: Desk) -> None:
    desk.put(*(article(number) for number in range(5)))
    desk.run()
    before = {topic: desk.read(topic) for topic in OUTPUTS}
    assert desk.run().batches == 0
    assert {topic: desk.read(topic) for topic in OUTPUTS} == before


@pytest.mark.parametrize("change", WITHDRAWN)
def test_a_withdrawn_article_is_emptied_without_a_look_at_its_body(
    new_desk: OpenDesk, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = new_desk()
    raw = article(0)
    desk.put(raw)
    desk.run()

    def looked_at(*args: object, **more: object) -> None:
        raise AssertionError("the body of a withdrawn article was looked at")

    monkeypatch.setattr("pipeline.boilerplate.article.clean_text", looked_at)
    monkeypatch.setattr("pipeline.boilerplate.article.clean_html", looked_at)
    desk.put(article(0, version=2, change=change))
    desk.run()
    clean, report = desk.clean()[-1], desk.reports()[-1]
    assert (clean.version, clean.change, clean.text, clean.removed) == (2, change, "", ())
    assert (report.version, report.change, report.events) == (2, change, ())
    assert desk.dead_letters() == []


@pytest.mark.slow
def test_a_usable_version_after_a_withhold_restores_the_article(desk: Desk) -> None:
    desk.put(article(0), article(0, version=2, change="withhold"), article(0, version=3, change="update"))
    desk.run(extractor="model")
    assert [bool(one.text) for one in desk.clean()] == [True, False, True]
    assert [bool(one.events) for one in desk.reports()] == [True, False, True]


@pytest.mark.parametrize(
    ("step", "target", "flag"),
    [
        ("strip", "pipeline.boilerplate.clean_article", "strip_failed"),
        ("extract", "pipeline.summits.report", "extract_failed"),
    ],
)
def test_where_a_step_fails_a_dead_letter_and_an_empty_flagged_report_stand(
    new_desk: OpenDesk, step: str, target: str, flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = new_desk()

    def broken(raw: RawArticle, *more: object) -> None:
        raise ValueError(f"cannot read {raw.article_id}")

    good, bad = message(article(0)), message(article(1))
    desk.put(good)
    desk.run()
    monkeypatch.setattr(target, broken)
    desk.put(bad)
    summary = desk.run()
    (dead,) = desk.dead_letters()
    assert (dead.step, dead.error_class) == (step, "ValueError")
    assert (dead.key, dead.value) == (bad.key, bad.value)
    assert tuple((header.key, header.value) for header in dead.headers) == bad.headers
    assert dead.dead_letter_id == f"{RAW.name}/{dead.source_partition}/{dead.source_offset}/{step}"
    (report,) = [one for one in desk.reports() if one.article_id.encode() == bad.key]
    assert (report.events, report.flags) == ((), (flag,))
    (clean,) = [one for one in desk.clean() if one.article_id.encode() == bad.key]
    assert bool(clean.text) == (step == "extract")
    assert summary.counters[f"failed/{step}/ValueError"] == 1


def test_a_clean_record_over_its_topics_limit_leaves_a_dead_letter_and_empty_flagged_records(
    new_desk: OpenDesk,
) -> None:
    desk = new_desk(SMALL_OUTPUTS)
    paragraphs = "\n\n".join(
        f"The panel heard witness {number} on the second day of its hearing." for number in range(300)
    )
    raw = message(article(2, body=paragraphs))
    desk.put(article(0), raw, article(1))
    desk.run()
    (dead,) = desk.dead_letters()
    assert (dead.step, dead.error_class, dead.value) == ("encode", "InputError", raw.value)
    assert CLEAN.name in dead.message
    clean, report = desk.clean()[1], desk.reports()[1]
    assert (clean.text, clean.flags) == ("", ("encode_failed",))
    assert (report.events, report.flags) == ((), ("encode_failed",))
    assert len(desk.clean()) == len(desk.reports()) == 3


def test_a_record_that_cannot_be_encoded_leaves_a_dead_letter_and_empty_flagged_records(
    new_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = new_desk(SMALL_OUTPUTS)
    clean_article = boilerplate.clean_article
    monkeypatch.setattr(
        "pipeline.boilerplate.clean_article",
        lambda raw: replace(clean_article(raw), flags=("\ud800",) if raw.item_id == "item-1" else ()),
    )
    desk.put(article(0), article(1), article(2))
    desk.run()
    (dead,) = desk.dead_letters()
    assert (dead.step, dead.error_class) == ("encode", "SchemaError")
    assert [one.flags for one in desk.clean()] == [(), ("encode_failed",), ()]
    assert len(desk.reports()) == 3


def test_an_article_whose_identity_alone_exceeds_the_limit_does_not_stop_the_others(new_desk: OpenDesk) -> None:
    desk = new_desk(SMALL_OUTPUTS)
    desk.put(article(0), article(1, source_id="w" * 20_000), article(2))
    desk.run()
    assert [dead.step for dead in desk.dead_letters()] == ["encode"]
    assert [one.source_id for one in desk.reports()] == ["wire-0", "wire-2"]


def test_the_versions_of_an_article_come_out_in_the_order_in_which_they_went_in(desk: Desk) -> None:
    for version in range(1, 6):
        desk.put(*(article(number, version=version, change="update") for number in range(7)))
    desk.run(batch_records=4)
    for records in (desk.clean(), desk.reports()):
        for number in range(7):
            key = article(number).article_id
            assert [one.version for one in records if one.article_id == key] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "caps", [{}, {"batch_records": 1}, {"batch_records": 7}, {"batch_bytes": 1}, {"batch_seconds": 1e-9}], ids=str
)
def test_a_replay_gives_the_same_bytes_in_the_same_order_whatever_the_size_of_the_batches(
    desk: Desk, caps: dict[str, Any]
) -> None:
    desk.put(*(article(number) for number in range(9)), Message(b"k", b"no record"), Message(b"k", None))
    desk.run()
    first = {topic: [(one.key, one.value, one.headers) for one in desk.read(topic)] for topic in OUTPUTS}
    assert [len(records) for records in first.values()] == [9, 9, 2]
    again = desk.replay(**caps)
    assert {topic: [(one.key, one.value, one.headers) for one in again.read(topic)] for topic in OUTPUTS} == first


def test_another_group_gets_the_same_records_with_the_same_ids(desk: Desk) -> None:
    desk.put(*(article(number) for number in range(6)))
    desk.run()
    first = {topic: desk.pairs(topic) for topic in OUTPUTS}
    again = desk.with_pipeline(group=f"{desk.config.pipeline.group}-other").replay()
    assert {topic: again.pairs(topic) for topic in OUTPUTS} == first


@pytest.mark.slow
def test_the_spool_and_kafka_hold_the_same_bytes(brokers: Callable[..., str], tmp_path: Path) -> None:
    told = []
    for url in (f"spool:{tmp_path / 'spool'}", brokers(SMALL_OUTPUTS)):
        desk = open_desk(url, tmp_path, group="same", specs=SMALL_OUTPUTS)
        desk.put(*(article(number) for number in range(8)), article(9, body="Line.\n\n" * 5000))
        desk.run()
        told.append([[(one.key, one.value, one.headers) for one in desk.read(topic)] for topic in (CLEAN, SUMMITS)])
        assert [dead.step for dead in desk.dead_letters()] == ["encode"]
        close_desk(desk)
    assert told[0] == told[1]
