"""From the joined drafts to the records' events: prominence, place, topics, outcomes, quotes, evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.summits.codes import cameo, plover, summit_key
from pipeline.summits.confidence import confidence
from pipeline.summits.details import attribution, outcomes, topics
from pipeline.summits.drafts import Draft
from pipeline.summits.gazetteer import city_named
from pipeline.summits.joining import same_time
from pipeline.summits.lexicon import toml
from pipeline.summits.people import Mention, Person
from pipeline.summits.places import place_of
from pipeline.summits.quotations import Said, quotations
from schemas.records import Dateline, FieldEvidence, Participant, Place, Quote, SummitEvent, TextSpan

_OLD = timedelta(days=6)
_OPENER = re.compile("|".join(toml("details.toml")["background_openers"]))
_BOTH = re.compile(
    r"\b(?:two (?:sides|countries|leaders|nations|men|neighbors|neighbours)|both (?:sides|leaders|countries)|[Tt]hey)\b"
)
_LEAD = 2
"""Sentences of a story that are its lead."""


@dataclass(frozen=True, slots=True)
class Story:
    """A text with its sentences, the mentions in each, and what is known of it."""

    text: str
    spans: Sequence[tuple[int, int]]
    by_sentence: Sequence[Sequence[Mention]]
    published: date | None
    headline: str | None
    dateline: Dateline | None


def finish(events: Sequence[Draft], story: Story) -> list[SummitEvent]:
    """The events' records, in the order of the drafts."""
    primary = [_primary(draft, story, events) for draft in events]
    told = _told_in(events, primary, story)
    said = quotations(story.text, story.spans, story.by_sentence)
    out = []
    quoted = [_quoted_in(number, events, primary, told, said) for number in range(len(events))]
    for draft, leads, sentences, own_quotes in zip(events, primary, told, quoted, strict=True):
        spans = [story.spans[index] for index in sorted(sentences)]
        own = _best_first(draft)
        kind = _kind(draft)
        parties = tuple(sorted(draft.parties))
        where = _where(draft, leads, story.dateline)
        when = None if draft.when is None else draft.when.span
        out.append(
            SummitEvent(
                kind=kind,  # type: ignore[arg-type]
                status=draft.status,  # type: ignore[arg-type]
                level=_level(draft, story.text),  # type: ignore[arg-type]
                prominence="primary" if leads else "background",
                parties=parties,
                participants=_participants(draft),
                date=when,
                place=where,
                gathering=draft.gathering,
                topics=topics(story.text, spans),
                outcomes=outcomes(story.text, spans, draft.status in ("planned", "proposed", "postponed")),
                quotes=own_quotes,
                attribution=attribution(story.text[slice(*own[0])]),
                cameo=cameo(kind, draft.status, draft.place, draft.parties),
                plover=plover(kind, draft.status),
                summit_key=summit_key(kind, parties, when),
                confidence=confidence(draft),
                evidence=tuple(TextSpan(start, end, story.text[start:end]) for start, end in own),
                field_evidence=tuple(_field_evidence(draft, story.text)),
            )
        )
    return out


def _best_first(draft: Draft) -> list[tuple[int, int]]:
    """The sentences that tell the event: first whichever tells most of it, where and when included."""
    told = [span.start for span in (draft.when, draft.place) if span is not None]

    def rank(item: tuple[int, tuple[int, int]]) -> tuple[float, int]:
        index, (start, end) = item
        return -draft.weights.get(index, 0) - 3 * sum(start <= at < end for at in told), index

    return [span for _, span in sorted(draft.sentences, key=rank)]


def _kind(draft: Draft) -> str:
    if draft.kind == "meeting" and len(draft.parties) > 2:
        return "multilateral"
    return draft.kind


def _level(draft: Draft, text: str) -> str:
    """Of the highest who is named; a summit of whom nobody is named is one of leaders."""
    summit = any("summit" in text[start:end].lower() for start, end in draft.triggers)
    return draft.level or ("leader" if summit else "official")


def _participants(draft: Draft) -> tuple[Participant, ...]:
    named = {(person.country, person.level) for person in draft.persons if person.name}
    return tuple(
        Participant(person.name, person.title, person.country)
        for person in draft.persons
        if person.country in draft.parties
        and (person.name or (person.title and (person.country, person.level) not in named))
    )


