"""The countries of persons whose title names none: told elsewhere in the story, or plain from the words around."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from pipeline.summits.gate import may_hold_encounter
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.people import Mention, Person, same_title

_ENOUGH = 2.5
"""Points that the best country needs; see `_points`."""
_MOST_FOR_COUNT = 1.0
_DATELINE = 3.3
"""For the country of the dateline: a national agency gives its own officials no country."""
_HEADLINE = 3.0
"""For an office of the same title that the headline names."""
_HOME = 3.0
"""For the United States in a story that speaks of them: their wires give their own officials no country."""
_MARGIN = 0.4
_HOST = 3.0
"""For the country where somebody meets a foreigner: who is told without a country there is at home."""
_ONLY = 1.5
"""For the one country that a story has spoken of so far: its own people need it no more."""
_NEAR = 350
"""Characters in front of a mention in which a country counts."""
_AHEAD = 120
"""And behind it."""
_SENTENCE = re.compile(r"[.!?][”\"]?\s")
_PLACED = re.compile(r"\b(?:in|to|at|visit(?:s|ed|ing)?|from)\s+(?:the\s+)?$")


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
    _unify(text, mentions, persons)
    for mention in mentions:
        person_ = mention.person
        if (
            person_ is not None
            and person_.country is None
            and person_.title
            and _rank(person_)
            and not person_.bystander
        ):
            person_.country = _around(text, mention, mentions, persons, headline, home)
    for mention in mentions:
        if mention.kind == "person" and mention.person is not None:
            mention.country = mention.country or mention.person.country


def _rank(person: Person) -> bool:
    """Whether somebody's country may be read from the words around: of lower officials it seldom can."""
    return person.level in ("leader", "minister") or (person.title or "").lower() in toml("actors.toml")["american"]


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
            if _suits(person, office):
                named_before.append(person)
        opener = _opens_after(text, first, mentions)
        if not named_before and opener is not None and opener.level == office.level:
            named_before = [opener]
        if len(named_before) == 1:
            named_before[0].country = office.country
            _give(office, named_before[0], mentions, persons)


def _holds(person: Person, office: Person) -> bool:
    """Whether somebody of an office's country is its holder: by title, or told without one (his counterpart X)."""
    if person.past or person.bystander:
        return False
    return _suits(person, office) if person.title else person.level is None


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
    opens = len(_SENTENCE.findall(between)) == 1 and between.rstrip().endswith((".", "!", "?"))
    return person if opens and person.name and person.title and person.country is None and not person.past else None


def _suits(person: Person, office: Person) -> bool:
    generic = (
        office.level == "leader" and person.level == "leader" and (office.title or "").lower() in ("leader", "ruler")
    )
    return not person.past and (generic or same_title(person.title or "", office.title or ""))


