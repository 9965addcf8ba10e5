"""Which of the encounters told so far a word for several means."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.summits.drafts import Draft


def meant_by(word: str, told: Sequence[Draft]) -> Draft | None:
    """Whose sides "they" are, "the three", or "the two": those of two sides, and of these such as are named on both."""
    if word == "many":
        return told[0] if told else None
    if word == "three":
        return next(
            (draft for draft in told if 3 in (len(draft.parties), len({p.country for p in draft.persons}))), None
        )
    pairs = [draft for draft in told if len(draft.parties) == 2]
    pairs = [draft for draft in pairs if draft.kind != "visit"] or pairs
    return next(
        (one for one in pairs if len({p.country for p in one.persons if p.name}) == 2), pairs[0] if pairs else None
    )


def only_pair(told: Sequence[Draft]) -> Set[str]:
    """The two sides of a story that has told of no others."""
    pairs = {frozenset(draft.parties) for draft in told if len(draft.parties) > 1}
    only = pairs.pop() if len(pairs) == 1 else frozenset()
    return only if len(only) == 2 else frozenset()
