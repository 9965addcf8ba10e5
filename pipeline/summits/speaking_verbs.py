"""Verbs of speaking that tell an encounter: telephone, speak, tell, discuss, agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import (
    Candidate,
    lengths,
    made,
    nouns,
    phone_words,
    place_after,
    sides,
    times,
    trigger_verbs,
)
from pipeline.summits.clauses import Parsed
from pipeline.summits.everyday_verbs import CLAUSES, OBJECT
from pipeline.summits.places import PlaceHit
from pipeline.summits.referring import PLURAL
from pipeline.summits.roles import Role, named, people

_VIEWS = ("views", "opinions", "notes")


def spoken(parsed: Parsed, verb: Any, base: str, places: Sequence[PlaceHit]) -> Candidate | None:
    """The encounter that a verb of speaking with this base form tells, or None."""
    if base in trigger_verbs("phone") or base == "call":
        return _call(parsed, verb, base)
    if base in trigger_verbs("speak") or base in trigger_verbs("tell"):
        return _speak(parsed, verb, base)
    if base == "discuss" or (base == "exchange" and any(child.lower_ in _VIEWS for child in verb.children)):
        return _discuss(parsed, verb)
    return _agree(parsed, verb, places) if base in trigger_verbs("agree") else None


def _call(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    objects = people(parsed.objects(verb) or parsed.passive_subject(verb))
    if not objects and base != "call":
        objects = people(parsed.with_(verb, ("to", "with")))
    if base != "call":
        return made(parsed, verb, "call", parsed.subjects(verb) + objects, separate=objects) if objects else None
    if any(_describes(child) or _calls_for(child) for child in verb.children):
        return None
    visited = named(people(parsed.with_(verb, ("on",))))
    if visited:  # called on the king
        return made(parsed, verb, "meeting", parsed.subjects(verb) + visited)
    return made(parsed, verb, "call", parsed.subjects(verb) + objects, separate=objects) if named(objects) else None


def _calls_for(child: Any) -> bool:
    """Whether a phrase tells what is called for, and not how long somebody called on another: for 20 minutes."""
    return child.dep_ == "prep" and child.lower_ == "for" and lengths().isdisjoint(w.lower_ for w in child.subtree)


def _describes(child: Any) -> bool:
    """Whether a word tells what somebody is called, or what is called for; "late" in "called him late on Monday" does
    not."""
    return child.dep_ in CLAUSES and not child.tag_.startswith("RB")


def _speak(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    phoned = by_phone(verb)
    if base in trigger_verbs("tell"):
        told = people(parsed.objects(verb))
        visiting = [role for role in told if role.mention is not None and role.mention.visiting]
        if not phoned and not visiting:
            return None
        subjects = parsed.subjects(verb)
        if not phoned:
            return made(parsed, verb, "meeting", subjects + visiting)
        return made(parsed, verb, "call", subjects + told, separate=subjects)
    with_ = people([role for head in (verb, *_lines(verb)) for role in parsed.with_(head, ("with",))])
    to = people(parsed.with_(verb, ("to",)))
    subjects = parsed.subjects(verb)
    beside = _beside(verb)
    if (base == "talk" or beside) and not (with_ or to or phoned or _about(verb)) and _both(subjects):
        return made(parsed, verb, "meeting", subjects, soft=True)
    if not with_ and not (phoned and (to or any(role.word in PLURAL for role in subjects) or len(subjects) > 1)):
        return None
    if not phoned and not all(role.mention is None or role.mention.kind in ("person", "counterpart") for role in with_):
        return None
    return made(
        parsed,
        verb,
        "call" if phoned or not (_placed(verb) or beside) else "meeting",
        subjects + with_ + to,
        soft=not phoned,
        separate=with_ + to if phoned else (),
    )


def _both(subjects: Sequence[Role]) -> bool:
    """Whether two sides or more do something, by persons: the two premiers talked."""
    several = {role.mention.country for role in people(subjects) if role.mention is not None and role.mention.country}
    return len(several) > 1 or any(role.word in PLURAL for role in subjects)


def _beside(verb: Any) -> bool:
    """Whether somebody speaks in the margins of a gathering, and so in person."""
    return any(
        word.lower_ in nouns("margins") for child in verb.children if child.dep_ == "prep" for word in child.children
    )


def _about(verb: Any) -> bool:
    """Whether somebody talks of something, maybe to others: talked about peace, talked up a plan."""
    return any(child.dep_ in ("prt", "ccomp") or child.lower_ in ("about", "of", "up") for child in verb.children)


def _discuss(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Discussed X with Y" and "the two discussed" say nothing of how they met."""
    objects = [child for child in verb.children if child.dep_ in OBJECT]
    with_ = people([role for head in (verb, *objects) for role in parsed.with_(head, ("with",))])
    subjects = parsed.subjects(verb)
    if not with_ and not any(role.word in PLURAL for role in subjects) and len(subjects) < 2:
        return None
    phoned = by_phone(verb)
    kind = "call" if phoned else "meeting"
    several = len(sides(people(subjects))) > 1 or (_placed(verb) and any(role.word in PLURAL for role in subjects))
    return made(
        parsed,
        verb,
        kind,
        subjects + with_,
        weak=not phoned and not (placed_near(verb) and (with_ or several)),
        soft=True,
    )


