"""Everyday verbs that tell an encounter with some company only: see, spend time with, drop in on, hand a letter to."""

from __future__ import annotations

from typing import Any

from pipeline.summits.candidate import Candidate, lengths, made, nouns, phone_words, times
from pipeline.summits.clauses import Parsed
from pipeline.summits.referring import PLURAL
from pipeline.summits.roles import named, people

EVERYDAY = ("see", "spend", "drop", "stop", "be", "hand", "deliver")
OBJECT = ("dobj", "obj")
CLAUSES = ("xcomp", "ccomp", "oprd", "acomp", "attr", "prt")


def everyday(parsed: Parsed, verb: Any, base: str) -> Candidate | None:
    """The encounter that one of EVERYDAY, with this base form, tells, or None."""
    if base == "see":
        return _see(parsed, verb)
    if base == "be":
        return _on_the_line(parsed, verb)
    if base in ("hand", "deliver"):
        return _hand_over(parsed, verb)
    return _spend(parsed, verb) if base == "spend" else _drop_in(parsed, verb)


def _see(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Flew to Kampala to see President X"; "was seen by the king on Monday", but not "sees him as a rival"."""
    objects = [role for role in people(parsed.objects(verb)) if role.mention is not None] or (
        people(parsed.passive_subject(verb)) if any(child.dep_ == "agent" for child in verb.children) else []
    )
    each_other = any(child.lower_ == "other" and child.dep_ in OBJECT for child in verb.children)
    plural = [role for role in parsed.subjects(verb) if role.word in PLURAL]
    if each_other and plural:
        return made(parsed, verb, "meeting", plural)
    as_what = any(child.dep_ == "prep" and child.lower_ in ("as", "through") for child in verb.children)
    now = verb.tag_ in ("VBZ", "VBP")
    if (
        not objects
        or as_what
        or any(child.dep_ in CLAUSES for child in verb.children)
        or (now and not (_dated(verb) or _on_the_way(verb)))
    ):
        return None
    subjects = people(parsed.subjects(verb))
    return made(parsed, verb, "meeting", subjects + objects, implied="planned" if now else "") if subjects else None


def _dated(verb: Any) -> bool:
    """Whether a day hangs on a verb, by which its present tells what is to come: sees the king on Friday."""
    words = [w.lower_ for c in verb.children if c.dep_ in ("prep", "advmod", "npadvmod", "tmod") for w in c.subtree]
    return "every" not in words and not times().isdisjoint(words)


def _on_the_way(verb: Any) -> bool:
    """Whether the present tells of a stop: will be in Riga in the evening, where she sees the president."""
    return verb.dep_ == "relcl" and any(child.lower_ == "where" for child in verb.children)


def _on_the_line(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Was on the telephone with X"."""
    phone = any(
        word.lower_ in phone_words() for child in verb.children if child.lower_ == "on" for word in child.children
    )
    company = named(people(parsed.with_(verb, ("with", "to"))))
    return made(parsed, verb, "call", parsed.subjects(verb) + company, separate=company) if phone and company else None


def _spend(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Spent an hour with X"; "the two spent an hour together"."""
    long = any(
        word.lower_ in lengths()
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


def _drop_in(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Dropped in on his counterpart", unannounced or not."""
    if not any(child.lower_ in ("by", "in") for child in verb.children):
        return None
    met = named(people([role for child in (verb, *verb.children) for role in parsed.with_(child, ("on",))]))
    return made(parsed, verb, "meeting", parsed.subjects(verb) + met) if met else None


def _hand_over(parsed: Parsed, verb: Any) -> Candidate | None:
    """ "Handed the king a plan"; "delivered a letter to President X"."""
    papers = [child for child in verb.children if child.dep_ in (*OBJECT, "nsubjpass") and _is_paper(child)]
    taken_to = [role for head in (verb, *papers) for role in parsed.with_(head, ("to",))]
    given = [
        role
        for role in named(parsed.objects(verb) + taken_to)
        if role.mention is not None and role.mention.person is not None and role.mention.person.level != "official"
    ]
    subjects = [role for role in people(parsed.subjects(verb)) if role.mention is None or role.mention.kind == "person"]
    return made(parsed, verb, "meeting", subjects + given) if papers and given and subjects else None


def _is_paper(noun: Any) -> bool:
    """Whether a noun is something that is handed over in writing: a letter, a version of the plan."""
    return noun.lower_ in nouns("papers")
