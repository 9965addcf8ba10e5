"""Verbs that tell a visit: visit, travel, be in, be expected or due, invite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.summits.candidate import Candidate, made, place_after, place_at, trigger_verbs
from pipeline.summits.clauses import Parsed
from pipeline.summits.places import PlaceHit
from pipeline.summits.roles import people
from pipeline.summits.verbs import stem, verbs

_OBJECT = ("dobj", "obj")
_CLAUSES = ("xcomp", "ccomp", "oprd", "acomp", "attr", "prt")


def visit_told(parsed: Parsed, verb: Any, base: str, places: Sequence[PlaceHit]) -> Candidate | None:
    """The visit that a verb with this base form tells, or None."""
    if base == "expect":
        return _expected(parsed, verb, places)
    if base == "invite":
        return _invite(parsed, verb, places)
    if base in trigger_verbs("visit"):
        return _visit(parsed, verb, places)
    if base == "be":
        return _due(parsed, verb, places) or _stay(parsed, verb, places)
    if base in verbs("travel"):
        destination = place_after(parsed, verb, places, ("to", "in", "for", "at"))
        travellers = parsed.subjects(verb) + people(parsed.with_(verb, ("with",)))
        return made(parsed, verb, "visit", travellers, destination=destination) if destination else None
    return None


def _expected(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Is expected in Ankara in March"."""
    destination = place_after(parsed, verb, places, ("in", "at"))
    guests = people(parsed.passive_subject(verb))
    if destination is None or not guests or any(child.dep_ in _CLAUSES for child in verb.children):
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
    """ "Is in Britain for two days"; "was in Syria on a visit"."""
    destination = place_after(parsed, verb, places, ("in",))
    purpose = any(child.dep_ == "prep" and child.lower_ in ("for", "on") for child in verb.children)
    subjects = [role for role in parsed.subjects(verb) if role.mention is None or role.mention.kind != "country"]
    if destination is None or not purpose or not subjects:
        return None
    return made(parsed, verb, "visit", subjects, destination=destination)


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
    objects = [child for child in verb.children if child.dep_ in (*_OBJECT, "nsubjpass")]
    hosted = [role for role in parsed.objects(verb) if role.mention is not None and role.mention.kind == "person"]
    destination = next((hit for child in objects if (hit := place_at(parsed, child, places))), None)
    if destination is None and not objects:
        destination = place_after(parsed, verb, places, ("in", "to"))
    if destination is None:
        destination = place_after(parsed, objects[0], places, ("in", "of")) if objects else None
    hosts = parsed.subjects(verb.head) if verb.dep_ == "xcomp" and stem(verb.head) == "invite" else []
    if destination is None and not hosted and not hosts:
        return None
    if destination is not None:
        hosts = []
    return made(parsed, verb, "visit", parsed.subjects(verb) + hosted + hosts, destination=destination)
