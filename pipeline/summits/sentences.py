"""Sentences of a news text, by punctuation: fast, and the same whatever model is loaded."""

from __future__ import annotations

import re

from schemas.lines import hard_wrapped

_END = re.compile(r"[.!?…][\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9À-Þ])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Sgt|Capt|Sen|Rep|Gov|St|Jr|Sr|No|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep"
    r"|Oct|Nov|Dec|Mt|Ft|Inc|Co|Corp|Ltd|Amb|Adm|Rev|Hon|Pres|cf|approx)|\b[A-Z])\.$"
)
LONGEST = 2000
"""Characters; a longer stretch without a sentence's end is cut at white space, so that time stays linear."""


def sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence, white space around it left out."""
    out: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if "\n" not in match.group():
            before = text[max(start, match.start() - 12) : match.start() + 1]
            if _ABBREVIATION.search(before) and not re.search(r"\b[a-z]+ [A-Z]\.$", before[-4:]):
                continue
        _add(text, start, match.end(), out)
        start = match.end()
    _add(text, start, len(text), out)
    return out


_BREAK = re.compile(r"(?<!\n)\n(?!\n)")


def unwrapped(text: str) -> str:
    """The text with a space for each line break within its paragraphs, where lines were broken at a fixed width, as old
    wires do. Offsets stay."""
    return _BREAK.sub(" ", text) if hard_wrapped(text) else text


def _add(text: str, start: int, end: int, out: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = text.rfind(" ", start, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        out.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        out.append((start, end))
