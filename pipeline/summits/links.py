"""How near a date or a place is to a trigger, by the parse of their sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.summits.candidate import Candidate
from pipeline.summits.clauses import Parsed
from pipeline.summits.status import is_answer
from pipeline.summits.verbs import is_verb, stem, verbs

_FARTHEST = 70
"""Characters between a trigger and what no link of the parse ties to it."""
_UNLINKED = 1000
_OTHER_VERB = 300
_AFTER = ("after", "following")


@dataclass(frozen=True, slots=True)
class Frame:
    """A trigger's chain of heads up to its clause's verb, each with what it costs to go there, and what hangs on the
    trigger itself. `after`: the chain ends at a verb after whose encounter something was done or said ("said on Monday
    after meeting X"): on the same day. `before`: it ends at a clause before which something was done, another day."""

    chain: dict[int, int]
    below: frozenset[int]
    after: int | None = None
    before: bool = False


def frame_of(trigger: Any) -> Frame:
    """A trigger's frame; it ends at its own clause and at a verb of saying."""
    chain = {trigger.i: 20}
    token = trigger
    cost = 20
    while token.head != token and len(chain) < 12:
        if _follows(token):
            verb = _verb_above(token)
            return Frame({**chain, verb.i: cost + _OTHER_VERB}, frozenset(word.i for word in trigger.subtree), verb.i)
        own_clause = (
            is_verb(token)
            and token.dep_ in ("ccomp", "advcl", "relcl", "parataxis")
            and (token.tag_ != "VB" or _is_told_first(token))
        )
        if own_clause and not any(child.lower_ == "where" for child in token.children):
            before = any(child.lower_ == "before" for child in token.lefts)
            return Frame(chain, frozenset(word.i for word in trigger.subtree), before=before)
        cost += _OTHER_VERB if token.dep_ == "conj" and is_verb(token) else 0
        below, token = token, token.head
        if is_verb(token) and stem(token) in verbs("speech") and below.i != trigger.i:
            break
        chain[token.i] = cost
    return Frame(chain, frozenset(word.i for word in trigger.subtree))


def _is_told_first(verb: Any) -> bool:
    """Whether a verb tells what will be, behind one of saying: said that they would meet."""
    head = verb.head
    is_said = verb.dep_ == "ccomp" and is_verb(head) and stem(head) in verbs("speech") and head.i < verb.i
    return bool(is_said and any(child.tag_ == "MD" for child in verb.children))


def _follows(token: Any) -> bool:
    """Whether a word stands in what something comes after: after talks, after they met."""
    if token.dep_ in ("prep", "mark") and token.lower_ in _AFTER:
        return True
    return any(child.lower_ in _AFTER and child.dep_ in ("mark", "prep") and child.i < token.i for child in token.lefts)


def _verb_above(token: Any) -> Any:
    for _ in range(12):
        token = token.head
        if is_verb(token) or token.head == token:
            break
    return token


def distance(
    parsed: Parsed,
    frame: Frame,
    candidate: Candidate,
    start: int,
    end: int,
    is_place: bool = False,
    coarse: bool = False,
) -> int | None:
    """How far a span is from the trigger, what the parse ties to it first; None where it belongs to another verb.
    `coarse`: the span is a date without a day."""
    gap = start - candidate.trigger_end if start >= candidate.trigger_end else candidate.trigger - end + 15
    token = parsed.token_at(start)
    if token is None:
        return gap + _UNLINKED
    if token.i in frame.below:
        topic = is_place and _in_topic(token, candidate.token)
        return None if topic or _in_purpose(token, candidate.token, coarse) else gap
    if frame.before:
        return None
    in_noun = False
    for _ in range(10):
        if token.i in frame.chain:
            # "rejected on Monday a meeting": the day of the refusal, not of the meeting
            of_verb_alone = token.i != candidate.token.i and (
                (_of_answer(parsed, token, start) and not coarse)
                or (not is_place and _is_over_first(parsed, token, start, candidate))
            )
            return None if of_verb_alone else gap + frame.chain[token.i]
        if token.head == token or (is_verb(token) and token.dep_ != "aux"):
            break
        token = token.head
        in_noun |= token.tag_ in ("NN", "NNS")
    if token.i in frame.chain:
        return gap + frame.chain[token.i]
    hangs_on_noun = token.dep_ == "relcl" or (token.dep_ in ("acl", "prep") and token.tag_ == "VBG")
    of_another = hangs_on_noun and token.head.i not in frame.chain
    if is_verb(token) and stem(token) in verbs("planning") and gap < 2 * _FARTHEST and not of_another:
        return gap + 30
    if is_verb(token) and (stem(token) in verbs("speech") or token.tag_ in ("VBD", "VBZ", "VBP", "VBN")):
        return None
    if is_verb(token) and (in_noun or not (token.is_ancestor(candidate.token) or candidate.token.is_ancestor(token))):
        return None
    return gap + _UNLINKED if gap <= _FARTHEST else None


def _in_topic(token: Any, trigger: Any) -> bool:
    """Whether a word stands in what the talks are about: a summit on the war in Sudan."""
    while token.i != trigger.i and token.head != token:
        of_trigger = token.dep_ == "prep" and token.head.i == trigger.i
        if of_trigger and token.lower_ in ("on", "about", "over", "regarding"):
            return not any(child.lower_ in ("sidelines", "margins", "fringes") for child in token.children)
        if is_verb(token) and stem(token) in verbs("ending"):
            return False  # "talks on trade ended in Oslo", which reads as trade that ended
        token = token.head
    return False


def _in_purpose(token: Any, trigger: Any, coarse: bool) -> bool:
    """Whether a word stands in a noun phrase of a verb below the trigger: to discuss the closing of ports in May.
    A date without a day does so wherever the parse hangs it."""
    in_noun = coarse
    while token.i != trigger.i and token.head != token:
        if is_verb(token) and in_noun and not _is_of(token, trigger):
            return True
        token = token.head
        in_noun |= token.tag_ in ("NN", "NNS")
    return False


def _is_of(verb: Any, trigger: Any) -> bool:
    """Whether a clause tells of the trigger itself that it is held: a summit that Peru is to host in May."""
    clause = verb.head if verb.dep_ == "xcomp" else verb
    return clause.dep_ == "relcl" and clause.head.i == trigger.i and stem(verb) in (*verbs("planning"), "be")


def _of_answer(parsed: Parsed, verb: Any, start: int) -> bool:
    """Whether a date is that of a refusal, an offer or a calling off, not of the encounter: a perfect has no day."""
    perfect = any(child.dep_ == "aux" and child.lower_ in ("has", "have", "having", "had") for child in verb.children)
    return is_answer(verb) and not perfect and not _for(parsed, start)


def _is_over_first(parsed: Parsed, verb: Any, start: int, candidate: Candidate) -> bool:
    """Whether a date is that of a deed that is over when an encounter is still to come: left on Tuesday to meet."""
    if candidate.status not in ("planned", "proposed") or verb.tag_ != "VBD" or _for(parsed, start):
        return False
    return stem(verb) not in verbs("planning") | verbs("travel") | {"be", "have"}


def _for(parsed: Parsed, start: int) -> bool:
    """Whether a date stands behind "for", "until" or "to": scheduled for Monday, put off until May."""
    token = parsed.token_at(start)
    words = (
        [token.lower_, *(word.lower_ for word in token.doc[max(0, token.i - 2) : token.i])] if token is not None else []
    )
    return any(word in ("for", "until", "till", "to", "from") for word in words)
