"""What a name, a capital or an office stands for in a story of its day."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits import extract
from pipeline.summits.former_states import at_the_time

HOLT = "Danish Prime Minister Karin Holt"


def sides(text: str, day: str) -> tuple[str, ...]:
    events = extract(text, published=date.fromisoformat(day))
    assert len(events) == 1, events
    return events[0].parties


def country(text: str, day: str) -> str | None:
    place = extract(text, published=date.fromisoformat(day))[0].place
    return place.country if place is not None else None


@pytest.mark.parametrize(
    ("code", "form", "day", "state"),
    [
        ("RU", "capital", "1991-12-25", "SU"),
        ("RU", "capital", "1991-12-26", "RU"),
        ("RU", "country", "1910-05-01", "RU"),
        ("UA", "capital", "1990-06-01", "SU"),
        ("UA", "country", "1990-06-01", "UA"),
        ("LT", "capital", "1991-09-06", "LT"),
        ("RS", "capital", "1998-03-01", "YU"),
        ("RS", "country", "1998-03-01", "RS"),
        ("HR", "capital", "1998-03-01", "HR"),
        ("CZ", "demonym", "1992-12-31", "CS"),
        ("SK", "demonym", "1993-01-01", "SK"),
        ("DE", "capital", "1985-03-01", "DE"),
        ("FR", "capital", "1985-03-01", "FR"),
    ],
)
def test_a_name_stands_for_the_state_of_its_day(code: str, form: str, day: str, state: str) -> None:
    assert at_the_time(code, form, date.fromisoformat(day)) == state


def test_without_a_day_a_name_stands_for_the_state_of_today() -> None:
    assert at_the_time("RU", "capital", None) == "RU"


@pytest.mark.parametrize(
    ("text", "day", "wanted"),
    [
        (f"The Kremlin said Viktor Orlov, the Soviet premier, met {HOLT} on Monday.", "1984-05-16", ("DK", "SU")),
        (f"MOSCOW, May 15 - {HOLT} met President Viktor Orlov here today.", "1990-05-15", ("DK", "SU")),
        (f"MOSCOW, May 15 - {HOLT} met President Viktor Orlov here today.", "1995-05-15", ("DK", "RU")),
        (f"CPSU General Secretary Viktor Orlov received {HOLT} on Monday.", "1984-05-16", ("DK", "SU")),
        (
            f"Viktor Orlov, General Secretary of the CPSU Central Committee, received {HOLT} on Monday.",
            "1984-05-16",
            ("DK", "SU"),
        ),
        (f"{HOLT} will visit Moscow in June.", "1984-05-16", ("DK", "SU")),
        (f"{HOLT} arrived in Tbilisi on Monday.", "1984-05-16", ("DK", "SU")),
        (f"{HOLT} arrived in Tbilisi on Monday.", "1994-05-16", ("DK", "GE")),
        (f"{HOLT} arrived in Belgrade on Monday.", "1996-05-16", ("DK", "YU")),
        (f"Czech Prime Minister Milan Vesely received {HOLT} on Monday.", "1988-05-16", ("CS", "DK")),
        (f"{HOLT} met East German Prime Minister Horst Lenz in Leipzig on Monday.", "1988-05-16", ("DD", "DK")),
        (f"{HOLT} met German Chancellor Horst Lenz in Bonn on Monday.", "1988-05-16", ("DE", "DK")),
    ],
)
def test_who_takes_part_is_of_the_state_of_its_day(text: str, day: str, wanted: tuple[str, ...]) -> None:
    assert sides(text, day) == wanted


def test_a_place_lies_in_the_state_of_its_day() -> None:
    text = f"{HOLT} met Greek President Nikos Varelas in Kiev on Monday."
    assert country(text, "1984-05-16") == "SU"
    assert country(text, "1994-05-16") == "UA"


def test_the_soviet_capital_is_moscow() -> None:
    text = f"{HOLT} met Greek President Nikos Varelas in the Soviet capital on Monday."
    place = extract(text, published=date(1984, 5, 16))[0].place
    assert place is not None
    assert (place.name, place.country, place.latitude is not None) == ("Moscow", "SU", True)
