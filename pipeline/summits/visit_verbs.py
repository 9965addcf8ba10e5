"""Verbs that tell a visit: visit, travel, be in, be expected or due, invite."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.summits.candidate import Candidate, made, nouns, place_after, place_at, times, trigger_verbs
from pipeline.summits.clauses import Parsed
from pipeline.summits.everyday_verbs import CLAUSES, OBJECT
from pipeline.summits.lexicon import toml
from pipeline.summits.places import PlaceHit
from pipeline.summits.roles import named, people
from pipeline.summits.verbs import stem

_ONLY_FOR = ("for",)
"""Of verbs of leaving."""


def visit_told(parsed: Parsed, verb: Any, base: str, places: Sequence[PlaceHit]) -> Candidate | None:
    """The visit that a verb with this base form tells, or None."""
    if base in trigger_verbs("awaited"):
        return _expected(parsed, verb, places)
    if base == "invite":
        return _invite(parsed, verb, places)
    if base in trigger_verbs("visit"):
        return _visit(parsed, verb, places)
    if base == "be":
        return _due(parsed, verb, places) or _stay(parsed, verb, places) or _on_the_way(parsed, verb, places)
    if goal := _goals().get(base):
        destination = place_after(parsed, verb, places, goal)
        if goal == _ONLY_FOR and destination is not None and _goes_on(parsed, destination):
            return None  # left on Monday for Athens, where he will meet X: the day is not the meeting's
        travellers = parsed.subjects(verb) + people(parsed.with_(verb, ("with",)))
        return made(parsed, verb, "visit", travellers, destination=destination) if destination else None
    return None


@cache
def _goals() -> dict[str, tuple[str, ...]]:
    """Verbs of coming and going, each with the prepositions behind which they tell where to."""
    return {verb: tuple(words) for verb, words in toml("verbs.toml")["goals"].items()}


def _goes_on(parsed: Parsed, place: PlaceHit) -> bool:
    """Whether a clause goes on from a place: Athens, where …"""
    token = parsed.token_at(place.start)
    return token is not None and any(child.dep_ == "relcl" for child in token.children)


def _expected(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Is expected in Ankara in March"."""
    destination = place_after(parsed, verb, places, ("in", "at"))
    guests = people(parsed.passive_subject(verb))
    if destination is None or not guests or any(child.dep_ in CLAUSES for child in verb.children):
        return None
    return made(parsed, verb, "visit", guests, destination=destination, implied="planned")


def _due(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Is due in Tbilisi on Monday"."""
    due = next((child for child in verb.children if child.dep_ == "acomp" and child.lower_ == "due"), None)
    destination = None
    if due is not None:
        destination = place_after(parsed, due, places, ("in", "at")) or place_after(parsed, verb, places, ("in", "at"))
    guests = people(parsed.subjects(verb))
    if destination is None or not guests:
        return None
    return made(parsed, verb, "visit", guests, destination=destination, implied="planned")


def _stay(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Is in Britain for two days"; "was in Syria on a visit"; "was in the Syrian capital last week"."""
    destination = place_after(parsed, verb, places, ("in",)) or next(
        (
            hit
            for child in verb.children
            if child.lower_ == "back" and (hit := place_after(parsed, child, places, ("in",)))
        ),
        None,
    )
    purpose = any(child.dep_ == "prep" and child.lower_ in ("for", "on") for child in verb.children)
    subjects = [role for role in parsed.subjects(verb) if role.mention is None or role.mention.kind != "country"]
    if destination is None or not subjects or not (purpose or (people(subjects) and _on_a_day(verb))):
        return None
    return made(parsed, verb, "visit", subjects, destination=destination)


def _on_a_day(verb: Any) -> bool:
    """Whether a word of time hangs on "be", and nothing that somebody is: was in Paris two weeks ago, not "was a
    student in Paris in May"."""
    if any((child.dep_ in CLAUSES and child.lower_ != "last") or child.lower_ == "since" for child in verb.children):
        return False
    return any(
        word.lower_ in times()
        for child in verb.children
        if child.dep_ in ("prep", "advmod", "npadvmod", "tmod")
        for word in child.subtree
        if not (child.dep_ == "prep" and word == child)
    )


def _on_the_way(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Is on her way to Tunis"."""
    way = next((word for child in verb.children if child.lower_ == "on" for word in child.children), None)
    if way is None or way.lower_ != "way" or not any(child.dep_ == "poss" for child in way.children):
        return None
    destination = place_after(parsed, way, places, ("to",)) or place_after(parsed, verb, places, ("to",))
    guests = people(parsed.subjects(verb))
    return made(parsed, verb, "visit", guests, destination=destination) if destination and guests else None


def _invite(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Invited X to Pyongyang"; what an infinitive tells ("invited X to visit") is that verb's."""
    destination = place_after(parsed, verb, places, ("to",))
    guests = people(parsed.objects(verb) or parsed.passive_subject(verb))
    if destination is None or not guests:
        return None
    candidate = made(parsed, verb, "visit", parsed.subjects(verb) + guests, destination=destination)
    candidate.implied = "proposed"
    return candidate


def _visit(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    objects = [child for child in verb.children if child.dep_ in (*OBJECT, "nsubjpass")]
    hosted = [role for role in parsed.objects(verb) if role.mention is not None and role.mention.kind == "person"]
    destination = next((hit for child in objects if (hit := place_at(parsed, child, places))), None)
    if destination is None and not objects:
        destination = place_after(parsed, verb, places, ("in", "to"))
    if destination is None:
        destination = place_after(parsed, objects[0], places, ("in", "of")) if objects else None
    hosts = parsed.subjects(verb.head) if verb.dep_ == "xcomp" and stem(verb.head) == "invite" else []
    guests = parsed.subjects(verb)
    if verb.dep_ == "acl" and verb.head.lower_ in nouns("inviting"):  # extended an invitation to X to visit Y
        guests = named(people(parsed.with_(verb.head, ("to", "for")))) or guests
    if destination is None and not hosted and not hosts:
        return None
    if destination is not None:
        hosts = []
    return made(parsed, verb, "visit", guests + hosted + hosts, destination=destination)
