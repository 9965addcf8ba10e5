"""Who was at a gathering, where a story tells it apart: the host, guests and observers, whoever opened or addressed it,
and leaders of its members who speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.people import Mention
from pipeline.summits.story import Story

_REACH = 15
"""Sentences behind one that tells a gathering up to which what is said of "the summit" is of that one."""
_AFTERWARDS = timedelta(days=3)
"""After a gathering in which its members' leaders speak of it."""
_OPENS = 4
"""Characters of a sentence, such as a quotation mark, in front of its subject."""
_FRONT, _BEHIND = 30, 100
"""Characters around a name in which a story tells that somebody stays away."""
_OFF = frozenset(("cancelled", "postponed", "declined"))
_JOINS = re.compile(r"(?:,? and|,)(?: the| from| of)? ")
_ASIDE = re.compile(r", [^,.;]{1,60},")
_SAID = re.compile(r"[”\"],? (?:said|says) (?:the )?$")


@dataclass(frozen=True, slots=True)
class _Cues:
    doing: re.Pattern[str]
    beside: re.Pattern[str]
    opening: re.Pattern[str]
    which: re.Pattern[str]
    absent: re.Pattern[str]
    saying: re.Pattern[str]


@cache
def _cues() -> _Cues:
    given = toml("attendance.toml")
    nouns = "|".join(map(re.escape, given["nouns"]))
    which = r"(?:the |their |its |this |that |\w+day[’']s )"
    gathering = rf"{which}(?:[\w'’.-]+ ){{0,4}}?(?:{nouns})\b(?! of (?:his|her|its|their) )"

    def either(name: str) -> str:
        return "|".join(given[name]).replace("{gathering}", gathering)

    helping = "|".join(given["auxiliaries"])
    return _Cues(
        deeds(either("doing")),
        re.compile(rf",? (?:{either('beside')})(?=[,.])"),
        re.compile(rf"(?:{either('opening')})$"),
        re.compile(rf" (?:(?:{helping}) ){{0,4}}(?:{either('there')})"),
        re.compile(either("absent"), re.IGNORECASE),
        re.compile(rf" {either('saying')}"),
    )


def deeds(told: str) -> re.Pattern[str]:
    """What stands behind somebody of whom a clause tells one of these deeds: who also attended."""
    helping = "|".join(toml("attendance.toml")["auxiliaries"])
    return re.compile(rf",? (?:who |which )?(?:(?:{helping}) ){{0,4}}(?:{told})")


def complete(events: Sequence[Draft], story: Story) -> None:
    """Takes into the gatherings of a story those whom it tells apart to be there."""
    if not any(_is_gathering(event) for event in events):
        return
    for index in range(min(event.index for event in events), len(story.spans)):
        begin, end = story.spans[index]
        if not story.by_sentence[index]:
            continue
        gathering = _spoken_of(index, events)
        if gathering is None:
            continue
        there = list(_attending(story, index))
        told = bool(there)
        if not there and _may_be_discussed(gathering, events, index, story):
            there = [m for m in story.by_sentence[index] if _speaks_as_member(m, gathering, events, index, story)]
        there = [m for m in there if not is_away(m, story.text[begin:end], begin)]
        for mention in there:
            _take_in(gathering, mention)
        if told and there:
            gathering.tell_in([(index, (begin, end))])


def is_away(mention: Mention, sentence: str, begin: int) -> bool:
    """Whether the words around a mention tell that somebody is not there."""
    around = slice(max(0, mention.start - begin - _FRONT), mention.end - begin + _BEHIND)
    return _cues().absent.search(sentence[around]) is not None


def _is_gathering(event: Draft) -> bool:
    return event.status not in _OFF and (
        event.kind == "multilateral" or event.gathering is not None or len(event.parties) > 2
    )


def _spoken_of(index: int, events: Sequence[Draft]) -> Draft | None:
    """The gathering that was told last, up to a sentence."""
    near = [
        (max(told), number)
        for number, event in enumerate(events)
        if _is_gathering(event) and (told := [at for at, _ in event.sentences if index - _REACH <= at <= index])
    ]
    return events[max(near)[1]] if near else None


