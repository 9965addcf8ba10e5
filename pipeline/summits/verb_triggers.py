"""Verbs that tell an encounter: meet, receive, telephone, speak, visit, travel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.summits.candidate import Candidate, made, nouns, phone_words, place_after, place_at
from pipeline.summits.clauses import Parsed, Role
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.places import PlaceHit
from pipeline.summits.referring import PLURAL
from pipeline.summits.verbs import stem, verbs

_OBJECT = ("dobj", "obj")
_CLAUSES = ("xcomp", "ccomp", "oprd", "acomp", "attr", "prt")


@cache
def _verbs(group: str) -> frozenset[str]:
    return frozenset(toml("cues.toml")["verbs"][group])


def verb_candidate(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """The encounter that a verb tells, or None."""
    base = stem(verb)
    if verb.tag_ in ("VBG", "VBN") and verb.dep_ in ("amod", "compound"):
        return None
    if base in _verbs("meet") or (base == "sit" and any(child.lower_ == "down" for child in verb.children)):
        return _meet(parsed, verb, base)
    if base == "see":
        return _see(parsed, verb)
    if base == "expect":
        return _expected(parsed, verb, places)
    if base in _verbs("receive") or (base == "bring" and any(child.lower_ == "together" for child in verb.children)):
        return _receive(parsed, verb)
    if base in _verbs("sign"):
        return _sign(parsed, verb)
    if base in _verbs("phone") or base == "call":
        return _call(parsed, verb, base)
    if base in _verbs("speak") or base == "tell":
        return _speak(parsed, verb, base)
    if base == "discuss":
        return _discuss(parsed, verb)
    if base == "invite":
        return _invite(parsed, verb, places)
    if base in _verbs("visit"):
        return _visit(parsed, verb, places)
    if base == "be":
        return _due(parsed, verb, places) or _stay(parsed, verb, places)
    if base in verbs("travel"):
        destination = place_after(parsed, verb, places, ("to", "in", "for", "at"))
        if destination is None:
            return None
        return made(parsed, verb, "visit", parsed.subjects(verb), destination=destination)
    return None


def _meet(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    objects = parsed.objects(verb) + parsed.with_(verb) + parsed.passive_subject(verb)
    subjects = parsed.subjects(verb) or (parsed.opener(verb) if objects and verb.tag_ in ("VBD", "VBZ", "VBP") else [])
    direct = [child for child in verb.children if child.dep_ in _OBJECT]
    if direct and not objects and not any(_unnamed(parsed, child) for child in direct):
        return None  # meet demands
    if base in ("convene", "gather") and direct:
        return None
    if base in ("negotiate", "consult") and not parsed.with_(verb):
        return None
    if _habitual(verb) or all(
        role.mention is not None and role.mention.kind == "country" and role.group is None
        for role in subjects + objects
    ):
        return None  # of countries alone teams meet
    own = _of(subjects) if not objects else None
    plural = any(_plural(role) for role in objects)
    return made(
        parsed,
        verb,
        "call" if _by_phone(verb) else "multilateral" if own else "meeting",
        subjects + objects,
        separate=objects if any(child.lower_ in nouns("separate") for child in verb.children) or plural else (),
        gathering=own,
    )


def _see(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Flew to Kampala to see President X"; "saw the king on Monday", but not "sees him as a rival"."""
    objects = [role for role in _people(parsed.objects(verb)) if role.mention is not None]
    as_what = any(child.dep_ == "prep" and child.lower_ in ("as", "through") for child in verb.children)
    if not objects or as_what or any(child.dep_ in _CLAUSES for child in verb.children) or verb.tag_ in ("VBZ", "VBP"):
        return None
    subjects = _people(parsed.subjects(verb))
    return made(parsed, verb, "meeting", subjects + objects) if subjects else None


