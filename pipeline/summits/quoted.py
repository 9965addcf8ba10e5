"""Where a text quotes: what stands between quotation marks, of whatever kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_STRAIGHT = r"(?<!\s)\"(?!\w)"
_SPEECH_ENDS = r"(?<=[,.?!…])"
_CLOSING = {
    opening: re.compile(closing)
    for opening, closing in {
        "“": rf"”|{_STRAIGHT}",
        '"': rf"”|{_STRAIGHT}",
        "„": rf"[“”]|{_STRAIGHT}",
        "«": "»",
        "``": rf"''|{_STRAIGHT}",
        "‘": rf"{_SPEECH_ENDS}’(?!\w)",
        "'": rf"{_SPEECH_ENDS}'(?!\w)",
    }.items()
}
"""By opening mark what closes it: wires mix straight marks and curly ones. A single mark closes behind speech's
punctuation only: elsewhere it is an apostrophe."""
_OPENING = re.compile(r"(?<![^\s(\[—–-])(?:[“\"„«]|``|[‘'](?=[A-ZÀ-Þ]))(?=\S)|“")
_LONGEST = 2000
"""Characters of a quotation, so that time stays linear where marks do not match."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Characters [start, end) between marks, and [first, last) with the marks."""

    first: int
    start: int
    end: int
    last: int


@lru_cache(maxsize=1)  # a story's events ask for it rule by rule
def quoted(text: str) -> tuple[Quoted, ...]:
    """What is quoted, ascending and apart, each within one paragraph: up to its end where no mark closes it and the
    next paragraph opens with one again, as long speeches are printed."""
    out: list[Quoted] = []
    at = 0
    searched: dict[str, int] = {}  # by opening mark how far nothing closes it
    while opening := _OPENING.search(text, at):
        start = at = opening.end()
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        mark, limit = opening.group(), min(line_end, start + _LONGEST)
        closing = _CLOSING[mark].search(text, max(start, searched.get(mark, 0)), limit)
        if closing is not None:
            out.append(Quoted(opening.start(), start, closing.start(), closing.end()))
            at = closing.end()
            continue
        searched[mark] = limit
        if line_end - start < _LONGEST and text[line_end : line_end + 8].lstrip().startswith(mark):
            out.append(Quoted(opening.start(), start, line_end, line_end))
            at = line_end
    return tuple(out)
