"""The words that a line shares with the prose around it: a subheading shares more of them than a teaser does."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from itertools import accumulate

from pipeline.boilerplate.features import WIDE, Shape, function_words
from pipeline.boilerplate.vocabulary import WORD

KINSHIP = ("shared_share", "shared_words", "telling_words")
"""Names of the features of a line's kinship, in order; without a telling word the share is -1."""

REACH = 12
"""Prose lines before and after a line in which its words are looked for."""
TELLING = 4
"""Letters from which a word tells what a line is about, if it is no function word; East Asian ones do so in pairs."""


def kinship(lines: Sequence[str], shapes: Sequence[Shape], wanted: Collection[int]) -> list[array[float]]:
    """One row of KINSHIP for each of the lines at the indexes `wanted`, ascending.

    A word is found wherever its letters stand, so that other endings and compounds of it count.
    """
    prose = [line.casefold() for line, shape in zip(lines, shapes, strict=True) if shape.prose]
    starts = [0, *accumulate(len(line) + 1 for line in prose)]
    whole = "\n".join(prose)
    before = [0, *accumulate(shape.prose for shape in shapes)]
    rows = []
    for index in wanted:
        above, below = before[index], before[index + 1]
        low, here = starts[max(0, above - REACH)], starts[above]
        after, high = starts[below], starts[min(len(prose), below + REACH)]
        words = telling_words(lines[index])
        shared = 0
        for word in words:
            shared += whole.find(word, low, here) >= 0 or whole.find(word, after, high) >= 0
        rows.append(array("f", (shared / len(words) if words else -1.0, shared, len(words))))
    return rows


def telling_words(line: str) -> list[str]:
    """The words of a line that tell what it is about, case-folded, each once."""
    usual = function_words()
    telling: dict[str, None] = {}
    for word in WORD.findall(line.casefold()):
        if WIDE.search(word):
            telling.update((word[at : at + 2], None) for at in range(len(word) - 1))
        elif len(word) >= TELLING and word not in usual:
            telling[word] = None
    return list(telling)
