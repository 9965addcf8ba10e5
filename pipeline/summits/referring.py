"""Words that stand for actors who were told before."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.summits.lexicon import toml

PLURAL = ("two", "three", "many")
"""The roles' words for several: exactly two, exactly three, or any number."""


@cache
def reference_words(name: str) -> frozenset[str]:
    """A list of references.toml."""
    return frozenset(toml("references.toml")[name])


def refers(token: Any) -> str:
    """The word of a role for a plural noun or pronoun that stands for those told before: they, both men, the two
    leaders; empty for any other."""
    word = token.lower_
    if word in reference_words("plural_pronouns"):
        return _number({word})
    if word == "last" and any(child.lower_ == "two" for child in token.children):
        return "two"  # "the two last met in June", as the parse has it
    if word not in reference_words("plural_nouns"):
        return ""
    left = {child.lower_ for child in token.lefts}
    if left & reference_words("definite_numbers"):
        return "" if left & reference_words("others") else _number(left)
    if "the" not in left or len(left) > 1 or word not in reference_words("plural_leaders"):
        return ""
    return _number({word})


def _number(words: set[str]) -> str:
    return "two" if words & reference_words("pairs") else "three" if "three" in words else "many"
