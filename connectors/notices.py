"""Corrections and kills that a wire announces in words (notices.json), for formats without a field for them."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from connectors.formats.model import Item

CORRECTION = "correction"
"""The quality flag with which a format reader passes on its format's own signal."""


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    words = json.loads(files("connectors").joinpath("notices.json").read_text(encoding="utf-8"))
    return re.compile("|".join(f"(?:{one})" for one in words[kind]), re.IGNORECASE | re.DOTALL)


def is_correction(item: Item) -> bool:
    """Whether the wire says that this version corrects an earlier one."""
    return CORRECTION in item.quality or _announced("correction", item)


def is_kill(item: Item) -> bool:
    """Whether headline, slug or note to editors withdraw the item."""
    return _announced("kill", item)


def _announced(kind: str, item: Item) -> bool:
    headline, note = _pattern(f"{kind}_headline").match, _pattern(f"{kind}_note").match
    if any(text and headline(text.lstrip()) for text in (item.headline, item.slugline, item.ed_note)):
        return True
    return bool(item.ed_note and note(item.ed_note.lstrip()))
