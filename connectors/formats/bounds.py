"""How much a document may hold: what is refused before memory and time are spent on it.

Bytes are capped where documents come from. But `<a/>` makes four bytes into 200 of a tree, and `{}` two into 64.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from connectors.formats.model import FeedError

MOST_ITEMS = 20_000
"""A full archive of a large feed stays below it."""
MOST_NODES = 250_000
"""Elements and attributes, or objects and lists: some 50 MB of a tree."""
MOST_VALUES = 1_000_000
"""Commas of a JSON document, in prose too: 16 MB of prose have a quarter of that."""
_TAG = re.compile(r"<[^<>]*>")
_OPENING, _CLOSING = "<![CDATA[", "]]>"
T = TypeVar("T")


def check_markup(text: str) -> None:
    """Raises FeedError where the tree of a document would be too large."""
    if len(text) < 2 * MOST_NODES or text.count("<") - text.count("</") + text.count("=") <= MOST_NODES:
        return  # nearly all documents
    nodes = 0
    for start, end, _ in cdata_sections(text):
        for tag in _TAG.finditer(text, start, end):
            nodes += 1 + text.count("=", *tag.span())
            if nodes > MOST_NODES:
                raise FeedError(f"the document has more than {MOST_NODES:,} elements and attributes")


def check_json(text: str) -> None:
    """Raises FeedError where the values of a JSON document would be too many."""
    if text.count("{") + text.count("[") > MOST_NODES or text.count(",") > MOST_VALUES:
        raise FeedError(f"the document has more than {MOST_NODES:,} objects and lists, or {MOST_VALUES:,} values")


def few_enough(items: Sequence[T]) -> Sequence[T]:
    """The same items. Raises FeedError where they are too many."""
    if len(items) > MOST_ITEMS:
        raise FeedError(f"the document has more than {MOST_ITEMS:,} items")
    return items


def cdata_sections(text: str) -> Iterator[tuple[int, int, int]]:
    """The text's parts: [start, end) of what stands before a CDATA section, and the end of the section; the last one is
    empty. One pass, also where sections have no end."""
    at = 0
    while (start := text.find(_OPENING, at)) >= 0 and (end := text.find(_CLOSING, start)) >= 0:
        yield at, start, end + len(_CLOSING)
        at = end + len(_CLOSING)
    yield at, len(text), len(text)
