"""Which of a story's quotations belong to which event: said at it or about it by who took part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from pipeline.summits.dates import dates
from pipeline.summits.days import DAY
from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import pattern
from pipeline.summits.quotations import Said
from pipeline.summits.story import Story
from pipeline.summits.telling import may_take_part
from schemas.records import Quote

_RECENT = timedelta(days=2)
"""Of the story's day: whoever took part in what was held since is quoted about it."""


def quotes_of(
    events: Sequence[Draft],
    primary: Sequence[bool],
    told: Sequence[Collection[int]],
    said: Sequence[Said],
    story: Story,
) -> list[tuple[Quote, ...]]:
    """For each event what its participants are quoted with where it is told, and right behind it. The story's other
    quotations of them, or of a leader or minister of one of its sides, are said at or about what the story leads with;
    of somebody who took part in one recent event alone they are about that one."""
    owned = {index for sentences in told for index in sentences}
    first = primary.index(True) if True in primary else None
    out: list[list[Quote]] = [[] for _ in events]
    ends: list[int] = [-1] * len(events)  # the last sentence of the quotations that an event has
    for one in said:
        sentences = set(range(one.first, one.last + 1))
        of_lead = one.speaker is None or (first is not None and _takes_part(one, events[first], True))
        found: list[int] = []
        for number, draft in enumerate(events):
            leads = number == first
            own = set(told[number]) if primary[number] else {index for index, _ in draft.sentences}
            behind = draft.status == "held" and not of_lead and {one.first - 1} & (own | {ends[number]})
            here = sentences & own or ((leads or behind) and not sentences & (owned - set(told[number])))
            part = _takes_part(one, draft, leads) or _told_to_other_side(one, draft, story)
            if here and part and not _earlier(one, draft, story):
                found.append(number)
        for number in found or _alone(one, events, primary, sentences & owned, story):
            out[number].append(one.quote)
            ends[number] = one.last
    return [tuple(quotes) for quotes in out]


def _takes_part(one: Said, draft: Draft, leads: bool) -> bool:
    if one.speaker is None:
        return leads
    return any(one.speaker is person for person in draft.persons) or (leads and may_take_part(one.speaker, draft))


def _told_to_other_side(one: Said, draft: Draft, story: Story) -> bool:
    """Whether somebody of a side of which nobody is named speaks to one who took part."""
    if one.speaker is None or not may_take_part(one.speaker, draft):
        return False
    return any(
        mention.person is person and one.around[0] <= mention.start < one.around[1]
        for index in range(one.first, one.last + 1)
        for mention in story.by_sentence[index]
        for person in draft.persons
    )


def _alone(
    one: Said, events: Sequence[Draft], primary: Sequence[bool], elsewhere: Collection[int], story: Story
) -> list[int]:
    """The only event that somebody took part in, where it is recent and he speaks."""
    if elsewhere or one.speaker is None or pattern("details.toml", "in_writing").search(_around(one, story)):
        return []
    found = [n for n, draft in enumerate(events) if any(one.speaker is person for person in draft.persons)]
    if len(found) != 1 or events[found[0]].status != "held" or _earlier(one, events[found[0]], story):
        return []
    draft = events[found[0]]
    told_before = _is_recent(draft, story.published) and min(index for index, _ in draft.sentences) < one.first
    return found if primary[found[0]] or told_before else []


def _is_recent(draft: Draft, published: date | None) -> bool:
    day = _day(draft)
    return day is not None and published is not None and timedelta() <= published - day <= _RECENT


def _earlier(one: Said, draft: Draft, story: Story) -> bool:
    """Whether the words around a quotation say that it was said before the day of an event that was held."""
    day = _day(draft)
    if draft.status != "held" or day is None or story.published is None:
        return False
    days = [when.span.start for when in dates(_around(one, story), one.around[0], story.published, False)]
    whole = [date.fromisoformat(when) for when in days if len(when) == DAY]
    return bool(whole) and max(whole) < day


def _around(one: Said, story: Story) -> str:
    """The words that tell who spoke, the quotation itself left blank."""
    left, right = one.around
    quote = one.quote
    return story.text[left : quote.start] + " " * (quote.end - quote.start) + story.text[quote.end : right]


def _day(draft: Draft) -> date | None:
    whole = draft.when is not None and len(draft.when.span.start) == DAY
    return date.fromisoformat(draft.when.span.start) if draft.when is not None and whole else None
