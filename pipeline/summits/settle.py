"""The countries of persons whose title names none: told elsewhere in the story, or plain from the words around."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from pipeline.summits.around import EACH_OTHER, SENTENCE, Around
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.office_states import few_states, is_kind, ranks, suits
from pipeline.summits.people import Mention, Person
from pipeline.summits.stops import is_placed

_PAIRED = re.compile(r"\s*(?:and(?: the)?|[-–—])\s*(?:the\s+)?")
_MET = frozenset(("met", "met with", "will meet", "is to meet", "received", "hosted", "welcomed"))
_COUNTERPART_REACH = 300
"""Characters in front of a counterpart in which his country is told."""
_PAIR_REACH = 700
"""Characters behind "the leaders of A and B" in which two leaders who are named together are theirs."""


@cache
def _alone() -> dict[str, str]:
    return dict(toml("actors.toml")["one_state"])


def settle(
    text: str,
    mentions: Sequence[Mention],
    persons: list[Person],
    headline: Sequence[Mention] = (),
    home: str | None = None,
) -> None:
    """Fills in the countries of persons and of their mentions, the surest sign first: titles of one state alone, an
    office that the story tells without a name, and the countries named around."""
    for person in persons:
        if person.country is None and person.title:
            person.country = _alone().get(person.title.lower())
    _pair(text, mentions)
    _peers(text, mentions, home)
    _unify(text, mentions, persons)
    around = Around(text, mentions, persons, headline, home)
    told = [m for m in mentions if m.person is not None and _open(m.person)]
    ruled_out: dict[int, set[str]] = {id(mention.person): set() for mention in told}
    for mention in told:
        ruled_out[id(mention.person)] |= around.other_sides(mention)
    for mention in told:
        if mention.person is not None and mention.person.country is None:
            ruled_out[id(mention.person)] |= around.other_sides(mention)
            mention.person.country = around.country(mention, ruled_out[id(mention.person)])
    for mention in mentions:
        if mention.kind == "person" and mention.person is not None:
            mention.country = mention.country or mention.person.country
    for place, mention in enumerate(mentions):
        if mention.kind == "counterpart" and mention.person is not None and not (mention.country or mention.plural):
            mention.country = mention.person.country = mention.person.country or _opposite(mention, mentions[:place])


def _pair(text: str, mentions: Sequence[Mention]) -> None:
    """Two leaders who are first named together, behind "the leaders of A and B", are of A and B, in this order."""
    countries: list[tuple[int, str, str]] = []
    for place, (one, other) in enumerate(pairwise(mentions)):
        if not _PAIRED.fullmatch(text, one.end, other.start):
            continue
        if one.kind == other.kind == "country":
            group = mentions[place - 1] if place else None
            of = group is not None and group.kind == "group" and group.country is None and one.start - group.end < 9
            if of and group is not None and group.level == "leader" and one.country and other.country:
                countries.append((other.end, one.country, other.country))
        elif countries and (first := _leader(one)) and (second := _leader(other)):
            end, *codes = countries[-1]
            if one.start - end < _PAIR_REACH and not {p.country for p in (first, second)} - {None}:
                first.country, second.country = codes


def _peers(text: str, mentions: Sequence[Mention], home: str | None) -> None:
    """A leader whose office few states have, and the one who meets him: the chancellor's state is the one of those for
    which the story speaks, or the dateline's, and the other's the only further one, where it speaks for it twice or
    for its officials."""
    heard = [m for m in mentions if m.country and (m.kind == "group" or _is_side(text, m))]
    voices = {m.country for m in heard} - organisations()
    times = Counter(m.country for m in heard) + Counter(m.country for m in heard if m.kind == "group")
    for one, other in pairwise(mentions):
        first, second = _leader(one), _leader(other)
        if first is None or second is None or not _meet(text, one, other):
            continue
        for known, peer in ((first, second), (second, first)):
            few = few_states(known.title)
            own = {known.country} if known.country else few & voices or few & {home}
            others = voices - own
            if few and not (few_states(peer.title) or peer.country) and len(own) == len(others) == 1:
                if times[next(iter(others))] > 1:
                    (known.country,), (peer.country,) = own, others
                break


def _is_side(text: str, mention: Mention) -> bool:
    """Whether a state is told of as a side, not as a place: the French, Bonn said."""
    return mention.kind == "country" and not is_placed(text, mention.start)


def _meet(text: str, one: Mention, other: Mention) -> bool:
    """Whether two are told to meet: X and Y met, X met Y."""
    between = text[one.end : other.start].strip()
    return between in _MET or (between == "and" and EACH_OTHER.match(text, other.end) is not None)


def _leader(mention: Mention) -> Person | None:
    person = mention.person
    return person if person is not None and person.name and person.level == "leader" and not person.past else None


def _opposite(counterpart: Mention, before: Sequence[Mention]) -> str | None:
    """The country of "his counterpart, X": the only one told just before, beside that of whose counterpart he is."""
    near = [m for m in before if counterpart.start - m.end < _COUNTERPART_REACH]
    own = next((m.country for m in reversed(near) if m.kind == "person" and m.country), None)
    others = {m.country for m in near if m.country and m.country != own} - organisations()
    return others.pop() if own and len(others) == 1 else None


def _open(person: Person) -> bool:
    """Whether somebody's country is still to be found, and may be."""
    return bool(person.country is None and person.title and ranks(person) and not person.bystander)


