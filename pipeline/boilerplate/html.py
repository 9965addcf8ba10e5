"""Markup, cleaned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

from pipeline.boilerplate.model import CleanText
from pipeline.boilerplate.text import clean_text
from schemas.markup import markup_lines


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
    """A page, or a fragment that a feed carried, as the text of its story. Arguments and guards as for `clean_text`."""
    _, lines = markup_lines(html)
    if kind == "page":
        lines = [line for line in lines if line.linked * 2 < len(line.text) and not _aside(line.element)]
    source = "\n".join(line.text for line in lines)
    return clean_text(source, known_lines=known_lines, headline=headline, published=published, language=language)


def _aside(element: object) -> bool:
    return any(e.tag in ("nav", "aside", "footer", "figure", "form") for e in element.iterancestors())  # type: ignore[attr-defined]
