"""The words that a line shares with the prose around it: a subheading shares more of them than a teaser does."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pipeline.boilerplate.dates import EAST_ASIAN
from pipeline.boilerplate.features import WIDE, Shape, function_words

KINSHIP = ("shared_share", "shared_words", "telling_words")
"""Names of the features of a line's kinship, in order; without a telling word the share is -1."""

REACH = 12
"""Prose lines before and after a line in which its words are looked for."""
TELLING = 4
"""Letters from which a word tells what a line is about, if it is no function word; East Asian ones do so in pairs."""
_NONE: frozenset[str] = frozenset()
LOOKED_AT = 600
"""Characters at the beginning of a line whose words count."""


@dataclass(frozen=True)
class Heard:
    """The words of lines seen before, and those of them that tell what a line is about, by the line."""

    words: dict[str, frozenset[str]] = field(default_factory=dict)
    telling: dict[str, frozenset[str]] = field(default_factory=dict)


def kinship(
    lines: Sequence[str], shapes: Sequence[Shape], wanted: Collection[int], heard: Heard | None = None
) -> list[array[float]]:
    """One row of KINSHIP for each of the lines at the indexes `wanted`, ascending. `heard` is read and filled."""
    heard = heard or Heard()
    prose = [index for index, shape in enumerate(shapes) if shape.prose]
    words: list[frozenset[str]] = []
    rows = []
    above = 0
    for index in wanted:
        while above < len(prose) and prose[above] < index:
            above += 1
        below = above + shapes[index].prose
        low, high = max(0, above - REACH), min(len(prose), below + REACH)
        words += [_NONE] * (low - len(words))
        words += [_words(lines[at], heard) for at in prose[len(words) : high]]
        line = lines[index]
        telling = heard.telling.get(line)
        if telling is None:
            telling = heard.telling[line] = telling_words(_words(line, heard))
        shared = len(telling) - len(telling.difference(*words[low:above], *words[below:high]))
        rows.append(array("f", (shared / len(telling) if telling else -1.0, shared, len(telling))))
    return rows


def _words(line: str, heard: Heard) -> frozenset[str]:
    words = heard.words.get(line)
    if words is None:
        words = heard.words[line] = words_of(line)
    return words


def words_of(line: str) -> frozenset[str]:
    """The words of a line, case-folded, those of East Asian letters in pairs of letters.

    Cut at blanks, commas and full stops, which takes a third of the time of a pattern.
    """
    found = line[:LOOKED_AT].casefold().replace(",", " ").replace(".", " ").split()
    if not line.isascii() and found and max(found) >= EAST_ASIAN:
        wide = [word for word in found if WIDE.search(word)]
        found += [word[at : at + 2] for word in wide for at in range(len(word) - 1)]
    return frozenset(found)


def telling_words(words: Collection[str]) -> frozenset[str]:
    """Those of the words of a line that tell what it is about."""
    told = [
        word for word in words if word.isalpha() and (len(word) == 2 if word >= EAST_ASIAN else len(word) >= TELLING)
    ]
    return frozenset(told) - function_words()
