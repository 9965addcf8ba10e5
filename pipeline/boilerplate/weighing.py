"""How much evidence it takes to remove a line."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.boilerplate.features import SHAPE

A_FEW = 6
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
