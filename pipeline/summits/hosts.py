"""Encounters of which one side is told by the place alone, or before: received at the White House; talks are planned
with X."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.summits.candidate import sides
from pipeline.summits.clauses import Parsed
from pipeline.summits.roles import Role, named, people
from pipeline.summits.verbs import is_verb, stem, verbs

if TYPE_CHECKING:
    from pipeline.summits.drafts import Context, Draft

_MANNER = ("with", "as", "like", "by", "well", "badly", "poorly", "how")
"""Words by which it is told how somebody or his words were taken."""


def received_at_seat(parsed: Parsed, verb: Any) -> list[Role]:
    """Who is received, and the state at whose seat or in whose capital it is, where nobody is told to receive him."""
    if not any(child.dep_ == "auxpass" for child in verb.children):
        return []
    if any(child.lower_ in _MANNER for child in verb.children if child.dep_ in ("prep", "agent", "advmod")):
        return []
    told = people(parsed.passive_subject(verb) or parsed.subjects(verb))
    guests = [
        role for role in told if role.word == "one" or (role.mention is not None and role.mention.kind == "person")
    ]
    hosts = [
        role for role in parsed.with_(verb, ("at", "in")) if role.mention is not None and role.mention.form == "capital"
    ]
    return guests + hosts if guests and hosts else []


def had_in_clause(parsed: Parsed, clause: Any) -> list[Role]:
    """The sides of talks, from the clause that tells who was to have them: the talks that X was to have had with Y."""
    for verb in (clause, *(child for child in clause.children if child.dep_ == "xcomp")):
        taken_up = any(child.lower_ in ("that", "which") and child.dep_ in ("dobj", "obj") for child in verb.children)
        if taken_up and clause.dep_ == "relcl" and stem(verb) in verbs("light"):
            return parsed.subjects(clause) + (parsed.with_(verb) if verb != clause else [])
    return []


def expected_guest(parsed: Parsed, noun: Any, roles: Sequence[Role]) -> list[Role]:
    """Who was told last, for talks that are said to be planned or held with those of one side: talks are scheduled in
    Tirana with X."""
    head = noun.head
    if noun.dep_ not in ("nsubj", "nsubjpass") or not is_verb(head) or stem(head) not in verbs("planning"):
        return []
    hosts = named(roles)
    if not hosts or len(hosts) < len(roles) or len(sides(roles)) > 1:
        return []
    return [Role(None, "one", parsed.start(noun))]


def visited(draft: Draft, context: Context) -> str | None:
    """The country of the visit that was told last, other than its visitors', where what is told may be a part of the
    visit: it has the same status, and a visitor takes part, or is who was told last."""
    trip = next((told for told in context.told if told.kind == "visit" and told.status == draft.status), None)
    here = draft.persons or context.recent[:1]
    if trip is None or not any(person is visitor for person in here for visitor in trip.persons):
        return None
    others = trip.parties - {person.country for person in trip.persons}
    return others.pop() if len(others) == 1 else None
