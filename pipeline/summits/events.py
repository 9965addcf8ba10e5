"""From candidates to events: who the pronouns are, what belongs together, what an event must have to be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.summits.clauses import Role
from pipeline.summits.dates import When
from pipeline.summits.encounters import Candidate
from pipeline.summits.lexicon import bodies, organisations
from pipeline.summits.mentions import RANK, Mention, Person, Scan
from pipeline.summits.places import PlaceHit


@dataclass(slots=True)
class Draft:
    """An event being put together."""

    kind: str
    status: str
    parties: set[str]
    persons: list[Person]
    level: str
    sentences: list[tuple[int, tuple[int, int]]]
    triggers: list[tuple[int, int]]
    when: When | None = None
    place: PlaceHit | None = None
    gathering: str | None = None
    titles: dict[int, str] = field(default_factory=dict)
    party_words: dict[str, tuple[int, int]] = field(default_factory=dict)
    strong: bool = False

    @property
    def index(self) -> int:
        return self.sentences[0][0]


def resolve(
    candidate: Candidate, scan: Scan, recent: Sequence[Person], pair: Sequence[Mention | Person]
) -> Draft | None:
    """The draft of one candidate; None where its sides cannot be told.

    `recent`: the persons that a pronoun may mean, likeliest first; `pair`: whom "the two leaders" means."""
    parties: set[str] = set()
    persons: list[Person] = []
    level = ""
    words: dict[str, tuple[int, int]] = {}
    titles: dict[int, str] = {}
    gone = False

    def person_in(person: Person, mention: Mention | None) -> None:
        nonlocal level, gone
        if person.bystander:
            return
        if person.past and person.level != "official":
            gone = True
            return
        if person.country is None:
            return
        if person not in persons:
            persons.append(person)
        parties.add(person.country)
        if mention is not None:
            words.setdefault(person.country, (mention.start, mention.end))
        if RANK.get(person.level or "", 0) > RANK.get(level, 0):
            level = person.level or level

    def role_in(role: Role) -> None:
        nonlocal level
        mention = role.mention
        if mention is None:
            if role.word == "one":
                others = {person.country for person in persons}
                for person in recent:
                    if (
                        person.country
                        and person not in persons
                        and person.country not in others
                        and not person.bystander
                    ):
                        person_in(person, None)
                        return
            elif role.word == "many":
                for other in pair:
                    if isinstance(other, Person):
                        person_in(other, None)
            return
        if mention.kind == "counterpart":
            if mention.country:
                parties.add(mention.country)
                words.setdefault(mention.country, (mention.start, mention.end))
                person = mention.person
                other = next((one for one in persons if one.title and one.country != mention.country), None)
                if other is None:
                    other = next((one for one in recent if one.title and one.country != mention.country), None)
                if person is not None:
                    person.country = person.country or mention.country
                    if person.title is None and other is not None:
                        person.title, person.level = other.title, other.level
                elif other is not None and other.title:
                    known = next(
                        (
                            one
                            for one in scan.persons
                            if one.country == mention.country and one.name and one.level == other.level
                        ),
                        None,
                    )
                    person = known or Person(None, other.title, mention.country, other.level)
                if person is not None:
                    person_in(person, mention)
            return
        if mention.person is not None:
            person_in(mention.person, mention)
        elif mention.country:
            parties.add(mention.country)
            words.setdefault(mention.country, (mention.start, mention.end))
            if mention.kind == "group" and RANK.get(mention.level or "", 0) > RANK.get(level, 0):
                level = mention.level or level

    ordered = sorted(candidate.roles, key=lambda role: (role.mention is None, role.position))
    for role in ordered:
        role_in(role)
    for code in candidate.organisations:
        parties.add(code)
    if candidate.kind == "visit" and candidate.destination is not None and candidate.destination.country:
        parties.add(candidate.destination.country)
        words.setdefault(candidate.destination.country, (candidate.destination.start, candidate.destination.end))
        if not persons and not level:
            return None
    if not parties or (gone and not persons):
        return None
    return Draft(
        candidate.kind,
        candidate.status,
        parties,
        persons,
        level,
        [(candidate.sentence_index, candidate.sentence)],
        [(candidate.trigger, candidate.trigger_end)],
        candidate.when,
        candidate.place,
        candidate.gathering,
        titles,
        words,
        strong=candidate.verb is not None,
    )


def join(drafts: Sequence[Draft]) -> list[Draft]:
    """One draft for each encounter: mentions of the same one are merged, contradictory ones kept apart."""
    out: list[Draft] = []
    loose: list[Draft] = []
    for draft in drafts:
        if len(draft.parties) < 2 and not draft.gathering:
            loose.append(draft)
            continue
        home = _home(draft, out)
        if home is None:
            out.append(draft)
        else:
            _merge(home, draft)
    for draft in loose:
        home = _home(draft, out, near=2)
        if home is not None:
            _merge(home, draft)
    return out


def _home(draft: Draft, events: Sequence[Draft], near: int | None = None) -> Draft | None:
    best = None
    best_score = 0.0
    for event in events:
        if not _compatible(draft, event):
            continue
        distance = min(abs(draft.index - index) for index, _ in event.sentences)
        if near is not None and distance > near:
            continue
        common = len(draft.parties & event.parties) / len(draft.parties | event.parties)
        score = common + (0.5 if distance == 0 else 0.2 if distance <= 2 else 0)
        if draft.when and event.when and _same_time(draft.when, event.when):
            score += 0.5
        if score > best_score:
            best, best_score = event, score
    return best


def _compatible(one: Draft, other: Draft) -> bool:
    if (one.kind == "call") != (other.kind == "call"):
        return False
    if not (one.parties <= other.parties or other.parties <= one.parties):
        return False
    if (one.kind == "multilateral") != (other.kind == "multilateral") and not (one.parties == other.parties):
        return False
    named_one = {person.name for person in one.persons if person.name}
    named_other = {person.name for person in other.persons if person.name}
    if len(one.parties) == 1 and len(named_one) and named_other and not named_one & named_other:
        return False
    for country in one.parties & other.parties:
        here = {p.name for p in one.persons if p.country == country and p.name}
        there = {p.name for p in other.persons if p.country == country and p.name}
        if (
            here
            and there
            and not here & there
            and one.when is not None
            and other.when is not None
            and not _same_time(one.when, other.when)
        ):
            return False
    if one.when and other.when and not _same_time(one.when, other.when):
        return False
    if (
        one.place
        and other.place
        and one.place.country
        and other.place.country
        and one.place.country != other.place.country
    ):
        return False
    if one.place and other.place and one.place.name and other.place.name and one.place.city and other.place.city:
        if one.place.city != other.place.city and one.place.name != other.place.name:
            return False
    if one.status != other.status:
        distance = min(abs(one.index - index) for index, _ in other.sentences)
        soft = {one.status, other.status} <= {"planned", "held"} or {one.status, other.status} <= {
            "planned",
            "proposed",
        }
        hard = {one.status, other.status} & {"cancelled", "postponed", "declined"}
        dated = bool(one.when and other.when)
        if hard and {one.status, other.status} & {"planned", "proposed", "cancelled", "postponed", "declined"}:
            return distance <= 3
        return soft and (dated or distance == 0)
    return True


def _same_time(one: When, other: When) -> bool:
    a, b = one.span, other.span
    if a.start.startswith(b.start) or b.start.startswith(a.start):
        return True
    if a.end and a.start <= b.start <= a.end:
        return True
    return bool(b.end and b.start <= a.start <= b.end)


_HARD = ("cancelled", "postponed", "declined")


def _merge(home: Draft, draft: Draft) -> None:
    bigger = len(draft.parties) > len(home.parties)
    home.parties |= draft.parties
    home.persons += [person for person in draft.persons if person not in home.persons]
    if RANK.get(draft.level, 0) > RANK.get(home.level, 0):
        home.level = draft.level
    if home.kind == "visit" and draft.kind in ("meeting", "multilateral"):
        home.kind = draft.kind
    elif draft.kind == "multilateral" and bigger:
        home.kind = "multilateral"
    if draft.status in _HARD and home.status not in _HARD or (home.status == "proposed" and draft.status == "planned"):
        home.status = draft.status
    if draft.when and (home.when is None or len(draft.when.span.start) > len(home.when.span.start)):
        home.when = draft.when
    if draft.place and (home.place is None or (home.place.name is None and draft.place.name)):
        home.place = draft.place
    home.gathering = home.gathering or draft.gathering
    home.sentences += [item for item in draft.sentences if item not in home.sentences]
    home.triggers += draft.triggers
    home.strong |= draft.strong
    for code, span in draft.party_words.items():
        home.party_words.setdefault(code, span)


def is_event(draft: Draft, published: date | None) -> bool:
    """Two parties, or a gathering of an organisation with a time or a place; and a representative of some rank."""
    if draft.status == "denied":
        return False
    states = {code for code in draft.parties if code not in organisations()}
    if draft.kind == "multilateral" and draft.gathering:
        return bool(draft.when or draft.place or draft.persons)
    if len(draft.parties) < 2:
        return False
    if draft.kind == "visit":
        return bool(draft.persons) or bool(draft.level)
    groups = draft.parties - states
    if groups and not groups & bodies() and len(states) < 1:
        return False
    return True
