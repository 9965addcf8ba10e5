"""The status of an encounter: cues that govern its trigger, after ConText (Harkema et al., 2009): a cue acts on what hangs on
it in the parse, and its scope ends at the verb of saying."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.summits.clauses import is_verb, stem
from pipeline.summits.lexicon import toml

SPEECH = frozenset("say tell report add state confirm note insist claim declare quote".split())
_MODAL = {
    "will": "planned",
    "shall": "planned",
    "’ll": "planned",
    "'ll": "planned",
    "wo": "planned",
    "would": "planned",
    "could": "proposed",
    "may": "proposed",
    "might": "proposed",
    "should": "proposed",
    "can": "proposed",
    "must": "proposed",
}
_ORDER = ("denied", "cancelled", "postponed", "declined", "proposed", "planned")


@cache
def _cues() -> dict[str, str]:
    return {word: status for status, words in toml("status.toml")["governors"].items() for word in words}


@cache
def _adjectives() -> dict[str, str]:
    return {word: status for status, words in toml("status.toml")["adjectives"].items() for word in words}


@cache
def _particles() -> dict[tuple[str, str], str]:
    return {(verb, particle): status for verb, particle, status in toml("status.toml")["particles"]}


def status_of(trigger: Any) -> str:
    """held, planned, proposed, postponed, cancelled, declined, or denied for what is said not to have been."""
    found: set[str] = set()
    negated = False
    token = trigger
    for depth in range(6):
        cue = _cue(token, token == trigger)
        if cue:
            found.add(cue)
        modal = _modal(token)
        if modal and (token == trigger or not found & {"held"}):
            found.add(modal)
        if any(
            child.dep_ == "neg" or child.lower_ in ("no", "never", "without") and child.i < token.i
            for child in token.children
        ):
            negated = True
        if token == trigger and token.tag_.startswith("NN"):
            for child in token.children:
                adjective = _adjectives().get(child.lower_)
                if adjective:
                    found.add(adjective)
        head = token.head
        if head == token or depth and token.dep_ in ("ccomp", "parataxis") and stem(head) in SPEECH:
            break
        if (
            token.dep_ in ("ccomp", "advcl", "relcl", "parataxis")
            and is_verb(token)
            and token.tag_ in ("VBD", "VBZ", "VBP")
        ):
            if not (token.dep_ == "ccomp" and _cues().get(stem(head))):
                if any(
                    child.dep_ == "mark" and child.lower_ in ("if", "whether", "unless") for child in token.children
                ):
                    found.add("proposed")
                break
        if any(child.dep_ == "mark" and child.lower_ in ("if", "whether", "unless") for child in token.children):
            found.add("proposed")
        if (
            token.dep_ in ("prep", "pobj")
            and head.dep_ not in ("dobj", "pobj", "prep", "attr", "nsubj", "nsubjpass", "xcomp")
            and is_verb(head)
            and depth > 0
            and token != trigger
        ):
            # a prepositional phrase of time or place: the verb's modals still govern, its own meaning does not
            modal = _modal(head)
            if modal and token.lower_ not in ("after", "following", "since"):
                found.add(modal)
            if token.lower_ in ("ahead", "before"):
                found.add("planned")
            break
        if token.lower_ in ("before", "ahead") and token.dep_ in ("prep", "advmod"):
            found.add("planned")
        if token.lower_ in ("after", "following", "during") and token.dep_ == "prep":
            break
        token = head
    if negated and "declined" not in found and "cancelled" not in found:
        if "planned" in found or "proposed" in found:
            return "declined"
        return "denied"
    return next((status for status in _ORDER if status in found), "held")


def _cue(token: Any, own: bool) -> str | None:
    if own and is_verb(token):
        infinitive = any(child.lower_ == "to" and child.dep_ == "aux" for child in token.children)
        return (
            "planned" if infinitive and token.tag_ == "VB" and token.dep_ not in ("advcl",) and _waits(token) else None
        )
    base = stem(token) if is_verb(token) else str(token.lower_)
    for child in token.children:
        status = _particles().get((base, child.lower_))
        if status:
            return status
    if own:
        return None
    return _cues().get(base) or (_cues().get(token.lower_))


def _waits(token: Any) -> bool:
    """Whether "to meet" is still to come: after a form of be, a noun or an adjective; after "managed to" it is not."""
    return stem(token.head) not in (
        "manage",
        "continue",
        "use",
        "seem",
        "appear",
        "begin",
        "start",
        "go",
        "come",
        "fail",
    )


def _modal(token: Any) -> str | None:
    for child in token.children:
        if child.dep_ == "aux" and child.lower_ in _MODAL:
            return _MODAL[child.lower_]
    return None
