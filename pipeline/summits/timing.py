"""When: which of a sentence's dates belongs to a trigger, on which side of the story's day it lies, and how long the
encounter lasts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pipeline.summits.candidate import Candidate
from pipeline.summits.clauses import Parsed
from pipeline.summits.dates import When, dates, number_word
from pipeline.summits.days import DAY
from pipeline.summits.links import Frame, distance, frame_of
from pipeline.summits.verbs import base, is_verb, left_for, stem, verbs
from schemas.records import DateSpan

TO_COME = ("planned", "proposed", "cancelled", "postponed")


def set_time(candidate: Candidate, parsed: Parsed, text: str, published: date | None) -> None:
    """Gives a candidate its date, and the status that date and tense together tell: "begins a visit on Sunday"."""
    start, end = candidate.span
    candidate.days = _length(candidate, text)
    frame = frame_of(candidate.token)
    scheduled = candidate.status == "held" and _present(candidate.token)
    future: bool | None = candidate.status in TO_COME or scheduled
    on_the_way = candidate.status == "planned" and left_for(candidate.token)
    if on_the_way:
        future = False
    if candidate.status in ("cancelled", "postponed") or _WAS_TO.search(text, start, end):
        future = None
    before = _day_before(text, start, published) if _COUNTED.search(text, start, end) else None
    found = [
        when
        for when in dates(text[start:end], start, published, future, before)
        if _may_be(when, candidate, frame, text)
    ]
    if published is not None and candidate.status == "held" and _has_happened(candidate.token):
        found = [when for when in found if not _is_after(when, published + _TIME_ZONES)]
    chosen = _put_off_to(found, candidate, text) or _nearest(found, parsed, frame, candidate)
    if chosen is None or published is None:
        candidate.when = chosen
        return
    if _is_over(candidate.token):
        chosen = replace(chosen, last=True)
    day, whole = chosen.span.start, len(chosen.span.start) == 10
    if on_the_way and chosen.start > candidate.trigger:
        chosen = _again(chosen, dates(text[start:end], start, published, True))
    elif on_the_way and _is_long_past(chosen, published):
        candidate.status = "held"
    if scheduled and day > published.isoformat()[: len(day)]:
        candidate.status = "planned"
    elif scheduled:
        chosen = _again(chosen, dates(text[start:end], start, published, False))
    elif candidate.status == "held" and whole and day > (published + _TIME_ZONES).isoformat():
        candidate.status = "planned"
    if candidate.status == "held" and _NEXT.search(text[chosen.start : chosen.end]):
        candidate.status = "planned"
    candidate.when = chosen


_TIME_ZONES = timedelta(days=1)
"""By which the day where something was may be ahead of the story's."""


_ARRIVED = timedelta(days=7)


def _has_happened(token: Any) -> bool:
    """Whether a trigger's own words tell it as over: they met, they held talks, after talks they said. A later date in
    its sentence is that of what they spoke of."""
    if is_verb(token):
        return str(token.tag_) == "VBD"
    head = token.head
    if token.dep_ == "pobj" and head.lower_ == "after":
        return str(head.head.tag_) == "VBD"
    return token.dep_ in ("dobj", "obj") and str(head.tag_) == "VBD" and stem(head) in ("hold", "have")


def _is_long_past(when: When, published: date) -> bool:
    """Whether who left on a day for an encounter has had it by now: last week's flight, not yesterday's."""
    start = when.span.start
    return start < (published - _ARRIVED).isoformat()[: len(start)]


def _is_after(when: When, day: date) -> bool:
    start = when.span.start
    return start > day.isoformat()[: len(start)]


_COUNTED = re.compile(r"\b(?:the (?:same|next|following) day|days? later)\b")
_LOOK_BACK = 400
"""Characters in front of a sentence in which the day is told that "the next day" follows."""


