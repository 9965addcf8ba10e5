"""Gatherings of organisations and series: their names and codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import nouns
from pipeline.summits.clauses import Parsed
from pipeline.summits.lexicon import organisations
from pipeline.summits.roles import Role


def of_organisation(roles: Sequence[Role]) -> str | None:
    """The organisation whose representatives alone meet: the AU leaders opened their summit."""
    codes = {role.mention.country for role in roles if role.mention is not None and role.mention.country}
    return codes.pop() if len(codes) == 1 and codes <= organisations() else None


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
