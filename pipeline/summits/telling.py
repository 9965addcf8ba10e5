"""Which sentences go on telling an event, beside those that tell it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import toml
from pipeline.summits.people import Mention, Person

_FARTHEST = 70
"""Characters from a sentence's begin up to which a word that refers back is its subject."""


@cache
def _refers() -> re.Pattern[str]:
    return re.compile("|".join(toml("details.toml")["referring"]))


def told_in(
    events: Sequence[Draft],
    primary: Sequence[bool],
    text: str,
    spans: Sequence[tuple[int, int]],
    by_sentence: Sequence[Sequence[Mention]],
) -> list[set[int]]:
    """For each event the numbers of the sentences that tell it: its own, and those that speak of its persons alone, of
    exactly its sides, or of "the two leaders" and "their talks". Where two events have such persons, that counts which
    was told just before, unless both are of the same persons: then the primary one goes on."""
    out: list[set[int]] = [{index for index, _ in draft.sentences} for draft in events]
    owner: dict[int, int] = {}
    for number in sorted(range(len(events)), key=lambda number: not primary[number]):
        for index in out[number]:
            owner.setdefault(index, number)
    persons = [{id(person) for person in draft.persons} for draft in events]
    everybody = {id(m.person): m.person for mentions in by_sentence for m in mentions if m.person is not None}
    for draft, own in zip(events, persons, strict=True):
        own |= {key for key, person in everybody.items() if may_take_part(person, draft)}
    current = next((number for number in range(len(events)) if primary[number]), None)
    for index, span in enumerate(spans):
        if index in owner:
            current = owner[index]
            continue
        if current is None:
            continue
        covering = _covering(events, persons, current, text, span, by_sentence[index])
        if not covering:
            continue
        leading = [number for number in covering if primary[number]]
        if current not in covering or any(persons[current] == persons[number] for number in leading):
            current = (leading or covering)[0]
        out[current].add(index)
    return out


def _covering(
    events: Sequence[Draft],
    persons: Sequence[set[int]],
    current: int,
    text: str,
    span: tuple[int, int],
    mentions: Sequence[Mention],
) -> list[int]:
    """The events that a sentence may go on telling. Where it refers back, those who are named behind the reference are
    what is spoken of, not who speaks."""
    reference = _refers().search(text, span[0], min(span[1], span[0] + _FARTHEST))
    if reference is not None:
        before = [mention for mention in mentions if mention.end <= reference.start()]
        if all(_of(mention, events[current], persons[current]) for mention in before):
            return [current]
    if re.search(toml("details.toml")["on_agenda"], text[span[0] : span[1]]):
        return [current]
    here = {id(mention.person) for mention in mentions if mention.person is not None}
    if here:
        return [number for number in range(len(events)) if here <= persons[number]]
    codes = {mention.country for mention in mentions if mention.country}
    return [number for number in range(len(events)) if len(codes) > 1 and codes == events[number].parties]


def may_take_part(person: Person, draft: Draft) -> bool:
    """Whether somebody may have taken part for a side of which nobody is named."""
    named = any(other.name and other.country == person.country for other in draft.persons)
    of_rank = not person.level or not draft.level or person.level == draft.level
    return person.country in draft.parties and of_rank and not (named or person.past or person.bystander)


def _of(mention: Mention, event: Draft, persons: set[int]) -> bool:
    if mention.person is not None and not mention.person.bystander:
        return id(mention.person) in persons
    return mention.country is None or mention.country in event.parties
