"""Which sentences can tell an encounter, by the mentions in them and near them: only these are parsed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.summits.gate import triggers
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.people import PRONOUNS, Mention
from pipeline.summits.referring import reference_words
from pipeline.summits.story import Story

RECALL = 3
"""Sentences back in which a pronoun finds its person."""
_REFERRING = re.compile(
    r"\b(?:he|she|they|both|the two|the (?:leaders|ministers|presidents|premiers|monarchs)|"
    r"two (?:sides|leaders|countries|men)|"
    r"the (?:(?:next|previous|last|earlier|following) )?"
    r"(?:round|meeting|summit|talks|visit|trip|call|encounter|gathering|session|conference)|"
    r"(?:an?|earlier|previous|first|second|third|fourth|last) (?:\w+ ){0,2}(?:meeting|summit|round)|"
    r"talks (?:was|were|took|had|have|will|are|resumed?|began|begin|ended|failed|collapsed)|"
    r"(?:it|this|that) (?:was|had been|has been|will be)|its (?:postponement|cancellation))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


def tellable(story: Story, wanted: Sequence[int]) -> list[int]:
    """The sentences that can tell an encounter: with two sides, with one (or a word that refers to one) and the other
    told nearby, or with an organisation, whose members meet."""
    codes = [{mention.country for mention in mentions if mention.country} for mentions in story.by_sentence]
    out = []
    for index in wanted:
        here = codes[index]
        mentions = story.by_sentence[index]
        if len(here) > 1 or here & organisations():
            out.append(index)
            continue
        sentence = story.text[slice(*story.spans[index])]
        near = set().union(*codes[max(0, index - RECALL) : index + 2])
        refers = _REFERRING.search(sentence) is not None
        sided = len(near) > 1 or (refers and not near.isdisjoint(organisations())) or _stranger(mentions)
        if (refers or mentions) and sided and not _lacks_a_side(sentence, mentions):
            out.append(index)
    return out


def _stranger(mentions: Sequence[Mention]) -> bool:
    """Whether somebody who may be of another country is named beside one whose country is told: flew to Lahore for
    talks with then Prime Minister Nawaz Sharif."""
    persons = [m.person for m in mentions if m.person is not None and m.person.title and not m.person.bystander]
    countries = {person.country for person in persons}
    return len(countries) > 1 and None in countries


def _lacks_a_side(sentence: str, mentions: Sequence[Mention]) -> bool:
    """Whether an encounter could only be told by a verb that has both its sides in its clause (meet, see, call), and
    the sentence names one side at most and has no word for others: "The finance minister of India met protests"."""
    if not triggers(sentence) <= _two_sided():
        return False
    nameless = 0
    named = set()
    for mention in mentions:
        if mention.country:
            named.add(mention.country)
        elif mention.person is None or not mention.person.bystander:
            nameless += 1
    return len(named) + nameless < 2 and _others().isdisjoint(_WORD.findall(sentence.lower()))


@cache
def _two_sided() -> frozenset[str]:
    return frozenset(toml("cues.toml")["two_sided"])


@cache
def _others() -> frozenset[str]:
    """Words for sides that are told elsewhere. "His" stands in front of a side that has its own mention."""
    lists = ("plural_pronouns", "plural_nouns", "actors")
    return (PRONOUNS - {"his"}).union({"it"}, *map(reference_words, lists))
