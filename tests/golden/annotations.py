"""What an attentive reader finds in the sample wire's stories (expected.jsonl), beside what the pipeline found.

The annotations follow docs/events.md; they hold no topics, outcomes and quotes. An event found and an annotated one are
a pair where their parties are the same, neither is a call without the other, and their days are no more than a week
apart where both have one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.demo.wire import SampleWire, stories
from schemas.records import SummitReport, article_id

Event = dict[str, Any]

SLACK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Compared:
    """One version of a story. `pairs`: (annotated, found)."""

    source: str
    item: str
    version: int
    annotated: tuple[Event, ...]
    found: tuple[Event, ...]
    pairs: tuple[tuple[Event, Event], ...]

    @property
    def missed(self) -> list[Event]:
        return [event for event in self.annotated if not any(event is one for one, _ in self.pairs)]

    @property
    def surplus(self) -> list[Event]:
        return [event for event in self.found if not any(event is other for _, other in self.pairs)]


def annotated_stories() -> list[dict[str, Any]]:
    """One for each version of each story: source, item, version, events."""
    text = Path(__file__).with_name("expected.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def compare(reports: list[SummitReport]) -> list[Compared]:
    """Every annotated version beside its report. Raises KeyError where a version has none."""
    by_version = {(report.article_id, report.version): report for report in reports}
    compared = []
    for story in annotated_stories():
        report = by_version[article_id(story["source"], story["item"]), story["version"]]
        annotated, found = story["events"], [event.to_dict() for event in report.events]
        compared.append(
            Compared(
                story["source"], story["item"], story["version"], tuple(annotated), tuple(found),
                tuple(_pairs(annotated, found)),
            )
        )  # fmt: skip
    return compared


def annotated_articles() -> set[str]:
    return {article_id(story["source"], story["item"]) for story in annotated_stories()}


def wire_articles(wire: SampleWire) -> set[str]:
    return {story.article_id for story in stories(wire)}


def _pairs(annotated: list[Event], found: list[Event]) -> list[tuple[Event, Event]]:
    left = list(found)
    pairs = []
    for event in annotated:
        fitting = [other for other in left if _fits(event, other)]
        if fitting:
            best = min(fitting, key=lambda other: (event["date"] != other["date"], event["kind"] != other["kind"]))
            left = [other for other in left if other is not best]
            pairs.append((event, best))
    return pairs


def _fits(one: Event, other: Event) -> bool:
    return (
        set(one["parties"]) == set(other["parties"])
        and (one["kind"] == "call") == (other["kind"] == "call")
        and not _apart(one["date"], other["date"])
    )


def _apart(one: dict[str, str] | None, other: dict[str, str] | None) -> bool:
    if one is None or other is None:
        return False
    first, second = one["start"], other["start"]
    if len(first) < 10 or len(second) < 10:
        shorter = min(len(first), len(second))
        return first[:shorter] != second[:shorter]
    return abs((date.fromisoformat(first) - date.fromisoformat(second)).days) > SLACK_DAYS
