"""The gate: which stories and sentences may hold an encounter. Linear in the text."""

from __future__ import annotations

import re
from functools import cache

from pipeline.summits.lexicon import actor_codes, office_words, toml

_RUN = re.compile(r"\w+")


@cache
def _single() -> frozenset[str]:
    return frozenset(phrase for phrase in toml("cues.toml")["gate"] if _RUN.fullmatch(phrase))


@cache
def _phrases() -> tuple[frozenset[str], re.Pattern[str]]:
    """The triggers of several words: the words that they begin with, and a pattern for them."""
    several = [phrase for phrase in toml("cues.toml")["gate"] if phrase not in _single()]
    begins = frozenset(_RUN.findall(phrase)[0] for phrase in several)
    return begins, re.compile(rf"\b(?:{'|'.join(map(re.escape, several))})\b")


def triggers(sentence: str) -> set[str]:
    """The trigger words and phrases of a sentence, in lower case. By a set of words: the search for one of 130 words at
    each letter takes 15 times as long."""
    lower = sentence.lower()
    here = _RUN.findall(lower)
    found = set(_single().intersection(here))
    begins, pattern = _phrases()
    if not begins.isdisjoint(here):
        found.update(pattern.findall(lower))
    return found


def may_hold_encounter(sentence: str) -> bool:
    """Whether a trigger word stands in a sentence."""
    return bool(triggers(sentence))


@cache
def _trip() -> re.Pattern[str]:
    given = toml("cues.toml")["trips"]
    going, being = ("|".join(map(re.escape, given[kind])) for kind in ("going", "being"))
    return re.compile(
        rf"\b(?:(?:{going})\b(?:\s[\w'’.-]+){{0,4}}?\s(?:to|for|in|at)|(?:{being})(?:\s\w+)?\sin|way\sto)\s(?:the\s)?[A-ZÀ-Þ]"
    )


def worth_reading(sentence: str) -> bool:
    """Whether a sentence goes through the gate."""
    return may_hold_encounter(sentence) or may_tell_trip(sentence)


def may_tell_trip(sentence: str) -> bool:
    """Whether a verb of coming, going or being stands before the name of a place: goes to Berlin, was in Tirana."""
    return _trip().search(sentence) is not None


_WORD = re.compile(r"[a-z]+")


def names_office(text: str) -> bool:
    """Whether a text speaks of those who meet for states: a title, a group of officials, or talks between states."""
    return not office_words().isdisjoint(_WORD.findall(text.lower()))


_CAPITALISED = re.compile(r"\b[A-ZÀ-Þ][\w.]*[\w]|\b[A-Z]")


def may_name_sides(text: str) -> bool:
    """Whether the capitalised words of a text begin the names of two countries, or of an organisation."""
    known = actor_codes()
    codes: set[str] = set()
    for word in set(_CAPITALISED.findall(text)):
        codes |= known.get(word.lower(), frozenset())
        if len(codes) > 1:
            return True
    return False
