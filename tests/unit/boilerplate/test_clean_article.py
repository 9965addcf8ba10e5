# ruff: noqa: E501 -- stories stand in whole lines
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.boilerplate import clean_article
from schemas import LINES_VERSION, line_fingerprints
from schemas.records import RawArticle

STORY = (
    "LISBON, Feb. 3 (Lusa) - The presidents of Portugal and Brazil opened a two-day summit on Tuesday at the riverside "
    "palace in Belem. They signed three agreements on fisheries, space and the recognition of diplomas. END "
    "[Copyright Lusa]\n\nDon't Miss\n\nPort workers end their strike after nine days\n\nPorto, Feb. 3 (Lusa) - Port workers in"
)
BODY = (
    "The presidents of Portugal and Brazil opened a two-day summit on Tuesday at the riverside palace in Belem. They "
    "signed three agreements on fisheries, space and the recognition of diplomas."
)
ARTICLE = RawArticle(
    article_id="a" * 32,
    source_id="lusa",
    version=1,
    change="new",
    feed_id="lusa-en",
    item_id="1",
    format="rss",
    body=STORY,
    published=datetime(2026, 2, 3, 18, tzinfo=UTC),
    published_offset=0,
    fetched_at=datetime(2026, 2, 3, 19, tzinfo=UTC),
    content_sha256="0" * 64,
)


def test_a_wire_story_keeps_its_body_and_gives_its_dateline() -> None:
    clean = clean_article(ARTICLE)
    assert clean.text == BODY
    assert clean.dateline is not None
    assert (clean.dateline.place, clean.dateline.date, clean.dateline.agency) == ("LISBON", "2026-02-03", "Lusa")


def test_removed_spans_name_their_words_and_their_rule() -> None:
    clean = clean_article(ARTICLE)
    assert [span.label for span in clean.removed] == ["dateline", "wire_tail", "related", "teaser", "teaser"]
    assert all(STORY[span.start : span.end] == span.text and span.rule for span in clean.removed)


def test_kept_runs_lead_back_to_the_source() -> None:
    clean = clean_article(ARTICLE)
    for run in clean.kept:
        there = STORY[run.source_start : run.source_start + run.length]
        assert clean.text[run.clean_start : run.clean_start + run.length] == there


@pytest.mark.parametrize("change", ["kill", "withhold"])
def test_a_withdrawn_article_has_no_text(change: str) -> None:
    clean = clean_article(replace(ARTICLE, change=change))  # type: ignore[arg-type]
    assert (clean.text, clean.flags, clean.change) == ("", ("withdrawn",), change)


def test_a_cancelled_status_withdraws_whatever_the_change_says() -> None:
    assert clean_article(replace(ARTICLE, status="canceled")).flags == ("withdrawn",)


def test_without_a_body_the_summary_is_cleaned() -> None:
    clean = clean_article(replace(ARTICLE, body=" ", summary="<p>Ministers met in Evora.</p>"))
    assert (clean.text, clean.flags) == ("Ministers met in Evora.", ("summary_only",))


def test_an_article_without_any_words_is_empty() -> None:
    assert clean_article(replace(ARTICLE, body="")).flags == ("empty",)


def test_repeated_lines_count_only_in_their_own_version() -> None:
    extra = "The palace gardens are open to visitors on weekdays from nine until dusk, weather permitting as ever."
    article = replace(ARTICLE, body=f"{BODY}\n{extra}", repeated_lines=tuple(line_fingerprints(extra)))
    assert extra in clean_article(replace(article, repeated_lines_version=LINES_VERSION + 1)).text
    assert extra not in clean_article(replace(article, repeated_lines_version=LINES_VERSION)).text


def test_markup_is_flattened_before_it_is_cleaned() -> None:
    body = f"<p>{BODY}</p><p>(Reporting by Ana Reis; Editing by Rui Melo)</p>"
    assert clean_article(replace(ARTICLE, body=body, body_format="html")).text == BODY
