"""The gate: which sentences may hold an encounter. One regular expression, linear in the text."""

from __future__ import annotations

import re
from functools import cache

from pipeline.summits.lexicon import toml


@cache
def _trigger() -> re.Pattern[str]:
    cues = toml("cues.toml")
    nouns = [
        noun
        for noun in cues["nouns"]
        if noun not in ("phone", "tour", "round", "session", "conference", "forum", "call", "calls")
    ]
    forms = (
        r"met|meets?|meeting|summit\w*|talks|spoke|spoken|speaks?|telephon\w+|phon(?:e|ed|es|ing)|confer(?:s|red|ring)?|conven\w+|"
        r"host(?:s|ed|ing)?|receiv(?:e|es|ed|ing)|welcom(?:e|es|ed|ing)|visit(?:s|ed|ing)?|invit\w+|travel\w*|trip|arriv\w+|fl(?:y|ies|ew|ying)|"
        r"sat down|sits? down|sitting down|gather(?:s|ed|ing)?|held|hold(?:s|ing)?|negotiat\w+|conference|forum|session|round|call(?:s|ed)?|"
        r"video\s?link|videoconference|assur(?:ed|es|ing)|calls on|tour|headed|heads|heading|came|come|went|boycott\w*"
    )
    return re.compile(rf"\b(?:{forms}|{'|'.join(map(re.escape, nouns))})\b", re.IGNORECASE)


@cache
def _strong() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:met|meets?|meetings?|summits?|talks|telephon\w+|phone\w*|confer(?:s|red|ring)?|conven\w+|host(?:s|ed|ing)?|visit\w*|negotiations?|"
        r"discussions|consultations|dialogue|conversations?|invit\w+|sit-down|sat down|trip|conference|gather\w*|received|receives?|welcom\w+|tour|"
        r"travel\w*|spoke|spoken|call|calls|videoconference|round)\b",
        re.IGNORECASE,
    )


def may_hold_encounter(sentence: str) -> bool:
    """Whether a trigger word stands in a sentence."""
    return _strong().search(sentence) is not None


def story_may(text: str) -> bool:
    """Whether a story is worth a closer look at all."""
    return _trigger().search(text) is not None
