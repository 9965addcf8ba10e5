"""The encounters that one parsed sentence tells, trigger by trigger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipeline.summits.candidate import Candidate, place_at
from pipeline.summits.clauses import Parsed
from pipeline.summits.noun_triggers import noun_candidate
from pipeline.summits.offers import beside
from pipeline.summits.places import PlaceHit, venue_hit
from pipeline.summits.roles import Role
from pipeline.summits.status import aside, in_passing, is_former_plan, status_of
from pipeline.summits.verb_triggers import verb_candidate
from pipeline.summits.verbs import is_verb


def candidates(
    parsed: Parsed, sentence: int, span: tuple[int, int], places: Sequence[PlaceHit], story: str
) -> Iterator[Candidate]:
    """`sentence` is the sentence's number, `span` its characters in the story, `places` those that it names."""
    for token in parsed.doc:
        if parsed.mention_at(token) is not None:
            continue
        if is_verb(token):
            candidate = verb_candidate(parsed, token, places)
        elif token.tag_.startswith("NN"):
            candidate = noun_candidate(parsed, token, places, story)
        else:
            continue
        if candidate is not None:
            candidate.sentence, candidate.span = sentence, span
            candidate.status = status_of(token)
            if candidate.implied and candidate.status == "held":
                candidate.status = candidate.implied
            if candidate.gathering and candidate.status == "held" and _is_setting_to_come(token):
                candidate.status = "planned"
            candidate.former = candidate.status == "planned" and is_former_plan(token)
            candidate.aside = aside(token)
            candidate.asserted = candidate.status != "held" or not in_passing(token)
            yield from _apart(candidate)
            yield from _gapped(candidate, parsed)
            yield from _further_stops(candidate, parsed, places)


def _is_setting_to_come(noun: Any) -> bool:
    """Whether a gathering is one in whose margins others are still to meet."""
    word = beside(noun)
    return word is not None and status_of(word) in ("planned", "proposed")


def _gapped(candidate: Candidate, parsed: Parsed) -> Iterator[Candidate]:
    """Those of whom a list goes on to tell without the verb: to meet X in Belgrade on Monday and Y in Pristina."""
    if not candidate.verb or candidate.kind != "meeting":
        return
    own = [role for role in candidate.roles if role.position < candidate.trigger]
    for child in candidate.token.children:
        for word in child.children if child.dep_ == "prep" else (child,):
            if parsed.mention_at(word) is not None and word.dep_ in ("dobj", "obj"):
                continue
            for item in word.conjuncts:
                mention = parsed.mention_at(item)
                if own and item.i > word.i and mention is not None and mention.kind in ("person", "counterpart"):
                    start, end = parsed.start(item), parsed.end(item)
                    yield replace(
                        candidate, roles=[*own, Role(mention, "", start)], trigger=start, trigger_end=end, token=item
                    )


def _further_stops(candidate: Candidate, parsed: Parsed, places: Sequence[PlaceHit]) -> Iterator[Candidate]:
    """The visits to the other countries of a list: a trip to Japan, South Korea and Vietnam."""
    first = candidate.destination
    token = parsed.token_at(first.start) if first is not None else None
    if candidate.kind != "visit" or first is None or token is None:
        return
    done = {first.country}
    joined = _joined_preps(candidate.token, token)
    further = [child for prep in joined for child in prep.children if child.dep_ == "pobj"]
    for item in (*token.conjuncts, *further):  # a trip to A and B; in A on Monday, and in B in May
        mention = parsed.mention_at(item)
        hit = place_at(parsed, item, places) or (
            venue_hit(mention) if mention is not None and mention.kind == "country" else None
        )
        if hit is not None and item.i > token.i and hit.country and hit.country not in done:
            done.add(hit.country)
            stop = replace(candidate, destination=hit, place=None, trigger=hit.start, trigger_end=hit.end)
            yield replace(stop, token=item.head, dated_behind=True) if item in further else stop


def _joined_preps(trigger: Any, stop: Any) -> list[Any]:
    """The prepositions that go on from a visit's first stop: in London on Tuesday, and in Washington in May."""
    heads = {word.i: word for word in (trigger, *trigger.children, stop.head, stop.head.head)}
    return [
        child
        for _, head in sorted(heads.items())
        for child in head.children
        if child.dep_ == "conj" and child.lower_ in ("to", "in", "at")
    ]


def _apart(candidate: Candidate) -> Iterator[Candidate]:
    """One candidate for each of those with whom separate talks are told."""
    others = [role for role in candidate.roles if role in candidate.separate and role.mention is not None]
    countries = {role.mention.country for role in others if role.mention is not None}
    own = [role for role in candidate.roles if role not in others]
    if len(countries) < 2 or not own:
        yield candidate
        return
    done = set()
    for other in others:
        country = other.mention.country if other.mention is not None else None
        if country in done:
            continue
        done.add(country)
        same = [role for role in others if role.mention is not None and role.mention.country == country]
        yield replace(candidate, roles=own + same)
