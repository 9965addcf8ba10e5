"""The lines that a source repeats."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.memory import Lesson, LineMemory, lesson, lines_of
from connectors.state import Changes, State
from schemas import line_fingerprints
from schemas.records import RawArticle, article_id

WORDS = [
    "delegation",
    "harbour",
    "treaty",
    "minister",
    "evening",
    "corridor",
    "signed",
    "ferry",
    "border",
    "winter",
    "council",
    "quietly",
    "agreed",
]
FURNITURE = (
    "Reporting by the Tarn bureau of the Norvik news agency.",
    "Norvik is not responsible for the content of external sites, and all rights to texts and pictures are reserved.",
)


def paragraph(seed: int) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(24)).capitalize() + "."


def article(name: str, *lines: str, headline: str | None = None) -> RawArticle:
    return RawArticle(
        article_id=article_id("norvik", name),
        source_id="norvik",
        version=1,
        change="new",
        feed_id="f",
        item_id=name,
        format="text",
        headline=headline or paragraph(sum(map(ord, name)))[:60],
        body="\n".join(lines),
        fetched_at=datetime(2026, 3, 5, tzinfo=UTC),
        content_sha256="",
    )


def lesson_of(told: RawArticle) -> Lesson:
    found = lesson(bytes.fromhex(told.article_id), told.change, told.headline, told.body, told.body_format)
    assert found is not None
    return found


class Desk:
    def __init__(self, state: State) -> None:
        self.state = state
        self.memory = LineMemory(state)

    def repeated(self, told: RawArticle) -> set[str]:
        """The lines of an article that are found to be repeated."""
        changes = Changes()
        (found,) = self.memory.learn(1, [lesson_of(told)], changes)
        self.state.save(changes)
        return {line for line in told.body.split("\n") if line_fingerprints(line) & set(found)}


@pytest.fixture
def desk() -> Iterator[Desk]:
    state = State(":memory:")
    yield Desk(state)
    state.close()


def test_a_line_of_two_other_articles_is_repeated(desk: Desk) -> None:
    assert desk.repeated(article("one", paragraph(1), paragraph(2), *FURNITURE)) == set()
    assert desk.repeated(article("two", paragraph(3), paragraph(4), *FURNITURE)) == set()
    assert desk.repeated(article("three", paragraph(5), paragraph(6), *FURNITURE)) == set(FURNITURE)


def test_later_versions_of_an_article_are_no_other_article(desk: Desk) -> None:
    for seed in range(5):
        assert desk.repeated(article("one", paragraph(1), paragraph(2), paragraph(10 + seed))) == set()


def test_takes_and_reissues_under_other_ids_are_no_other_article(desk: Desk) -> None:
    body = [paragraph(n) for n in range(6)]
    for n in range(5):
        assert desk.repeated(article(f"take-{n}", paragraph(50 + n), *body)) == set()


def test_reissues_do_not_make_a_line_repeated_in_a_later_story(desk: Desk) -> None:
    quote = "“We will sign before the winter comes to the harbour,” the minister said in the evening."
    for n in range(4):
        desk.repeated(article(f"take-{n}", quote, paragraph(1), paragraph(2), paragraph(3 + n)))
    assert desk.repeated(article("other", quote, paragraph(60), paragraph(61))) == set()


def test_a_take_may_have_another_headline(desk: Desk) -> None:
    body = [paragraph(n) for n in range(4)]
    for n, headline in enumerate(("Premier lands in Tarn", "Treaty text leaked overnight", "Fishermen block harbour")):
        assert desk.repeated(article(f"take-{n}", *body, paragraph(50 + n), headline=headline)) == set()


def test_short_teasers_with_a_longer_disclaimer_are_different_stories(desk: Desk) -> None:
    told = [
        ("Premier lands in Tarn", "He came by the evening ferry and left at once."),
        ("Fishermen block harbour", "Forty boats lie in front of the new pier."),
        ("Budget passes", "It took the council all night to agree on it."),
    ]
    found = [desk.repeated(article(line, line, FURNITURE[0], headline=headline)) for headline, line in told]
    assert found == [set(), set(), {FURNITURE[0]}]


def test_stories_under_one_standing_headline_differ_by_their_bodies(desk: Desk) -> None:
    for n in range(3):
        found = desk.repeated(
            article(f"n{n}", paragraph(3 * n), paragraph(3 * n + 1), FURNITURE[0], headline="Press release")
        )
    assert found == {FURNITURE[0]}


def test_what_is_known_survives_a_restart(desk: Desk) -> None:
    desk.repeated(article("one", paragraph(1), FURNITURE[0]))
    desk.repeated(article("two", paragraph(2), FURNITURE[0]))
    again = Desk(desk.state)
    assert again.repeated(article("three", paragraph(3), FURNITURE[0])) == {FURNITURE[0]}


def test_articles_of_one_batch_know_of_each_other(desk: Desk) -> None:
    told = [article(f"n{n}", paragraph(2 * n), paragraph(2 * n + 1), FURNITURE[1]) for n in range(4)]
    found = desk.memory.learn(1, [lesson_of(one) for one in told], Changes())
    assert [bool(lines) for lines in found] == [False, False, True, True]


def test_sources_do_not_share_lines(desk: Desk) -> None:
    for source in range(4):
        (found,) = desk.memory.learn(source, [lesson_of(article("one", paragraph(1), *FURNITURE))], Changes())
        assert found == ()


def test_memory_is_cut_to_size_and_repeated_lines_stay(desk: Desk) -> None:
    for n in range(30):
        desk.repeated(article(f"n{n}", paragraph(100 + n), paragraph(200 + n), *FURNITURE))
    desk.state.prune_lines(1, 10, 5)
    kept = desk.state.lines(1, [line for line, _ in lines_of("\n".join(FURNITURE), "text")])
    assert len(kept) == 2
    assert desk.repeated(article("last", paragraph(300), FURNITURE[0])) == {FURNITURE[0]}


@pytest.mark.parametrize(
    "body", ["They met.  Then\nthey left. And more " * 30, "One line", "<p>Two</p>\n<p>blocks &amp; more</p>"]
)
@pytest.mark.parametrize("body_format", ["text", "html", "xhtml", "nitf"])
def test_lines_are_those_of_the_contract(body: str, body_format: str) -> None:
    assert {line for line, _ in lines_of(body, body_format)} == line_fingerprints(body, body_format)
