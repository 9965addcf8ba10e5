"""Stops of a journey: who is met there and told without a country is of the country of the stop."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.summits.candidate import Candidate
from pipeline.summits.lexicon import organisations, pattern
from pipeline.summits.people import Mention
from pipeline.summits.places import venue_hit
from pipeline.summits.story import Story

_STOPS = ("references.toml", "stops")
_IN_FRONT = 20
"""Characters in front of a place that hold the words which tie somebody to it."""


def is_placed(text: str, start: int) -> bool:
    """Whether a word in front of a country says that somebody is, comes or was there: in, from, left."""
    return _in_front("placed", text, start)


def _in_front(name: str, text: str, start: int) -> bool:
    """Whether words of this pattern stand in front of a place."""
    return pattern(*_STOPS, name).search(text[max(0, start - _IN_FRONT) : start]) is not None


def is_scene(text: str, start: int) -> bool:
    """Whether a word in front of a country makes it no more than the place of something: off, near, left for."""
    return _in_front("scene", text, start)


def is_held_in(text: str, start: int) -> bool:
    """Whether a place is told as that of an encounter, at which nobody need be at home: was held in."""
    return _in_front("held_in", text, start)


def stands_in(text: str, start: int) -> bool:
    """Whether "in" stands in front of a country."""
    return text[max(0, start - _IN_FRONT) : start].endswith((" in ", " in the "))


def last_stop(text: str, sentence: str, before: Sequence[Mention]) -> str | None:
    """The country that "there" means in a sentence: the last one in which the sentence before has somebody be, by its
    name or its capital's. `before`: the mentions of that sentence."""
    stops = stops_before(text, sentence, before)
    return stops[-1].country if stops else None


def stops_before(text: str, sentence: str, before: Sequence[Mention]) -> list[Mention]:
    """The places that "there" may mean in a sentence, the likeliest last; none where it does not stand for one."""
    if not before or not pattern(*_STOPS, "there").search(sentence):
        return []
    return [
        mention
        for mention in before
        if mention.form in ("country", "capital")
        and mention.country not in organisations()
        and _in_front("reached", text, mention.start)
    ]


def set_there(candidate: Candidate, story: Story, index: int) -> None:
    """Gives what a sentence tells with "there" the place that the sentence before has come to. What is told in the
    present is to come."""
    stops = stops_before(story.text, story.text[slice(*story.spans[index])], story.by_sentence[index - 1])
    if not stops:
        return
    candidate.place = venue_hit(stops[-1])
    if candidate.status == "held" and candidate.verb and candidate.token.tag_ in ("VBZ", "VBP"):
        candidate.status = "planned"


def receives_guest(between: str) -> bool:
    """Whether the words between somebody and a place say that he has a guest there: will receive her in."""
    return pattern(*_STOPS, "receives").match(between) is not None
