"""Summit events of a text: the cascade from sentences to events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from pipeline.summits import model
from pipeline.summits.clauses import Parsed
from pipeline.summits.codes import cameo, plover, summit_key
from pipeline.summits.dates import When, dates
from pipeline.summits.details import attribution, is_result, outcomes, quotes, topics
from pipeline.summits.encounters import Candidate, candidates
from pipeline.summits.events import Draft, is_event, join, resolve
from pipeline.summits.gate import may_hold_encounter
from pipeline.summits.lexicon import organisations
from pipeline.summits.mentions import Mention, Person, Scan
from pipeline.summits.places import PlaceHit, city_named, place_of, places
from pipeline.summits.sentences import sentences
from pipeline.summits.status import status_of
from schemas.records import Dateline, FieldEvidence, Participant, Place, SummitEvent, TextSpan

LONGEST_TEXT = 200_000
"""Characters that are read; no story is longer, and time stays bounded."""
MOST_PARSED = 400
"""Sentences of a story that are parsed."""
_FUTURE = ("planned", "proposed")


def extract(
    text: str, *, published: date | None, headline: str | None = None, dateline: Dateline | None = None
) -> list[SummitEvent]:
    """The encounters that a story tells, in the order of their first evidence.

    text       clean text; what still begins with its headline and dateline is read as well
    published  the story's day; without it dates stay as far as the text gives them
    Offsets are Unicode code points of `text`. Never raises for any text; ModelError where no model can be loaded.
    """
    text = text[:LONGEST_TEXT]
    spans = sentences(text)
    wanted = [index for index, (start, end) in enumerate(spans) if may_hold_encounter(text[start:end])][:MOST_PARSED]
    if not wanted:
        return []
    scan = Scan(text)
    by_sentence = _by_sentence(scan.mentions, spans)
    wanted = [index for index in wanted if any(True for _ in by_sentence[index]) or _refers(text[slice(*spans[index])])]
    nlp = model.parser()
    if nlp is None or not wanted:
        return []
    docs = list(nlp.pipe(text[spans[index][0] : spans[index][1]] for index in wanted))
    drafts: list[Draft] = []
    last_pair: list[Mention | Person] = []
    for index, doc in zip(wanted, docs, strict=True):
        start, end = spans[index]
        parsed = Parsed(doc, start, by_sentence[index])
        hits = places(text[start:end], start, by_sentence[index])
        for candidate in candidates(parsed, index, (start, end), hits):
            _status(candidate, parsed)
            _time(candidate, text, published)
            _place(candidate, hits)
            pair = last_pair or _leaders(scan)
            draft = resolve(candidate, scan, _recent(index, by_sentence, candidate), pair)
            if draft is None:
                continue
            drafts.append(draft)
            named = [person for person in draft.persons if person.name]
            if len({person.country for person in named}) >= 2:
                last_pair = list(named)
    events = [draft for draft in join(_one_per_sentence(drafts)) if is_event(draft, published)]
    events.sort(key=lambda draft: (draft.sentences[0][1], draft.triggers[0]))
    return _finish(events, text, spans, scan, published, headline, dateline)


def _by_sentence(mentions: Sequence[Mention], spans: Sequence[tuple[int, int]]) -> list[list[Mention]]:
    out: list[list[Mention]] = [[] for _ in spans]
    at = 0
    for mention in mentions:
        while at < len(spans) - 1 and mention.start >= spans[at][1]:
            at += 1
        if spans and spans[at][0] <= mention.start < spans[at][1]:
            out[at].append(mention)
    return out


_REFERRING = re.compile(r"\b(?:he|she|they|both|the two|two (?:sides|leaders|countries))\b", re.IGNORECASE)


def _refers(sentence: str) -> bool:
    return _REFERRING.search(sentence) is not None


def _recent(index: int, by_sentence: Sequence[Sequence[Mention]], candidate: Candidate) -> list[Person]:
    """Whom a pronoun may mean: who was named before it in the sentence, then the first of the sentences before."""
    out: list[Person] = []
    here = [m.person for m in by_sentence[index] if m.person is not None and m.start < candidate.trigger]
    for person in here:
        if person not in out:
            out.append(person)
    for back in range(index - 1, max(-1, index - 4), -1):
        for mention in by_sentence[back]:
            if mention.person is not None and mention.person not in out:
                out.append(mention.person)
    return out


def _leaders(scan: Scan) -> list[Mention | Person]:
    """The first two leaders of different countries: "the two leaders" of a story that has not yet told of a meeting."""
    out: list[Mention | Person] = []
    for person in scan.persons:
        if person.level == "leader" and not person.past and person.country and person.name:
            if all(isinstance(other, Person) and other.country != person.country for other in out):
                out.append(person)
        if len(out) == 2:
            return out
    return []


def _status(candidate: Candidate, parsed: Parsed) -> None:
    token = candidate.noun if candidate.noun is not None else candidate.verb
    candidate.status = status_of(token)


def _time(candidate: Candidate, text: str, published: date | None) -> None:
    """The date of the trigger's clause that stands nearest, else of its sentence."""
    future = candidate.status in (*_FUTURE, "cancelled", "postponed")
    start, end = candidate.sentence
    found = dates(text[start:end], start, published, future)
    inside = [when for when in found if candidate.clause[0] <= when.start < candidate.clause[1]]
    chosen = _nearest(inside, candidate) or (_nearest(found, candidate, 80) if found else None)
    if chosen is not None and published is not None:
        day = chosen.span.start
        today = published.isoformat()
        if candidate.status == "held" and len(day) == 10 and day > (published + timedelta(days=1)).isoformat():
            candidate.status = "planned"
        elif candidate.status == "planned" and len(day) == 10 and day < today and chosen.span.end is None:
            again = dates(text[start:end], start, published, True)
            chosen = _nearest([when for when in again if when.start == chosen.start], candidate) or chosen
    candidate.when = chosen


