"""An encounter as one trigger word tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pipeline.summits.clauses import Parsed
from pipeline.summits.dates import When
from pipeline.summits.lexicon import toml
from pipeline.summits.places import PlaceHit
from pipeline.summits.roles import Role
from pipeline.summits.verbs import is_verb


@dataclass(slots=True)
class Candidate:
    """Offsets are the story's; `roles` in the order of the text; `token` the trigger in the parse, null without one;
    `verb`: it is a verb; `plural`: a plural noun; `dated_behind`: its day can only stand behind it. `weak` candidates
    only add to an encounter that is told elsewhere; `soft` ones may be a call as well as a meeting. `separate`: those
    with each of whose countries it is an encounter of its own. `implied`: the status that the trigger itself tells
    (invited, is expected in). `aside`: it is told to say when or where something else happens. `attended`:
    it is told of somebody that he is there. `shunned`: it is told of somebody that he stays away. `former`: what was
    planned once (they had been due to meet). `ended`: that it is over is all that is told.
    `dated`: its day is a part of what it is called (the meeting of May 3)."""

    kind: str
    trigger: int
    trigger_end: int
    roles: list[Role]
    clause: tuple[int, int]
    token: Any = None
    verb: bool = False
    plural: bool = False
    sentence: int = 0
    span: tuple[int, int] = (0, 0)
    gathering: str | None = None
    organisations: list[str] = field(default_factory=list)
    destination: PlaceHit | None = None
    venue: PlaceHit | None = None
    dated_behind: bool = False
    weak: bool = False
    asserted: bool = True
    soft: bool = False
    refers: bool = False
    implied: str = ""
    aside: bool = False
    attended: bool = False
    shunned: bool = False
    ended: bool = False
    dated: bool = False
    former: bool = False
    separate: Sequence[Role] = ()
    status: str = "held"
    when: When | None = None
    days: int = 0
    place: PlaceHit | None = None


def made(parsed: Parsed, token: Any, kind: str, roles: Sequence[Role], **more: Any) -> Candidate:
    """A candidate, each role once."""
    unique = {(role.position, role.word): role for role in sorted(roles, key=lambda role: role.group is not None)}
    ordered = sorted(unique.values(), key=lambda role: role.position)
    return Candidate(
        kind,
        parsed.start(token),
        parsed.end(token),
        ordered,
        clause(parsed, token),
        token,
        str(token.tag_).startswith("VB"),
        token.tag_ == "NNS",
        **more,
    )


def clause(parsed: Parsed, token: Any) -> tuple[int, int]:
    """Characters of the smallest clause around a token: the subtree of its verb, without the finite clauses in it."""
    head = token
    while head.head != head and not (
        is_verb(head) and head.dep_ not in ("xcomp", "pcomp", "acl", "amod", "aux", "auxpass", "conj")
    ):
        head = head.head
    cut = [
        (word.left_edge.i, word.right_edge.i)
        for word in head.subtree
        if word != head
        and word.dep_ in ("ccomp", "advcl", "relcl", "parataxis")
        and not word.left_edge.i <= token.i <= word.right_edge.i
    ]
    without = {place for first, last in cut for place in range(first, last + 1)}
    kept = [word for word in head.subtree if word.i not in without] or [head]
    return parsed.start(kept[0]), parsed.end(kept[-1])


def sides(roles: Sequence[Role]) -> set[object]:
    """The parties that roles bring, a word that stands for somebody counted as one of its own."""
    return {
        role.mention.country if role.mention is not None and role.mention.country else role.word or role.position
        for role in roles
    }


@cache
def nouns(group: str) -> frozenset[str]:
    """Trigger nouns: talk, visit, call, gathering, either, several, separate."""
    return frozenset(toml("cues.toml")["nouns"][group])


@cache
def lengths() -> frozenset[str]:
    """Words for how long somebody was with another: minutes, an hour, the evening."""
    return frozenset(toml("cues.toml")["nouns"]["lengths"])


@cache
def times() -> frozenset[str]:
    """Words that tell when something is: weekdays, months, ago, last."""
    calendar = toml("calendar.toml")
    return frozenset((*calendar["weekdays"], *calendar["months"], *toml("cues.toml")["trips"]["times"]))


@cache
def trigger_verbs(group: str) -> frozenset[str]:
    """Trigger verbs: meet, receive, phone, speak, sign, tell, put_off, visit."""
    return frozenset(toml("cues.toml")["verbs"][group])


@cache
def phone_words() -> frozenset[str]:
    return frozenset(toml("cues.toml")["phone"]["words"])


def place_at(parsed: Parsed, token: Any, places: Sequence[PlaceHit]) -> PlaceHit | None:
    start, end = parsed.start(token), parsed.end(token)
    return next((hit for hit in places if hit.start < end and start < hit.end), None)


def place_after(parsed: Parsed, head: Any, places: Sequence[PlaceHit], words: tuple[str, ...]) -> PlaceHit | None:
    """The place that one of the prepositions ties to a word."""
    for child in head.children:
        if child.dep_ == "prep" and child.lower_ in words:
            for inner in child.children:
                if inner.dep_ == "pobj":
                    hit = place_at(parsed, inner, places) or _within(parsed, inner, places)
                    if hit:
                        return hit
    return None


def _within(parsed: Parsed, noun: Any, places: Sequence[PlaceHit]) -> PlaceHit | None:
    """The place that a noun phrase without a name at its head holds: the northern city of Recife."""
    if noun.lower_ not in _place_nouns():
        return None
    start, end = parsed.start(noun.doc[noun.left_edge.i]), parsed.end(noun.doc[noun.right_edge.i])
    return next((hit for hit in places if start <= hit.start < end), None)


@cache
def _place_nouns() -> frozenset[str]:
    return frozenset(toml("venues.toml")["place_nouns"])