def _attending(story: Story, index: int) -> Iterator[Mention]:
    """The sides of which a sentence tells that they are at a gathering, with those whom it joins to them."""
    mentions = [
        m for m in story.by_sentence[index] if m.country and not (m.person and (m.person.past or m.person.bystander))
    ]
    begin, end = story.spans[index]
    cues = _cues()
    for number, mention in enumerate(mentions):
        front, behind = story.text[begin : mention.start], story.text[mention.end : end]
        aside = _ASIDE.match(behind)
        after = behind[aside.end() - 1 :] if aside else behind
        if (
            cues.doing.match(behind)
            or cues.beside.match(behind)
            or (aside and cues.doing.match(after.replace(",", "", 1)))
        ):
            yield from _with_joined(mentions, number, story.text, -1)
        elif cues.opening.search(front):
            yield from _with_joined(mentions, number, story.text, 1)
        elif front.endswith("which ") and cues.which.match(behind):
            yield mention


def _with_joined(mentions: Sequence[Mention], number: int, text: str, step: int) -> Iterator[Mention]:
    """A mention and those that a list joins to it, before it (`step` -1) or behind it (1)."""
    yield mentions[number]
    at = number + step
    while 0 <= at < len(mentions):
        first, last = sorted((mentions[at - step], mentions[at]), key=lambda mention: mention.start)
        if not _JOINS.fullmatch(text[first.end : last.start]):
            return
        yield mentions[at]
        at += step


def _may_be_discussed(gathering: Draft, events: Sequence[Draft], index: int, story: Story) -> bool:
    """Whether a story is about a gathering under way or just over, and a sentence tells no other encounter."""
    held = [event for event in events if event.status == "held"]
    if (
        not held
        or gathering is not min(held, key=lambda event: event.index)
        or not gathering.parties & _members().keys()
    ):
        return False
    if gathering.when is not None and story.published is not None:
        start = gathering.when.span.end or gathering.when.span.start
        if start < (story.published - _AFTERWARDS).isoformat()[: len(start)]:
            return False
    return not any(at == index for event in events if event is not gathering for at, _ in event.sentences)


def _speaks_as_member(mention: Mention, gathering: Draft, events: Sequence[Draft], index: int, story: Story) -> bool:
    """Whether a member's representative of the gathering's rank says something, and not of what he did elsewhere."""
    person = mention.person
    if (
        person is None
        or person.name is None
        or person.past
        or person.bystander
        or person.level != (gathering.level or "leader")
    ):
        return False
    groups = gathering.parties & _members().keys()
    if not any(_belongs(person.country, group, story.published) for group in groups):
        return False
    begin, end = story.spans[index]
    opens = mention.start - begin <= _OPENS and _cues().saying.match(_without_aside(story.text[mention.end : end]))
    if not opens and not _SAID.search(story.text, begin, mention.start):
        return False
    at_home = any(m.form == "capital" and m.country == person.country for m in story.by_sentence[index])
    elsewhere = any(
        other is person
        for event in events
        if event is not gathering and event.index <= index
        for other in event.persons
    )
    return not (at_home or elsewhere)


def _without_aside(text: str) -> str:
    aside = _ASIDE.match(text)
    return text[aside.end() :] if aside else text


def _take_in(gathering: Draft, mention: Mention) -> None:
    if mention.person is not None:
        gathering.add_person(mention.person, mention)
    elif mention.country:
        gathering.add_party(mention.country, mention)


@cache
def _members() -> Mapping[str, frozenset[str]]:
    return {group: frozenset(codes) for group, codes in toml("members.toml").items() if group in organisations()}


def _belongs(country: str | None, group: str, day: date | None) -> bool:
    """Whether a state was a member on a day."""
    left = toml("members.toml")["until"].get(group, {}).get(country)
    return country in _members()[group] or (left is not None and day is not None and day <= left)
