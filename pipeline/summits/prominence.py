"""What a story is about, and what it tells as context."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from pipeline.summits.days import same_time
from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import toml
from pipeline.summits.story import Story

_OLD = timedelta(days=6)
_LEAD = 2
"""Sentences of a story that are its lead."""
_NEAR = 3
"""Sentences behind the first in which a story may come to its only encounter, or tell what takes the place of one."""
_OPENER = re.compile("|".join(toml("details.toml")["background_openers"]))
_INSTEAD = re.compile(r"\binstead\b(?! of)", re.IGNORECASE)
_TRIP = re.compile(toml("references.toml")["on_a_trip"], re.IGNORECASE)


def is_primary(draft: Draft, story: Story, events: Sequence[Draft]) -> bool:
    """Whether an event is what the lead tells or goes on with, and is not long past.

    Beside the first event, the lead may tell others; a trip that it tells goes on with every meeting on it.
    What is told only to say when or where something else happens ("after meeting X", "on the sidelines of") is context.
    """
    if _long_past(draft, story) or _OPENER.match(story.text[slice(*draft.sentences[0][1])]):
        return False
    first = _first(events)
    index = draft.index
    if first.index > _NEAR and _leads_by_name(draft, story):
        return True
    if draft.aside and (draft.status != "held" or index >= _LEAD or draft is not first):
        return False
    about_trip = first.index > 0 or first.kind == "visit" or first.status != "held"
    if about_trip and _on_trip(draft, story):
        return True
    if draft is first:
        return index <= (_NEAR if len(events) == 1 else _LEAD)
    if index <= _NEAR and _INSTEAD.search(story.sentence(index)):
        return True
    if draft.status == "proposed" != first.status:
        return False
    another_day = draft.when and first.when and not same_time(draft.when, first.when)
    return index < _LEAD and not (draft.status == "held" and (another_day or first.status != "held"))


def _leads_by_name(draft: Draft, story: Story) -> bool:
    """Whether the first sentence says what a gathering's members did, before the gathering itself is told."""
    named = {mention.country for mention in story.by_sentence[0]} if story.by_sentence else set()
    return draft.kind == "multilateral" and draft.status == "held" and bool(draft.series & named)


def _first(events: Sequence[Draft]) -> Draft:
    """The event that the lead is about: one that it tells for its own sake, else one after which something is said."""
    lead = [event for event in events if event.index < _LEAD]
    own = [event for event in lead if not event.aside] or [event for event in lead if event.status == "held"]
    return min(own or events, key=lambda event: event.index)


def _long_past(draft: Draft, story: Story) -> bool:
    if draft.when is None or story.published is None or draft.status != "held":
        return False
    start = draft.when.span.start
    return start < (story.published - _OLD).isoformat()[: len(start)]


def _on_trip(draft: Draft, story: Story) -> bool:
    """Whether the first sentence tells a trip of somebody who takes part."""
    if not story.spans or not _TRIP.search(story.sentence(0)):
        return False
    travellers = [mention.person for mention in story.by_sentence[0] if mention.person is not None]
    return any(person is traveller for person in draft.persons for traveller in travellers)
