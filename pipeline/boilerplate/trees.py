"""Boosted decision trees, as `benchmarks/train_boilerplate.py` writes them: numbers in, a probability out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

SCALE = 10_000
"""Leaf values are whole numbers of 1/SCALE, so that their sum does not depend on the machine."""
CHUNK = 4096


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees in one row of arrays; a leaf leads to itself and carries a value.

    features   names of the columns, in order
    roots      index of each tree's first node
    feature, threshold   a row goes to the node's first child where its feature is at most the threshold
    child      first and second child of each node, in turn
    value      of the leaves, in 1/SCALE of log odds
    levels     steps from a root to the deepest leaf
    """

    features: tuple[str, ...]
    roots: npt.NDArray[np.intp]
    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float32]
    child: npt.NDArray[np.intp]
    value: npt.NDArray[np.int32]
    levels: int

    def odds(self, rows: Sequence[bytes]) -> list[float]:
        """Log odds of each row, which is the 32-bit floats of its features."""
        out: list[float] = []
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            flat = np.frombuffer(b"".join(part), np.float32)
            offset = np.repeat(np.arange(len(part)) * len(self.features), len(self.roots))
            at = np.tile(self.roots, len(part))
            for _ in range(self.levels):
                seen = flat.take(self.feature.take(at) + offset)
                at = self.child.take(2 * at + (seen > self.threshold.take(at)))
            out += (self.value.take(at).reshape(len(part), -1).sum(axis=1) / SCALE).tolist()
        return out


@cache
def load_trees(name: str) -> Trees:
    """The trees of `data/<name>.json`."""
    return trees_of(json.loads((files("pipeline.boilerplate") / "data" / f"{name}.json").read_text("utf-8")))


def trees_of(plain: dict[str, Any]) -> Trees:
    """The trees that stand in a data file."""
    return Trees(
        features=tuple(plain["features"]),
        roots=np.array(plain["roots"], dtype=np.intp),
        feature=np.array(plain["feature"], dtype=np.intp),
        threshold=np.array(plain["threshold"], dtype=np.float32),
        child=np.array([plain["left"], plain["right"]], dtype=np.intp).T.ravel(),
        value=np.array(plain["value"], dtype=np.int32),
        levels=plain["levels"],
    )
