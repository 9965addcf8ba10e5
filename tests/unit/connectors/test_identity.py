"""Which article an item is, and what it does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.formats import Item
from connectors.formats.ids import distinct
from connectors.identity import MOST_REVISIONS, Decision, Marks, decide, old_news
from connectors.state import ArticleState
from schemas.records import Change

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
LINK = "https://n.example/a1"


def story(**given: object) -> Item:
    base = Item(
        item_id="a1", format="rss", headline="Ministers meet", body="<p>They met.</p>", url="https://n.example/a1"
    )
    return replace(base, **given)  # type: ignore[arg-type]


class Wire:
    """What is known of one article, step by step."""

    def __init__(self) -> None:
        self.known: ArticleState | None = None
        self.published = 0

    def sees(self, item: Item, feed: str = "world") -> Change | None:
        decision: Decision | None = decide(item, Marks("n", item), self.known, feed_id=feed, source=1)
        if decision is None:
            return None
        if decision.change is not None:
            assert decision.state.version > self.published, "versions only rise"
            self.published = decision.state.version
        self.known = decision.state
        return decision.change


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_unchanged_content_is_not_published_again(wire: Wire) -> None:
    assert wire.sees(story()) == "new"
    assert wire.sees(story()) is None


def test_what_varies_from_fetch_to_fetch_is_no_edit(wire: Wire) -> None:
    wire.sees(story(body='<p class="x1">They  met.</p><img src="https://t.example/?r=1">'))
    assert wire.sees(story(body='<p class="x2">They met.</p><img src="https://t.example/?r=2">')) is None


def test_an_edit_is_an_update(wire: Wire) -> None:
    wire.sees(story())
    assert wire.sees(story(body="<p>They met twice.</p>")) == "update"
    assert wire.published == 2


def test_a_wires_own_version_is_taken_over_and_a_lower_one_is_outdated(wire: Wire) -> None:
    assert wire.sees(story(version=4)) == "new"
    assert wire.published == 4
    assert wire.sees(story(version=3, body="<p>Old words.</p>")) is None
    assert wire.sees(story(version=7, body="<p>New words.</p>")) == "update"
    assert wire.published == 7


def test_an_equal_version_counts_only_with_a_newer_time(wire: Wire) -> None:
    wire.sees(story(version=2, updated=NOW))
    assert wire.sees(story(version=2, updated=NOW, body="<p>Other words.</p>")) is None
    later = NOW + timedelta(minutes=5)
    assert wire.sees(story(version=2, updated=later, body="<p>Other words.</p>")) == "update"
    assert wire.published == 3


def test_an_older_copy_from_a_cache_is_outdated(wire: Wire) -> None:
    wire.sees(story(updated=NOW))
    assert wire.sees(story(updated=NOW - timedelta(hours=1), body="<p>Older words.</p>")) is None


@pytest.mark.parametrize(
    "told",
    [
        {"headline": "CORRECTION: Ministers meet"},
        {"headline": "CORRECTED-Ministers meet"},
        {"headline": "UPDATE 2-Corrected: Ministers meet"},
        {"ed_note": "Eds: Corrects the spelling of the envoy's name."},
        {"quality": ("correction",)},
        {"headline": "Berichtigung: Minister treffen sich"},
    ],
)
def test_a_correction_is_what_the_wire_calls_one(wire: Wire, told: dict[str, object]) -> None:
    wire.sees(story())
    assert wire.sees(story(body="<p>They met on Monday.</p>", **told)) == "correction"


@pytest.mark.parametrize(
    "headline", ["Correctional officers strike", "President corrects course on trade", "Envoy corrected"]
)
def test_a_story_about_correcting_is_none(wire: Wire, headline: str) -> None:
    wire.sees(story())
    assert wire.sees(story(headline=headline)) == "update"


def test_a_cancellation_kills_and_only_a_higher_version_of_the_wire_restores(wire: Wire) -> None:
    wire.sees(story(version=1))
    assert wire.sees(story(version=2, status="canceled", body=None)) == "kill"
    assert wire.sees(story(version=2, status="canceled", body=None)) is None
    assert wire.sees(story(version=2, body="<p>Back.</p>", updated=NOW)) is None
    assert wire.sees(story(version=3, body="<p>Back.</p>")) == "update"


def test_a_cancellation_counts_even_without_a_higher_version(wire: Wire) -> None:
    wire.sees(story(version=2))
    assert wire.sees(story(version=2, status="canceled")) == "kill"
    assert wire.published == 3


def test_a_killed_story_that_its_feed_still_lists_stays_killed(wire: Wire) -> None:
    wire.sees(story())
    wire.sees(story(status="canceled"))
    assert wire.sees(story()) is None
    assert wire.sees(story(body="<p>Edited.</p>")) is None


def test_a_withheld_story_returns_with_its_next_words(wire: Wire) -> None:
    wire.sees(story(version=1))
    assert wire.sees(story(version=2, status="withheld")) == "withhold"
    assert wire.sees(story(version=3)) == "update"


@pytest.mark.parametrize(
    "headline", ["KILL: Ministers meet", "BULLETIN KILL BC-Ministers", "STORY WITHDRAWN: Ministers meet"]
)
def test_a_kill_notice_in_words_kills(wire: Wire, headline: str) -> None:
    wire.sees(story())
    assert wire.sees(story(headline=headline)) == "kill"


@pytest.mark.parametrize(
    "headline",
    ["Kill the bill, protesters shout", "Storms kill 12 in Tarn", "Report withdrawn by UN agency after criticism"],
)
def test_a_story_about_killing_is_none(wire: Wire, headline: str) -> None:
    assert wire.sees(story(headline=headline)) == "new"


def test_another_feeds_shorter_teaser_is_no_edit(wire: Wire) -> None:
    wire.sees(story())
    assert wire.sees(story(body="<p>They…</p>"), feed="top") is None
    assert wire.sees(story(body="<p>They met.</p>"), feed="world") is None


def test_silent_edits_end_after_some(wire: Wire) -> None:
    wire.sees(story())
    seen = [wire.sees(story(body=f"<p>{n} people are reading this.</p>")) for n in range(MOST_REVISIONS + 5)]
    assert seen == ["update"] * MOST_REVISIONS + [None] * 5
    assert wire.sees(story(body="<p>Told.</p>", updated=NOW)) is None


def test_the_scheme_of_an_id_does_not_matter() -> None:
    plain, secure = story(item_id="http://www.n.example/a1/"), story(item_id="https://n.example/a1")
    assert Marks("n", plain).alias == Marks("n", secure).alias
    assert Marks("n", plain).alias != Marks("other", plain).alias


def test_a_story_is_recognised_by_path_headline_and_time_after_its_id_changed() -> None:
    told = {"published": NOW}
    old = story(item_id="x1", url="https://n.example/world/a1?utm_source=rss", **told)
    new = story(item_id="guid-9", url="https://new.example/world/a1", **told)
    assert Marks("n", old).story == Marks("n", new).story != 0
    assert Marks("n", story(headline="Other", **told)).story != Marks("n", old).story


def test_a_page_that_all_items_link_to_tells_no_story_apart() -> None:
    assert Marks("n", story(url="https://n.example/")).story == 0


def test_old_items_that_appear_together_are_backfill() -> None:
    old = NOW - timedelta(days=40)
    now = NOW.timestamp()
    assert old_news([(old, False)] * 12, now, 30) == [True] * 12
    assert old_news([(old, False)] * 12, None, 0) == [False] * 12, "a feed's first poll is news"
    assert old_news([(NOW, False)] * 12, now, 30) == [False] * 12
    assert old_news([(old, False)] * 2 + [(NOW, False)] * 2, now, 30) == [False] * 4, "a few stragglers are no archive"


def test_items_that_share_an_id_are_told_apart_and_copies_flagged() -> None:
    items = [
        story(), story(headline="Second", url="https://n.example/a2"), story(headline="Third"), story(headline="Third"),
    ]  # fmt: skip
    apart = distinct(items)
    assert len({one.item_id for one in apart}) == 4
    assert apart[0].item_id == "a1"
    assert apart[1].item_id == "a1|https://n.example/a2"
    assert [("copy" in one.quality) for one in apart] == [False, False, False, True]
