"""Nouns that are a visit: visit, trip, tour, the next stop of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import Candidate, made, nouns, place_after, place_at
from pipeline.summits.clauses import Parsed
from pipeline.summits.offers import askers
from pipeline.summits.places import PlaceHit
from pipeline.summits.roles import Role
from pipeline.summits.verbs import is_verb, stem, verbs

_BEFORE = ("compound", "poss", "amod", "nmod", "npadvmod", "nummod")


def visit_named(parsed: Parsed, noun: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """The visit that a noun names: whose it is, and where to."""
    if noun.dep_ == "pobj" and noun.head.lower_ in ("for", "on") and stem(noun.head.head) in verbs("travel"):
        return None  # arrived for a visit: the verb tells it
    if noun.lower_ == "stop" and not any(child.lower_ in nouns("which_stop") for child in noun.lefts):
        return None
    destination = place_after(parsed, noun, places, ("to", "of", "in"))
    own = [child for child in noun.children if child.dep_ in _BEFORE]
    people = [role for child in own for role in parsed.in_phrase(child)]
    if destination is None:
        # "Monday's White House visit"; "his Moscow trip"
        destination = next(
            (hit for child in own if child.dep_ != "poss" and (hit := place_at(parsed, child, places))), None
        )
    if destination is None and is_verb(noun.head):
        destination = place_after(parsed, noun.head, places, ("to", "in"))
    if destination is None and noun.dep_ == "pobj" and is_verb(noun.head.head):
        destination = place_after(parsed, noun.head.head, places, ("to", "in"))
    if destination is None and noun.dep_ == "nsubj":  # her next stop is Tunis
        attributes = [child for child in noun.head.children if child.dep_ == "attr"]
        destination = next((hit for child in attributes if (hit := place_at(parsed, child, places))), None)
    asking = askers(parsed, noun)
    if destination is None and not asking:
        return None
    people += parsed.with_(noun, ("by", "of", "from"))
    if is_verb(noun.head) and noun.dep_ in ("dobj", "obj"):  # put off a visit to Athens by X
        people += [role for role in parsed.with_(noun.head, ("by",)) if role.mention is not None]
    people = [role for role in people if destination is None or not _inside(role, destination)]
    people = people or [role for role in parsed.owner(noun) if destination is None or not _inside(role, destination)]
    if destination is None and _one_list(parsed, people + asking):
        return None  # the presidents of A and B cancelled the visit
    return made(parsed, noun, "visit", people + asking, destination=destination)


def _one_list(parsed: Parsed, roles: Sequence[Role]) -> bool:
    """Whether all who are told are joined to each other: then they travel together, and nobody is visited."""
    tokens = [parsed.token_at(role.position) for role in roles]
    first = tokens[0] if tokens else None
    return first is not None and len(tokens) > 1 and all(token in first.conjuncts for token in tokens[1:])


def _inside(role: Role, hit: PlaceHit) -> bool:
    return role.mention is not None and role.mention.start < hit.end and hit.start < role.mention.end
