"""Verbs that tell an encounter: meet, receive, telephone, speak, sign together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
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
from pipeline.summits.everyday_verbs import CLAUSES, EVERYDAY, OBJECT, everyday
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.places import PlaceHit
from pipeline.summits.referring import PLURAL
from pipeline.summits.roles import Role, named, people
from pipeline.summits.status import status_governed
from pipeline.summits.verbs import stem
from pipeline.summits.visit_verbs import visit_told

_VIEWS = ("views", "opinions", "notes")


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
    if base in trigger_verbs("sign"):
        return _sign(parsed, verb)
    if base in trigger_verbs("phone") or base == "call":
        return _call(parsed, verb, base)
    if base in trigger_verbs("speak") or base in trigger_verbs("tell"):
        return _speak(parsed, verb, base)
    if base == "discuss" or (base == "exchange" and any(child.lower_ in _VIEWS for child in verb.children)):
        return _discuss(parsed, verb)
    if base in trigger_verbs("agree"):
        return _agree(parsed, verb, places)
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
    own = _of(subjects) if not objects else None
    if own:
        subjects = subjects + _asked_for(verb, parsed)
    for child in verb.children:  # gathered in Montevideo, joined by X
        if child.dep_ in ("advcl", "acl", "conj") and stem(child) == "join":
            objects = objects + parsed.with_(child, ("by",))
    plural = any(_plural(role) for role in objects)
    return made(
        parsed,
        verb,
        "call" if _by_phone(verb) else "multilateral" if own else "meeting",
        subjects + objects,
        separate=objects if plural or _in_turn(verb) else (),
        gathering=own,
    )


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
    subjects = parsed.subjects(verb) or (parsed.opener(verb) if verb.tag_ in ("VBD", "VBZ") else [])
    if not any(role.mention is None or role.group is not None or role.mention.kind != "group" for role in objects):
        return None
    return made(parsed, verb, "meeting", subjects + objects)


def _together(verb: Any) -> bool:
    """Whether "together" belongs to a verb; it may hang on the place behind it: brought A and B together in Sochi."""
    return any(word.lower_ == "together" for child in verb.children for word in (child, *child.lefts))


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
    phoned = _by_phone(verb)
    if base in trigger_verbs("tell"):
        told = people(parsed.objects(verb))
        visiting = [role for role in told if role.mention is not None and role.mention.visiting]
        if not phoned and not visiting:
            return None
        subjects = parsed.subjects(verb)
        if not phoned:
            return made(parsed, verb, "meeting", subjects + visiting)
        return made(parsed, verb, "call", subjects + told, separate=subjects)
    with_ = people(parsed.with_(verb, ("with",)))
    to = people(parsed.with_(verb, ("to",)))
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
    objects = [child for child in verb.children if child.dep_ in OBJECT]
    with_ = people([role for head in (verb, *objects) for role in parsed.with_(head, ("with",))])
    subjects = parsed.subjects(verb)
    if not with_ and not any(role.word in PLURAL for role in subjects) and len(subjects) < 2:
        return None
    phoned = _by_phone(verb)
    kind = "call" if phoned else "meeting"
    several = len({role.mention.country for role in people(subjects) if role.mention is not None}) > 1
    return made(
        parsed,
        verb,
        kind,
        subjects + with_,
        weak=not phoned and not (_placed_near(verb) and (with_ or several)),
        soft=True,
    )


def _agree(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> Candidate | None:
    """ "Kuramoto and the visiting Thai premier agreed": one of them is the other's guest, or the place is told."""
    subjects = people(parsed.subjects(verb))
    visiting = any(role.mention is not None and role.mention.visiting for role in subjects)
    here = any(child.lower_ == "here" for child in verb.children) or place_after(parsed, verb, places, ("in", "at"))
    if not (visiting or here) or len(sides(subjects)) < 2:
        return None
    return made(parsed, verb, "meeting", subjects)


def _sign(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Signed a treaty with X": by those who hold an office, together."""
    with_ = people(parsed.with_(verb, ("with",)))
    subjects = people(parsed.subjects(verb))
    signers = [role for role in subjects if role.mention is None or role.mention.level != "official"]
    if not any(child.dep_ in OBJECT for child in verb.children) or not signers:
        return None
    if not with_ and len({role.mention.country for role in signers if role.mention is not None}) < 2:
        return None
    return made(parsed, verb, "meeting", signers + with_, weak=not with_ and not _placed_near(verb))


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
        if word.dep_ not in ("relcl", "acl") and not (child.lower_ == "at" and word.lower_ == "call")
    )


def _placed_near(verb: Any) -> bool:
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
