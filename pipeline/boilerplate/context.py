"""What stands around a line, as numbers: neighbours, distances, the scope of the headings above it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.boilerplate.features import PROSE, SHAPE

_WORDS, _STOP, _CHARS, _FUNCTION = (SHAPE.index(name) for name in ("words", "stop", "characters", "function_words"))
_RELATED, _NEWSLETTER, _COMMENTS = (SHAPE.index(f"is_{name}") for name in ("related", "newsletter", "comments"))
_FIRST_WORDING = SHAPE.index("is_related")

AROUND = (
    "position",
    "from_start",
    "from_end",
    "prose_before",
    "prose_after",
    "prose_share_before",
    "gap_before",
    "gap_after",
    "short_run",
    "since_heading",
    "prose_since_heading",
    "is_prose",
    "worded",
    *(
        f"{side}{distance}_{name}"
        for side in ("before", "after")
        for distance in (1, 2, 3)
        for name in ("characters", "stop", "function", "worded")
    ),
)
"""Names of the features of a line's surroundings, in order."""

FAR = 30.0


def surroundings(rows: Sequence[Sequence[float]], wanted: Collection[int] | None = None) -> list[list[float]]:
    """One row of AROUND for each row of SHAPE, or for those at the indexes `wanted`, ascending."""
    count = len(rows)
    prose = [row[_CHARS] >= PROSE and row[_STOP] > 0 and row[_WORDS] >= 8 for row in rows]
    worded = [float(sum(row[_FIRST_WORDING:])) for row in rows]
    size = [row[_CHARS] if is_prose else 0.0 for row, is_prose in zip(rows, prose, strict=True)]
    total = sum(size) or 1.0
    after_gap = _gaps(prose[::-1])[::-1]
    before_gap = _gaps(prose)
    chosen = None if wanted is None else frozenset(wanted)
    out: list[list[float]] = []
    seen = 0
    seen_chars = 0.0
    all_prose = sum(prose)
    since, prose_since = FAR, FAR
    for index, row in enumerate(rows):
        if row[_RELATED] or row[_NEWSLETTER] or row[_COMMENTS]:
            since, prose_since = 0.0, 0.0
        is_prose = prose[index]
        if chosen is None or index in chosen:
            around = [
                index / count,
                min(index, FAR),
                min(count - 1 - index, FAR),
                min(seen, FAR),
                min(all_prose - seen - is_prose, FAR),
                seen_chars / total,
                before_gap[index],
                after_gap[index],
                min(before_gap[index] + after_gap[index], FAR) if not is_prose else 0.0,
                since,
                prose_since,
                float(is_prose),
                worded[index],
            ]
            for step in (-1, 1):
                for distance in (1, 2, 3):
                    other = index + step * distance
                    if 0 <= other < count:
                        neighbour = rows[other]
                        around += (neighbour[_CHARS], neighbour[_STOP], neighbour[_FUNCTION], worded[other])
                    else:
                        around += (-1.0, -1.0, -1.0, -1.0)
            out.append(around)
        seen += is_prose
        seen_chars += size[index]
        since = min(since + 1, FAR)
        prose_since = min(prose_since + is_prose, FAR)
    return out


def _gaps(prose: Sequence[bool]) -> list[float]:
    """Lines since the last prose line, for each line; FAR where there was none yet."""
    gaps: list[float] = []
    gap = FAR
    for is_prose in prose:
        gaps.append(gap)
        gap = 0.0 if is_prose else min(gap + 1, FAR)
    return gaps
