"""The base form of the verbs that we look for, and the classes that they belong to."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.summits.lexicon import toml


def is_verb(token: Any) -> bool:
    return token.tag_[:2] in ("VB", "MD")


def stem(token: Any) -> str:
    """A verb's base form; a verb that the vocabulary does not know stays as it stands."""
    return base(str(token.lower_))


def base(word: str) -> str:
    """The base form of a verb in lower case; a word that the vocabulary does not know stays as it stands."""
    return _forms().get(word, word)


def is_yet_to_come(trigger: Any) -> bool:
    """Whether what a verb tells has not come to pass, and nobody says that it will: has yet to visit Oslo."""
    return (
        is_verb(trigger)
        and stem(trigger.head) == "have"
        and any(word.lower_ == "yet" for head in (trigger, trigger.head) for word in head.children)
    )


@cache
def verbs(group: str) -> frozenset[str]:
    """The base forms of a class of verbs: light, speech, control_object, travel, factive."""
    return frozenset(toml("verbs.toml")[group])


def is_form(word: str) -> bool:
    """Whether a word in lower case is a form of a verb that the vocabulary knows."""
    return word in _forms()


@cache
def _forms() -> dict[str, str]:
    given = toml("verbs.toml")
    forms = {form: base for base, all_forms in given["irregular"].items() for form in (base, *all_forms)}
    doubling = frozenset(given["doubling"])
    for base in given["regular"]:
        for form in (base, *_regular(base, base in doubling)):
            forms.setdefault(form, base)
    return forms


def _regular(base: str, doubled: bool) -> tuple[str, str, str]:
    if doubled:
        return base + "s", base + base[-1] + "ed", base + base[-1] + "ing"
    if base.endswith("e"):
        return base + "s", base + "d", base[:-1] + "ing"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies", base[:-1] + "ied", base + "ing"
    third = base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return third, base + "ed", base + "ing"


def came_to_pass(noun: Any) -> bool:
    """Whether a noun's own clause tells how it went: a meeting that ended after an hour."""
    return any(
        child.dep_ == "relcl"
        and child.tag_ == "VBD"
        and stem(child) != "be"
        and any(word.dep_ == "nsubj" and word.lower_ in ("that", "which") for word in child.children)
        for child in noun.children
    )


def is_errand(noun: Any) -> bool:
    """Whether a noun is what somebody has gone somewhere for: flew to Oslo for talks."""
    way = noun.head
    gone = noun.dep_ == "pobj" and way.lower_ == "for" and way.head.tag_ == "VBD"
    return gone and stem(way.head) in verbs("travel")


def left_for(noun: Any) -> bool:
    """Whether a noun is what somebody set out for, in the past: flew to X for talks."""
    head = noun.head
    verb = head.head
    return head.lower_ == "for" and str(verb.tag_) == "VBD" and stem(verb) in toml("status.toml")["on_the_way"]
