"""Codes of other projects for an event, and the key that two reports of one summit share."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.summits.places import PlaceHit
from schemas.records import DateSpan


def cameo(kind: str, status: str, place: PlaceHit | None, parties: Collection[str]) -> str | None:
    """CAMEO (Gerner et al., 2002): 040 consult, 041 by telephone, 042 visit, 044 meet at a third place, 036 intent to
    meet. No code says that a meeting was put off, called off or declined."""
    if status in ("planned", "proposed"):
        return "036"
    if status != "held":
        return None
    if kind == "call":
        return "041"
    if kind == "visit":
        return "042"
    if place is not None and place.country and place.country not in parties and kind == "meeting":
        return "044"
    return "040"


def plover(kind: str, status: str) -> str | None:
    """PLOVER (Open Event Data Alliance, 2021): root and mode. Meetings to come are AGREE by its manual."""
    if status in ("planned", "proposed"):
        return "AGREE"
    if status != "held":
        return None
    return {"call": "CONSULT-phone", "visit": "CONSULT-visit", "multilateral": "CONSULT-multilateral"}.get(
        kind, "CONSULT"
    )


def summit_key(kind: str, parties: Sequence[str], when: DateSpan | None) -> str | None:
    """Calls apart from the rest, the parties, the first day; null without a day."""
    if when is None or len(when.start) < 10 or len(parties) < 2:
        return None
    return f"{'call' if kind == 'call' else 'encounter'}:{'+'.join(parties)}:{when.start}"
