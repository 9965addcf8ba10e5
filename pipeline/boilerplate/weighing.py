"""How much evidence it takes to remove a line."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.boilerplate.features import SHAPE

_WORDS = SHAPE.index("words")


def bias(row: Sequence[float]) -> float:
    """Log odds in favour of keeping a line: a word or two more do less harm than a paragraph less does."""
    words = row[_WORDS]
    if words >= 25:
        return 1.0
    return 0.5 if words >= 6 else 1.2
