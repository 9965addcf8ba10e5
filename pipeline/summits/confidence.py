"""How likely an event is right."""

from __future__ import annotations

from pipeline.summits.drafts import Draft


def confidence(draft: Draft) -> float:
    """Share of such events that are right in all parties; docs/events.md has the table behind it."""
    score = 0.645
    if draft.verb:
        score += 0.085
    score += 0.07 * min(2, len({person.country for person in draft.persons if person.name}))
    if len(draft.sentences) > 1:
        score += 0.04
    if draft.when is not None:
        score += 0.03
    if draft.kind == "visit":
        score -= 0.07
    return round(score, 2)
