"""Encounters told as the next one of the same person, and what they share with the one before."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits import extract

HOLT, VARELAS = "Danish Prime Minister Karin Holt", "Greek President Nikos Varelas"


def next_one(text: str) -> tuple[str | None, str | None]:
    """Day and city of the last event."""
    event = extract(text, published=date(2019, 5, 15))[-1]
    return event.date.start if event.date else None, event.place.name if event.place else None


@pytest.mark.parametrize(
    ("text", "day", "city"),
    [
        (
            f"{HOLT} met {VARELAS} in Athens on Monday. She was later received by Greek Prime Minister Spyros Galanos.",
            "2019-05-13",
            "Athens",
        ),
        (
            f"{HOLT} met {VARELAS} in Athens on Monday. She later met Turkish Foreign Minister Cem Aydin in Athens.",
            "2019-05-13",
            "Athens",
        ),
        (
            f"{HOLT} will meet {VARELAS} on the sidelines of the U.N. General Assembly in New York next month. Holt "
            "will also meet Kenyan President Amos Kiprono.",
            "2019-06",
            "New York",
        ),
    ],
)
def test_the_next_one_is_on_the_same_day_or_occasion(text: str, day: str, city: str) -> None:
    assert next_one(text) == (day, city)


@pytest.mark.parametrize(
    "text",
    [
        f"{HOLT} met {VARELAS} in Athens on Monday. Later this year she will meet Turkish Foreign Minister Cem Aydin.",
        f"{HOLT} met {VARELAS} in Athens on Monday. She later met Turkish Foreign Minister Cem Aydin in Ankara.",
        f"{HOLT} will meet {VARELAS} in Athens on Friday. She will also meet Turkish Foreign Minister Cem Aydin.",
        f"{HOLT} met {VARELAS} in Athens on Monday. Chilean President Diego Fuentes later met Peru's prime minister.",
        f"{HOLT} met {VARELAS} in Athens on Monday. She has met Turkish Foreign Minister Cem Aydin.",
    ],
)
def test_another_place_person_or_time_is_another_day(text: str) -> None:
    assert next_one(text)[0] not in ("2019-05-13", "2019-05-17")
