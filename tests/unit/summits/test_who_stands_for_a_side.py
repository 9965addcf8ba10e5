"""Participants whom an encounter's own sentence tells by their office or their country alone."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits import extract

HOLT = "Danish Prime Minister Karin Holt"


def people(text: str) -> set[tuple[str | None, str | None, str]]:
    event = extract(text, published=date(2019, 5, 15))[0]
    return {(person.name, person.title, person.country or "") for person in event.participants}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            f"{HOLT} hosted the presidents of Latvia and Chile for talks in Aarhus on Monday. “We like snow,” said her "
            "Chilean counterpart, Diego Fuentes.",
            ("Diego Fuentes", "president", "CL"),
        ),
        (
            "The foreign ministers of Chile and Latvia held talks in Riga on Monday. The two agreed on fish, Chilean "
            "Foreign Minister Diego Fuentes said.",
            ("Diego Fuentes", "Foreign Minister", "CL"),
        ),
        (
            "Chilean President Diego Fuentes received the Danish monarch in Santiago on Monday. King Olaf likes snow, "
            "an aide of Denmark's King Olaf said.",
            ("Olaf", "King", "DK"),
        ),
        (
            "Leaders from Chile, Latvia and Denmark held a summit in Riga on Monday. They discussed fish. "
            f"{HOLT} called the talks useful.",
            ("Karin Holt", "Prime Minister", "DK"),
        ),
    ],
)
def test_an_office_or_a_side_is_the_one_whom_the_story_names_for_it(text: str, named: tuple[str, str, str]) -> None:
    assert named in people(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{HOLT} will visit Chile on Friday. Chilean President Diego Fuentes has invited her.",
        "The foreign ministers of Chile and Latvia met in Riga on Monday. Former Chilean Foreign Minister Diego "
        "Fuentes called the talks useful.",
        "The foreign ministers of Chile and Latvia met in Riga on Monday. Chilean President Diego Fuentes called the "
        "talks useful.",
    ],
)
def test_who_invites_or_holds_another_office_does_not_stand_for_it(text: str) -> None:
    assert not any(name == "Diego Fuentes" for name, _, _ in people(text))


@pytest.mark.parametrize(
    "text",
    [
        "The Chilean and Latvian foreign ministers, Diego Fuentes and Juris Kalns, met in Riga on Monday.",
        "Riga hosted the foreign ministers of Chile and Latvia, Diego Fuentes and Juris Kalns, who held talks there.",
        "The foreign ministers of Chile and Latvia like fish. Diego Fuentes and Juris Kalns met in Riga on Monday.",
        "The foreign ministers of Chile and Latvia ski. Juris Kalns of Latvia and Diego Fuentes of Chile met here.",
    ],
)
def test_two_names_behind_two_offices_are_of_their_states_in_order(text: str) -> None:
    assert people(text) == {("Diego Fuentes", "foreign minister", "CL"), ("Juris Kalns", "foreign minister", "LV")}
