"""The labelled sets and their scorer, which stay outside of the repository (the pages are their publishers')."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

Scorer = Any
"""The module `score.py` of the sets' folder; its docstring defines every figure."""


def load_scorer(folder: Path) -> Scorer:
    """The scorer that lies with the sets. Ends the program with one sentence where there is none."""
    path = folder / "score.py"
    if not path.is_file():
        sys.exit(f"{path} does not exist: name the folder with the sets (fundus.jsonl.gz, wcxb_dev.jsonl.gz, score.py)")
    spec = importlib.util.spec_from_file_location("boilerplate_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
