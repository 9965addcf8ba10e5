"""Texts in capitals only, as old wires have them."""

from __future__ import annotations

import re
from functools import cache

from pipeline.summits.lexicon import toml
from pipeline.summits.people import name_words
from pipeline.summits.verbs import is_form

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 1000
_SHARE = 0.8
"""Of letters in capitals, from which a text is one of capitals."""


def told_apart(text: str) -> str:
    """A text of capitals with its everyday words in lower case, of the same length; any other text as it is.

    A word that no vocabulary of ours holds is taken for a name."""
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample))
    if not letters or sum(map(str.isupper, sample)) < _SHARE * letters:
        return text
    return _WORD.sub(lambda match: _told(match.group()), text)


def _told(word: str) -> str:
    lower = word.lower()
    if lower in _everyday() or is_form(lower):
        return lower
    return word if len(word) < 2 else word[0] + lower[1:] if len(lower) == len(word) else word


@cache
def _everyday() -> frozenset[str]:
    titles, cues, status = toml("titles.toml"), toml("cues.toml"), toml("status.toml")
    phrases = [*titles["leader"], *titles["minister"], *titles["official"], *titles["bystander"], *titles["groups"]]
    phrases += [*titles["modifiers"], *titles["past"], *cues["gate"], *name_words("common"), *name_words("sides")]
    phrases += (
        [word for group in status["governors"].values() for word in group] + status["conditional"] + status["after"]
    )
    words = {part for phrase in phrases for part in phrase.lower().split()}
    return frozenset(words | {"s"} - {"may"})
