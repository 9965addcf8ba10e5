"""From a candidate to the draft of an event: who its participants are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace

from pipeline.summits.candidate import Candidate
from pipeline.summits.dates import When
from pipeline.summits.hosts import visited
from pipeline.summits.lexicon import bodies, organisations
from pipeline.summits.meant import meant_by, only_pair
from pipeline.summits.people import RANK, Mention, Person, same_title
from pipeline.summits.places import PlaceHit
from pipeline.summits.referring import PLURAL
from pipeline.summits.roles import Role


@dataclass(slots=True)
class Draft:
    """An event being put together.

    sentences  number and characters of each that tells it, the best first
    asserted   its status is told, not only implied by a mention in passing ("during his talks with")
    inferred   its sides come from words that refer back
    refers     it is "the meeting" itself that refers
    aside      told only to say when or where something else happens
    attended   it only tells who was at "the meeting"
    former     what was planned once, as it was before something else was told
    series     codes of series (G7) that it is a meeting of
    weights    by sentence, how much of the event it tells
    dated      its day is a part of what it is called: the meeting of May 3
    ended      it only tells that "the summit" is over
    each       parties told before, with each of which it is an encounter of its own
    """

    kind: str
    status: str
    sentences: list[tuple[int, tuple[int, int]]]
    triggers: list[tuple[int, int]]
    parties: set[str] = field(default_factory=set)
    persons: list[Person] = field(default_factory=list)
    level: str = ""
    when: When | None = None
    days: int = 0
    place: PlaceHit | None = None
    gathering: str | None = None
    party_words: dict[str, tuple[int, int]] = field(default_factory=dict)
    verb: bool = False
    weak: bool = False
    asserted: bool = True
    soft: bool = False
    inferred: bool = False
    refers: bool = False
    aside: bool = False
    attended: bool = False
    former: bool = False
    series: set[str] = field(default_factory=set)
    weights: dict[int, int] = field(default_factory=dict)
    each: set[str] = field(default_factory=set)
    ended: bool = False
    dated: bool = False

    @property
    def index(self) -> int:
        return self.sentences[0][0]

    def add_party(self, code: str, mention: Mention | None) -> None:
        self.parties.add(code)
        if mention is not None:
            self.party_words.setdefault(code, (mention.start, mention.end))

    def raise_level(self, level: str | None) -> None:
        if RANK.get(level or "", 0) > RANK.get(self.level, 0):
            self.level = level or self.level

    def drop_series(self) -> None:
        """Takes a series' own code off where the members whom it brings together are told."""
        if len(self.parties - organisations()) >= 2:
            self.parties -= self.series

    def keep(self, person: Person) -> None:
        """Takes somebody in, once; an office without a name is the same one wherever it is told."""
        if not any(person is other or _same_office(person, other) for other in self.persons):
            self.persons.append(person)

    def shares_person(self, other: Draft) -> bool:
        return any(person is another for person in self.persons for another in other.persons)

    def tell_in(self, sentences: Iterable[tuple[int, tuple[int, int]]]) -> None:
        """Takes in sentences that tell it, too, behind those that do already."""
        for sentence in sentences:
            if sentence not in self.sentences:
                self.sentences.append(sentence)

    def add_person(self, person: Person, mention: Mention | None) -> None:
        if person.country is None:
            return
        self.keep(person)
        self.add_party(person.country, mention)
        self.raise_level(person.level)


def _same_office(person: Person, other: Person) -> bool:
    return person.name is other.name is None and (person.title, person.country) == (other.title, other.country)


@dataclass(frozen=True, slots=True)
class Context:
    """What was told before a candidate: `recent`, the persons that a pronoun may mean, likeliest first; `told`, whose
    sides "the leaders" may mean, likeliest first; `persons`, all of the story; `series`, the parties of the gathering
    that was told last; `body`, the members of an organisation that were told last, where nothing else was; `earlier`,
    the persons of the sentences before whose country has nobody in this one."""

    recent: Sequence[Person]
    told: Sequence[Draft]
    persons: Sequence[Person]
    series: Set[str] = frozenset()
    body: Mention | None = None
    earlier: Sequence[Person] = ()


def resolve(candidate: Candidate, context: Context) -> Draft | None:
    """The draft of a candidate; its parties are empty where nobody is told ("the meeting was put off"). None where who
    took part holds no office any more."""
    draft = Draft(
        candidate.kind,
        candidate.status,
        [(candidate.sentence, candidate.span)],
        [(candidate.trigger, candidate.trigger_end)],
        when=candidate.when,
        days=candidate.days,
        place=candidate.place,
        gathering=candidate.gathering,
        verb=candidate.verb,
        weak=candidate.weak,
        asserted=candidate.asserted,
        soft=candidate.soft,
        refers=candidate.refers,
        aside=candidate.aside,
        attended=candidate.attended and candidate.refers,
        ended=candidate.ended and candidate.refers,
        dated=candidate.dated,
        former=candidate.former,
    )
    if not candidate.roles and not candidate.organisations and not candidate.refers:
        return None
    gone = False
    for role in sorted(candidate.roles, key=lambda role: (role.mention is None, role.position)):
        person = role.mention.person if role.mention is not None else None
        then = role.mention is not None and role.mention.then
        if person is not None and person.past and not then and person.level != "official":
            gone = True
            continue
        own = set(draft.parties)
        _take(role, draft, context)
        if role.mention is None and role.word in PLURAL and role in candidate.separate:
            draft.each |= draft.parties - own
    for code in candidate.organisations:
        draft.add_party(code, None)
    hit = candidate.destination
    _visited(candidate, draft)
    if candidate.kind == "visit":
        if not draft.parties:
            return None
        if hit is not None and hit.country:
            draft.parties.add(hit.country)
            draft.party_words.setdefault(hit.country, (hit.start, hit.end))
    if draft.inferred and draft.kind == "meeting" and len(draft.parties) == 1 and draft.parties <= organisations():
        draft.kind, draft.gathering = "multilateral", min(draft.parties)  # they, of an organisation's members
    if draft.ended and not draft.parties and context.body is not None:
        draft.add_party(context.body.country or "", None)
        draft.raise_level(context.body.level)
        draft.kind, draft.gathering = "multilateral", context.body.country
    draft.series = draft.parties & organisations() - bodies()
    draft.drop_series()
    draft.weights[candidate.sentence] = 2 * len(draft.party_words) + draft.asserted + len(candidate.organisations)
    return None if gone and not draft.persons else draft


