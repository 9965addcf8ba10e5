"""The annotated stories of our own writing hold what their format promises: figures measured on them mean something."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest


def stories_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()]


STORIES = stories_of("stories_b.jsonl")
ALL_STORIES = [*STORIES, *(story for letter in "defgh" for story in stories_of(f"stories_{letter}.jsonl"))]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RARE = ("postponed", "cancelled", "declined", "proposed")


def every_event(stories: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for story in stories:
        for event in story["events"]:
            yield story, event


def test_no_two_stories_share_an_id() -> None:
    assert len({story["id"] for story in ALL_STORIES}) == len(ALL_STORIES)


@pytest.mark.parametrize("story", ALL_STORIES, ids=lambda story: str(story["id"]))
def test_spans_are_words_of_the_story(story: dict[str, Any]) -> None:
    for event in story["events"]:
        for words in (*event["topics"], *event["outcomes"], *(quote["text"] for quote in event["quotes"])):
            assert words in story["text"]
        for person in event["participants"]:
            assert person["name"] is None or person["name"] in story["text"]
            assert person["title"].lower() in story["text"].lower()
            assert person["country"] in event["parties"]


@pytest.mark.parametrize("story", ALL_STORIES, ids=lambda story: str(story["id"]))
def test_evidence_is_whole_sentences(story: dict[str, Any]) -> None:
    text = story["text"]
    for event in story["events"]:
        assert event["evidence"]
        for start, end in event["evidence"]:
            assert start == 0 or text[start - 1] in " \n"
            assert re.search(r"[.!?][”\"]?$", text[start:end])


def test_a_day_agrees_with_the_only_weekday_that_its_sentence_names() -> None:
    for story, event in every_event(ALL_STORIES):
        start, end = event["evidence"][0]
        named = {day for day in WEEKDAYS if re.search(rf"\b{day}\b", story["text"][start:end])}
        told_twice = re.search(r"\d", story["text"][start:end]) or event["status"] in RARE
        if event["date"] and len(event["date"]["start"]) == 10 and len(named) == 1 and not told_twice:
            first = date.fromisoformat(event["date"]["start"])
            last = date.fromisoformat(event["date"]["end"] or event["date"]["start"])
            days = range(first.toordinal(), last.toordinal() + 1)
            assert named & {WEEKDAYS[date.fromordinal(day).weekday()] for day in days}, story["id"]


def test_each_rare_status_stands_at_least_twenty_times() -> None:
    counts = Counter(event["status"] for _, event in every_event(STORIES))
    assert all(counts[status] >= 20 for status in RARE)


def test_stories_without_an_event_stand_beside_those_with_one() -> None:
    assert sum(not story["events"] for story in STORIES) >= 15


def test_both_halves_hold_every_status_and_kind() -> None:
    for half in ("a", "b"):
        events = [event for story, event in every_event(STORIES) if story["half"] == half]
        assert {event["status"] for event in events} == {"held", "planned", *RARE}
        assert {event["kind"] for event in events} == {"meeting", "multilateral", "call", "visit"}
