"""When and where: which of a sentence's dates and places belong to a trigger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.summits.candidate import Candidate
from pipeline.summits.clauses import Parsed
from pipeline.summits.dates import When, dates
from pipeline.summits.places import PlaceHit
from pipeline.summits.verbs import is_verb, stem, verbs

TO_COME = ("planned", "proposed", "cancelled", "postponed")
_AT = ("in", "at", "near", "outside")
_FARTHEST = 70
"""Characters between a trigger and what no link of the parse ties to it."""
_UNLINKED = 1000


@dataclass(frozen=True, slots=True)
class _Frame:
    """A trigger's chain of heads up to its clause's verb, and what hangs on the trigger itself."""

    chain: frozenset[int]
    below: frozenset[int]


def _frame(trigger: Any) -> _Frame:
    chain = [trigger.i]
    token = trigger
    while token.head != token and len(chain) < 12:
        if is_verb(token) and token.dep_ in ("ccomp", "advcl", "relcl", "parataxis") and token.tag_ != "VB":
            break
        token = token.head
        if is_verb(token) and stem(token) in verbs("speech") and chain[-1] != trigger.i:
            break
        chain.append(token.i)
    return _Frame(frozenset(chain), frozenset(word.i for word in trigger.subtree))


def _distance(parsed: Parsed, frame: _Frame, candidate: Candidate, start: int, end: int) -> int | None:
    """How far a span is from the trigger, what the parse ties to it first; None where it belongs to another verb."""
    gap = start - candidate.trigger_end if start >= candidate.trigger_end else candidate.trigger - end + 15
    token = parsed.token_at(start)
    if token is None:
        return gap + _UNLINKED
    if token.i in frame.below:
        return gap
    for _ in range(10):
        if token.i in frame.chain:
            return gap + 20
        if token.head == token or (is_verb(token) and token.dep_ != "aux"):
            break
        token = token.head
    if token.i in frame.chain:
        return gap + 20
    if is_verb(token) and (stem(token) in verbs("speech") or token.tag_ in ("VBD", "VBZ", "VBP", "VBN")):
        return None
    return gap + _UNLINKED if gap <= _FARTHEST else None


def set_time(candidate: Candidate, parsed: Parsed, text: str, published: date | None) -> None:
    """Gives a candidate its date, and the status that date and tense together tell: "begins a visit on Sunday"."""
    start, end = candidate.span
    frame = _frame(candidate.token)
    scheduled = candidate.status == "held" and _present(candidate.token)
    future = candidate.status in TO_COME or scheduled
    chosen = _nearest(dates(text[start:end], start, published, future), parsed, frame, candidate)
    if chosen is None or published is None:
        candidate.when = chosen
        return
    day, whole = chosen.span.start, len(chosen.span.start) == 10
    if scheduled and whole and day > published.isoformat():
        candidate.status = "planned"
    elif scheduled:
        chosen = _again(chosen, dates(text[start:end], start, published, False))
    elif candidate.status == "held" and whole and day > (published + timedelta(days=1)).isoformat():
        candidate.status = "planned"
    candidate.when = chosen


def _present(token: Any) -> bool:
    """Whether the trigger's clause is in the present tense: a timetable's future, where a day to come is told."""
    for _ in range(8):
        if is_verb(token) and token.dep_ not in ("aux", "auxpass"):
            finite = [token, *(child for child in token.children if child.dep_ in ("aux", "auxpass"))]
            if any(word.tag_ in ("VBZ", "VBP") for word in finite):
                return not any(word.tag_ == "VBN" for word in finite) or any(word.lower_ == "being" for word in finite)
            if any(word.tag_ in ("VBD", "MD") for word in finite):
                return False
        if token.head == token:
            return False
        token = token.head
    return False


def _again(chosen: When, found: Iterable[When]) -> When:
    return next((when for when in found if when.start == chosen.start), chosen)


def _nearest(found: Sequence[When], parsed: Parsed, frame: _Frame, candidate: Candidate) -> When | None:
    measured = [(_distance(parsed, frame, candidate, when.start, when.end), when) for when in found]
    near = [(distance, when.start, when) for distance, when in measured if distance is not None]
    return min(near, key=lambda item: item[:2])[2] if near else None


def set_place(candidate: Candidate, parsed: Parsed, hits: Sequence[PlaceHit]) -> None:
    """Gives a candidate its place: a visit's destination, a venue in its name, or what "in" or "at" tie to it."""
    candidate.place = candidate.destination or candidate.venue
    if candidate.place is not None or candidate.kind == "call":
        return
    frame = _frame(candidate.token)
    near = []
    for hit in hits:
        if hit.preposition in _AT:
            distance = _distance(parsed, frame, candidate, hit.start, hit.end)
            if distance is not None:
                near.append((distance, hit.start, hit))
    if near:
        candidate.place = min(near, key=lambda item: item[:2])[2]
