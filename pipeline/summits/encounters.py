"""The encounters that one parsed sentence tells, trigger by trigger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.summits.candidate import Candidate
from pipeline.summits.clauses import Parsed
from pipeline.summits.noun_triggers import noun_candidate
from pipeline.summits.places import PlaceHit
from pipeline.summits.status import aside, in_passing, status_of
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
            candidate.aside = aside(token)
            candidate.asserted = candidate.status != "held" or not in_passing(token)
            yield from _apart(candidate)


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
