"""What stands around a line, as numbers: neighbours, distances, the scope of the headings above it.

All of them end at FAR: what goes at one place of a text changes nothing far away from it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Sequence

from pipeline.boilerplate.features import Shape

AROUND = (
    "from_start",
    "from_end",
    "prose_before",
    "prose_after",
    "gap_before",
    "gap_after",
    "short_run",
    "since_heading",
    "prose_since_heading",
    "is_prose",
    "worded",
    "repeats",
    *(
        f"{side}{distance}_{name}"
        for side in ("before", "after")
        for distance in (1, 2, 3)
        for name in ("characters", "stop", "function", "worded")
    ),
)
"""Names of the features of a line's surroundings, in order."""

FAR = 30.0


MOST_REPEATS = 5
_REACH = 3
_NOTHING = array("f", [-1.0]) * 4


def surroundings(
    lines: Sequence[str], shapes: Sequence[Shape], wanted: Collection[int] | None = None
) -> list[array[float]]:
    """One row of AROUND for each of the lines, or for those at the indexes `wanted`, ascending."""
    count = len(shapes)
    prose = [shape.prose for shape in shapes]
    after_gap = _gaps(prose[::-1])[::-1]
    before_gap = _gaps(prose)
    times = Counter(lines)
    edge = [_NOTHING] * _REACH
    beside = [*edge, *(shape.beside for shape in shapes), *edge]
    chosen = None if wanted is None else frozenset(wanted)
    out: list[array[float]] = []
    seen = 0
    all_prose = sum(prose)
    since, prose_since = FAR, FAR
    for index, shape in enumerate(shapes):
        if shape.heads:
            since, prose_since = 0.0, 0.0
        is_prose = shape.prose
        if chosen is None or index in chosen:
            before, after = before_gap[index], after_gap[index]
            around = array(
                "f",
                (
                    min(index, FAR),
                    min(count - 1 - index, FAR),
                    min(seen, FAR),
                    min(all_prose - seen - is_prose, FAR),
                    before,
                    after,
                    min(before + after, FAR) if not is_prose else 0.0,
                    since,
                    prose_since,
                    is_prose,
                    shape.beside[3],
                    min(times[lines[index]] - 1, MOST_REPEATS),
                ),
            )
            here = index + _REACH
            for other in (here - 1, here - 2, here - 3, here + 1, here + 2, here + 3):
                around += beside[other]
            out.append(around)
        seen += is_prose
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
