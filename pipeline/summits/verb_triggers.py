"""Verbs that tell an encounter: meet, receive, sign together, and those of the modules for each kind of verb."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.summits.candidate import (
    Candidate,
    made,
    nouns,
    trigger_verbs,
)
from pipeline.summits.clauses import Parsed
from pipeline.summits.everyday_verbs import EVERYDAY, OBJECT, everyday
from pipeline.summits.hosts import received_at_seat
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.places import PlaceHit
from pipeline.summits.roles import Role, named, people
from pipeline.summits.speaking_verbs import by_phone, placed_near, spoken
from pipeline.summits.status import status_governed
from pipeline.summits.verbs import stem
from pipeline.summits.visit_verbs import visit_told


def verb_candidate(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """The encounter that a verb tells, or None."""
    base = stem(verb)
    if verb.tag_ in ("VBG", "VBN") and verb.dep_ in ("amod", "compound"):
        return None
    if base in trigger_verbs("meet") or (base == "sit" and any(child.lower_ == "down" for child in verb.children)):
        return _meet(parsed, verb, base)
    if base == "come" and _words_behind(verb, 3) in nouns("in_person"):
        return _meet(parsed, verb, base)
    if base in EVERYDAY and (seen := everyday(parsed, verb, base)) is not None:
        return seen
    if base in trigger_verbs("receive") or (base == "bring" and _together(verb)):
        return _receive(parsed, verb)
    if base in trigger_verbs("brief"):
        return _brief(parsed, verb)
    if base in trigger_verbs("sign"):
        return _sign(parsed, verb)
    if (told := spoken(parsed, verb, base, places)) is not None:
        return told
    if base in trigger_verbs("put_off") and any(_it(child) for child in verb.children):
        return _put_off(parsed, verb)
    return visit_told(parsed, verb, base, places)


def _meet(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    objects = parsed.objects(verb) + parsed.with_(verb) + parsed.passive_subject(verb)
    if _words_behind(verb, 3) in nouns("in_person"):  # met face to face with X
        objects += [role for word in verb.doc[verb.i + 1 : verb.i + 4] for role in parsed.with_(word)]
    subjects = parsed.subjects(verb) or (parsed.opener(verb) if objects and verb.tag_ in ("VBD", "VBZ", "VBP") else [])
    direct = [child for child in verb.children if child.dep_ in OBJECT]
    if direct and not objects and not any(_unnamed(parsed, child) for child in direct):
        return None  # meet demands
    if base in ("convene", "gather") and direct:
        return None
    if base in ("negotiate", "consult", "dine", "lunch") and not parsed.with_(verb):
        return None
    if _habitual(verb) or all(
        role.mention is not None
        and role.mention.kind == "country"
        and role.group is None
        and role.mention.country not in organisations()
        for role in subjects + objects
    ):
        return None  # of countries alone teams meet
    if not objects and _for_gathering(parsed, verb):
        return None  # met for a summit of ASEAN: the noun tells it
    own = _of(subjects) if not objects else None
    if own:
        subjects = subjects + _asked_for(verb, parsed)
    for child in verb.children:  # gathered in Montevideo, joined by X
        if child.dep_ in ("advcl", "acl", "conj") and stem(child) == "join":
            objects = objects + parsed.with_(child, ("by",))
    objects += _in_the_chair(parsed, verb)
    plural = any(_plural(role) for role in objects)
    return made(
        parsed,
        verb,
        "call" if by_phone(verb) else "multilateral" if own else "meeting",
        subjects + objects,
        separate=objects if plural or _in_turn(verb) else (),
        gathering=own,
    )


def _in_the_chair(parsed: Parsed, verb: Any) -> list[Role]:
    """Under whom somebody meets: under the chairmanship of X, under X's chairmanship."""
    out = []
    for prep in verb.children:
        for chair in prep.children if prep.lower_ == "under" else ():
            if chair.lower_ in nouns("chair"):
                out += parsed.with_(chair, ("of",))
                out += [role for child in chair.children if child.dep_ == "poss" for role in parsed.in_phrase(child)]
    return people(out)


