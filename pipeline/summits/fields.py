"""From the joined drafts to the records' events: prominence, place, topics, outcomes, quotes, evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.summits.attributing import quotes_of
from pipeline.summits.codes import cameo, plover, summit_key
from pipeline.summits.confidence import confidence
from pipeline.summits.dates import When
from pipeline.summits.details import attribution, outcomes, topics
from pipeline.summits.drafts import Draft
from pipeline.summits.people import Mention
from pipeline.summits.prominence import is_primary
from pipeline.summits.quotations import quotations
from pipeline.summits.sequence import carry_on
from pipeline.summits.standing import taking_part
from pipeline.summits.story import Story
from pipeline.summits.telling import told_in
from pipeline.summits.timing import day_of_news, days_told, ended_on, lasting
from pipeline.summits.venue import where_of
from schemas.records import FieldEvidence, Participant, SummitEvent, TextSpan

_LEAD = 2
"""Sentences of an event whose day may be its own."""


def finish(events: Sequence[Draft], story: Story) -> list[SummitEvent]:
    """The events' records, in the order of the drafts."""
    primary = [is_primary(draft, story, events) for draft in events]
    told = told_in(events, primary, story.text, story.spans, story.by_sentence)
    said = quotations(story.text, story.spans, story.by_sentence)
    out = []
    carry_on(events, story)
    quoted = quotes_of(events, primary, told, said, story)
    for draft, leads, sentences, own_quotes in zip(events, primary, told, quoted, strict=True):
        spans = [story.spans[index] for index in sorted(sentences)]
        mentions = [mention for index in sorted(sentences) for mention in story.by_sentence[index]]
        own = _best_first(draft)
        kind = _kind(draft)
        parties = tuple(sorted(draft.parties))
        where = where_of(draft, leads, story)
        when = draft.when or _day_of_lead(draft, leads, sentences, story)
        days = draft.days or days_told(story.text, spans, draft.kind)
        when = lasting(when, -days if days > 0 and ended_on(when, story.text, spans) else days)
        out.append(
            SummitEvent(
                kind=kind,  # type: ignore[arg-type]
                status=draft.status,  # type: ignore[arg-type]
                level=_level(draft, story.text),  # type: ignore[arg-type]
                prominence="primary" if leads else "background",
                parties=parties,
                participants=tuple(
                    Participant(person.name, person.title, person.country)
                    for person in taking_part(draft, sentences, story.by_sentence)
                ),
                date=when.span if when is not None else None,
                place=where,
                gathering=draft.gathering,
                topics=topics(story.text, spans, draft.triggers, _no_topics(draft, story.text, mentions)),
                outcomes=outcomes(story.text, spans if draft.status != "declined" else own, draft.status, mentions),
                quotes=own_quotes,
                attribution=attribution(story.text[slice(*own[0])]),
                cameo=cameo(kind, draft.status, draft.place, draft.parties),
                plover=plover(kind, draft.status),
                summit_key=summit_key(kind, parties, when.span if when is not None else None),
                confidence=confidence(draft),
                evidence=tuple(TextSpan(start, end, story.text[start:end]) for start, end in own),
                field_evidence=tuple(_field_evidence(draft, story.text)),
            )
        )
    return out


def _day_of_lead(draft: Draft, leads: bool, sentences: Collection[int], story: Story) -> When | None:
    """The day on which the story's first sentences have those who met do something, where none is told of a meeting
    that they are about."""
    if not leads or draft.status != "held" or story.published is None:
        return None
    for index in sorted(sentences)[:_LEAD]:
        when = day_of_news(story.text, story.spans[index], story.published)
        if when is not None:
            return when
    return None


def _no_topics(draft: Draft, text: str, mentions: Sequence[Mention]) -> list[int]:
    """Where a draft's date, its place and those whom it was with are told."""
    told = [span.start for span in (draft.when, draft.place) if span is not None]
    company = [m.start for m in mentions if m.kind != "country" and text[max(0, m.start - 5) : m.start] == "with "]
    return told + company


def _best_first(draft: Draft) -> list[tuple[int, int]]:
    """The sentences that tell the event: first whichever tells most of it, where and when included."""
    told = [span.start for span in (draft.when, draft.place) if span is not None]

    def rank(item: tuple[int, tuple[int, int]]) -> tuple[float, int]:
        index, (start, end) = item
        return -draft.weights.get(index, 0) - 3 * sum(start <= at < end for at in told), index

    return [span for _, span in sorted(draft.sentences, key=rank)]


def _kind(draft: Draft) -> str:
    if draft.kind in ("meeting", "call") and len(draft.parties) > 2:
        return "multilateral"
    return draft.kind


def _level(draft: Draft, text: str) -> str:
    """Of the highest who is named; a summit of whom nobody is named is one of leaders."""
    summit = any("summit" in text[start:end].lower() for start, end in draft.triggers)
    return draft.level or ("leader" if summit else "official")


def _field_evidence(draft: Draft, text: str) -> list[FieldEvidence]:
    spans = [("kind", *draft.triggers[0])]
    if draft.when is not None:
        spans.append(("date", draft.when.start, draft.when.end))
    if draft.place is not None and draft.kind != "call":
        spans.append(("place", draft.place.start, draft.place.end))
    spans += [(f"parties:{code}", *draft.party_words[code]) for code in sorted(draft.party_words)]
    return [FieldEvidence(field, start, end, text[start:end]) for field, start, end in spans]
