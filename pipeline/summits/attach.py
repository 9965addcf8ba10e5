"""When and where: which of a sentence's dates and places belong to a trigger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pipeline.summits.candidate import Candidate
from pipeline.summits.clauses import Parsed
from pipeline.summits.dates import When, dates, number_word
from pipeline.summits.places import PlaceHit
from pipeline.summits.status import is_answer
from pipeline.summits.verbs import is_verb, stem, verbs
from schemas.records import DateSpan

TO_COME = ("planned", "proposed", "cancelled", "postponed")
_AT = ("in", "at", "near", "outside")
_FARTHEST = 70
"""Characters between a trigger and what no link of the parse ties to it."""
_UNLINKED = 1000
_OTHER_VERB = 300


@dataclass(frozen=True, slots=True)
class _Frame:
    """A trigger's chain of heads up to its clause's verb, each with what it costs to go there, and what hangs on the
    trigger itself."""

    chain: dict[int, int]
    below: frozenset[int]


def _frame(trigger: Any) -> _Frame:
    chain = {trigger.i: 20}
    token = trigger
    cost = 20
    while token.head != token and len(chain) < 12:
        own_clause = is_verb(token) and token.dep_ in ("ccomp", "advcl", "relcl", "parataxis") and token.tag_ != "VB"
        if own_clause and not any(child.lower_ == "where" for child in token.children):
            break
        cost += _OTHER_VERB if token.dep_ == "conj" and is_verb(token) else 0
        below, token = token, token.head
        if is_verb(token) and stem(token) in verbs("speech") and below.i != trigger.i:
            break
        chain[token.i] = cost
    return _Frame(chain, frozenset(word.i for word in trigger.subtree))


def _distance(
    parsed: Parsed, frame: _Frame, candidate: Candidate, start: int, end: int, is_place: bool = False
) -> int | None:
    """How far a span is from the trigger, what the parse ties to it first; None where it belongs to another verb."""
    gap = start - candidate.trigger_end if start >= candidate.trigger_end else candidate.trigger - end + 15
    token = parsed.token_at(start)
    if token is None:
        return gap + _UNLINKED
    if token.i in frame.below:
        return None if is_place and _in_topic(token, candidate.token) else gap
    for _ in range(10):
        if token.i in frame.chain:
            # "rejected on Monday a meeting": the day of the refusal, not of the meeting
            return (
                None
                if token.i != candidate.token.i and _of_answer(parsed, token, start)
                else gap + frame.chain[token.i]
            )
        if token.head == token or (is_verb(token) and token.dep_ != "aux"):
            break
        token = token.head
    if token.i in frame.chain:
        return gap + frame.chain[token.i]
    if is_verb(token) and stem(token) in verbs("planning") and gap < 2 * _FARTHEST:
        return gap + 30
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
    if candidate.status == "held" and _NEXT.search(text[chosen.start : chosen.end]):
        candidate.status = "planned"
    candidate.when = _lasting(candidate, chosen, text)


_NEXT = re.compile(r"\b(?:next|tomorrow|coming|later this)\b", re.IGNORECASE)
_DAYS = re.compile(r"\b(?P<count>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})-day\s+(?:[\w-]+\s+){0,3}$")


def _in_topic(token: Any, trigger: Any) -> bool:
    """Whether a word stands in what the talks are about: a summit on the war in Sudan."""
    while token.i != trigger.i and token.head != token:
        if token.dep_ == "prep" and token.lower_ in ("on", "about", "over", "regarding") and token.head.i == trigger.i:
            return True
        token = token.head
    return False


def _of_answer(parsed: Parsed, verb: Any, start: int) -> bool:
    """Whether a date is that of a refusal, an offer or a calling off, not of the encounter: a perfect has no day."""
    perfect = any(child.dep_ == "aux" and child.lower_ in ("has", "have", "having", "had") for child in verb.children)
    return is_answer(verb) and not perfect and not _for(parsed, start)


def _for(parsed: Parsed, start: int) -> bool:
    """Whether a date stands behind "for", "until" or "to": scheduled for Monday, put off until May."""
    token = parsed.token_at(start)
    words = (
        [token.lower_, *(word.lower_ for word in token.doc[max(0, token.i - 2) : token.i])] if token is not None else []
    )
    return any(word in ("for", "until", "till", "to", "from") for word in words)


def _lasting(candidate: Candidate, when: When, text: str) -> When:
    """The days of "a three-day visit": from the one that is told, or up to it where that is the end."""
    match = _DAYS.search(text, max(0, candidate.trigger - 60), candidate.trigger)
    if match is None or len(when.span.start) < 10 or when.span.end or not candidate.token.tag_.startswith("NN"):
        return when
    day = date.fromisoformat(when.span.start)
    length = timedelta(days=number_word(match["count"]) - 1)
    ends = stem(candidate.token.head) in verbs("ending") if is_verb(candidate.token.head) else False
    first, last = (day - length, day) if ends else (day, day + length)
    if first == last:
        return when
    return replace(when, span=DateSpan(first.isoformat(), last.isoformat()))


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


DAY = len("YYYY-MM-DD")


def _nearest(found: Sequence[When], parsed: Parsed, frame: _Frame, candidate: Candidate) -> When | None:
    """The nearest date; a day stands before a month or a year, which more often tell of something else."""
    measured = [(_distance(parsed, frame, candidate, when.start, when.end), when) for when in found]
    near = [
        (len(when.span.start) < DAY, distance, when.start, when) for distance, when in measured if distance is not None
    ]
    return min(near, key=lambda item: item[:3])[3] if near else None


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
    frame = _frame(candidate.token)
    near = []
    for hit in hits:
        if hit.preposition in _AT:
            distance = _distance(parsed, frame, candidate, hit.start, hit.end, is_place=True)
            if distance is not None:
                near.append((distance, hit.start, hit))
    if near:
        candidate.place = min(near, key=lambda item: item[:2])[2]
