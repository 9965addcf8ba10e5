"""The status of an encounter: cues that govern its trigger, after ConText (Harkema et al., 2009).

A cue acts on what hangs on it in the parse; its scope ends at a finite clause or a verb of saying.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.summits.lexicon import toml
from pipeline.summits.verbs import came_to_pass, is_verb, is_yet_to_come, stem, verbs

_ORDER = ("denied", "cancelled", "postponed", "declined", "proposed", "planned")
"""Where several cues govern a trigger the first of these counts."""
_DEEPEST = 9
_FINITE = ("VBD", "VBZ", "VBP")
_OWN_CLAUSE = ("ccomp", "advcl", "relcl", "parataxis")


@cache
def _status(table: str) -> dict[str, str]:
    return {word: status for status, words in toml("status.toml")[table].items() for word in words}


@cache
def _words(name: str) -> frozenset[str]:
    given = toml("status.toml")
    return frozenset(given["governors"][name] if name in given["governors"] else given[name])


@cache
def _particles() -> dict[tuple[str, str], str]:
    return {(verb, particle): status for verb, particle, status in toml("status.toml")["particles"]}


def status_of(trigger: Any) -> str:
    """held, planned, proposed, postponed, cancelled, declined, or denied for what is said not to have been."""
    if is_yet_to_come(trigger):
        return "denied"
    found: set[str] = set()
    negated = off = False
    bare = _bare_infinitive(trigger)
    token = trigger
    for depth in range(_DEEPEST):
        if cue := _cue(token, trigger):
            found.add(cue)
        if cue == "accepted":
            found = {"planned"} | (found - {"accepted", "proposed"})
        if modal := _modal(token):
            found.add(modal)
        if any(child.lower_ == "longer" for child in token.children):
            negated = off = True  # will no longer travel
        if _negated(token):
            if token.lower_ in _words("plan_nouns") and any(child.dep_ == "expl" for child in token.head.children):
                return "denied"  # there are no plans to meet
            if _perfect_since(token):
                return "held"  # they have not met since July: then they did
            negated = True
            off |= is_verb(token) and stem(token) in verbs("taking_place")
        if _is_conditional(token) or (
            modal and any(child.dep_ == "advcl" and _is_conditional(child) for child in token.children)
        ):
            found.add("proposed")
        head = token.head
        if head == token or _ends_scope(token, head, depth):
            break
        word = token.lower_
        if token.dep_ in ("prep", "mark", "advmod", "pcomp") or token.tag_ == "IN":
            if word in _words("before"):
                if not is_former_plan(token):  # before coming here he had been to X: by now he has come
                    found.add("planned")
                break
            if word in _words("after"):
                break
            if word == "for" and is_verb(head) and stem(head) in _words("on_the_way"):
                found.add(_modal(head) or ("held" if came_to_pass(trigger) else "planned"))
                break
            if word in ("in", "at", "by", "during") and depth and not is_verb(head):
                break
            if word in ("in", "at", "on", "by", "through", "via") and is_verb(head) and depth:
                # in a meeting: the verb's tense governs, what it means does not
                if modal := _modal(head):
                    found.add(modal)
                if stem(head) not in verbs("light"):
                    break
        if _marked(token, _words("before")):
            found.add("planned")
            break
        token = head
    if negated:
        if off and found & {"planned", "proposed"}:
            return "cancelled"
        if "cancelled" in found or "postponed" in found:
            return next(status for status in ("cancelled", "postponed") if status in found)
        if "declined" in found:
            return "planned"
        return "declined" if found & {"planned", "proposed"} else "denied"
    if bare:
        found.add("planned")
    return next((status for status in _ORDER if status in found), "held")


def status_governed(verb: Any) -> str:
    """The status that a verb, with its particle, gives to its object."""
    base = stem(verb)
    found = [status for child in verb.children if (status := _particles().get((base, child.lower_)))]
    return found[0] if found else _status("governors").get(base, "")


def status_named(noun: Any) -> str:
    """The status that a noun is the name of: its postponement."""
    return _status("governors").get(str(noun.lower_), "")


def _bare_infinitive(trigger: Any) -> bool:
    """ "To meet" tells what is still to come, unless its governor says that it came to pass."""
    infinitive = any(child.lower_ == "to" and child.dep_ == "aux" for child in trigger.children)
    return is_verb(trigger) and infinitive and stem(trigger.head) not in verbs("factive") and trigger.dep_ != "csubj"


def is_former_plan(trigger: Any) -> bool:
    """Whether a plan is told as one of the past: they had intended, had been due, had agreed to meet."""
    token = trigger
    for _ in range(_DEEPEST):
        if is_verb(token) and any(
            child.dep_ == "aux" and child.lower_ in ("had", "'d", "’d") for child in token.children
        ):
            return bool(token != trigger)
        if token.head == token or (is_verb(token) and token.tag_ in _FINITE):
            return False
        token = token.head
    return False


def in_passing(trigger: Any) -> bool:
    """Whether a trigger is mentioned in a phrase (during his talks with X, besides meeting Y) that says nothing of
    whether it took place."""
    token = trigger
    for _ in range(4):
        if token.dep_ in ("pobj", "pcomp"):
            return token.head.lower_ not in _words("after") or token.head.lower_ == "during"
        if is_verb(token) and token.tag_ not in ("VBG", "VB"):
            return False
        if token.dep_ not in ("dobj", "obj", "conj", "appos"):
            return False
        token = token.head
    return False


def aside(trigger: Any) -> bool:
    """Whether a trigger stands in a phrase or clause that only tells when or where something else happens: after
    meeting X, days before the leaders meet, on the sidelines of a summit."""
    token = trigger
    for _ in range(_DEEPEST):
        head = token.head
        if head == token:
            return False
        word = token.lower_
        if token.dep_ in ("prep", "mark", "advmod") and word in _words("aside"):
            return True
        if word == "of" and (head.lower_ in _words("aside") or head.lower_ in _words("margins")):
            return True
        if _marked(token, _words("aside")):
            return True
        if is_verb(token) and token.tag_ in _FINITE and token.dep_ not in ("relcl", "conj"):
            return False
        token = head
    return False


def _ends_scope(token: Any, head: Any, depth: int) -> bool:
    if not is_verb(token):
        return token.dep_ in ("nsubj", "nsubjpass") and is_verb(head) and stem(head) in verbs("speech")
    if token.dep_ in ("ccomp", "parataxis"):
        if stem(head) in verbs("speech") - _DENYING:
            return True
        return token.tag_ in _FINITE and stem(head) not in _status("governors")
    if token.dep_ == "advcl" and _marked(token, _words("after")):
        return True
    return token.dep_ in _OWN_CLAUSE and token.tag_ in _FINITE and not _marked(token, _words("before"))


_DENYING = frozenset(("deny",))


def _cue(token: Any, trigger: Any) -> str | None:
    own = token == trigger
    if own and is_verb(token):
        return None
    if is_verb(token) and _is_to(token):
        return "planned"
    base = stem(token) if is_verb(token) else str(token.lower_)
    for child in token.children:
        if status := _particles().get((base, child.lower_)):
            return status
    if own:
        return next((status for child in token.children if (status := _status("adjectives").get(child.lower_))), None)
    if base == "call" or token.dep_ == "compound" or (token.dep_ == "nsubj" and is_verb(token)):
        # "called a summit", "a phone call": no cue without its particle
        return None
    if token.dep_ in ("amod", "advmod") or (
        base in ("set", "open", "head", "leave", "support") and _has_object(token, trigger)
    ):
        return None
    if is_verb(token) and (base == "open" or not _governs(token, trigger)):
        return None
    return _status("governors").get(base)


def _has_object(token: Any, trigger: Any) -> bool:
    """ "Opened the meeting", "left the talks": the verb's plain meaning."""
    return is_verb(token) and any(child.dep_ == "dobj" for child in token.children)


