"""The lines that a source repeats: which lines of an article stood in at least two other articles of its source.

"Other" means other in id and in body: an earlier version, a take, a reissue under a new id or a near-copy is the same
story. So a line's holders are articles of which none is a near-copy of another, and four of them are enough to know.
Copies are told by the share of equal lines, weighted by length, without those already known to be repeated: furniture
must not make two stories look like one, and the paragraphs of one story must not look like furniture. How much they
must share depends on their headlines: briefs with a disclaimer share much of their text too, but no headline.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.state import Changes, State
from schemas.lines import MARKUP, cut, fingerprint, flatten
from schemas.records import Change

HOLDERS = 4
NEEDED = 2
SAME_IF_ALIKE = 0.4
SAME_IF_UNKNOWN = 0.6
SAME_IF_UNLIKE = 0.7
"""Share of the smaller article's text from which two articles are one story: with like headlines, without any, with
unlike ones. A take holds nearly all of what it follows, under a headline of its own at times."""
LIKE = 0.5
"""More than this share of the shorter headline's words is common to like headlines."""
SKETCH = 32
"""Lines of an article that are compared, the longest: its paragraphs, and not the menus of its page."""
HEADLINE_WORDS = 16
_WORD = re.compile(r"[^\W\d_]{4,}|[^\x00-\x7f]")  # scripts without spaces count by character
LONGEST = 1_000_000
"""Characters of a body whose lines are learned; no record that the topic takes is longer."""
LINES_PER_SOURCE = 50_000
SKETCHES_PER_SOURCE = 5_000

Line = tuple[int, int]
"""A line's fingerprint and its length in characters."""


Lesson = tuple[bytes, str, Sequence[Line]]
"""Article id, headline, lines."""


def lines_of(body: str, body_format: str) -> list[Line]:
    """The distinct lines of a body: those of `schemas.line_fingerprints`, with their lengths."""
    markup = body_format in MARKUP
    teaser = markup and "<" not in body and "&" not in body  # no tree is needed to see that it is one block
    text = " ".join(body.split()) if teaser else flatten(body, body_format)
    found: dict[int, int] = {}
    for start, end in cut(text, wrapped=False if markup else None):
        value = fingerprint(text[start:end])
        if value is not None:
            found.setdefault(value, end - start)
    return list(found.items())


@dataclass(frozen=True, slots=True)
class Sketch:
    """What copies of an article are recognised by: 32-bit hashes of its headline's words, and its heaviest lines."""

    headline: frozenset[int]
    lines: Mapping[int, int]


def sketch_of(lines: Sequence[Line], headline: str) -> Sketch:
    heaviest = sorted(lines, key=lambda line: (-line[1], line[0]))[:SKETCH]
    words = sorted({zlib.crc32(word.encode("utf-8", "replace")) for word in _WORD.findall(headline.casefold())})
    return Sketch(frozenset(words[:HEADLINE_WORDS]), dict(heaviest))


def same_story(one: Sketch, other: Sketch, repeated: frozenset[int] = frozenset()) -> bool:
    """Whether one article is a near-copy of the other; `repeated` lines say nothing about that."""
    first = {line: length for line, length in one.lines.items() if line not in repeated}
    second = {line: length for line, length in other.lines.items() if line not in repeated}
    smaller = min(sum(first.values()), sum(second.values()))
    shared = sum(length for line, length in first.items() if line in second)
    return smaller > 0 and shared >= _share_needed(one.headline, other.headline) * smaller


def _share_needed(one: frozenset[int], other: frozenset[int]) -> float:
    if not one or not other:
        return SAME_IF_UNKNOWN
    alike = len(one & other) > LIKE * min(len(one), len(other))
    return SAME_IF_ALIKE if alike else SAME_IF_UNLIKE


def pack_sketch(sketch: Sketch) -> bytes:
    lines = [number for line in sketch.lines.items() for number in line]
    return struct.pack(
        f"<B{len(sketch.headline)}I{'qi' * len(sketch.lines)}", len(sketch.headline), *sorted(sketch.headline), *lines
    )


def unpack_sketch(data: bytes) -> Sketch:
    headline = struct.unpack_from(f"<{data[0]}I", data, 1)
    return Sketch(frozenset(headline), dict(struct.iter_unpack("<qi", data[1 + 4 * data[0] :])))


def lesson(article: bytes, change: Change, headline: str | None, body: str, body_format: str) -> Lesson | None:
    """What the memory takes in of an article; None where there is no body, or more than is published of one, or where
    it is older stock met at once, which says nothing about what a source repeats now."""
    if not body or len(body) > LONGEST or change not in ("new", "update", "correction"):
        return None
    return article, headline or "", lines_of(body, body_format)


class LineMemory:
    """The lines of all sources, in the state; what a batch learns is in its changes until they are saved."""

    def __init__(self, state: State) -> None:
        self._state = state

    def learn(self, source: int, articles: Iterable[Lesson], changes: Changes) -> list[tuple[int, ...]]:
        """Takes in articles of a source, in their order; for each the sorted fingerprints of those of its lines which
        stood in two other articles before."""
        articles = list(articles)
        wanted = {(source, line) for _, _, lines in articles for line, _ in lines} - changes.lines.keys()
        known = self._state.lines(source, sorted(line for _, line in wanted))
        out = []
        for article, headline, lines in articles:
            key = int.from_bytes(article[:8], "big", signed=True)
            mine = sketch_of(lines, headline)
            held = {line: changes.lines.get((source, line)) or known.get(line) or () for line, _ in lines}
            repeated = frozenset(line for line, keys in held.items() if len(set(keys) - {key}) > NEEDED)
            others = {other for keys in held.values() for other in keys if other != key}
            copies = {
                other
                for other, sketch in self._sketches(source, others, changes).items()
                if same_story(mine, sketch, repeated)
            }
            out.append(tuple(sorted(line for line, keys in held.items() if len(set(keys) - copies - {key}) >= NEEDED)))
            for line, keys in held.items():
                if key not in keys and len(keys) < HOLDERS and copies.isdisjoint(keys):
                    changes.lines[source, line] = (*keys, key)
            changes.sketches[source, key] = pack_sketch(mine)
        return out

    def _sketches(self, source: int, keys: set[int], changes: Changes) -> dict[int, Sketch]:
        found = {key: changes.sketches[source, key] for key in keys if (source, key) in changes.sketches}
        missing = sorted(keys - found.keys())
        found.update(self._state.sketches(source, missing))
        return {key: unpack_sketch(data) for key, data in found.items()}
