"""Everyday verbs that tell an encounter with some company only: see, spend time with, drop in on."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.summits.candidate import Candidate, made
from pipeline.summits.clauses import Parsed
from pipeline.summits.lexicon import toml
from pipeline.summits.roles import named, people

EVERYDAY = ("see", "spend", "drop", "stop")
OBJECT = ("dobj", "obj")
CLAUSES = ("xcomp", "ccomp", "oprd", "acomp", "attr", "prt")


def everyday(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    """The encounter that one of EVERYDAY, with this base form, tells, or None."""
    if base == "see":
        return _see(parsed, verb)
    return _spend(parsed, verb) if base == "spend" else _drop_in(parsed, verb)


def _see(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Flew to Kampala to see President X"; "was seen by the king on Monday", but not "sees him as a rival"."""
    objects = [role for role in people(parsed.objects(verb)) if role.mention is not None] or (
        people(parsed.passive_subject(verb)) if any(child.dep_ == "agent" for child in verb.children) else []
    )
    as_what = any(child.dep_ == "prep" and child.lower_ in ("as", "through") for child in verb.children)
    if not objects or as_what or any(child.dep_ in CLAUSES for child in verb.children) or verb.tag_ in ("VBZ", "VBP"):
        return None
    subjects = people(parsed.subjects(verb))
    return made(parsed, verb, "meeting", subjects + objects) if subjects else None


def _spend(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Spent an hour with X"; "the two spent an hour together"."""
    long = any(
        word.lower_ in _lengths()
        for child in verb.children
        if child.dep_ in (*OBJECT, "npadvmod")
        for word in child.subtree
    )
    company = [role for child in (verb, *verb.children) for role in parsed.with_(child, ("with",))]
    subjects = people(parsed.subjects(verb))
    together = any(child.lower_ in ("together", "alone") for child in verb.children)
    if not long or not (people(company) or (together and subjects)):
        return None
    return made(parsed, verb, "meeting", subjects + people(company))


@cache
def _lengths() -> frozenset[str]:
    return frozenset(toml("cues.toml")["nouns"]["lengths"])


def _drop_in(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Dropped in on his counterpart", unannounced or not."""
    if not any(child.lower_ in ("by", "in") for child in verb.children):
        return None
    met = named(people([role for child in (verb, *verb.children) for role in parsed.with_(child, ("on",))]))
    return made(parsed, verb, "meeting", parsed.subjects(verb) + met) if met else None