def _day_before(text: str, start: int, published: date | None) -> date | None:
    """The last whole day that is told in front of a character."""
    first = max(0, start - _LOOK_BACK)
    days = [when.span.start for when in dates(text[first:start], first, published, False)]
    whole = [day for day in days if len(day) == DAY]
    return date.fromisoformat(whole[-1]) if whole else None


_WAS_TO = re.compile(r"\b(?:was|were|been) (?:due|scheduled|set|expected|supposed|slated|to)\b")
_BEHIND_VERB = re.compile(
    r"\b(?P<verb>[a-z]+)(?: (?P<next>[a-z]+))?(?: in [A-Z]\w+)?(?:,? (?:late|early))?(?: on| in)?\s*$"
)
_BEFORE_VERB = re.compile(r"\s+(?P<verb>[a-z]+)\b")
_OWN = re.compile(r"[’']s? (?:[\w-]+ ){0,3}$")
_NEW_DAY = re.compile(r"\b(?:to|until|till)\s+(?:next |early |late )?$")
_BOUND = re.compile(r"\b(?:through|until|till|since)\s+$")
_SINCE = re.compile(r"\bsince\b[^,;:]*$")
_PURPOSE = re.compile(r"\bto (?:discuss|review|address|examine|consider|debate)\b")
_REACH = 60
"""Characters in front of a date or a trigger in which its verb or its days are looked for."""


def _may_be(when: When, candidate: Candidate, frame: Frame, text: str) -> bool:
    """Whether a date may be the encounter's: neither the day of a saying nor of another thing that is the day's."""
    if _ends_or_begins(when, candidate, text) or (candidate.dated_behind and when.start < candidate.trigger):
        return False
    if len(when.span.start) < DAY and _PURPOSE.search(
        text, candidate.trigger_end, max(candidate.trigger_end, when.start)
    ):
        return False
    if text[when.end : when.end + 1] in ("'", "’"):
        return _OWN.match(text[when.end : candidate.trigger]) is not None
    if frame.after is not None:
        return True
    behind = _BEHIND_VERB.search(text[max(candidate.span[0], when.start - _REACH) : when.start])
    before = _BEFORE_VERB.match(text, when.end)
    told = [word for match in (behind, before) if match is not None for word in match.groups() if word]
    if candidate.verb and candidate.token.lower_ in told:
        return True
    return not any(base(verb) in verbs("speech") for verb in told)


def _ends_or_begins(when: When, candidate: Candidate, text: str) -> bool:
    """Whether a day only bounds something: a visit through Saturday, the first meeting since the war
    began in May. What is put off is put off until its new day."""
    if _SINCE.search(text[candidate.trigger_end : when.start]):
        return True
    return candidate.status != "postponed" and _BOUND.search(text, max(0, when.start - 10), when.start) is not None


def _put_off_to(found: Sequence[When], candidate: Candidate, text: str) -> When | None:
    """The new day of what was put off to it."""
    if candidate.status != "postponed":
        return None
    days = [when for when in found if len(when.span.start) == DAY]
    return next((when for when in days if _NEW_DAY.search(text[max(0, when.start - 20) : when.start])), None)


_NEXT = re.compile(r"\b(?:next|tomorrow|coming|later this)\b", re.IGNORECASE)
_DAYS = re.compile(
    r"\b(?P<count>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})(?:-day\s+(?:[\w-]+\s+){0,3}|\s+days\s+of\s+(?:[\w-]+\s+){0,2})$",
    re.IGNORECASE,
)


def _length(candidate: Candidate, text: str) -> int:
    """Days of "a three-day visit", negative where it is told how it ends; 0 where the words do not say."""
    match = _DAYS.search(text, max(0, candidate.trigger - _REACH), candidate.trigger)
    if match is None or not candidate.token.tag_.startswith("NN"):
        return 0
    days = number_word(match["count"])
    return -days if _is_over(candidate.token) else days


