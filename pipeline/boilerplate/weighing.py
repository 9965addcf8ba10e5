"""How much evidence it takes to remove a line."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.boilerplate.features import SHAPE

A_FEW = 6
CLAUSE = 4
"""Words from which a line with a stop may be a sentence."""
MOSTLY, LINK_WORDS = 0.8, 4
_WORDS, _SENTENCES, _CAPITALS = (SHAPE.index(name) for name in ("words", "sentences", "capitals"))
_WORDED, _HELD = SHAPE.index("is_related"), SHAPE.index("holds_related")
_HELD_TIME = SHAPE.index("holds_timestamp")
"""Stories say "two years ago" as often as pages do."""
_UNUSUAL = tuple(
    SHAPE.index(name)
    for name in (
        "ellipsis",
        "question",
        "opens_small",
        "second_person",
        "address",
        "bars",
        "parentheses",
        "date",
        "wire",
    )
)
_MANY_CAPITALS = 0.7


def bias(row: Sequence[float]) -> float:
    """Log odds in favour of keeping a line of plain text: a word or two more do less harm than a paragraph less does.

    A known phrase counts against the line, most where it begins with it. An ordinary sentence, however short, takes
    as much evidence as a word or two, for a wire story may end with one.
    """
    if any(row[_WORDED:_HELD]):
        return -0.7
    if any(row[_HELD:_HELD_TIME]):
        return 0.0
    if row[_WORDS] < A_FEW or _ordinary_sentence(row):
        return 1.3
    return 0.4


def _ordinary_sentence(row: Sequence[float]) -> bool:
    """Whether a line holds a stop, has nothing of note in its words or its marks, and does not address the reader."""
    whole = row[_SENTENCES] > 0 and row[_WORDS] >= CLAUSE and row[_CAPITALS] < _MANY_CAPITALS
    return whole and not any(row[index] for index in _UNUSUAL)


def page_bias(row: Sequence[float], linked: float) -> float:
    """Log odds for a line of a page: the linked headline of another story does more harm than the loss of a line."""
    return -1.3 if linked >= MOSTLY and row[_WORDS] >= LINK_WORDS else 0.0
