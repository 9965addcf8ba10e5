"""Whole stories of our own writing, in the manner of other agencies and years, for the fields beside the parties.

Each floor lies a little under what was measured when the rules were done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.summits import extract

STORIES = [
    json.loads(line) for line in (Path(__file__).parent / "stories_d.jsonl").read_text(encoding="utf-8").splitlines()
]
Event = dict[str, Any]


@cache
def pairs() -> list[tuple[Event, Event]]:
    """Expected and found events of the same parties and status."""
    out = []
    for story in STORIES:
        found = [e.to_dict() for e in extract(story["text"], published=date.fromisoformat(story["published"]))]
        for event in story["events"]:
            same = [e for e in found if set(e["parties"]) == set(event["parties"]) and e["status"] == event["status"]]
            if same:
                out.append((event, same[0]))
                found.remove(same[0])
    return out


def day(event: Event) -> tuple[str | None, str | None]:
    told = event["date"] or {}
    return told.get("start"), told.get("end")


def country(event: Event) -> str | None:
    return (event["place"] or {}).get("country")


def test_most_events_are_found() -> None:
    assert len(pairs()) >= 13


@pytest.mark.parametrize(("value", "floor"), [(day, 0.85), (country, 0.8)])
def test_days_and_countries_are_right(value: Callable[[Event], object], floor: float) -> None:
    assert sum(value(wanted) == value(found) for wanted, found in pairs()) / len(pairs()) >= floor


def words(spans: Iterable[Any]) -> list[str]:
    return [word.strip(".,") for span in spans for word in (span if isinstance(span, str) else span["text"]).split()]


@pytest.mark.parametrize(("field", "floor"), [("topics", 0.8), ("outcomes", 0.75), ("quotes", 0.9)])
def test_most_words_of_topics_results_and_quotations_are_found_and_few_others(field: str, floor: float) -> None:
    hits = wanted = found = 0
    for expected, event in pairs():
        right, told = words(expected[field]), words(event[field])
        wanted, found = wanted + len(right), found + len(told)
        for word in right:
            if word in told:
                told.remove(word)
                hits += 1
    assert 2 * hits / (wanted + found) >= floor
