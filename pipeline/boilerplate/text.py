"""Plain text, cleaned."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.boilerplate.assemble import Labelled, Piece, settle, untouched
from pipeline.boilerplate.context import AROUND, surroundings
from pipeline.boilerplate.features import SHAPE, Shape, shapes
from pipeline.boilerplate.kinship import KINSHIP, Heard, kinship
from pipeline.boilerplate.labels import CERTAIN, Line, label_lines
from pipeline.boilerplate.model import CleanText
from pipeline.boilerplate.trees import load_trees
from pipeline.boilerplate.weighing import bias
from schemas.lines import Cut, cut_lines

FEATURES = (*SHAPE, *AROUND, *KINSHIP)
"""What the trees see of a line, in order."""
_BREAK = re.compile(r"[\n\r]")
"""Where paragraphs were broken at a fixed width, the labels are those of the paragraphs in one line each."""


@dataclass
class _Seen:
    """What one round over a text has found out, so that the next one, over what was kept, is quick.

    shapes   of lines, by their words
    odds     by the numbers that were weighed
    heard    words of lines, see `kinship`
    kept     see `label_lines`
    """

    shapes: dict[str, Shape] = field(default_factory=dict)
    odds: dict[bytes, float] = field(default_factory=dict)
    heard: Heard = field(default_factory=Heard)
    kept: dict[str, list[Piece]] = field(default_factory=dict)


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
    return clean_lines(text, known_lines=known_lines, headline=headline, published=published, wrapped=None)


def clean_lines(
    text: str,
    *,
    known_lines: Collection[int],
    headline: str | None,
    published: date | None,
    wrapped: bool | None,
) -> CleanText:
    """`clean_text`, where it is known whether lines are broken at a fixed width (`wrapped`)."""
    if not text.strip():
        return untouched(text, "empty")

    seen = _Seen()

    def label(part: str) -> Labelled:
        cuts = list(cut_lines(part, wrapped=wrapped))
        if any("\n" in part[start:end] for start, end in cuts):
            part = _BREAK.sub(" ", part)
        lines = weighed_lines(part, cuts, headline, seen)
        return label_lines(part, lines, known_lines=known_lines, headline=headline, published=published, kept=seen.kept)

    return settle(text, label)


def weighed_lines(text: str, cuts: Sequence[Cut], headline: str | None, seen: _Seen) -> list[Line]:
    """The lines at `cuts`, weighed by their shape, their wording and their surroundings."""
    words = [text[start:end] for start, end in cuts]
    looks = shapes(words, headline, seen.shapes)
    odds = [CERTAIN] * len(looks)
    unsure = [index for index, shape in enumerate(looks) if not shape.plain]
    if unsure:
        rows = [row.tobytes() for row in line_rows(words, looks, unsure, seen.heard)]
        fresh = [row for row in dict.fromkeys(rows) if row not in seen.odds]
        if fresh:
            seen.odds.update(zip(fresh, load_trees("lines").odds(fresh), strict=True))
        for index, row in zip(unsure, rows, strict=True):
            odds[index] = seen.odds[row] + bias(looks[index].row)
    return [
        Line(start, end, value, shape.label, shape.heading, shape.date, shape.wire)
        for (start, end), value, shape in zip(cuts, odds, looks, strict=True)
    ]


def line_rows(
    lines: Sequence[str], looks: Sequence[Shape], wanted: Sequence[int], heard: Heard | None = None
) -> list[array[float]]:
    """One row of FEATURES for each of the lines at the indexes `wanted`, ascending. `heard`: see `kinship`."""
    columns = zip(wanted, surroundings(lines, looks, wanted), kinship(lines, looks, wanted, heard), strict=True)
    return [looks[index].row + around + shared for index, around, shared in columns]
