"""Sentences of our own writing, each with the events that it must give (the format stands in the tables' heads)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.summits import extract
from schemas.records import SummitEvent

DAY = date(2024, 5, 15)
CASES = [
    line.split("\t")
    for table in sorted(Path(__file__).parent.glob("sentences_*.tsv"))
    for line in table.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
OPEN = {
    "João d'Orey": "an elided particle before a capital",
    "“We met in Minsk": "the quotation and its frame are two tellings",
    "Levent Akgul in Van": "a city whose name is a particle of names",
    "a week after her meeting with Icelandic": "whose meeting a possessive in a phrase of time is",
}
"""Cases that fail, by words of theirs, and why."""


def told(event: SummitEvent) -> tuple[str, str, str, str, str]:
    when = "none" if event.date is None else "/".join(filter(None, (event.date.start, event.date.end)))
    place = "none"
    if event.place is not None:
        place = f"{(event.place.name or '').replace(' ', '_')},{event.place.country}"
    return event.kind, event.status, "+".join(event.parties), when, place


def fits(wanted: str, got: tuple[str, ...]) -> bool:
    return all(
        want in ("?", have) or (want.endswith(",?") and have.startswith(want[:-1]))
        for want, have in zip(wanted.split(), got, strict=True)
    )


@pytest.mark.parametrize(("sentence", "wanted"), CASES, ids=[case[0][:60] for case in CASES])
def test_a_sentence_gives_its_events_and_no_other(sentence: str, wanted: str, request: pytest.FixtureRequest) -> None:
    reason = next((why for words, why in OPEN.items() if words in sentence), None)
    if reason:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    events = sorted(map(told, extract(sentence, published=DAY)))
    expected = [] if wanted == "-" else [part.strip() for part in wanted.split(" ; ")]
    assert len(events) == len(expected), events
    left = list(events)
    for want in expected:
        match = next((event for event in left if fits(want, event)), None)
        assert match is not None, (want, events)
        left.remove(match)


def test_the_table_holds_at_least_two_hundred_cases() -> None:
    assert len(CASES) >= 200
