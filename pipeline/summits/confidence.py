"""How likely an event is right."""

from __future__ import annotations

from pipeline.summits.drafts import Draft


def confidence(draft: Draft) -> float:
    """Share of such events that are right in all parties; docs/events.md has the table behind it.

    Who was at a gathering of several is seldom told in full, or in one clause.
    """
    score = 0.84
    if draft.verb:
        score += 0.08
    if draft.gathering or len(draft.parties) != 2:
        score -= 0.31
    return round(score, 2)