def _is_over(token: Any) -> bool:
    """Whether what is told of a trigger is how it ends: ended two days of talks."""
    if is_verb(token):
        return False
    for _ in range(4):
        token = token.head
        if is_verb(token):
            return stem(token) in verbs("ending")
        if token.tag_ not in ("NN", "NNS", "IN"):
            return False
    return False


def days_told(text: str, spans: Iterable[tuple[int, int]], kind: str) -> int:
    """How many days the sentences of an event give to a visit, or to what is no visit; 0 where they do not say."""
    nouns = "visit|trip|tour|stay" if kind == "visit" else "summit|meeting|talks|conference|gathering|session|forum"
    for start, end in spans:
        for noun in re.finditer(rf"\b(?:{nouns})\b", text[start:end]):
            match = _DAYS.search(text, max(start, start + noun.start() - _REACH), start + noun.start())
            if match is not None:
                return number_word(match["count"])
    return 0


def ended_on(when: When | None, text: str, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether the sentence that tells a date says in front of it that something ended: wound up a gathering Friday."""
    if when is None:
        return False
    begin = next((start for start, end in spans if start <= when.start < end), when.start)
    return any(base(word) in verbs("ending") for word in text[begin : when.start].lower().split())


def lasting(when: When | None, days: int) -> When | None:
    """A day as the first of several, or as the last of them where `days` is negative or the day is that of the end."""
    if when is None or abs(days) < 2 or len(when.span.start) < DAY or when.span.end:
        return when
    day, length = date.fromisoformat(when.span.start), timedelta(days=abs(days) - 1)
    first, last = (day, day + length) if days > 0 and not when.last else (day - length, day)
    return replace(when, span=DateSpan(first.isoformat(), last.isoformat()))


def _present(token: Any) -> bool:
    """Whether the trigger's clause is in the present tense: a timetable's future, where a day to come is told."""
    for _ in range(8):
        if is_verb(token) and token.dep_ not in ("aux", "auxpass"):
            finite = [token, *(child for child in token.children if child.dep_ in ("aux", "auxpass"))]
            if any(word.tag_ in ("VBZ", "VBP") and not _looks_present(word) for word in finite):
                return not any(word.tag_ == "VBN" for word in finite) or any(word.lower_ == "being" for word in finite)
            if any(word.tag_ in ("VBD", "MD") for word in finite):
                return False
        if token.head == token:
            return False
        token = token.head
    return False


def _looks_present(verb: Any) -> bool:
    """Whether what the tagger takes for a present is an irregular past: they wound up the talks."""
    return str(verb.tag_) == "VBP" and stem(verb) not in ("be", verb.lower_)


def _again(chosen: When, found: Iterable[When]) -> When:
    return next((when for when in found if when.start == chosen.start), chosen)


def _nearest(found: Sequence[When], parsed: Parsed, frame: Frame, candidate: Candidate) -> When | None:
    """The nearest date; a day stands before a month or a year, which more often tell of something else."""
    measured = [
        (distance(parsed, frame, candidate, when.start, when.end, coarse=len(when.span.start) < DAY), when)
        for when in found
    ]
    near = [(len(when.span.start) < DAY, gap, when.start, when) for gap, when in measured if gap is not None]
    return min(near, key=lambda item: item[:3])[3] if near else None


_RECENT = timedelta(days=3)
_NO_DAY_OF_NEWS = re.compile(r"\b(?:since|until|till|before|by|for|from|to|after)\s+(?:late |early )?$")


def day_of_news(text: str, span: tuple[int, int], published: date) -> When | None:
    """The first recent day that a sentence tells, of whatever was done on it."""
    for when in dates(text[slice(*span)], span[0], published, False):
        recent = len(when.span.start) == DAY and published - _RECENT <= date.fromisoformat(when.span.start) <= published
        if (
            recent
            and text[when.end : when.end + 1] not in ("'", "’")
            and not _NO_DAY_OF_NEWS.search(text[: when.start])
        ):
            return when
    return None
