"""Offices that stand without a name and a country: the Prime Minister, of whom a visitor calls on."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from pipeline.summits.lexicon import toml

_LONGEST = 3
"""Words of such a title."""
_MET = ("pobj", "dobj", "conj")


class Office(NamedTuple):
    """A title as printed, with its level, and the token in which it begins."""

    title: str
    level: str
    first: int


@cache
def _levels() -> dict[str, str]:
    titles = toml("titles.toml")
    return {title.lower(): level for level in ("minister", "leader") for title in titles[level] if title[-1] != "*"}


def bare_office(noun: Any) -> Office | None:
    """The office of a leader or minister that a noun phrase with "the" names, where it is whom something is done with;
    None for any other noun."""
    doc, last = noun.doc, noun.i
    if noun.dep_ not in _MET or not _is_title(str(noun.lower_)):
        return None
    if any(child.lower_ == "of" for child in noun.children) or any(word.lower_ == "home" for word in doc):
        return None  # the president of the academy; back home she met the premier
    first = next((at for at in range(last, max(0, last - _LONGEST), -1) if doc[at - 1].lower_ == "the"), None)
    if first is None:
        return None
    title = " ".join(word.text for word in doc[first : last + 1])
    level = _levels().get(title.lower())
    return Office(title, level, first) if level else None


@cache
def _is_title(word: str) -> bool:
    return any(title.split()[-1] == word for title in _levels())
