"""A story that is changed in one way must give events that change in that way, or not at all."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from pipeline.summits import extract
from schemas.records import FieldEvidence, Quote, SummitEvent, TextSpan

WEDNESDAY = date(2024, 5, 15)
TEASER = (
    "Shares in the port operator rose after it named a new head of finance. "
    "The weather service expects rain along the coast until the weekend. "
    "A film about the port opens in cinemas next month."
)
STORY = (
    "{first} President {one} and {second} Prime Minister {two} met in {city} on {day} to discuss fishing rights. "
    "The two leaders agreed to open a joint office for fisheries. "
    "“The sea has no fences,” {one_short} told reporters after the meeting. "
    "{two_short} will receive {third} Foreign Minister {three} on {later}."
)
COUNTRIES = {
    "Kenyan": "KE",
    "Chilean": "CL",
    "Greek": "GR",
    "Vietnamese": "VN",
    "Moroccan": "MA",
    "South Korean": "KR",
    "Norwegian": "NO",
    "Bolivian": "BO",
    "Indonesian": "ID",
}
NAMES = (
    ("Daudi Wanjala", "Wanjala"),
    ("Ingrid Solbakken", "Solbakken"),
    ("Joost van der Kemp", "Van der Kemp"),
    ("Lucía Arizmendi", "Arizmendi"),
    ("Kaito Mizuhara", "Mizuhara"),
    ("Samir Chraibi", "Chraibi"),
)


def story(**changes: str) -> str:
    values = {
        "first": "Kenyan",
        "second": "Chilean",
        "third": "Greek",
        "one": "Daudi Wanjala",
        "one_short": "Wanjala",
        "two": "Ingrid Solbakken",
        "two_short": "Solbakken",
        "three": "Stavros Delis",
        "city": "Lisbon",
        "day": "Monday",
        "later": "Friday",
    }
    return STORY.format(**{**values, **changes})


def events_of(text: str, published: date | None = WEDNESDAY) -> list[SummitEvent]:
    return extract(text, published=published)


def told(event: SummitEvent) -> dict[str, object]:
    """What an event says, without where that stands in the text."""
    return {key: value for key, value in event.to_dict().items() if key != "evidence"}


def test_the_unchanged_story_tells_a_meeting_that_was_and_one_to_come() -> None:
    held, planned = events_of(story())
    assert (held.status, held.parties, held.date and held.date.start) == ("held", ("CL", "KE"), "2024-05-13")
    assert (planned.status, planned.parties, planned.date and planned.date.start) == (
        "planned",
        ("CL", "GR"),
        "2024-05-17",
    )


def test_the_order_of_the_actors_does_not_matter() -> None:
    """Who comes first in the sentence changes the order of the participants and nothing else."""
    one, other = "Kenyan President Daudi Wanjala", "Chilean Prime Minister Ingrid Solbakken"
    for wording in ("{} met {} in Lisbon on Monday.", "{} held talks with {} in Lisbon on Monday."):
        (before,) = events_of(wording.format(one, other))
        (after,) = events_of(wording.format(other, one))
        assert before.parties == after.parties == ("CL", "KE")
        assert set(before.participants) == set(after.participants)
        assert (before.kind, before.status, before.date, before.place) == (
            after.kind,
            after.status,
            after.date,
            after.place,
        )


@pytest.mark.parametrize(
    ("day", "ago"), [("Tuesday", 1), ("Monday", 2), ("Sunday", 3), ("Saturday", 4), ("Friday", 5), ("Thursday", 6)]
)
def test_another_weekday_moves_the_date_and_nothing_else(day: str, ago: int) -> None:
    before, after = events_of(story())[0], events_of(story(day=day))[0]
    assert after.date is not None
    assert after.date.start == (WEDNESDAY - timedelta(days=ago)).isoformat()
    assert after.parties == before.parties
    assert after.place == before.place


@pytest.mark.parametrize("days", [1, 30, 365, 7000])
def test_a_story_of_another_week_is_dated_by_that_week(days: int) -> None:
    published = WEDNESDAY - timedelta(days=7 * days)
    held, planned = events_of(story(), published)
    assert held.date is not None
    assert planned.date is not None
    assert held.date.start == (published - timedelta(days=2)).isoformat()
    assert planned.date.start == (published + timedelta(days=2)).isoformat()


def test_consistently_renamed_persons_are_renamed_in_the_events() -> None:
    chance = random.Random(11)
    for _ in range(6):
        (one, one_short), (two, two_short) = chance.sample(NAMES, 2)
        found = events_of(story(one=one, one_short=one_short, two=two, two_short=two_short))
        assert [person.name for person in found[0].participants] == [one, two]
        assert [quote.speaker for quote in found[0].quotes] == [one]


def test_other_countries_give_other_codes_and_nothing_else() -> None:
    chance = random.Random(12)
    before = events_of(story())
    for _ in range(8):
        first, second, third = chance.sample(sorted(COUNTRIES), 3)
        after = events_of(story(first=first, second=second, third=third))
        assert [event.parties for event in after] == [
            tuple(sorted((COUNTRIES[first], COUNTRIES[second]))),
            tuple(sorted((COUNTRIES[second], COUNTRIES[third]))),
        ]
        assert [(event.kind, event.status, event.date) for event in after] == [
            (event.kind, event.status, event.date) for event in before
        ]


def test_a_teaser_in_the_middle_changes_no_event() -> None:
    sentences = story().split(". ")
    inserted = ". ".join([*sentences[:2], TEASER.rstrip("."), *sentences[2:]])
    assert [told(event) for event in events_of(inserted)] == [told(event) for event in events_of(story())]


def test_a_teaser_behind_changes_nothing_at_all() -> None:
    assert events_of(story() + " " + TEASER) == events_of(story())


def test_a_dateline_and_headline_before_the_text_move_the_offsets_only() -> None:
    headline = "Leaders open fisheries office"
    before = events_of(story())
    after = events_of(f"{headline}\n\nLISBON, May 15 (Wire) - {story()}")
    assert [(e.kind, e.status, e.parties, e.date, e.place) for e in after] == [
        (e.kind, e.status, e.parties, e.date, e.place) for e in before
    ]


def test_what_was_read_before_does_not_matter() -> None:
    alone = events_of(story())
    for first, second in (("Greek", "Vietnamese"), ("Moroccan", "Bolivian")):
        events_of(story(first=first, second=second))
        assert events_of(story()) == alone


def test_every_span_is_the_words_that_it_points_to() -> None:
    text = story() + " " + TEASER
    for event in events_of(text):
        spans: list[TextSpan | Quote | FieldEvidence] = [*event.topics, *event.outcomes, *event.quotes]
        spans += [*event.evidence, *event.field_evidence]
        for span in spans:
            assert text[span.start : span.end] == span.text