def _nearest(found: Sequence[When], candidate: Candidate, most: int = 400) -> When | None:
    def distance(when: When) -> int:
        if when.start >= candidate.trigger_end:
            return when.start - candidate.trigger_end
        return int(1.5 * (candidate.trigger - when.end)) + 5

    best = min(found, key=distance, default=None)
    return best if best is not None and distance(best) <= most else None


def _place(candidate: Candidate, hits: Sequence[PlaceHit]) -> None:
    if candidate.destination is not None:
        candidate.place = candidate.destination
        return
    usable = [hit for hit in hits if hit.preposition in ("in", "at", "near", "outside")]
    if candidate.kind == "call":
        return
    first, last = candidate.clause
    inside = [hit for hit in usable if first <= hit.start < last]
    after = [hit for hit in inside if hit.start >= candidate.trigger_end]
    chosen = after[:1] or inside[-1:]
    if not chosen:
        start, end = candidate.sentence
        chosen = [
            hit for hit in usable if candidate.trigger_end <= hit.start < end and hit.start - candidate.trigger_end < 80
        ][:1]
    if chosen:
        candidate.place = chosen[0]


def _one_per_sentence(drafts: Sequence[Draft]) -> list[Draft]:
    """A visit beside a meeting of the same visitor in the same sentence is that meeting's frame."""
    out = []
    for draft in drafts:
        if draft.kind == "visit":
            meeting = next(
                (
                    other
                    for other in drafts
                    if other.kind in ("meeting", "multilateral")
                    and other.index == draft.index
                    and set(map(id, other.persons)) & set(map(id, draft.persons))
                    and len(other.parties) > 1
                ),
                None,
            )
            if meeting is not None:
                if meeting.place is None:
                    meeting.place = draft.place
                if meeting.when is None:
                    meeting.when = draft.when
                continue
        out.append(draft)
    return out


