"""How much evidence it takes to remove a line."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.boilerplate.features import SHAPE

A_FEW = 6
MOSTLY, LINK_WORDS = 0.8, 4
_WORDS = SHAPE.index("words")
_WORDED, _HELD = SHAPE.index("is_related"), SHAPE.index("holds_related")


def bias(row: Sequence[float]) -> float:
    """Log odds in favour of keeping a line: a word or two more do less harm than a paragraph less does.

    A line that is or begins with a known phrase gets none.
    """
    if any(row[_WORDED:_HELD]):
        return 0.0
    words = row[_WORDS]
    if words >= A_FEW:
        return 0.5
    return 1.3


def page_bias(row: Sequence[float], linked: float) -> float:
    """Log odds for a line of a page: the linked headline of another story does more harm than the loss of a line."""
    return -1.3 if linked >= MOSTLY and row[_WORDS] >= LINK_WORDS else 0.0
