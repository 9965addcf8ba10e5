"""What the habits of agencies ask of the extractor: leaders without a country at home, capitals, datelines, titles."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits import extract, extractor_used, load
from schemas.records import Dateline

DAY = date(2024, 5, 8)


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        (
            "SEOUL, May 7 (Wire) -- President Ahn Hyo-rim held talks with Japanese Prime Minister Ichiro Nagase.",
            ("JP", "KR"),
        ),
        (
            "NEW DELHI: Prime Minister Dinesh Khurana on Monday met French President Adrien Vasseur in Goa.",
            ("FR", "IN"),
        ),
        (
            "TEHRAN – Foreign Minister Behrouz Navidi will travel to Muscat on Sunday to meet his Omani counterpart.",
            ("IR", "OM"),
        ),
    ],
)
def test_a_leader_without_a_country_is_of_the_dateline_s(text: str, parties: tuple[str, ...]) -> None:
    (event,) = extract(text, published=DAY)
    assert event.parties == parties


def test_a_dateline_that_the_cleaner_took_counts_as_one_in_the_text() -> None:
    text = "President Ahn Hyo-rim held summit talks with Japanese Prime Minister Ichiro Nagase on Sunday."
    (event,) = extract(text, published=DAY, dateline=Dateline("SEOUL"))
    assert event.parties == ("JP", "KR")
    assert event.place is not None
    assert (event.place.name, event.place.country) == ("Seoul", "KR")


def test_a_leader_of_whom_nothing_tells_the_country_is_left_out() -> None:
    assert extract("President Nobody met Kenyan President Daudi Wanjala on Monday.", published=DAY) == []


def test_a_wire_in_capitals_gives_its_event_with_its_own_letters() -> None:
    text = "FRENCH PRESIDENT ADRIEN VASSEUR MET GERMAN CHANCELLOR ULRIKE HAGEDORN IN PARIS ON MONDAY."
    (event,) = extract(text, published=DAY)
    assert event.parties == ("DE", "FR")
    assert {person.name for person in event.participants} == {"Adrien Vasseur", "Ulrike Hagedorn"}
    assert event.evidence[0].text == text


def test_an_office_told_later_gives_a_leader_its_country() -> None:
    text = (
        "President Anas Murad received Mr. Sela on Monday. The Syrian leader told Israeli Prime Minister Gideon Sela "
        "that peace was possible, state media said after the two met in Damascus."
    )
    events = extract(text, published=DAY)
    assert events
    assert all(event.parties == ("IL", "SY") for event in events)


def test_separate_talks_told_in_one_clause_are_an_event_each() -> None:
    text = (
        "French President Adrien Vasseur will hold separate talks with German Chancellor Ulrike Hagedorn, "
        "Polish Prime Minister Jan Kowal and Kenyan President Daudi Wanjala on Friday."
    )
    assert {event.parties for event in extract(text, published=DAY)} == {("DE", "FR"), ("FR", "PL"), ("FR", "KE")}


def test_the_rules_say_in_the_record_that_no_model_was_used() -> None:
    text = "French President Adrien Vasseur met German Chancellor Ulrike Hagedorn in Strasbourg on Monday."
    load(mode="rules")
    (event,) = extract(text, published=DAY)
    assert (event.parties, event.status) == (("DE", "FR"), "held")
    assert (extractor_used().mode, extractor_used().model) == ("rules", None)