def _finish(
    events: Sequence[Draft],
    text: str,
    spans: Sequence[tuple[int, int]],
    scan: Scan,
    published: date | None,
    headline: str | None,
    dateline: Dateline | None,
) -> list[SummitEvent]:
    said = quotes(text, spans, scan.mentions)
    told = _told_in(events, spans, scan)
    out = []
    for number, draft in enumerate(events):
        prominence = "primary" if _primary(draft, published, headline, events) else "background"
        where, where_span = _where(draft, prominence, dateline)
        sentence_spans = [span for _, span in draft.sentences]
        more = sorted({*sentence_spans, *(spans[index] for index in told[number])})
        participants = tuple(
            Participant(person.name, person.title, person.country)
            for person in draft.persons
            if person.country in draft.parties and (person.name or person.title)
        )
        level = draft.level or (
            "leader" if any("summit" in text[a:b].lower() for a, b in draft.triggers) else "official"
        )
        kind = draft.kind
        if kind == "meeting" and len(draft.parties) > 2 or kind == "meeting" and draft.parties & organisations():
            kind = "multilateral"
        when = None if draft.when is None else draft.when.span
        parties = tuple(sorted(draft.parties))
        event = SummitEvent(
            kind=kind,  # type: ignore[arg-type]
            status=draft.status,  # type: ignore[arg-type]
            level=level,  # type: ignore[arg-type]
            prominence=prominence,  # type: ignore[arg-type]
            parties=parties,
            participants=participants,
            date=when,
            place=where,
            gathering=draft.gathering,
            topics=topics(text, more),
            outcomes=outcomes(text, [span for span in more if is_result(text[slice(*span)])]),
            quotes=tuple(
                quote
                for index, speaker, quote in said
                if speaker in draft.persons and (index in told[number] or spans[index] in sentence_spans)
            ),
            attribution=attribution(text, draft),
            cameo=cameo(kind, draft.status, draft.place, draft.parties),
            plover=plover(kind, draft.status),
            summit_key=summit_key(kind, parties, when),
            confidence=_confidence(draft),
            evidence=tuple(TextSpan(start, end, text[start:end]) for start, end in sentence_spans),
            field_evidence=tuple(_field_evidence(draft, text, where_span)),
        )
        out.append(event)
    return out


def _told_in(events: Sequence[Draft], spans: Sequence[tuple[int, int]], scan: Scan) -> list[set[int]]:
    """For each event the sentences that go on telling it: after its own, until another event's, speaking of its persons."""
    owner: dict[int, int] = {}
    for number, draft in enumerate(events):
        for index, _ in draft.sentences:
            owner.setdefault(index, number)
    out: list[set[int]] = [set() for _ in events]
    by_sentence = _by_sentence(scan.mentions, spans)
    current: int | None = None
    for index in range(len(spans)):
        if index in owner:
            current = owner[index]
            out[current].add(index)
        elif current is not None:
            persons = {id(m.person) for m in by_sentence[index] if m.person is not None}
            own = {id(person) for person in events[current].persons}
            if persons & own and not persons - own:
                out[current].add(index)
    return out


def _primary(draft: Draft, published: date | None, headline: str | None, events: Sequence[Draft]) -> bool:
    if draft.when is not None and published is not None:
        start = draft.when.span.start
        old = (published - timedelta(days=6)).isoformat()
        if draft.status == "held" and start < old[: len(start)]:
            return False
    lead = min(event.index for event in events)
    return draft.index <= 2 or (draft.index == lead and draft.index <= 4)


def _where(draft: Draft, prominence: str, dateline: Dateline | None) -> tuple[Place | None, tuple[int, int] | None]:
    if draft.kind == "call":
        return None, None
    if draft.place is not None:
        return place_of(draft.place), (draft.place.start, draft.place.end)
    if prominence == "primary" and draft.status == "held" and dateline is not None and dateline.place:
        city = city_named(dateline.place, draft.parties)
        if city is not None and city.country in draft.parties and draft.kind != "visit":
            name = dateline.place.title() if dateline.place.isupper() else dateline.place
            return Place(name, city.country, None, city.latitude, city.longitude), None
    return None, None


def _field_evidence(draft: Draft, text: str, where: tuple[int, int] | None) -> list[FieldEvidence]:
    out = [FieldEvidence("kind", start, end, text[start:end]) for start, end in draft.triggers[:1]]
    if draft.when is not None:
        out.append(FieldEvidence("date", draft.when.start, draft.when.end, text[draft.when.start : draft.when.end]))
    if where is not None:
        out.append(FieldEvidence("place", *where, text[slice(*where)]))
    for code in sorted(draft.party_words):
        start, end = draft.party_words[code]
        out.append(FieldEvidence(f"parties:{code}", start, end, text[start:end]))
    return out


def _confidence(draft: Draft) -> float:
    """See docs/events.md for the table behind it."""
    score = 0.55
    if draft.strong:
        score += 0.12
    countries = {person.country for person in draft.persons if person.name}
    score += 0.1 * min(2, len(countries))
    if len(draft.sentences) > 1:
        score += 0.06
    if draft.when is not None:
        score += 0.04
    if draft.kind == "visit":
        score -= 0.1
    return round(min(0.97, score), 2)