def _agree(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Kuramoto and the visiting Thai premier agreed": one of them is the other's guest, or the place is told."""
    subjects = parsed.subjects(verb) or (parsed.opener(verb) if verb.tag_ == "VBD" else [])
    if not any(role.mention is not None and role.mention.kind == "group" for role in subjects):
        subjects = people(subjects)  # else the countries are those of the group: the Thai and Lao ministers
    visiting = any(role.mention is not None and role.mention.visiting for role in subjects)
    here = any(child.lower_ == "here" for child in verb.children) or place_after(parsed, verb, places, ("in", "at"))
    if not (visiting or here) or len(sides(subjects)) < 2:
        return None
    return made(parsed, verb, "call" if by_phone(verb) else "meeting", subjects)


def by_phone(verb: Any) -> bool:
    """Whether what hangs directly on a verb says that it was done by telephone or video."""
    if any(
        word.lower_ in phone_words()
        and word.dep_ == "pobj"
        and word.head.lower_ in ("by", "over", "via")
        and word.i > verb.i
        for word in verb.subtree
    ):
        return True
    return any(
        word.lower_ in phone_words() and word.i > verb.i - 3
        for child in verb.children
        if child.dep_ in ("prep", "advmod", "npadvmod", "agent")
        for word in child.subtree
        if word.dep_ not in ("relcl", "acl") and not (child.lower_ == "at" and word.lower_ == "call")
    )


def _lines(verb: Any) -> list[Any]:
    """The words for a telephone by which a verb says that it was done: by telephone with X, as the parse has it."""
    return [
        word
        for child in verb.children
        if child.dep_ in ("prep", "agent")
        for word in child.children
        if word.lower_ in phone_words()
    ]


def placed_near(verb: Any) -> bool:
    """Whether a verb has a place, or the parse has hung it on what stands before it."""
    objects = [
        child for child in verb.children if child.dep_ in OBJECT and child.lower_ not in nouns("gathering")
    ]  # discussed the summit in Vilnius
    company = [
        word for head in (verb, *objects) for child in head.children if child.dep_ == "prep" for word in child.children
    ]
    return any(_placed(word) for word in (verb, *objects, *company))


def _placed(verb: Any) -> bool:
    """Whether a verb of speaking has a place: "spoke with X in Paris" was in person, without a place it seldom was."""
    when = times() | lengths()
    return any(
        child.dep_ == "prep"
        and child.lower_ in ("in", "at", "during")
        and when.isdisjoint(w.lower_ for w in child.children)
        for child in verb.children
    )
