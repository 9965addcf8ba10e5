"""Which sentences go on telling an event, beside those that tell it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.summits.drafts import Draft
from pipeline.summits.gate import may_hold_encounter
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.people import Mention, Person

_OPENING = re.compile(r"(?:Beyond|Besides|Apart from|Aside from|In addition to|On|In|At|After|During) [^,]{1,40}, ")
_GOES_ON = 2
"""Sentences behind those that tell what is background in which the story goes on with it."""
_LEAD = 2
"""Number of the sentence up to which a story tells the encounter that its first one is about."""
_SAID = re.compile(r"\b(?:said|says|announced|reported)(?: that)? (?=(?:the|both|they)\b)")
_SOURCE_REACH = 120
"""Characters from a sentence's begin up to which a source is told."""
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
        near = index == 0 and events[current].index <= _LEAD
        if near and _may_lead(text[slice(*span)], by_sentence[0], persons[current]):
            out[current].add(0)
            continue
        covering = _covering(events, primary, persons, current, text, index, span, by_sentence[index])
        if not covering:
            continue
        leading = [number for number in covering if primary[number]]
        if current not in covering or any(persons[current] == persons[number] for number in leading):
            current = (leading or covering)[0]
        if primary[current] or index - max(number for number, _ in events[current].sentences) <= _GOES_ON:
            out[current].add(index)
    return out


def _covering(
    events: Sequence[Draft],
    primary: Sequence[bool],
    persons: Sequence[set[int]],
    current: int,
    text: str,
    index: int,
    span: tuple[int, int],
    mentions: Sequence[Mention],
) -> list[int]:
    """The events that a sentence, by its number and characters, may go on telling: the primary ones, and of the others
    those that have begun. Where it refers back, those who are named behind the reference are what is spoken of, not who
    speaks."""
    begin = _behind_source(text, span)
    reference = _refers().search(text, begin, min(span[1], begin + _FARTHEST))
    if reference is not None:
        before = [mention for mention in mentions if begin <= mention.start and mention.end <= reference.start()]
        if all(_of(mention, events[current], persons[current]) for mention in before):
            return [current]
    if re.search(toml("details.toml")["on_agenda"], text[span[0] : span[1]]):
        return [current]
    if _tells_of_members(mentions, text, span, events[current]):
        return [current]
    here = {id(mention.person) for mention in mentions if mention.person is not None}
    begun = [number for number in range(len(events)) if primary[number] or _begin(events[number]) < index]
    if here:
        return [number for number in begun if here <= persons[number]]
    codes = {mention.country for mention in mentions if mention.country}
    return [number for number in begun if len(codes) > 1 and codes == events[number].parties]


def _tells_of_members(mentions: Sequence[Mention], text: str, span: tuple[int, int], event: Draft) -> bool:
    """Whether a sentence opens with an organisation or a series whose gathering it is, or its members: on Friday, the
    G7 ministers also spoke of."""
    opening = _OPENING.match(text, *span)
    begin = opening.end() if opening is not None else span[0]
    first = next((mention for mention in mentions if mention.start >= begin), None)
    if first is None or first.person is not None or first.possessive or first.start - begin > _FARTHEST:
        return False
    return first.country in event.series | (event.parties & organisations())


def _begin(event: Draft) -> int:
    return min(index for index, _ in event.sentences)


def _may_lead(sentence: str, mentions: Sequence[Mention], persons: set[int]) -> bool:
    """Whether a story's first sentence tells what came of what the next ones tell: it names nobody else, and no
    encounter of its own."""
    named = [mention.person for mention in mentions if mention.person is not None]
    return all(id(person) in persons for person in named) and not may_hold_encounter(sentence)


def _behind_source(text: str, span: tuple[int, int]) -> int:
    """Where a sentence begins to tell what it gives a source for: a statement by the ministry said the two would …"""
    said = _SAID.search(text, span[0], min(span[1], span[0] + _SOURCE_REACH))
    return said.end() if said is not None else span[0]


def may_take_part(person: Person, draft: Draft) -> bool:
    """Whether somebody may have taken part for a side of which nobody is named."""
    named = any(other.name and other.country == person.country for other in draft.persons)
    of_rank = not person.level or not draft.level or person.level == draft.level
    return person.country in draft.parties and of_rank and not (named or person.past or person.bystander)


def _of(mention: Mention, event: Draft, persons: set[int]) -> bool:
    if mention.person is not None and not mention.person.bystander:
        return id(mention.person) in persons
    return mention.country is None or mention.country in event.parties
