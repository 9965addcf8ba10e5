"""Nouns that are a visit: visit, trip, tour, the next stop of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import Candidate, made, nouns, place_after, place_at
from pipeline.summits.clauses import Parsed
from pipeline.summits.offers import askers
from pipeline.summits.places import PlaceHit
from pipeline.summits.referring import reference_words
from pipeline.summits.roles import Role, named
from pipeline.summits.verbs import is_verb, stem, verbs

_BEFORE = ("compound", "poss", "amod", "nmod", "npadvmod", "nummod")


def visit_named(parsed: Parsed, noun: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """The visit that a noun names: whose it is, and where to."""
    if noun.dep_ == "pobj" and noun.head.lower_ in ("for", "on") and stem(noun.head.head) in verbs("travel"):
        return None  # arrived for a visit: the verb tells it
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
    which = any(child.lower_ in nouns("which_stop") for child in noun.lefts)
    if destination is None and (not asking or (noun.lower_ == "stop" and not which)):
        return None
    people += parsed.with_(noun, ("by", "of", "from"))
    if is_verb(noun.head) and noun.dep_ in ("dobj", "obj"):  # put off a visit to Athens by X
        people += [role for role in parsed.with_(noun.head, ("by",)) if role.mention is not None]
    people = [role for role in people if destination is None or not _inside(role, destination)]
    people = people or _of_itinerary(parsed, noun)
    people = people or [role for role in parsed.owner(noun) if destination is None or not _inside(role, destination)]
    if destination is None and _one_list(parsed, people + asking):
        return None  # the presidents of A and B cancelled the visit
    return made(parsed, noun, "visit", people + asking, destination=destination)


def _one_list(parsed: Parsed, roles: Sequence[Role]) -> bool:
    """Whether all who are told are joined to each other: then they travel together, and nobody is visited."""
    tokens = [parsed.token_at(role.position) for role in roles]
    first = tokens[0] if tokens else None
    return first is not None and len(tokens) > 1 and all(token in first.conjuncts for token in tokens[1:])


def _of_itinerary(parsed: Parsed, noun: Any) -> list[Role]:
    """Whose programme it is from which a visit was dropped, or to which it was added."""
    return [
        role
        for prep in noun.head.children
        if noun.dep_ in ("dobj", "nsubjpass") and prep.dep_ == "prep"
        for carrier in prep.children
        if carrier.lower_ in reference_words("carriers")
        for role in parsed.owner(carrier) + parsed.with_(carrier, ("of",))
    ]


def invited(parsed: Parsed, noun: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Has an invitation to Tunis from President X": the visit to which a noun asks somebody. What an infinitive tells
    ("to France to lift the ban") is that verb's."""
    destination = place_after(parsed, noun, places, ("to",))
    if destination is None or any(child.dep_ == "acl" for child in noun.children):
        return None
    own = [role for child in noun.children if child.dep_ == "poss" for role in parsed.in_phrase(child)]
    hosts = own + parsed.with_(noun, ("from", "by", "of"))
    guests = named(parsed.with_(noun, ("for", "to"))) or parsed.governing(noun)
    return made(parsed, noun, "visit", guests + hosts, destination=destination, implied="proposed")


def _inside(role: Role, hit: PlaceHit) -> bool:
    return role.mention is not None and role.mention.start < hit.end and hit.start < role.mention.end
