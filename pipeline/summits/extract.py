"""Summit events of a text: the cascade from sentences to events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipeline.boilerplate.dateline import Found, find_dateline
from pipeline.summits import model
from pipeline.summits.answers import settle_answers
from pipeline.summits.attendance import complete
from pipeline.summits.candidate import Candidate
from pipeline.summits.capitals import told_apart
from pipeline.summits.clauses import Parsed
from pipeline.summits.dates import When
from pipeline.summits.drafts import Context, Draft, one_each, resolve
from pipeline.summits.encounters import candidates
from pipeline.summits.fields import finish
from pipeline.summits.filed import home, office_line
from pipeline.summits.gate import may_name_sides, names_office, worth_reading
from pipeline.summits.joining import is_event, join
from pipeline.summits.lexicon import organisations
from pipeline.summits.people import Mention, Person
from pipeline.summits.places import places, spoken_of
from pipeline.summits.placing import set_place
from pipeline.summits.rules import rule_candidates
from pipeline.summits.scan import Scan
from pipeline.summits.sentences import sentences, unwrapped
from pipeline.summits.standins import pieces
from pipeline.summits.stops import set_there
from pipeline.summits.story import Story
from pipeline.summits.tellable import RECALL, tellable
from pipeline.summits.third_sides import take_in_third_sides
from pipeline.summits.timing import set_time
from pipeline.summits.verbs import is_errand
from schemas.records import Dateline, SummitEvent, TextSpan

LONGEST_TEXT = 200_000
"""Characters that are read; no story is longer, and time stays bounded."""
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
"""Of the days that a story can be of."""
_PRINTED_WITHIN = timedelta(days=2)
"""Of the day that a story was filed, as its dateline tells it."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he)\b")
_LONGEST_HEADLINE = 500
MOST_PARSED = 400
"""Sentences of a story that are parsed."""
_SOON = 2
"""Sentences further on in which those are named whom a story calls "the two leaders" first."""
_PAIR_REACH = 6
"""Sentences for which "the two leaders" may mean those of an encounter told before."""


def extract(
    text: str, *, published: date | None, headline: str | None = None, dateline: Dateline | None = None
) -> list[SummitEvent]:
    """The encounters that a story tells, in the order of their first evidence.

    text       clean text; what still begins with its headline and dateline is read as well
    published  the story's day; without it dates stay as far as the text gives them
    Offsets are Unicode code points of `text`; where it is broken at a fixed width, spaces stand for the breaks.
    Never raises for any text; ModelError where no model can be loaded.
    """
    if published is not None and not _FIRST_YEAR <= published.year <= _LAST_YEAR:
        published = None
    text = unwrapped(_SURROGATE.sub("\ufffd", text[:LONGEST_TEXT]))
    source = text
    found = find_dateline(text[:_LONGEST_HEADLINE])
    begin = found.length if found is not None else office_line(text)
    if found is not None and dateline is None:
        dateline = Dateline(found.place)
        published = _filed_on(found, published)
    text = " " * begin + told_apart(text[begin:])
    if not (names_office(text) and may_name_sides(source)):
        return []
    spans = sentences(text)
    wanted = [index for index, (start, end) in enumerate(spans) if worth_reading(text[start:end])][:MOST_PARSED]
    if not wanted:
        return []
    scan = Scan(text, headline[:_LONGEST_HEADLINE] if headline else None, home(dateline, source, published), published)
    by_sentence = mentions_by_sentence(scan.mentions, spans)
    story = Story(text, spans, by_sentence, published, headline, dateline)
    wanted = tellable(story, wanted)
    drafts: list[Draft] = []
    for candidate in _candidates(story, wanted):
        draft = resolve(candidate, _context(candidate, story, scan, drafts))
        if draft is not None:
            drafts += one_each(draft)
    events = [draft for draft in join(drafts) if is_event(draft)]
    if take_in_third_sides(events, story):
        events = join(events)  # what is told of all three is another mention of it
    events.sort(key=lambda draft: (draft.sentences[0][1], draft.triggers[0]))
    settle_answers(events, story)
    complete(events, story)
    finished = finish(events, story)
    return finished if text[begin:] == source[begin:] else [_as_written(event, source) for event in finished]