def _around(
    text: str,
    mention: Mention,
    mentions: Sequence[Mention],
    persons: Sequence[Person],
    headline: Sequence[Mention],
    home: str | None,
) -> str | None:
    """The country that the words in front of a mention make plain; None where two are about as likely."""
    person = mention.person
    assert person is not None
    before = [m for m in mentions if mention.start - _NEAR <= m.end <= mention.start]
    joined = _joined(text, mention, before) or _its(text, mention, before)
    if joined:
        return joined
    held = {
        other.country
        for other in persons
        if other is not person
        and other.name
        and other.country
        and other.title
        and other.level == person.level
        and same_title(other.title, person.title or "")
        and not other.past
    }
    sentence = max((m.end() for m in _SENTENCE.finditer(text, max(0, mention.start - _NEAR), mention.start)), default=0)
    after = [m for m in mentions if mention.end <= m.start < mention.end + _AHEAD]
    others = _other_sides(text, mention, [m for m in before if m.start >= sentence], after)
    held |= others
    points: dict[str, float] = {}
    for other in before + after:
        code = other.country
        if code is None or code in organisations() or code in held or other.kind == "counterpart":
            continue
        if other.kind == "person" and other.person is not None and other.person.name and not other.person.bystander:
            continue
        value = _points(text, other, mention, sentence)
        if others and other.start > mention.start and _stands_in(text, other):
            value = _HOST
        points[code] = max(points.get(code, 0.0), value)
    if "US" not in held and (person.title or "").lower() in toml("actors.toml")["american"] and _american(mentions):
        points["US"] = points.get("US", 0.0) + _HOME
    if home is not None and home not in held:
        points[home] = points.get(home, 0.0) + _DATELINE
    for other in headline:
        office = other.person
        if (
            office is not None
            and office.name is None
            and office.country
            and office.country not in held
            and _suits(person, office)
        ):
            points[office.country] = points.get(office.country, 0.0) + _HEADLINE
    counts = Counter(m.country for m in mentions if m.country in points)
    for code in points:
        points[code] += min(_MOST_FOR_COUNT, 0.25 * counts[code])
    told = {m.country for m in mentions if m.country and m.end <= mention.start} - organisations()
    if len(told) == 1 and told <= points.keys():
        points[told.pop()] += _ONLY
    ranked = sorted(((value, code) for code, value in points.items()), reverse=True)
    if not ranked or ranked[0][0] < _ENOUGH or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN):
        return None
    return ranked[0][1]


def _other_sides(text: str, mention: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> set[str]:
    """The countries of those whom somebody meets in the same clause: of these he is not himself."""
    out: set[str] = set()
    for other in (*before, *after):
        first, last = (other, mention) if other.start < mention.start else (mention, other)
        between = text[first.end : last.start]
        if other.country is None or other.kind == "country" or _SENTENCE.search(between):
            continue
        if other.kind == "counterpart" or may_hold_encounter(between):
            out.add(other.country)
    return out


def _stands_in(text: str, other: Mention) -> bool:
    return text[max(0, other.start - 8) : other.start].endswith((" in ", " in the "))


def _points(text: str, other: Mention, mention: Mention, sentence: int) -> float:
    """How strongly a country's mention tells that somebody near it is of it: the same sentence and a place where they
    are, or a state's own voice (Syrian state media say President …), count most."""
    if other.start > mention.start:
        return 0.0 if _PLACED.search(text[max(0, other.start - 14) : other.start]) else 0.5
    value = 1.0
    if other.start >= sentence:
        value = 2.0
        if other.kind == "group" or other.form == "capital" or (other.person is not None and other.person.bystander):
            value += 1.0
        if other.start - sentence < 12:
            value += 1.0
    if _PLACED.search(text[max(0, other.start - 14) : other.start]) or text.startswith(", where", other.end):
        value += 1.5 if other.start >= sentence or other.form == "capital" else 0.5
    return value


def _american(mentions: Sequence[Mention]) -> bool:
    """Whether a story speaks of the United States: its wires give that country's own officials no country."""
    return any(mention.country == "US" and mention.kind in ("country", "group", "person") for mention in mentions)


def _its(text: str, mention: Mention, before: Sequence[Mention]) -> str | None:
    """The country of which a sentence tells what its minister does: Turkey put off a visit by its foreign minister."""
    if text[max(0, mention.start - 4) : mention.start].lower() != "its ":
        return None
    for other in before:
        if other.kind == "country" and not _SENTENCE.search(text, other.end, mention.start):
            placed = _PLACED.search(text[max(0, other.start - 14) : other.start])
            if other.country and not placed and other.form != "demonym":
                return other.country
    return None


def _joined(text: str, mention: Mention, before: Sequence[Mention]) -> str | None:
    """The country of the person whom "and" joins to this one: Afghan President X and Foreign Minister Y."""
    if not before:
        return None
    last = max(before, key=lambda m: m.end)
    between = text[last.end : mention.start].strip()
    if last.kind == "person" and last.person is not None and between in ("and", ", and", ",", "and the", "and his"):
        return last.person.country
    return None
