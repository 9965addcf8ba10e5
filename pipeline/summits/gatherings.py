"""Gatherings of organisations and series: their names and codes, and whether they are over or to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import nouns
from pipeline.summits.clauses import Parsed
from pipeline.summits.lexicon import organisations
from pipeline.summits.roles import Role, people
from pipeline.summits.verbs import stem, verbs


def of_organisation(roles: Sequence[Role]) -> str | None:
    """The organisation whose representatives alone meet: the AU leaders opened their summit."""
    codes = {role.mention.country for role in roles if role.mention is not None and role.mention.country}
    return codes.pop() if len(codes) == 1 and codes <= organisations() else None


def is_joint(roles: Sequence[Role]) -> bool:
    """Whether persons of several countries hold a gathering."""
    countries = {role.mention.country for role in people(roles) if role.mention is not None}
    return len(countries - {None}) > 1


def named_gathering(parsed: Parsed, noun: Any, story: str) -> tuple[str | None, list[str]]:
    """The name of an organisation's or series' gathering that the noun is, such as G20 summit, and the codes."""
    codes: list[str] = []
    first = parsed.start(noun)
    if noun.lower_ not in nouns("gathering"):
        return None, codes
    for child in noun.lefts:
        if child.dep_ == "det":
            continue
        for word in child.subtree:
            mention = parsed.mention_at(word)
            if mention is not None and mention.country in organisations():
                codes += [mention.country] if mention.country not in codes else []
                first = min(first, mention.start)
    last = parsed.end(noun)
    if noun.text[0].isupper() and noun.i and _is_name(parsed, noun):
        right = next((child for child in noun.rights if child.dep_ == "prep" and child.lower_ == "of"), None)
        if right is not None and not codes:
            last = parsed.end(right.doc[right.right_edge.i])
        return story[parsed.start(noun.doc[noun.left_edge.i]) : last], codes
    for child in noun.rights:
        if child.dep_ == "prep" and child.lower_ == "of":
            for word in child.subtree:
                mention = parsed.mention_at(word)
                if mention is not None and mention.country in organisations() and mention.kind in ("country", "group"):
                    codes += [mention.country] if mention.country not in codes else []
    return (story[first:last], codes) if codes else (None, [])


def _is_name(parsed: Parsed, noun: Any) -> bool:
    """Whether a capitalised noun is the name of a series: Summit of the Americas, East Asia Summit."""
    parts = [
        word
        for child in (*noun.lefts, *noun.rights)
        if child.dep_ in ("compound", "nmod", "prep")
        for word in child.subtree
    ]
    return any(word.text[0].isupper() and parsed.mention_at(word) is None for word in parts)


def is_ended(noun: Any) -> bool:
    """Whether a gathering is the subject of a verb that says that it is over: the summit broke up at midnight."""
    verb = noun.head
    over = noun.dep_ == "nsubj" and verb.tag_ in ("VBD", "VBN") and stem(verb) in verbs("ending")
    return over and noun.lower_ in nouns("gathering")


def is_to_come(noun: Any) -> bool:
    """Whether a clause tells of a gathering that it will be held: a summit that Peru is to host."""
    return any(child.dep_ == "relcl" and _tells_to_come(child) for child in noun.children)


def _tells_to_come(clause: Any) -> bool:
    deeds = (clause, *(word for word in clause.children if word.dep_ == "xcomp"))
    will = any(child.lower_ in ("will", "shall") for child in clause.children)
    is_to = clause.lower_ in ("is", "are") and len(deeds) > 1
    return (will or is_to) and any(stem(deed) in verbs("planning") | verbs("taking_place") for deed in deeds)