def _quoted_in(
    number: int, events: Sequence[Draft], primary: Sequence[bool], told: Sequence[set[int]], said: Sequence[Said]
) -> tuple[Quote, ...]:
    """What an event's participants are quoted with where it is told. The story's other quotations of them, or of a
    leader or minister of one of its sides, are said at or about what the story leads with; of what is background only
    the sentences that tell it are."""
    owned = set().union(*told)
    draft = events[number]
    leads = primary[number] and number == primary.index(True)
    own = told[number] if primary[number] else {index for index, _ in draft.sentences}
    return tuple(
        one.quote
        for one in said
        for sentences in (set(range(one.first, one.last + 1)),)
        if (any(one.speaker is person for person in draft.persons) or (leads and _of_side(one.speaker, draft)))
        and (sentences & own or (leads and not sentences & owned))
    )


def _of_side(person: Person, draft: Draft) -> bool:
    """Whether somebody may have taken part for a side of which nobody is named."""
    named = any(other.name and other.country == person.country for other in draft.persons)
    of_rank = not person.level or not draft.level or person.level == draft.level
    return person.country in draft.parties and of_rank and not named and not person.past


def _told_in(events: Sequence[Draft], primary: Sequence[bool], story: Story) -> list[set[int]]:
    """For each event the sentences that go on telling it: its own, and those that speak of its persons alone. Where two
    events have such persons, that counts which was told just before, unless both are of the same persons: then the
    primary one goes on."""
    out: list[set[int]] = [{index for index, _ in draft.sentences} for draft in events]
    owner: dict[int, int] = {}
    for number in sorted(range(len(events)), key=lambda number: not primary[number]):
        for index in out[number]:
            owner.setdefault(index, number)
    persons = [{id(person) for person in draft.persons} for draft in events]
    current = next((number for number in range(len(events)) if primary[number]), None)
    for index in range(len(story.spans)):
        if index in owner:
            current = owner[index]
            continue
        if current is None:
            continue
        here = {id(m.person) for m in story.by_sentence[index] if m.person is not None}
        covering = [number for number in range(len(events)) if here and here <= persons[number]]
        if not here:
            codes = {m.country for m in story.by_sentence[index] if m.country}
            covering = [number for number in range(len(events)) if len(codes) > 1 and codes == events[number].parties]
            if not covering and not codes and _BOTH.search(story.text[slice(*story.spans[index])]):
                covering = [current]
        if not covering:
            continue
        leading = [number for number in covering if primary[number]]
        if current not in covering or any(persons[current] == persons[number] for number in leading):
            current = (leading or covering)[0]
        out[current].add(index)
    return out


def _primary(draft: Draft, story: Story, events: Sequence[Draft]) -> bool:
    """What the lead tells, and is not long past."""
    if draft.when is not None and story.published is not None and draft.status == "held":
        start = draft.when.span.start
        if start < (story.published - _OLD).isoformat()[: len(start)]:
            return False
    if _OPENER.match(story.text[slice(*draft.sentences[0][1])]):
        return False
    first = min(events, key=lambda event: event.index)
    if draft is first:
        return draft.index <= _LEAD
    another_day = draft.when and first.when and not same_time(draft.when, first.when)
    return draft.index < _LEAD and not (draft.status == "held" and (another_day or first.status != "held"))


def _where(draft: Draft, leads: bool, dateline: Dateline | None) -> Place | None:
    """The place that the text ties to the event; else the dateline's city, for what the lead tells as held there."""
    if draft.kind == "call":
        return None
    if draft.place is not None:
        return place_of(draft.place)
    if leads and draft.status == "held" and draft.kind != "visit" and dateline is not None and dateline.place:
        city = city_named(dateline.place, draft.parties)
        if city is not None and city.country in draft.parties:
            name = dateline.place.title() if dateline.place.isupper() else dateline.place
            return Place(name, city.country, None, city.latitude, city.longitude)
    return None


def _field_evidence(draft: Draft, text: str) -> list[FieldEvidence]:
    spans = [("kind", *draft.triggers[0])]
    if draft.when is not None:
        spans.append(("date", draft.when.start, draft.when.end))
    if draft.place is not None and draft.kind != "call":
        spans.append(("place", draft.place.start, draft.place.end))
    spans += [(f"parties:{code}", *draft.party_words[code]) for code in sorted(draft.party_words)]
    return [FieldEvidence(field, start, end, text[start:end]) for field, start, end in spans]
