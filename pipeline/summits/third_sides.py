"""Somebody of a third side who hosts or joins the encounter of two that a story has just told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.summits.attendance import deeds, is_away
from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import toml
from pipeline.summits.story import Story

_NEAR = 2
"""Sentences behind the last one of an encounter in which "the talks" are those."""


@cache
def _takes_part() -> re.Pattern[str]:
    given = toml("attendance.toml")
    return deeds("|".join(given["third"]).replace("{encounter}", given["encounter"]))


def take_in_third_sides(events: Sequence[Draft], story: Story) -> bool:
    """Takes those who are said to have taken part into the encounter that was told last; whether there were any."""
    found = False
    for index, mentions in enumerate(story.by_sentence):
        begin, end = story.spans[index]
        sentence = story.text[begin:end]
        for mention in mentions:
            person = mention.person
            if person is None or person.past or person.bystander or not person.country:
                continue
            if not _takes_part().match(sentence, mention.end - begin) or is_away(mention, sentence, begin):
                continue
            event = _told_last(index, events)
            if event is not None and person.country not in event.parties:
                event.add_person(person, mention)
                event.kind, found = "multilateral", True
                event.tell_in([(index, (begin, end))])
    return found


def _told_last(index: int, events: Sequence[Draft]) -> Draft | None:
    """The encounter that was told last, up to a sentence, where it is a meeting of two sides that takes place."""
    near = [
        (max(told), -number)
        for number, event in enumerate(events)
        if event.index <= index and (told := [at for at, _ in event.sentences if index - _NEAR <= at <= index])
    ]
    event = events[-max(near)[1]] if near else None
    if event is None or event.kind != "meeting" or event.status not in ("held", "planned"):
        return None
    return event if len(event.parties) == 2 else None
