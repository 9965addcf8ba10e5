"""The gate: which sentences may hold an encounter. One regular expression, linear in the text."""

from __future__ import annotations

import re
from functools import cache

from pipeline.summits.lexicon import toml


@cache
def _trigger() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, toml('cues.toml')['gate']))})\b", re.IGNORECASE)


def may_hold_encounter(sentence: str) -> bool:
    """Whether a trigger word stands in a sentence."""
    return _trigger().search(sentence) is not None
