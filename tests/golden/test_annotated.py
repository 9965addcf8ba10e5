"""What the pipeline finds in the sample wire, beside what an attentive reader finds there (expected.jsonl)."""

from __future__ import annotations

import pytest

from connectors.topics import CLEAN, SUMMITS
from pipeline.demo.wire import sample_wire
from schemas.codec import Decoder
from schemas.records import CleanArticle, DateSpan, SummitReport, article_id
from tests.golden.annotations import Compared, annotated_articles, compare, wire_articles
from tests.golden.played import stand

pytestmark = pytest.mark.slow

# Floors below what was measured when they were set (22 of 37 events found with just their parties, 8 others): they
# catch a decline; quality is measured by the benchmarks.
LEAST_RECALL = 0.5
LEAST_PRECISION = 0.65
LEAST_RIGHT = {"kind": 0.85, "status": 0.85, "level": 0.8, "prominence": 0.85, "date": 0.5, "place": 0.8}

FURNITURE = {
    "kestrel": ("Photo:", "Reporting by", "Read more", "Sign up here", "More from Kestrel", "Our standards"),
    "littorale": ("© Agence", "may not be republished", "/jmb", "/rl"),
    "sundial": ("(END)", "Copyright", "Get the app"),
    "polder": (
        "-30-", "All rights reserved", "contributed to this report", "cookies", "Advertisement", "You may also like",
        "Greek and Italian ministers", "Don't Miss", "Sakamoto",
    ),
}  # fmt: skip
"""What each agency wraps its stories in."""


FLATTENED = article_id("polder", "sundial-focus-khovd.txt"), 1
"""A page as somebody copied it: one line of body, wire tail, a heading and a teaser cut in mid-sentence."""

Versions = tuple[dict[tuple[str, int], CleanArticle], dict[tuple[str, int], SummitReport]]


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """What came of the sample wire: (article id, version) → clean article, and → report."""
    with stand(tmp_path_factory.mktemp("annotated") / "demo") as played:
        played.play()
        values = [value or b"" for topic in (CLEAN, SUMMITS) for _, value in played.pairs()[topic.name]]
    records = [Decoder().decode(value) for value in values]
    return (
        {(one.article_id, one.version): one for one in records if isinstance(one, CleanArticle)},
        {(one.article_id, one.version): one for one in records if isinstance(one, SummitReport)},
    )


@pytest.fixture(scope="module")
def clean(versions: Versions) -> dict[tuple[str, int], CleanArticle]:
    return versions[0]


@pytest.fixture(scope="module")
def reports(versions: Versions) -> dict[tuple[str, int], SummitReport]:
    return versions[1]


@pytest.fixture(scope="module")
def compared(reports: dict[tuple[str, int], SummitReport]) -> list[Compared]:
    return compare(list(reports.values()))


def test_every_story_of_the_wire_is_annotated() -> None:
    assert annotated_articles() == wire_articles(sample_wire())


def test_a_story_without_an_encounter_gives_no_event(compared: list[Compared]) -> None:
    assert [story.item for story in compared if not story.annotated and story.found] == []


def test_most_annotated_events_are_found_and_few_others(compared: list[Compared]) -> None:
    pairs = sum(len(story.pairs) for story in compared)
    missed = [(story.item, event) for story in compared for event in story.missed]
    surplus = [(story.item, event) for story in compared for event in story.surplus]
    assert pairs / (pairs + len(missed)) >= LEAST_RECALL, missed
    assert pairs / (pairs + len(surplus)) >= LEAST_PRECISION, surplus


@pytest.mark.parametrize("name", LEAST_RIGHT)
def test_a_field_of_the_events_found_is_mostly_right(compared: list[Compared], name: str) -> None:
    pairs = [pair for story in compared for pair in story.pairs]
    wrong = [(one[name], other[name]) for one, other in pairs if one[name] != other[name]]
    assert 1 - len(wrong) / len(pairs) >= LEAST_RIGHT[name], wrong


def test_a_flattened_page_gives_its_three_events_and_none_of_its_teaser(
    reports: dict[tuple[str, int], SummitReport], clean: dict[tuple[str, int], CleanArticle]
) -> None:
    text = clean[FLATTENED].text
    assert text.startswith("Mongolian President Batzorig Enkhsaikhan")
    assert text.endswith("come back on the first train.")
    events = {
        (event.prominence, frozenset(event.parties), event.place.name if event.place else None)
        for event in reports[FLATTENED].events
    }
    assert events == {
        ("primary", frozenset({"MN", "KZ"}), "Khovd"),
        ("background", frozenset({"MN", "KZ"}), "Astana"),
        ("background", frozenset({"KZ", "UZ"}), "Tashkent"),
    }
    assert len(reports[FLATTENED].events) == 3


@pytest.mark.parametrize(
    ("place", "day"),
    [
        pytest.param("Khovd", "2026-02-19", marks=pytest.mark.xfail(reason="the weekday of a long lead stays open")),
        ("Astana", "2025-09"),
        ("Tashkent", "2026-02-09"),
    ],
)
def test_the_events_of_a_flattened_page_have_their_dates(
    reports: dict[tuple[str, int], SummitReport], place: str, day: str
) -> None:
    dates = {event.place.name: event.date for event in reports[FLATTENED].events if event.place}
    assert dates[place] == DateSpan(day)


@pytest.mark.parametrize("source", ["kestrel", "littorale", "sundial", "polder"])
def test_an_agencys_teasers_and_furniture_are_gone(clean: dict[tuple[str, int], CleanArticle], source: str) -> None:
    texts = [(one.headline, one.text) for one in clean.values() if one.source_id == source]
    assert [(headline, words) for headline, text in texts for words in FURNITURE[source] if words in text] == []


def test_a_correction_replaces_the_wrong_day(clean: dict[tuple[str, int], CleanArticle]) -> None:
    story = article_id("littorale", "tag:littorale.example,2026:AL3258")
    assert [clean[story, version].change for version in (1, 2)] == ["new", "correction"]
    assert "April 7" in clean[story, 1].text
    assert "in Graz on April 17" in clean[story, 2].text


def test_an_edited_story_is_an_update_with_what_was_added(clean: dict[tuple[str, int], CleanArticle]) -> None:
    story = article_id("kestrel", "kestrel:20260310:0142")
    assert [clean[story, version].change for version in (1, 2)] == ["new", "update"]
    assert "Helsinki on May 12" not in clean[story, 1].text
    assert "Helsinki on May 12" in clean[story, 2].text


def test_a_withdrawn_story_keeps_neither_text_nor_events(
    reports: dict[tuple[str, int], SummitReport], clean: dict[tuple[str, int], CleanArticle]
) -> None:
    story = article_id("littorale", "tag:littorale.example,2026:AL3241")
    assert reports[story, 1].events
    assert (reports[story, 2].change, reports[story, 2].events) == ("kill", ())
    assert clean[story, 2].text == ""


def test_a_story_in_another_language_gives_a_flag_instead_of_events(
    reports: dict[tuple[str, int], SummitReport],
) -> None:
    report = reports[article_id("littorale", "tag:littorale.example,2026:AL3279"), 1]
    assert report.events == ()
    assert report.flags