def _governs(verb: Any, trigger: Any) -> bool:
    """Whether a verb's meaning falls on the trigger: through its object, complement or passive subject, not through an
    adverbial (rejected the plan in a meeting; agreed after talks)."""
    child = trigger
    for _ in range(_DEEPEST):
        if child.head == verb:
            break
        child = child.head
    if child.dep_ == "nsubj":  # not what a meeting urges others to
        return bool(child == trigger) and not _has_object(verb, trigger)
    if child.dep_ in (
        "dobj",
        "obj",
        "xcomp",
        "ccomp",
        "nsubjpass",
        "acl",
        "relcl",
        "advcl",
        "oprd",
        "attr",
        "conj",
    ):
        return not (child.dep_ in ("advcl", "conj") and verb.tag_ in _FINITE and stem(verb) not in _status_verbs())
    if child.dep_ == "prep":
        return child.lower_ in ("for", "to", "on", "from", "against", "of", "with", "about")
    return False


def _is_to(verb: Any) -> bool:
    """ "Was to hold talks"; "arrived to hold talks"."""
    if verb.tag_ != "VB" or not any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children):
        return False
    return verb.dep_ in ("xcomp", "advcl") and (
        stem(verb.head) == "be" or stem(verb.head) in _words("on_the_way") - verbs("factive")
    )


def is_answer(verb: Any) -> bool:
    """Whether a verb refuses, offers or calls off, or agrees to: what it tells has a day of its own."""
    if not is_verb(verb) or verb.tag_ == "VB":
        return False
    particle = any((stem(verb), child.lower_) in _particles() for child in verb.children)
    return particle or stem(verb) in verbs("answering")


@cache
def _status_verbs() -> frozenset[str]:
    return frozenset(word for word, status in _status("governors").items() if status in ("planned", "proposed"))


def _modal(token: Any) -> str | None:
    for child in token.children:
        status = _status("modals").get(child.lower_)
        if status and (child.dep_ in ("aux", "auxpass") or child.tag_ == "MD"):
            return status
    if is_verb(token) and token.tag_ == "VBG" and any(child.lower_ in ("going", "about") for child in token.children):
        return "planned"
    return None


def _negated(token: Any) -> bool:
    return any(
        child.dep_ == "neg" or (child.lower_ in ("no", "never", "without", "not", "n't") and child.i < token.i)
        for child in token.children
    )


def _perfect_since(verb: Any) -> bool:
    return verb.tag_ == "VBN" and any(child.lower_ == "since" for child in verb.children)


def _is_conditional(token: Any) -> bool:
    return is_verb(token) and _marked(token, _words("conditional"))


def _marked(token: Any, words: frozenset[str]) -> bool:
    return any(
        child.dep_ in ("mark", "prep", "advmod") and child.lower_ in words and child.i < token.i
        for child in token.children
    )
