"""Two names without a title that stand for two offices: the presidents of Kenya and Somalia, A and B."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.summits.gate import may_hold_encounter
from pipeline.summits.people import Mention, name_words
from pipeline.summits.tagged import Tagged
from pipeline.summits.words import Word

_REACH = 300
"""Characters behind two offices in which two names that open a sentence are their holders'."""
_PREDICATE = 4
"""Tokens behind two names in which they are said to meet."""
_THIRD_PERSONS = frozenset(("them", "they", "their", "him", "her"))
"""Behind two names these are the holders, and the two that are named are somebody else."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody's name over tokens [first, last), the country behind it included, and what he is."""

    first: int
    last: int
    name: str
    country: str | None
    title: str | None = None
    level: str | None = None


def is_predicate(word: Word) -> bool:
    """Whether a word behind a name may begin what is told of its holder."""
    return word.text.isalpha() and word.text.islower() and word.norm not in name_words("no_predicates")


def named_in_pairs(tagged: Tagged, mentions: Sequence[Mention]) -> Iterator[Named]:
    """The holders of two offices that are told first, in the order of their states: behind a comma, or where they open
    a later sentence and meet in it. In a story of leaders or ministers also A of X and B of Y."""
    groups = [m for m in mentions if m.kind == "group" and m.level in ("leader", "minister")]
    if not groups:
        return
    places = {token.start: place for place, token in enumerate(tagged.tokens)}
    offices = [(group, two) for group in groups if (two := _states(tagged, places[group.start], group))]
    behind = 0
    for place, token in enumerate(tagged.tokens):
        if place < behind or not token.capital or (pair := _two_names(tagged, place)) is None:
            continue
        behind = pair[1].last
        if pair[0].country and pair[1].country:
            group = next((group for group, (one, other, _) in offices if {one, other} == _codes(pair)), None)
            yield from (_as_told(named, named.country, group) for named in pair)
        elif pair[0].country is pair[1].country:
            for group, (one, other, end) in reversed(offices):
                if end <= place:
                    if _apposed(tagged, end, pair) or _they_meet(tagged, end, pair):
                        yield _as_told(pair[0], one, group)
                        yield _as_told(pair[1], other, group)
                    break


def _codes(pair: tuple[Named, Named]) -> set[str | None]:
    return {named.country for named in pair}


def _as_told(named: Named, country: str | None, group: Mention | None) -> Named:
    if group is None:
        return replace(named, country=country)
    return replace(named, country=country, title=group.title, level=group.level)


def _states(tagged: Tagged, first: int, group: Mention) -> tuple[str, str, int] | None:
    """The two states of a group, no more, and the token behind it: the X and Y presidents, presidents of X and Y."""
    tokens = tagged.tokens
    if group.country is not None:
        one = tagged.ends.get(first - 1) if first and tokens[first - 1].norm == "and" else None
        if one is None or one.entry.kind not in ("country", "demonym") or _is_third(tagged, one.first):
            return None
        end = next(place for place in range(first, len(tokens)) if tokens[place].end >= group.end) + 1
        return one.entry.value, group.country, end
    at = next(place for place in range(first, len(tokens)) if tokens[place].end >= group.end) + 1
    codes: list[str] = []
    while at < len(tokens) and tokens[at].norm == ("and" if codes else "of"):
        at += 1 + (at + 1 < len(tokens) and tokens[at + 1].norm == "the")
        hit = tagged.starts.get(at)
        if hit is None or hit.entry.kind != "country":
            return None
        codes.append(hit.entry.value)
        at = hit.last
    return (codes[0], codes[1], at) if len(codes) == 2 else None


def _is_third(tagged: Tagged, first: int) -> bool:
    """Whether another state stands in front of the two: the X, Y and Z presidents."""
    return first > 0 and tagged.tokens[first - 1].norm in (",", "and") and first - 1 in tagged.ends


def _two_names(tagged: Tagged, place: int) -> tuple[Named, Named] | None:
    """Two full names that "and" joins, each with the country behind it or both without."""
    one = _full_name(tagged, place)
    if one is None or one.last >= len(tagged.tokens) or tagged.tokens[one.last].norm != "and":
        return None
    other = _full_name(tagged, one.last + 1)
    return None if other is None or (one.country == other.country and one.country) else (one, other)


def _full_name(tagged: Tagged, place: int) -> Named | None:
    free = place < len(tagged.tokens) and not tagged.taken[place] and place not in tagged.covered
    name = tagged.name_at(place) if free else None
    if name is None or " " not in name[0] or name[0].rsplit(maxsplit=1)[-1].lower() in name_words("institutions"):
        return None
    last, country = tagged.of_country(name[1])
    return Named(place, last, name[0], country)


def _apposed(tagged: Tagged, end: int, pair: tuple[Named, Named]) -> bool:
    """Whether two names stand between commas behind their offices."""
    return pair[0].first == end + 1 and tagged.tokens[end].text == "," and tagged.closed(pair[1].last)


def _they_meet(tagged: Tagged, end: int, pair: tuple[Named, Named]) -> bool:
    """Whether two names open a sentence, not far behind their offices, that goes on with an encounter of theirs."""
    tokens, first, last = tagged.tokens, pair[0].first, pair[1].last
    if tokens[first].start - tokens[end - 1].end > _REACH or tokens[first - 1].text not in (".", "”", '"'):
        return False
    predicate = tokens[last : last + _PREDICATE]
    if not predicate or not is_predicate(predicate[0]) or {word.norm for word in predicate} & _THIRD_PERSONS:
        return False
    return may_hold_encounter(tagged.text[predicate[0].start : predicate[-1].end])