def _expected(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Is expected in Ankara in March"."""
    destination = place_after(parsed, verb, places, ("in", "at"))
    guests = _people(parsed.passive_subject(verb))
    if destination is None or not guests or any(child.dep_ in _CLAUSES for child in verb.children):
        return None
    return made(parsed, verb, "visit", guests, destination=destination, implied="planned")


def _plural(role: Role) -> bool:
    """Whether somebody is one of several counterparts, each of whom is met."""
    return any(mention is not None and mention.plural for mention in (role.mention, role.group))


def _unnamed(parsed: Parsed, noun: Any) -> bool:
    """Whether a noun stands for representatives of countries that are not named: leaders of six countries."""
    mention = parsed.mention_at(noun)
    return mention is not None and mention.country is None and mention.kind in ("group", "counterpart")


def _habitual(verb: Any) -> bool:
    return verb.tag_ in ("VBP", "VBZ") and any(
        word.lower_ in _habits()
        for child in verb.children
        if child.dep_ in ("advmod", "npadvmod")
        for word in child.subtree
    )


@cache
def _habits() -> frozenset[str]:
    return frozenset(toml("references.toml")["habits"])


def _of(subjects: Sequence[Role]) -> str | None:
    """The organisation whose own members meet: NATO foreign ministers met in Brussels."""
    codes = {role.mention.country for role in subjects if role.mention is not None and role.mention.country}
    return codes.pop() if len(codes) == 1 and codes <= organisations() else None


def _receive(parsed: Parsed, verb: Any) -> Candidate | None:
    objects = _people(parsed.objects(verb) or parsed.passive_subject(verb))
    subjects = parsed.subjects(verb)
    if not any(role.mention is None or role.group is not None or role.mention.kind != "group" for role in objects):
        return None
    return made(parsed, verb, "meeting", subjects + objects)


def _call(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    objects = _people(parsed.objects(verb) or parsed.passive_subject(verb))
    if not objects and base != "call":
        objects = _people(parsed.with_(verb, ("to", "with")))
    if base != "call":
        return made(parsed, verb, "call", parsed.subjects(verb) + objects, separate=objects) if objects else None
    if any(child.dep_ in _CLAUSES or (child.dep_ == "prep" and child.lower_ == "for") for child in verb.children):
        return None
    visited = _named(_people(parsed.with_(verb, ("on",))))
    if visited:  # called on the king
        return made(parsed, verb, "meeting", parsed.subjects(verb) + visited)
    return made(parsed, verb, "call", parsed.subjects(verb) + objects, separate=objects) if _named(objects) else None


def _named(roles: Sequence[Role]) -> list[Role]:
    return [role for role in roles if role.mention is not None and role.mention.kind in ("person", "counterpart")]


def _speak(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    phoned = _by_phone(verb)
    if base == "tell":
        return made(parsed, verb, "call", parsed.subjects(verb) + _people(parsed.objects(verb))) if phoned else None
    with_ = _people(parsed.with_(verb, ("with",)))
    to = _people(parsed.with_(verb, ("to",)))
    subjects = parsed.subjects(verb)
    if not with_ and not (phoned and (to or any(role.word in PLURAL for role in subjects) or len(subjects) > 1)):
        return None
    if not phoned and not all(role.mention is None or role.mention.kind in ("person", "counterpart") for role in with_):
        return None
    return made(
        parsed,
        verb,
        "call" if phoned or not _placed(verb) else "meeting",
        subjects + with_ + to,
        soft=not phoned,
        separate=with_ + to if phoned else (),
    )


def _discuss(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Discussed X with Y" and "the two discussed" say nothing of how they met."""
    with_ = _people(parsed.with_(verb, ("with",)))
    subjects = parsed.subjects(verb)
    if not with_ and not any(role.word in PLURAL for role in subjects) and len(subjects) < 2:
        return None
    phoned = _by_phone(verb)
    return made(parsed, verb, "call" if phoned else "meeting", subjects + with_, weak=not phoned, soft=True)


def _sign(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Signed a treaty with X": by those who hold an office, together."""
    with_ = _people(parsed.with_(verb, ("with",)))
    subjects = _people(parsed.subjects(verb))
    signers = [role for role in subjects if role.mention is None or role.mention.level != "official"]
    if not any(child.dep_ in _OBJECT for child in verb.children) or not signers:
        return None
    if not with_ and len({role.mention.country for role in signers if role.mention is not None}) < 2:
        return None
    placed = any(_placed(word) for word in (verb, *(child for child in verb.children if child.dep_ in _OBJECT)))
    return made(parsed, verb, "meeting", signers + with_, weak=not with_ and not placed)


def _due(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Is due in Tbilisi on Monday"."""
    due = next((child for child in verb.children if child.dep_ == "acomp" and child.lower_ == "due"), None)
    destination = place_after(parsed, due, places, ("in", "at")) if due is not None else None
    guests = _people(parsed.subjects(verb))
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
    guests = _people(parsed.objects(verb) or parsed.passive_subject(verb))
    if destination is None or not guests:
        return None
    candidate = made(parsed, verb, "visit", parsed.subjects(verb) + guests, destination=destination)
    candidate.implied = "proposed"
    return candidate


def _visit(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    objects = [child for child in verb.children if child.dep_ in (*_OBJECT, "nsubjpass")]
    people = [role for role in parsed.objects(verb) if role.mention is not None and role.mention.kind == "person"]
    destination = next((hit for child in objects if (hit := place_at(parsed, child, places))), None)
    if destination is None and not objects:
        destination = place_after(parsed, verb, places, ("in", "to"))
    if destination is None:
        destination = place_after(parsed, objects[0], places, ("in", "of")) if objects else None
    hosts = parsed.subjects(verb.head) if verb.dep_ == "xcomp" and stem(verb.head) == "invite" else []
    if destination is None and not people and not hosts:
        return None
    if destination is not None:
        hosts = []
    return made(parsed, verb, "visit", parsed.subjects(verb) + people + hosts, destination=destination)


def _people(roles: Sequence[Role]) -> list[Role]:
    return [
        role
        for role in roles
        if role.mention is None or role.group is not None or role.mention.kind in ("person", "group", "counterpart")
    ]


def _by_phone(verb: Any) -> bool:
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
        if word.dep_ not in ("relcl", "acl")
    )


def _placed(verb: Any) -> bool:
    """Whether a verb of speaking has a place: "spoke with X in Paris" was in person, without a place it seldom was."""
    return any(child.dep_ == "prep" and child.lower_ in ("in", "at", "during") for child in verb.children)
