"""What cleaning gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.records import Dateline, KeptSpan


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of the flattened original, their label, and the rule that decided.

    Labels: body dateline byline caption heading teaser promo related newsletter share comments advert copyright
    wire_slug wire_tail timestamp other.
    """

    start: int
    end: int
    label: str
    rule: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text.

    text        what is labelled body or heading, paragraphs one to a line
    source      the flattened original, which all offsets refer to (Unicode code points)
    spans       tile `source` exactly
    kept        how `text` lies in `source`
    dateline    the dateline, which is not part of `text`
    story_date  the day that the story's own text states
    flags       not_cleaned (more than half would have gone: `text` is the input), empty, …
    """

    text: str
    source: str
    spans: tuple[Span, ...] = ()
    kept: tuple[KeptSpan, ...] = ()
    dateline: Dateline | None = None
    story_date: date | None = None
    flags: tuple[str, ...] = ()