def one_each(draft: Draft) -> list[Draft]:
    """A draft for each of those told before with whom separate encounters are told: met separately with both men."""
    own = draft.parties - draft.each
    if len(draft.each) < 2 or not own:
        return [draft]
    return [
        replace(
            draft,
            parties=own | {code},
            persons=[person for person in draft.persons if person.country in own | {code}],
            sentences=list(draft.sentences),
            triggers=list(draft.triggers),
            weights=dict(draft.weights),
            party_words=dict(draft.party_words),
            series=set(draft.series),
        )
        for code in sorted(draft.each)
    ]


def _visited(candidate: Candidate, draft: Draft) -> None:
    """ "He held talks in Oman": with that country's side, where no other is told."""
    place = candidate.place
    if candidate.kind != "meeting" or len(draft.parties) != 1 or place is None or place.name or not place.country:
        return
    if draft.level in ("leader", "minister") and draft.persons and candidate.plural:
        draft.add_party(place.country, None)


def _take(role: Role, draft: Draft, context: Context) -> None:
    mention = role.mention
    if mention is None:
        draft.inferred = True
        if role.word == "one":
            _pronoun(draft, context.recent)
        elif role.word == "same":
            draft.parties |= only_pair(context.told)
            draft.weak |= draft.when is None or draft.place is None or not draft.place.name
        elif role.word == "guest":
            _pronoun(draft, context.earlier)
        elif role.word == "host":
            if role.group is not None and (host := visited(draft, context)) is not None:
                _holders(role.group, host, None, draft, context)
        elif role.word in ("series", "round"):
            draft.parties |= context.series or (only_pair(context.told) if role.word == "round" else set())
            draft.kind = "multilateral" if context.series else draft.kind
            draft.weak |= role.word == "round" and draft.when is None and draft.place is None
        else:
            meant = meant_by(role.word, context.told)
            if meant is not None and role.word == "many" and meant.gathering and meant.parties & organisations():
                draft.parties |= meant.parties & organisations()  # the members, not also who was their guest or host
                draft.raise_level(role.rank or meant.level)
            elif meant is not None:
                draft.parties |= meant.parties
                draft.raise_level(role.rank or meant.level)
                if role.group is None:
                    for person in meant.persons:
                        draft.add_person(person, None)
                else:
                    for code in sorted(meant.parties):
                        _holders(role.group, code, None, draft, context)
        return
    if mention.kind == "counterpart":
        _counterpart(mention, mention, draft, context)
    elif role.group is not None and role.group.kind == "counterpart":
        _counterpart(role.group, mention, draft, context)
    elif mention.person is not None:
        if not mention.person.bystander:
            if mention.person.country is None and mention.person.title and draft.persons:
                mention.person.country = visited(draft, context)
            draft.add_person(mention.person, mention)
    elif mention.country:
        draft.add_party(mention.country, mention)
        if mention.kind == "group":
            draft.raise_level(mention.level)
            _holders(mention, mention.country, mention, draft, context)
        elif role.group is not None:
            draft.raise_level(role.rank)
            _holders(role.group, mention.country, mention, draft, context)


def _pronoun(draft: Draft, recent: Sequence[Person]) -> None:
    for person in recent:
        if person.country and person.country not in draft.parties and not person.bystander and not person.past:
            draft.add_person(person, None)
            return


def _holders(group: Mention, country: str, named: Mention | None, draft: Draft, context: Context) -> None:
    """A group's office as one country's: the (foreign ministers) of Japan and Korea."""
    if group.title and group.level and country not in organisations():
        draft.add_person(_holder(group.title, country, group.level, context.persons), named)


def _holder(title: str, country: str, level: str, persons: Sequence[Person]) -> Person:
    """Who holds an office that is told without a name, where the story names them."""
    for person in persons:
        if person.country == country and person.title and same_title(person.title, title) and not person.past:
            return person
    return Person(None, title, country, level)


def _counterpart(counterpart: Mention, named: Mention, draft: Draft, context: Context) -> None:
    """ "His Japanese counterpart X" takes over the other side's title; `named` is where the country stands."""
    country = named.country or (counterpart.person.country if counterpart.person else None) or visited(draft, context)
    if not country:
        return
    draft.add_party(country, named)
    other = next((one for one in (*draft.persons, *context.recent) if one.title and one.country != country), None)
    person = counterpart.person
    if person is not None:
        person.country = country
        if person.title is None and other is not None:
            person.title, person.level = other.title, other.level
    elif other is not None and other.title:
        person = _holder(other.title, country, other.level or "official", context.persons)
    if person is not None:
        draft.add_person(person, named)
