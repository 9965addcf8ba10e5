"""Who took part for a side that an event tells by an office or by its name alone, where the story names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from pipeline.summits.drafts import Draft
from pipeline.summits.people import Mention, Person, name_words, same_title
from pipeline.summits.telling import may_take_part


def taking_part(draft: Draft, sentences: Collection[int], by_sentence: Sequence[Sequence[Mention]]) -> list[Person]:
    """The persons of an event. An office without a name is that of the one person who may hold it; a side of which
    nobody is told has the one person of its rank in the `sentences` that tell the event."""
    named = {(person.country, person.level) for person in draft.persons if person.name}
    out: list[Person] = []
    for person in draft.persons:
        if person.country not in draft.parties:
            continue
        if person.name:
            out.append(person)
        elif person.title and (person.country, person.level) not in named:
            holders = [one for one in _named(by_sentence, person.country) if _may_hold(one, person)]
            alone = holders[0] if len(holders) == 1 else person
            out.append(replace(alone, title=alone.title or person.title))
    if draft.kind == "visit" or not draft.level:
        return out
    told = [by_sentence[index] for index in sorted(sentences)]
    for code in sorted(draft.parties - {person.country for person in draft.persons}):
        of_rank = [one for one in _named(told, code) if one.level == draft.level and may_take_part(one, draft)]
        out += of_rank if len(of_rank) == 1 else []
    return out


def _named(told: Iterable[Sequence[Mention]], country: str | None) -> list[Person]:
    """The persons of a country whom sentences name, each once."""
    found = {
        id(mention.person): mention.person
        for mentions in told
        for mention in mentions
        if mention.person is not None and mention.person.name and mention.person.country == country
    }
    return [person for person in found.values() if not person.past and not person.bystander]


def _may_hold(person: Person, office: Person) -> bool:
    """Whether somebody may be who is told by an office alone; "the monarch" may be the king."""
    if person.title is None or same_title(person.title, office.title or ""):
        return True
    return (office.title or "").lower() in name_words("any_office") and person.level == office.level