def _unify(text: str, mentions: Sequence[Mention], persons: list[Person]) -> None:
    """Makes an office the person's whom it suits alone: President Assad, and then the Syrian leader."""
    for office in [person for person in persons if person.name is None and person.country and person.title]:
        if office.bystander or office.past:
            continue
        known = [p for p in persons if p.name and p.country == office.country and _holds(p, office)]
        if len(known) == 1:
            _give(office, known[0], mentions, persons)
            continue
        first = next((place for place, mention in enumerate(mentions) if mention.person is office), None)
        if first is None or known:
            continue
        named_before: list[Person] = []
        for mention in mentions[max(0, first - 25) : first]:
            person = mention.person
            if person is None or person.name is None or person.country or not person.title or person in named_before:
                continue
            if suits(person, office) and not _told_together(text, office, person, mentions):
                named_before.append(person)
        opener = _opens_after(text, first, mentions)
        if not named_before and opener is not None and opener.level == office.level:
            named_before = [opener]
        if len(named_before) == 1:
            named_before[0].country = office.country
            _give(office, named_before[0], mentions, persons)


def _told_together(text: str, office: Person, person: Person, mentions: Sequence[Mention]) -> bool:
    """Whether one sentence tells an office and somebody: then they are two, as nobody is told twice in one breath."""
    offices = [mention for mention in mentions if mention.person is office and not is_kind(text, mention)]
    names = [mention for mention in mentions if mention.person is person]
    return any(
        not SENTENCE.search(text, min(one.end, other.end), max(one.start, other.start))
        for one in offices
        for other in names
    )


def _holds(person: Person, office: Person) -> bool:
    """Whether somebody of an office's country is its holder: by title, or told without one (his counterpart X)."""
    if person.past or person.bystander:
        return False
    return suits(person, office) if person.title else person.level is None


def _give(office: Person, holder: Person, mentions: Sequence[Mention], persons: list[Person]) -> None:
    """Makes the mentions of an office those of its holder."""
    if holder.title is None or (office.title or "").lower().endswith(" " + holder.title.lower()):
        holder.title, holder.level = office.title, office.level
    for mention in mentions:
        if mention.person is office:
            mention.person = holder
    persons.remove(office)


def _opens_after(text: str, place: int, mentions: Sequence[Mention]) -> Person | None:
    """Who opens the sentence after the one in which an office stands without a name, with a title but no country."""
    following = mentions[place + 1 : place + 2]
    if not following or following[0].person is None:
        return None
    person = following[0].person
    between = text[mentions[place].end : following[0].start]
    opens = len(SENTENCE.findall(between)) == 1 and between.rstrip().endswith((".", "!", "?"))
    return person if opens and person.name and person.title and person.country is None and not person.past else None
