"""Encounters told right behind another one of the same person: later on the same day, or also on the same occasion."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.summits.days import DAY
from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import pattern
from pipeline.summits.places import PlaceHit
from pipeline.summits.story import Story

_REACH = 2
"""Sentences behind the earlier encounter in which the next one is told."""


def carry_on(events: Sequence[Draft], story: Story) -> None:
    """Gives each encounter without a day, told as the next one of the same person, the day of the one before, and its
    city where that lies with one of its own sides or is where they all are guests."""
    for number, draft in enumerate(events):
        if draft.when is not None or draft.status not in ("held", "planned"):
            continue
        begin = story.spans[draft.index][0]
        order = pattern("details.toml", "in_sequence", "later" if draft.status == "held" else "also")
        cue = order.search(story.text, begin, draft.triggers[0][0])
        before = _before(draft, events[:number]) if cue is not None else None
        if before is None:
            continue
        place = before.place if _shares_place(before, draft) else None
        if draft.status == "planned" and place is None:
            continue
        draft.when = before.when
        if draft.place is None:
            draft.place = place


def _before(draft: Draft, events: Sequence[Draft]) -> Draft | None:
    """The encounter of one of its persons that was told last, with its day, where it may be the same occasion."""
    for other in reversed(events):
        near = 0 <= draft.index - other.index <= _REACH
        if near and draft.shares_person(other) and other.status == draft.status:
            elsewhere = draft.place is not None and other.place is not None and not _one_city(draft.place, other.place)
            dated = other.when is not None and (draft.status == "planned" or len(other.when.span.start) == DAY)
            return other if dated and not elsewhere else None
    return None


def _one_city(one: PlaceHit, other: PlaceHit) -> bool:
    return one.country == other.country and (one.city is None or other.city is None or one.city == other.city)


def _shares_place(before: Draft, draft: Draft) -> bool:
    place = before.place
    if place is None or place.city is None or place.building:
        return False
    return place.country in draft.parties or place.country not in before.parties
