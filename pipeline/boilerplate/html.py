"""Markup, cleaned: pages by what their tree says of each line, fragments as the text they hold."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from pipeline.boilerplate.assemble import finish, untouched
from pipeline.boilerplate.context import surroundings
from pipeline.boilerplate.evidence import EVIDENCE, evidence, page_title, worth_weighing
from pipeline.boilerplate.features import Shape, shapes
from pipeline.boilerplate.labels import Line, label_lines
from pipeline.boilerplate.model import CleanText
from pipeline.boilerplate.text import clean_lines
from pipeline.boilerplate.trees import load_trees
from pipeline.boilerplate.weighing import page_bias
from schemas.markup import MarkupLine, line_texts, markup_lines

HINTS = {
    "in_figure": "caption",
    "class_comments": "comments",
    "class_newsletter": "newsletter",
    "class_advert": "advert",
    "class_share": "share",
    "class_byline": "byline",
    "class_caption": "caption",
    "class_related": "related",
    "class_promo": "promo",
    "class_time": "timestamp",
    "in_aside": "related",
    "in_nav": "other",
    "in_footer": "other",
}
"""What the markup around a removed line suggests that it is; the nearest counts, of equally near ones the first."""
NEAR = 3
FAINT = 3.0
"""Log odds by which the lines of a page gain where none would be kept."""
HOPELESS = -9.0
"""Log odds of a line that is not weighed."""


def clean_html(
    html: str | bytes,
    *,
    url: str | None = None,
    kind: Literal["page", "fragment"] = "page",
    known_lines: Collection[int] = (),
    headline: str | None = None,
    published: date | None = None,
    language: str | None = None,
) -> CleanText:
    """A page, or a fragment that a feed carried, as the text of its story; arguments and guards as for `clean_text`.

    Offsets refer to the flattened markup (schemas.lines.flatten).
    """
    root, found = markup_lines(html) if kind == "page" else (None, [])
    source = "\n".join(line_texts(html) if kind == "fragment" else (line.text for line in found))
    if root is None:
        return clean_lines(source, known_lines=known_lines, headline=headline, published=published, wrapped=False)
    if not source:
        return untouched(source, "empty")
    lines = _weighed(root, found, headline)
    clean = _labelled(source, lines, known_lines, headline, published)
    if not clean.text.strip():
        fainter = [line._replace(odds=line.odds + FAINT) for line in lines]
        clean = _labelled(source, fainter, known_lines, headline, published)
        clean = replace(clean, flags=(*clean.flags, "faint"))
    return clean


def _labelled(
    source: str, lines: Sequence[Line], known_lines: Collection[int], headline: str | None, published: date | None
) -> CleanText:
    labelled = label_lines(source, lines, known_lines=known_lines, headline=headline, published=published, plain=False)
    return finish(source, labelled)


def _weighed(root: Any, found: Sequence[MarkupLine], headline: str | None) -> list[Line]:
    worth, looks, seen = page_rows(root, found, headline)
    around = surroundings([found[index].text for index in worth], looks)
    table = [(shape.row + a + b).tobytes() for shape, a, b in zip(looks, around, seen, strict=True)]
    weighed = dict(zip(worth, zip(load_trees("blocks").odds(table), looks, seen, strict=True), strict=True))
    lines = []
    at = 0
    for index, line in enumerate(found):
        end = at + len(line.text)
        if index in weighed:
            value, shape, marks = weighed[index]
            value += page_bias(shape.row, line.linked / len(line.text))
            hint = shape.label or (_hint(marks) if value < 0 else None)
            lines.append(Line(at, end, value, hint, shape.heading, shape.date, value >= 0 and shape.wire))
        else:
            lines.append(Line(at, end, HOPELESS, furniture=False))
        at = end + 1
    return lines


def page_rows(
    root: Any, lines: Sequence[MarkupLine], headline: str | None
) -> tuple[list[int], list[Shape], list[array[float]]]:
    """Indexes of the lines that are worth weighing, and those lines by themselves and by the tree."""
    known: dict[Any, bytes] = {}
    worth = worth_weighing(lines, known)
    lines = [lines[index] for index in worth]
    return worth, shapes([line.text for line in lines], headline or page_title(root)), evidence(root, lines, known)


_HINT_COLUMNS = tuple((EVIDENCE.index(name), label) for name, label in HINTS.items() if name in EVIDENCE)


def _hint(row: Sequence[float]) -> str | None:
    distance, label = min(((row[column], label) for column, label in _HINT_COLUMNS), key=lambda pair: pair[0])
    return label if distance <= NEAR else None
