"""Where: which of a sentence's places belongs to a trigger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import Candidate
from pipeline.summits.clauses import Parsed
from pipeline.summits.links import distance, frame_of
from pipeline.summits.places import PlaceHit, more_exact
from pipeline.summits.verbs import is_verb, stem, verbs

_COMMA = 2
"""Characters between a place and the "where" that takes it up."""
_OF_CLAUSE = ("aux", "auxpass", "nsubj", "nsubjpass")
_AT = ("in", "at", "near", "outside")


def _where(trigger: Any, parsed: Parsed, hits: Sequence[PlaceHit]) -> PlaceHit | None:
    """The place in front of "where": arrived in New Delhi, where he met."""
    token = trigger
    for _ in range(6):
        where = next((child for child in token.children if child.lower_ == "where"), None)
        if token.dep_ == "relcl" and where is not None:
            first, last = parsed.start(token.head.doc[token.head.left_edge.i]), parsed.start(where)
            before = [hit for hit in hits if hit.end <= last]
            if before and before[-1].end >= last - _COMMA:
                return before[-1]
            named = [hit for hit in before if hit.name]
            return next((hit for hit in reversed(named) if first <= hit.start), named[-1] if named else None)
        if token.head == token:
            return None
        token = token.head
    return None


def set_place(candidate: Candidate, parsed: Parsed, hits: Sequence[PlaceHit]) -> None:
    """Gives a candidate its place: a visit's destination, a venue in its name, or what "in" or "at" tie to it."""
    candidate.place = candidate.destination or candidate.venue
    if candidate.place is not None or candidate.kind == "call":
        return
    candidate.place = _where(candidate.token, parsed, hits)
    if candidate.place is not None:
        return
    frame = frame_of(candidate.token)
    near = []
    sides = {role.mention.country for role in candidate.roles if role.mention is not None}
    for hit in hits:
        if hit.preposition in _AT:
            # "talks on trade in Athens": of a city of one side it says where they are, not what they are about
            at_home = hit.preposition == "in" and hit.city is not None and hit.country in sides
            gap = distance(parsed, frame, candidate, hit.start, hit.end, is_place=not at_home)
            if gap is not None:
                near.append((gap, hit.start, hit))
    if not near:
        near = [(0, hit.start, hit) for hit in hits if _is_at_building(hit, parsed, candidate)][:1]
    for _, _, hit in sorted(near, key=lambda item: item[:2]):
        candidate.place = more_exact(candidate.place, hit)


def _is_at_building(hit: PlaceHit, parsed: Parsed, candidate: Candidate) -> bool:
    """Whether a building behind a trigger is where it is, though the parse ties it to a word in between; not where a
    clause between them tells of something else: the meeting was followed by a lunch at the villa."""
    token, trigger = parsed.token_at(hit.start), candidate.token
    if not hit.building or hit.preposition not in _AT or hit.start < candidate.trigger_end or token is None:
        return False
    while token.head != token and token.i != trigger.i:
        token = token.head
        own = token.i == trigger.i or token.is_ancestor(trigger)
        elsewhere = not own or stem(token) in verbs("speech") or trigger.dep_ == "nsubjpass"
        if is_verb(token) and elsewhere and any(child.dep_ in _OF_CLAUSE for child in token.children):
            return False
    return True
