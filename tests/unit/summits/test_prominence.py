"""What a story is about, and what it tells as context."""

from __future__ import annotations

from datetime import date

from pipeline.summits import extract

DAY = date(2024, 5, 15)


def prominence(text: str) -> dict[str, str]:
    """Parties of each event → its prominence."""
    return {"+".join(event.parties): event.prominence for event in extract(text, published=DAY)}


def test_what_the_lead_tells_only_to_date_something_else_is_context() -> None:
    told = prominence(
        "Japanese Prime Minister Ichiro Nagase will visit India next week after meeting U.S. President Ellen Marsh. "
        "He will hold talks with Indian Prime Minister Dinesh Khurana in Delhi on May 21."
    )
    assert told["JP+US"] == "background"
    assert told["IN+JP"] == "primary"


def test_talks_after_which_the_lead_has_something_said_are_what_it_is_about() -> None:
    told = prominence(
        "Canada and Norway will share aircraft in the Arctic, officials said on Tuesday. After talks in Ottawa with "
        "Norwegian Prime Minister Arne Fossum, Canadian Prime Minister Claire Fontenay spoke of a new era."
    )
    assert told == {"CA+NO": "primary"}


def test_a_trip_that_the_lead_tells_goes_on_with_each_meeting_on_it() -> None:
    told = prominence(
        "Brazilian President Otavio Lins leaves on Thursday on a three-nation tour of Europe. "
        "Steel tariffs top his list. He has packed a gift of coffee. "
        "He will meet French President Adrien Vasseur on Friday. "
        "Lins is due to see German Chancellor Ruth Amsel on Sunday."
    )
    assert told == {"BR+FR": "primary", "BR+DE": "primary"}


def test_a_meeting_in_the_place_of_one_that_fell_through_goes_on_with_the_lead() -> None:
    told = prominence(
        "Mali's president refused to receive French Foreign Minister Paul Garnier on Monday. "
        "The airport was closed. Garnier instead met Niger's president, Issoufou Maiga, in Niamey."
    )
    assert told["FR+NE"] == "primary"


def test_a_wish_beside_the_lead_is_context() -> None:
    told = prominence(
        "Greek Prime Minister Nikos Vlahos met Albanian Prime Minister Arben Hoxha in Corfu on Tuesday. "
        "Vlahos also hopes to visit Serbia this year."
    )
    assert told == {"AL+GR": "primary", "GR+RS": "background"}
