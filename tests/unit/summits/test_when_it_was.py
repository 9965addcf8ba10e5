"""The day of an encounter: not that of a saying, of a refusal, or of what something else has on it."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits import extract
from schemas.records import DateSpan

STORY_DAY = date(2019, 5, 15)
"""A Wednesday."""
HOLT, VARELAS = "Danish Prime Minister Karin Holt", "Greek President Nikos Varelas"


def day_of(text: str) -> DateSpan | None:
    events = extract(text, published=STORY_DAY)
    assert len(events) == 1
    return events[0].date


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (f"{HOLT} said on Tuesday she hoped to meet {VARELAS} in Athens on Friday.", "2019-05-17"),
        (f"{HOLT} said on Tuesday after meeting {VARELAS} that ties were warm.", "2019-05-14"),
        (f"{HOLT} met {VARELAS} on Monday, two days before Thursday's election.", "2019-05-13"),
        (f"{HOLT} and {VARELAS} agreed on Monday to share ferries after talks in Athens.", "2019-05-13"),
        (f"{HOLT} cancelled a meeting with {VARELAS} that was to take place on Tuesday.", "2019-05-14"),
        (f"{HOLT} cancelled a meeting with {VARELAS} that was to take place on Friday.", "2019-05-17"),
        (f"A meeting of {HOLT} with {VARELAS} set for Thursday was postponed to Saturday.", "2019-05-18"),
        (f"{HOLT} will meet {VARELAS} next week.", "2019-05"),
        (f"{HOLT} wants to meet {VARELAS} before the end of the year.", "2019"),
        (f"{HOLT} met {VARELAS} on Tuesday, May 7.", "2019-05-07"),
        (f"{HOLT} met {VARELAS} over the weekend.", "2019-05"),
        (f"{HOLT} met {VARELAS} a fortnight ago.", "2019-05"),
        (f"{HOLT} will meet {VARELAS} in ten days.", "2019-05-25"),
        (f"{HOLT} spoke with {VARELAS} this morning by phone.", "2019-05-15"),
        (f"{HOLT} met {VARELAS} in March of last year.", "2018-03"),
        (f"{HOLT} dropped in on {VARELAS} on Christmas Day last year and met him for an hour.", "2018-12-25"),
        (f"{HOLT} will meet {VARELAS} early in the new year.", "2020"),
        (f"{HOLT}, on a five-day visit through Saturday, met {VARELAS} on Monday.", "2019-05-13"),
        (f"A storm hit Athens on Saturday. {HOLT} met {VARELAS} there the next day.", "2019-05-12"),
        (f"{HOLT} spoke in Patras on Thursday and met {VARELAS} three days later.", "2019-05-12"),
    ],
)
def test_an_encounter_has_its_own_day(text: str, start: str) -> None:
    assert day_of(text) == DateSpan(start)


@pytest.mark.parametrize(
    "text",
    [
        f"{HOLT} said on Tuesday she was ready to meet {VARELAS}.",
        f"{HOLT} on Tuesday said she was ready to meet {VARELAS}.",
        f"{HOLT} has telephoned {VARELAS} to wish him luck for Sunday's election.",
        f"{HOLT} will meet {VARELAS} to discuss the closing of two ports in August.",
        f"{HOLT} will hold talks with {VARELAS} to discuss a planned withdrawal from the islands in August.",
        f"{HOLT} said on Tuesday at a school in Vienna, where she spoke for an hour, that she would meet {VARELAS}.",
        f"{HOLT} met {VARELAS} for the second time in two weeks.",
        f"{HOLT} left on Tuesday for Athens, where she will meet {VARELAS}.",
        f"The fair beginning Monday is held just days before {HOLT} and {VARELAS} meet in Bergen.",
    ],
)
def test_the_day_of_something_else_is_not_an_encounters(text: str) -> None:
    assert day_of(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        (f"{HOLT} and {VARELAS} opened a two-day summit in Athens on Monday.", "2019-05-13", "2019-05-14"),
        (f"{HOLT} and {VARELAS} begin three days of talks in Athens on Friday.", "2019-05-17", "2019-05-19"),
        (f"{HOLT} and {VARELAS} ended a two-day summit in Athens on Tuesday.", "2019-05-13", "2019-05-14"),
        (
            f"{HOLT} and {VARELAS} wound up their first gathering in three years on Tuesday. The four-day meeting "
            "of the two was in Athens.",
            "2019-05-11",
            "2019-05-14",
        ),
        (f"{HOLT} will meet {VARELAS} between June 30 and July 2.", "2019-06-30", "2019-07-02"),
        (f"{HOLT} and {VARELAS} ended two days of talks in Athens on Tuesday.", "2019-05-13", "2019-05-14"),
        (
            "Leaders of the African Union wound up their summit in Accra on Tuesday. The four-day meeting was opened "
            "by Ghanaian President Kofi Mensa.",
            "2019-05-11",
            "2019-05-14",
        ),
        (
            f"{HOLT} will visit Greece on Friday. Officials in Athens said her three-day visit would not be easy.",
            "2019-05-17",
            "2019-05-19",
        ),
    ],
)
def test_several_days_are_counted_from_the_one_that_is_told(text: str, start: str, end: str) -> None:
    assert day_of(text) == DateSpan(start, end)


def test_a_meeting_without_a_day_was_on_that_of_the_lead() -> None:
    text = f"{HOLT} and {VARELAS} vowed on Monday to share ferries. The two leaders met for an hour in Athens."
    assert day_of(text) == DateSpan("2019-05-13")


def test_today_of_a_story_that_is_printed_later_is_the_day_of_its_dateline() -> None:
    assert day_of(f"ATHENS, May 14 (Wire) - {HOLT} met {VARELAS} here today.") == DateSpan("2019-05-14")


def test_a_dateline_of_another_week_is_no_anchor() -> None:
    assert day_of(f"ATHENS, May 2 (Wire) - {HOLT} met {VARELAS} here today.") == DateSpan("2019-05-15")
