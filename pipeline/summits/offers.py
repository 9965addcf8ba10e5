"""Who stands behind an encounter that is offered, asked for or refused, and what is told in a gathering's margins."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.summits.candidate import nouns
from pipeline.summits.clauses import Parsed
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.roles import Role
from pipeline.summits.verbs import is_verb, stem, verbs

_BEFORE = ("compound", "poss", "amod", "nmod")


def askers(parsed: Parsed, noun: Any) -> list[Role]:
    """Who refuses, offers or accepts an encounter of others: Israel dismissed Syria's offer to resume talks."""
    token, out = noun, []
    for _ in range(5):
        head = token.head
        if head == token or token.dep_ not in (
            "dobj",
            "obj",
            "acl",
            "xcomp",
            "pobj",
            "prep",
            "relcl",
            "nsubjpass",
            "conj",
            "pcomp",
        ):
            break
        if (
            is_verb(head)
            and stem(head) in verbs("answering")
            and token.dep_ in ("dobj", "obj", "xcomp", "prep", "nsubjpass")
        ):
            out += parsed.subjects(head)
            for request in head.children if token.dep_ == "prep" else ():
                if request.lower_ in _requests() and request.dep_ in ("dobj", "obj", "nsubjpass"):
                    out += _whose(parsed, request)
        if head.tag_.startswith("NN") and head.lower_ not in _requests():
            break
        if not is_verb(head) and head.lower_ in _requests():
            out += _whose(parsed, head)
        token = head
    return out


def _whose(parsed: Parsed, request: Any) -> list[Role]:
    """Whose offer or request a noun is: Syria's offer, an invitation by X."""
    own = [role for child in request.children if child.dep_ in _BEFORE for role in parsed.in_phrase(child)]
    return [role for role in own + parsed.with_(request, ("from", "by")) if not _mediates(role)]


def _mediates(role: Role) -> bool:
    """Whether officials of an organisation offer an encounter, which is then one of others: African Union mediators."""
    mention = role.mention
    return mention is not None and mention.level == "official" and mention.country in organisations()


@cache
def _requests() -> frozenset[str]:
    return frozenset(toml("verbs.toml")["requests"])


def beside(noun: Any) -> Any | None:
    """The word for an encounter in a gathering's margins: "meet", of those who agreed to meet on the sidelines of the
    G20 summit. None for a gathering that is no such setting."""
    token, margin = noun, False
    for _ in range(6):
        token = token.head
        if margin and (is_verb(token) or token.lower_ in nouns("talk") or token.lower_ in nouns("visit")):
            return token
        margin |= token.lower_ in nouns("margins")
    return None


def in_margin(noun: Any) -> bool:
    """Whether a gathering is only where others meet: X met Y on the sidelines of the G20 summit."""
    word = beside(noun)
    meeting = ("meet", "hold", "receive", "confer", "talk", "speak")
    return word is not None and (not is_verb(word) or stem(word) in meeting)


def only_spoken_of(noun: Any) -> bool:
    """Whether a gathering is what others speak about, or only tells when they do something: discussed the NATO summit,
    spoke before an EU summit."""
    head = noun.head
    if noun.dep_ in ("dobj", "obj"):
        return is_verb(head) and stem(head) in verbs("spoken_of")
    if noun.dep_ not in ("pobj", "pcomp"):
        return False
    return head.lower_ in _beforehand() or (head.lower_ in ("of", "to") and head.head.lower_ in _beforehand())


def shunned(noun: Any) -> bool:
    """Whether somebody stays away from what others hold: boycotted the NATO meeting, refused to attend it."""
    verb = noun.head
    if noun.dep_ == "pobj" and verb.lower_ == "from" and verb.head.lower_ == "away":
        return True
    if noun.dep_ not in ("dobj", "obj") or not is_verb(verb):
        return False
    if stem(verb) in verbs("shunning"):
        return True
    above = verb.head if verb.dep_ == "xcomp" and is_verb(verb.head) else None
    unwilling = above is not None and (stem(above) in ("refuse", "decline") or _negated(above))
    return stem(verb) in ("attend", "join") and (unwilling or _negated(verb))


def _negated(verb: Any) -> bool:
    return any(child.dep_ == "neg" for child in verb.children)


@cache
def _beforehand() -> frozenset[str]:
    return frozenset(toml("verbs.toml")["beforehand"])
