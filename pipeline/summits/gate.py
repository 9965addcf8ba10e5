"""The gate: which stories and sentences may hold an encounter. Linear in the text."""

from __future__ import annotations

import re
from functools import cache

from pipeline.summits.lexicon import actor_codes, office_words, toml


@cache
def _trigger() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, toml('cues.toml')['gate']))})\b", re.IGNORECASE)


def may_hold_encounter(sentence: str) -> bool:
    """Whether a trigger word stands in a sentence."""
    return _trigger().search(sentence) is not None


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
