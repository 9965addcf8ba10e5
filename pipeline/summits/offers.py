"""Who stands behind an encounter that is offered, asked for or refused, and what is told in a gathering's margins."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.summits.clauses import Parsed
from pipeline.summits.lexicon import toml
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
        if head.tag_.startswith("NN") and head.lower_ not in _requests():
            break
        if not is_verb(head) and head.lower_ in _requests():
            out += [role for child in head.children if child.dep_ in _BEFORE for role in parsed.in_phrase(child)]
            out += parsed.with_(head, ("from", "by"))
        token = head
    return out


@cache
def _requests() -> frozenset[str]:
    return frozenset(toml("verbs.toml")["requests"])


def in_margin(noun: Any) -> bool:
    """Whether a gathering is only where others meet: X met Y on the sidelines of the G20 summit."""
    token, beside = noun, False
    for _ in range(6):
        token = token.head
        beside |= token.lower_ in ("sidelines", "margins", "sideline")
        if is_verb(token):
            return beside and stem(token) in ("meet", "hold", "receive", "confer", "talk", "speak")
    return False