def _filed_on(found: Found, published: date | None) -> date | None:
    """The day from which a story with this dateline counts: "today" of a story that is printed the day after."""
    day = found.date.resolve(published) if found.date is not None else None
    if day is None or (published is not None and not timedelta() <= published - day <= _PRINTED_WITHIN):
        return published
    return day


def _as_written(event: SummitEvent, source: str) -> SummitEvent:
    """The event with its spans in the capitals of the text."""

    def spans(found: tuple[TextSpan, ...]) -> tuple[TextSpan, ...]:
        return tuple(replace(span, text=source[span.start : span.end]) for span in found)

    return replace(
        event,
        topics=spans(event.topics),
        outcomes=spans(event.outcomes),
        evidence=spans(event.evidence),
        quotes=tuple(replace(quote, text=source[quote.start : quote.end]) for quote in event.quotes),
        field_evidence=tuple(replace(span, text=source[span.start : span.end]) for span in event.field_evidence),
    )


def _candidates(story: Story, wanted: Sequence[int]) -> Iterator[Candidate]:
    """The candidates of the wanted sentences, with their dates and places."""
    parser = model.parser()
    near = spoken_of(mention for mentions in story.by_sentence for mention in mentions)
    if parser is None:
        for i in wanted:
            start, end = story.spans[i]
            hits = places(story.text[start:end], start, story.by_sentence[i], near, story.published)
            yield from rule_candidates(story.text, i, (start, end), story.by_sentence[i], hits, story.published)
        return
    parser.learn(story.text[slice(*story.spans[i])] for i in wanted)
    read = [
        pieces(story.text[slice(*story.spans[i])], story.spans[i][0], story.by_sentence[i], parser.tokenize)
        for i in wanted
    ]
    for index, tokens, doc in zip(wanted, read, parser.parse(read), strict=True):
        parsed = Parsed(doc, tokens)
        start, end = story.spans[index]
        hits = places(story.text[start:end], start, story.by_sentence[index], near, story.published)
        for candidate in candidates(parsed, index, (start, end), hits, story.text):
            set_time(candidate, parsed, story.text, story.published)
            if candidate.shunned:
                candidate.status = "held" if _is_over(candidate.when, story.published) else "planned"
            elif candidate.status == "planned" and is_errand(candidate.token) and _is_past(candidate.when, story):
                candidate.status = "held"
            set_place(candidate, parsed, hits)
            if index and candidate.place is None and candidate.kind != "call":
                set_there(candidate, story, index)
            yield candidate


def _is_over(when: When | None, published: date | None) -> bool:
    return when is not None and published is not None and when.span.start <= published.isoformat()


def _is_past(when: When | None, story: Story) -> bool:
    """Whether the month of a time is over: who had gone for talks then has held them."""
    month = "" if when is None or story.published is None else story.published.isoformat()[:7]
    return when is not None and (when.span.end or when.span.start)[:7] < month[: len(when.span.start)]


def mentions_by_sentence(mentions: Sequence[Mention], spans: Sequence[tuple[int, int]]) -> list[list[Mention]]:
    """The mentions that begin in each sentence."""
    out: list[list[Mention]] = [[] for _ in spans]
    at = 0
    for mention in mentions:
        while at < len(spans) - 1 and mention.start >= spans[at][1]:
            at += 1
        if spans and spans[at][0] <= mention.start < spans[at][1]:
            out[at].append(mention)
    return out


