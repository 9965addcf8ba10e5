"""Tokens of the scanner: words, hyphens and punctuation marks with their offsets."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:[’'][^\W_]+)*|[^\w\s]|_")
_POSSESSIVE = re.compile(r"[’']s$|(?<=s)[’']$", re.IGNORECASE)


class Word(NamedTuple):
    """`text` as it stands, `norm` in lower case without a possessive ending. A tuple, as it is made in half the time of
    a frozen dataclass, and each word of a story is one."""

    text: str
    norm: str
    start: int
    end: int
    possessive: bool

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


def words(text: str, offset: int = 0) -> list[Word]:
    """The tokens of a text; offsets count from `offset`."""
    out = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        start, end = match.span()
        bare = _POSSESSIVE.sub("", token) if "'" in token or "’" in token else token
        possessive = bare != token or (
            token[-1] == "s" and text[end : end + 1] in ("’", "'") and not text[end + 1 : end + 2].isalpha()
        )
        out.append(Word(token, bare.lower(), offset + start, offset + end, possessive))
    return out
