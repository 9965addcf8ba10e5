"""Plain text, cleaned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pipeline.boilerplate.assemble import Labelled, settle, untouched
from pipeline.boilerplate.labels import label_lines
from pipeline.boilerplate.model import CleanText
from schemas.lines import cut


def clean_text(
    text: str,
    *,
    known_lines: Collection[int] = (),
    headline: str | None = None,
    published: date | None = None,
    language: str | None = None,
) -> CleanText:
    """A text without what is not of its story.

    `known_lines` are fingerprints (schemas.line_fingerprints) of lines that stand in other articles of the source too;
    `published` is the day of publication in the wire's own zone, which the year of a dateline is taken from.
    Never raises on any text; where more than half would go, gives the input back, flagged `not_cleaned`.
    """
    if not text.strip():
        return untouched(text, "empty")

    def label(part: str) -> Labelled:
        return label_lines(part, list(cut(part)), known_lines=known_lines, headline=headline, published=published)

    return settle(text, label)
