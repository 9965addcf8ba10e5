"""One draft for each encounter: mentions of the same one are merged, contradictory ones kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.summits.days import from_first_to_last, same_time, within
from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import bodies, organisations
from pipeline.summits.people import Person, same_title
from pipeline.summits.places import more_exact

_HARD = frozenset(("cancelled", "postponed", "declined"))
_OPEN = frozenset(("planned", "proposed"))
_NEAR = 3
"""Sentences across which a mention without parties, or a change of status, belongs to what was told before."""


def join(drafts: Sequence[Draft]) -> list[Draft]:
    """The encounters of a story, in the order of their first mention with parties."""
    out: list[Draft] = []
    loose: list[Draft] = []
    for draft in drafts:
        if draft.status == "denied":
            continue
        if (len(draft.parties) < 2 and not draft.gathering) or (draft.weak and not (draft.when and draft.place)):
            loose.append(draft)
            continue
        home = _home(draft, out)
        if home is None and draft.refers and draft.inferred and draft.when is not None:
            # "they had agreed on the meeting on Jan. 20": nothing new, and that is another day than the meeting's
            hard = [event for event in out if event.status in _HARD]
            home = _home(replace(draft, when=None), hard, near=_NEAR)
            draft.when = None if home is not None else draft.when
        if home is None:
            out.append(draft)
        else:
            _merge(home, draft)
    for draft in loose:
        if draft.attended and draft.persons and draft.status in _HARD:
            continue  # who stays away from a gathering is not at it, and does not undo it
        if draft.attended and draft.persons and (gathering := _gathering_before(draft, out)) is not None:
            _merge(gathering, draft)
            continue
        if draft.persons and len(draft.parties) < 2:
            home = _home(draft, [event for event in out if draft.shares_person(event)], near=_NEAR)
        else:
            if not draft.parties and draft.status in _HARD and not draft.dated:
                draft.when = draft.place = None  # "its postponement to January": the day is the new one
            home = _home(draft, out, near=_NEAR)
        if home is not None:
            _merge(home, draft)
    return _visits_into_meetings(out)


def _gathering_before(draft: Draft, events: Sequence[Draft]) -> Draft | None:
    """The gathering of several that was told last, and that somebody is said to have been at."""
    near = [
        event
        for event in events
        if 0 < draft.index - event.index <= _NEAR and (event.kind == "multilateral" or len(event.parties) > 2)
    ]
    return near[-1] if near else None


def _home(draft: Draft, events: Sequence[Draft], near: int | None = None) -> Draft | None:
    """The event that a draft is another mention of: of those it may be, the likest and nearest."""
    best: Draft | None = None
    best_score = 0.0
    for event in events:
        distance = min(abs(draft.index - index) for index, _ in event.sentences)
        if (near is not None and distance > near) or not compatible(draft, event, distance):
            continue
        if not draft.parties and distance == 0 and event.triggers[0] > draft.triggers[0]:
            continue
        if not draft.parties and (
            event.index > draft.index
            or event.kind == "visit" != draft.kind
            or (draft.kind == "visit" != event.kind and draft.status not in _HARD)
        ):
            continue
        common = len(draft.parties & event.parties) / max(1, len(draft.parties | event.parties))
        score = 0.1 + common + (0.5 if distance == 0 else 0.2 if distance <= 1 else 0.0)
        score += 0.3 if (draft.kind == "visit") == (event.kind == "visit") else 0.0
        if draft.when and event.when and same_time(draft.when, event.when):
            score += 0.5
        if score > best_score:
            best, best_score = event, score
    return best


def compatible(one: Draft, other: Draft, distance: int) -> bool:
    """Whether two drafts may be the same encounter: nothing that both tell may differ."""
    if (one.kind == "call") != (other.kind == "call") and not (one if one.kind != "call" else other).soft:
        return False
    one_series = bool(one.series & other.series) and (one.parties <= one.series or other.parties <= other.series)
    if not (one_series or one.parties <= other.parties or other.parties <= one.parties):
        return False
    if distance and min(len(one.parties), len(other.parties)) > 1 and one.parties != other.parties:
        return False
    if "visit" in (one.kind, other.kind) and one.kind != other.kind and one.parties and one.parties != other.parties:
        return False
    if (one.kind == "multilateral") != (other.kind == "multilateral") and one.parties != other.parties and one.parties:
        return False
    if (one.gathering or other.gathering) and one.parties != other.parties and distance > _NEAR and not one_series:
        return False
    if one.when and other.when and not (same_time(one.when, other.when) or _goes_on(one, other)):
        return False
    return _same_persons(one, other) and _same_place(one, other) and _same_status(one, other, distance)


def _goes_on(one: Draft, other: Draft) -> bool:
    """Whether two tell what the same persons did in one place on two days running."""
    held = one.status == other.status == "held" and "call" not in (one.kind, other.kind)
    there = one.place is not None and other.place is not None and bool(one.place.city or other.place.city)
    named = {person.name for person in one.persons} == {person.name for person in other.persons}
    return held and there and named and from_first_to_last(one.when, other.when) is not None


def _same_persons(one: Draft, other: Draft) -> bool:
    """Two different persons of one country are two encounters, unless one sentence tells both."""
    if one.index == other.index and one.parties == other.parties:
        return True
    for country in one.parties & other.parties:
        here, there = ([p for p in draft.persons if p.country == country] for draft in (one, other))
        if here and there and not any(_may_be(person, another) for person in here for another in there):
            return False
    return True


def _may_be(person: Person, another: Person) -> bool:
    """Whether two are one person: by name, or one of them is told by an office alone that the other may hold."""
    if person is another or (person.name and another.name):
        return person.name == another.name
    return not person.title or not another.title or same_title(person.title, another.title)


def _same_place(one: Draft, other: Draft) -> bool:
    if one.place is None or other.place is None:
        return True
    if one.place.country and other.place.country and one.place.country != other.place.country:
        return False
    if one.place.city is None or other.place.city is None:
        return True  # a country, a part of one, or a village of which it is not known whether it lies there
    return one.place.city.name == other.place.city.name or _further_stop(one, other)


def _further_stop(one: Draft, other: Draft) -> bool:
    """Whether a visit goes on to a second city of the country, in the same days: besides Lima she will go to Cusco."""
    near = abs(one.index - other.index) <= _NEAR
    return near and one.kind == other.kind == "visit" and one.parties == other.parties and one.shares_person(other)


def _same_status(one: Draft, other: Draft, distance: int) -> bool:
    statuses = {one.status, other.status}
    if one.former != other.former and (one if other.former else other).status not in _HARD:
        return False  # they meet today; they had been due to meet in May
    if len(statuses) == 1:
        return True
    if not (one.asserted and other.asserted) and distance <= _NEAR:
        return True
    if statuses & _HARD:
        return "held" not in statuses and distance <= _NEAR
    if _to_come(one, other) or _to_come(other, one):
        return False
    if not one.parties or not other.parties or "visit" in (one.kind, other.kind):
        return distance <= _NEAR
    dated = bool(one.when and other.when)
    if statuses <= _OPEN:
        return dated or distance <= _NEAR
    return "proposed" not in statuses and (dated or distance == 0)


def _to_come(visit: Draft, meeting: Draft) -> bool:
    """Whether a visit is still to come, and a meeting is over: then that was another occasion."""
    return visit.kind == "visit" != meeting.kind and visit.status in _OPEN and meeting.status == "held"


def _one_city(visit: Draft, meeting: Draft) -> bool:
    """Whether a visit is to the city where its visitor meets somebody of a third side: in Brussels, with the EU."""
    here, there = visit.place, meeting.place
    return bool(here and there and here.city and there.city and here.city == there.city and visit.persons)


def _one_country(visit: Draft, meeting: Draft) -> bool:
    return bool(visit.place and meeting.place and visit.place.country == meeting.place.country)


def _merge(home: Draft, draft: Draft) -> None:
    bigger = len(draft.parties) > len(home.parties)
    only_visit = home.kind == "visit" and draft.kind in ("meeting", "multilateral")
    home.parties |= draft.parties
    home.series |= draft.series
    home.drop_series()
    for person in draft.persons:
        home.keep(person)
    home.raise_level(draft.level)
    if only_visit or draft.kind == "call" or (draft.kind == "multilateral" and bigger):
        home.kind = draft.kind
    if draft.asserted and not home.asserted:
        home.status, home.asserted = draft.status, True
    elif (
        (draft.status in _HARD and home.status not in _HARD)
        or (home.status, draft.status) in (("proposed", "planned"), ("cancelled", "postponed"))
        or (home.gathering and home.status == "declined" and draft.status in ("postponed", "cancelled"))
        or (only_visit and draft.parties and draft.asserted and home.status not in _HARD)
    ):
        home.status = draft.status
    if (both := from_first_to_last(home.when, draft.when)) is not None and _goes_on(home, draft):
        home.when = both
    finer = bool(draft.when and home.when and len(draft.when.span.start) > len(home.when.span.start))
    if home.when is None or (finer and not draft.weak):
        home.when = draft.when
    if home.when is draft.when or draft.kind != "visit":
        home.days = home.days or draft.days
    home.place = more_exact(home.place, draft.place)
    home.gathering = home.gathering or draft.gathering
    home.tell_in(draft.sentences)
    for index, weight in draft.weights.items():
        home.weights[index] = max(weight, home.weights.get(index, 0))
    home.triggers += draft.triggers
    home.verb |= draft.verb
    home.inferred &= draft.inferred
    home.aside &= draft.aside
    for code, span in draft.party_words.items():
        home.party_words.setdefault(code, span)


def _visits_into_meetings(events: Sequence[Draft]) -> list[Draft]:
    """A visit is the frame of the meetings with the visited side that the story tells: they take its time and place."""
    out = []
    for event in events:
        meetings = [other for other in events if event.kind == "visit" and _frames(event, other)]
        for meeting in meetings:
            if meeting.when is None:
                meeting.when, meeting.days = event.when, event.days
            if event.asserted and (not meeting.asserted or (event.status in _HARD and meeting.status in _OPEN)):
                meeting.status, meeting.asserted = event.status, True
            if meeting.place is None:
                meeting.place = event.place
            meeting.tell_in(event.sentences)
        if not meetings:
            out.append(event)
    return out


def _frames(visit: Draft, meeting: Draft) -> bool:
    if meeting.kind not in ("meeting", "multilateral") or (
        _to_come(visit, meeting) and not (_one_country(visit, meeting) and (visit.when or not meeting.when))
    ):
        return False
    statuses = {visit.status, meeting.status}
    put_off = visit.status in _HARD and meeting.status == "planned"
    if len(statuses) > 1 and meeting.asserted and statuses & (_HARD | {"proposed"}) and not put_off:
        return False
    if visit.index == meeting.index and meeting.place is None and visit.shares_person(meeting):
        return True
    if not (visit.parties == meeting.parties or _one_city(visit, meeting)):
        return False
    visitors = {id(person) for person in visit.persons}
    if visitors and not visitors & {id(person) for person in meeting.persons}:
        return False
    if visit.when and meeting.when and not within(visit.when, meeting.when):
        return False
    here, there = (None if event.place is None else event.place.country for event in (visit, meeting))
    return here is None or there is None or here == there


def is_event(draft: Draft) -> bool:
    """Two parties, or a gathering of an organisation with a time, a place or a person; a visit by somebody of rank."""
    if draft.kind == "multilateral" and draft.gathering and draft.parties:
        return bool(draft.when or draft.place or draft.persons or len(draft.parties) > 2)
    if len(draft.parties) < 2:
        return False
    if draft.kind == "visit":
        return bool(draft.persons or draft.level)
    if not (
        draft.persons or draft.when or draft.place or draft.level in ("leader", "minister") or draft.status in _HARD
    ):
        return False  # negotiations as such
    groups = draft.parties & organisations()
    return not groups or bool(groups & bodies()) or bool(draft.parties - groups)
