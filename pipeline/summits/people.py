"""Persons of a story, and when two names or titles are of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from pipeline.summits.lexicon import toml

PRONOUNS = frozenset(("he", "she", "his", "her", "him"))
RANK = {"leader": 3, "minister": 2, "official": 1}


@dataclass(slots=True)
class Person:
    """One person of the story, gathered from all mentions. `past`: holds the office no more; `bystander`: speaks for
    others or watches, and takes part in nothing."""

    name: str | None
    title: str | None
    country: str | None
    level: str | None
    past: bool = False
    bystander: bool = False
    keys: set[str] = field(default_factory=set)

    def call(self, name: str, country: str | None) -> None:
        """Takes a fuller form of the name."""
        if len(name) > len(self.name or "") and " " in name:
            self.name = name
        self.keys |= family_keys(parts(name), country or self.country)


@dataclass(slots=True)
class Mention:
    """Characters [start, end). `kind`: person, country, group, counterpart. `form`: how a country was named (country,
    demonym, capital, organisation); `anchor`: where its main word begins; a group's `title` is the office that each of
    it holds; `visiting`: the words say so; `then`: so is that somebody held his office at the time told of."""

    kind: str
    start: int
    end: int
    anchor: int
    person: Person | None = None
    country: str | None = None
    level: str | None = None
    form: str = ""
    possessive: bool = False
    title: str | None = None
    name: str | None = None
    plural: bool = False
    visiting: bool = False
    then: bool = False


@cache
def name_words(kind: str) -> frozenset[str]:
    """Words of names.toml: particles, honorifics, common, no_predicates; codes: family_first, given_first and _last."""
    return frozenset(toml("names.toml")[kind])


@lru_cache(maxsize=1000)  # each name of a story is held against those of all its persons
def parts(name: str) -> tuple[str, ...]:
    """The words of a name that tell persons apart, in lower case."""
    ignored = name_words("particles") | name_words("honorifics")
    return tuple(part for part in name.lower().replace("-", " ").replace(".", " ").split() if part not in ignored)


def family_keys(words: Sequence[str], country: str | None) -> set[str]:
    """What a person may be called by in short."""
    if not words:
        return set()
    # Beyond two parts the family name may be more than one word, as in Spanish and Portuguese.
    last = set(words[1:]) if len(words) > 2 else {words[-1]}
    keys = {words[0]} if country in name_words("family_first") else last
    if country in name_words("given_last"):
        keys |= {words[-1]}
    if country is None or country in name_words("given_first"):
        keys |= {words[0]}  # the title names no country, which may be one where the first name is the one to call by
    return {key for key in keys if len(key) > 1}


@cache
def _synonyms() -> dict[str, str]:
    return dict(toml("titles.toml")["synonyms"])


_HEAD = "prime minister"
"""No minister among others."""


def same_title(one: str, other: str) -> bool:
    """Whether two titles are one office: "minister" for "foreign minister", "Premier" for "prime minister"."""
    one, other = (_synonyms().get(title.lower(), title.lower()) for title in (one, other))
    if (_HEAD in one) != (_HEAD in other) or _is_second(one) != _is_second(other):
        return False
    return one.split()[-1] == other.split()[-1] and (one in other or other in one)


def _is_second(title: str) -> bool:
    """Whether a title is that of a head's deputy: the vice president is not the president."""
    return not {"vice", "deputy"}.isdisjoint(title.replace("-", " ").split())


def known_as(name: str, persons: Sequence[Person]) -> Person | None:
    """Who of the persons a name means: the same words, else the family name, those with a title first."""
    words = parts(name)
    best: Person | None = None
    for person in persons:
        if not person.name or not words:
            continue
        own = parts(person.name)
        if words == own or (len(words) > 1 and len(own) > 1 and words[-1] == own[-1] and words[0] == own[0]):
            return person
        if len(words) == 1 and words[0] in person.keys:
            if best is None or best.title is None or person.title is not None:
                best = person
        elif (len(own) == 1 and own[0] in family_keys(words, person.country)) or (
            len(words) > 1 and len(own) > 1 and len(set(words) & set(own)) >= 2
        ):
            best = person
    return best if best is not None or len(words) > 1 else _by_first_name(name, persons)


def _by_first_name(name: str, persons: Sequence[Person]) -> Person | None:
    """The only representative whose first name or initials these are: Nikita for Nikita Orlov, MBS."""
    found = [
        person
        for person in persons
        if person.name
        and person.title
        and not person.bystander
        and (
            parts(person.name)[:1] == parts(name)
            or (name.isupper() and len(name) > 1 and name == "".join(word[0].upper() for word in person.name.split()))
        )
    ]
    return found[0] if len(found) == 1 else None