def _context(candidate: Candidate, story: Story, scan: Scan, drafts: Sequence[Draft]) -> Context:
    """What a pronoun or "the two leaders" may mean: who was named before in the sentence, then the first of the
    sentences before; the sides of the last encounter, else the first two leaders of the story."""
    index = candidate.sentence
    recent: list[Person] = []
    begin = min([candidate.trigger, *(role.position for role in candidate.roles if role.mention is None)])
    subject = _PRONOUN.search(story.text, *story.spans[index])
    if subject is not None:
        begin = min(begin, subject.start())  # he spoke with X, and he will travel: the first "he"
    here = [m for m in story.by_sentence[index] if m.start < begin]
    for mention in (*here, *_before(story, index)):
        if mention.person is not None and not any(mention.person is person for person in recent):
            recent.append(mention.person)
    near = [draft for draft in reversed(drafts) if index - draft.index <= _PAIR_REACH]
    told = [draft for draft in near if len(draft.parties) >= 2 or (draft.gathering and draft.parties)]
    told += [draft for draft in drafts[:1] if draft not in near and draft.parties]  # what the story is about
    if all(len(draft.parties) < 2 for draft in told) and (
        pair := _two_leaders(story, index) or _two_countries(story, index)
    ):
        told.append(pair)
    if (together := _together(story.by_sentence[index], candidate.trigger)) is not None:
        told.insert(0, together)
    own = [m for m in here if m.kind == "group" and m.country in organisations()]
    if own and not any(m.person is not None and not m.person.bystander for m in here):
        told.insert(0, _members(own[-1]))
    gatherings = [draft.parties for draft in drafts if draft.kind == "multilateral" and draft.parties]
    body = None if any(draft.status == "held" for draft in near) else _last_body(story, index)
    present = {mention.country for mention in story.by_sentence[index] if mention.person is not None}
    earlier = [person for person in recent if person.country not in present]
    return Context(recent, told, scan.persons, frozenset(gatherings[-1] if gatherings else ()), body, earlier)


def _last_body(story: Story, index: int) -> Mention | None:
    """The representatives of an organisation's members that were told last before a sentence."""
    for mentions in story.by_sentence[max(0, index - _PAIR_REACH) : index][::-1]:
        groups = [m for m in mentions if m.kind == "group" and m.country in organisations()]
        if groups:
            return groups[-1]
    return None


def _before(story: Story, index: int) -> Iterator[Mention]:
    """The mentions of the sentences before one, the nearest sentence first; but one that opens with "he" goes on about
    whom the sentence before it told."""
    carried: list[Mention] = []
    for back in range(index - 1, max(-1, index - 1 - RECALL), -1):
        mentions = story.by_sentence[back]
        pronoun = _PRONOUN.search(story.text, *story.spans[back])
        persons = [m for m in mentions if m.person is not None]
        if pronoun is not None and persons and pronoun.start() < persons[0].start:
            carried += mentions
            continue
        yield from mentions
        yield from carried
        carried = []
    yield from carried


def _together(mentions: Sequence[Mention], before: int) -> Draft | None:
    """The two sides of whom a sentence has told persons so far: X hugged Y when they met."""
    persons = [m.person for m in mentions if m.end <= before and m.person is not None and not m.person.bystander]
    out = Draft("meeting", "held", [], [])
    for person in persons:
        out.add_person(person, None)
    return out if len(out.parties) == 2 and len(persons) == 2 else None


def _members(group: Mention) -> Draft:
    """The representatives of an organisation's members, of whom a sentence goes on to tell that they meet."""
    out = Draft("multilateral", "held", [], [], level=group.level or "", gathering=group.country)
    out.add_party(group.country or "", group)
    return out


def _two_leaders(story: Story, index: int) -> Draft | None:
    """The first two leaders of different countries that are told soon: "the two leaders" of a story that has not
    yet told a meeting."""
    out = Draft("meeting", "held", [], [])
    for person in (mention.person for mentions in story.by_sentence[: index + 1 + _SOON] for mention in mentions):
        leads = person is not None and person.level == "leader" and person.name and not person.past
        if leads and person is not None and person.country and person.country not in out.parties:
            out.add_person(person, None)
        if len(out.parties) == 2:
            return out
    return None


def _two_countries(story: Story, index: int) -> Draft | None:
    """The two sides that one of the sentences before names."""
    for back in range(index - 1, max(-1, index - 1 - RECALL), -1):
        codes = {mention.country for mention in story.by_sentence[back] if mention.country}
        if len(codes) == 2 and any(mention.level for near in story.by_sentence[: index + 1] for mention in near):
            out = Draft("meeting", "held", [], [])
            out.parties = {code for code in codes if code}
            return out
    return None
