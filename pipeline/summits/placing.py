"""Where: which of a sentence's places belongs to a trigger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import Candidate
from pipeline.summits.clauses import Parsed
from pipeline.summits.links import distance, frame_of
from pipeline.summits.places import PlaceHit

_AT = ("in", "at", "near", "outside")


def _where(trigger: Any, parsed: Parsed, hits: Sequence[PlaceHit]) -> PlaceHit | None:
    """The place in front of "where": arrived in New Delhi, where he met."""
    token = trigger
    for _ in range(6):
        if token.dep_ == "relcl" and any(child.lower_ == "where" for child in token.children):
            edges = token.head.left_edge.i, token.i - 1
            first, last = parsed.start(token.doc[edges[0]]), parsed.end(token.doc[edges[1]])
            named = [hit for hit in hits if hit.name and hit.end <= last]
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
    for hit in hits:
        if hit.preposition in _AT:
            gap = distance(parsed, frame, candidate, hit.start, hit.end, is_place=True)
            if gap is not None:
                near.append((gap, hit.start, hit))
    if near:
        candidate.place = min(near, key=lambda item: item[:2])[2]