def _brief(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Will brief NATO leaders": those of an organisation's members, together."""
    told = [role for role in parsed.objects(verb) if _is_representative(role)]
    body = _of(told)
    subjects = people(parsed.subjects(verb))
    if body is None or not subjects or by_phone(verb):
        return None
    return made(parsed, verb, "multilateral", subjects + told, gathering=body)


def _is_representative(role: Role) -> bool:
    group = role.group or role.mention
    return group is not None and group.kind == "group" and group.level in ("leader", "minister")


def _for_gathering(parsed: Parsed, verb: Any) -> bool:
    """Whether somebody meets for an organisation's gathering."""
    for child in verb.children:
        for noun in child.children if child.dep_ == "prep" and child.lower_ == "for" else ():
            inside = [parsed.mention_at(word) for word in noun.subtree] if noun.lower_ in nouns("gathering") else []
            if any(mention is not None and mention.country in organisations() for mention in inside):
                return True
    return False


def _words_behind(verb: Any, count: int) -> str:
    return " ".join(word.lower_ for word in verb.doc[verb.i + 1 : verb.i + 1 + count])


def _in_turn(verb: Any) -> bool:
    """Whether somebody meets several one after the other."""
    if any(child.lower_ in nouns("separate") for child in verb.children):
        return True
    clause = " ".join(word.lower_ for word in verb.subtree if word.i > verb.i)
    return any(f" {words} " in f" {clause} " for words in nouns("in_turn"))


def _asked_for(verb: Any, parsed: Parsed) -> list[Role]:
    """At whose request an organisation meets."""
    return [
        role
        for child in verb.children
        if child.dep_ == "prep" and child.lower_ == "at"
        for noun in child.children
        if noun.lower_ in ("request", "call", "invitation")
        for owner in noun.children
        if owner.dep_ == "poss"
        for role in parsed.in_phrase(owner)
    ]


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
    objects = parsed.objects(verb) or parsed.passive_subject(verb)
    if not any(role.mention is not None and role.mention.kind == "group" for role in objects):
        objects = people(objects)  # else the countries are those of the group: the Thai and Lao ministers
    if at_seat := received_at_seat(parsed, verb):
        return made(parsed, verb, "meeting", at_seat)
    subjects = parsed.subjects(verb) or (parsed.opener(verb) if verb.tag_ in ("VBD", "VBZ") else [])
    if not any(role.mention is None or role.group is not None or role.mention.kind != "group" for role in objects):
        return None
    return made(parsed, verb, "meeting", subjects + objects)


def _together(verb: Any) -> bool:
    """Whether "together" belongs to a verb; it may hang on the place behind it: brought A and B together in Sochi."""
    return any(word.lower_ == "together" for child in verb.children for word in (child, *child.lefts))


def _sign(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Signed a treaty with X": by those who hold an office, together."""
    with_ = people(parsed.with_(verb, ("with",)))
    subjects = people(parsed.subjects(verb))
    signers = [role for role in subjects if role.mention is None or role.mention.level != "official"]
    if not any(child.dep_ in OBJECT for child in verb.children) or not signers:
        return None
    if not with_ and len({role.mention.country for role in signers if role.mention is not None}) < 2:
        return None
    together = with_ or len({role.mention.country for role in named(signers) if role.mention is not None}) > 1
    return made(parsed, verb, "meeting", signers + with_, weak=not together and not placed_near(verb))


def _it(word: Any) -> bool:
    return word.dep_ == "nsubjpass" and word.lower_ in ("it", "this", "that")


def _put_off(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "It was postponed": what was told before."""
    status = status_governed(verb)
    if not status:
        return None
    candidate = made(parsed, verb, "meeting", (), implied=status)
    candidate.refers = True
    return candidate
