"""The sentence as the parser gets to read it: every mention of an actor is one plain word.

"Ban Ki-moon, the South Korean foreign minister, met Japan's Taro Aso" is read as "Smith met Jones". Shorter sentences
parse faster and better, and the result cannot hang on whether the model has met a name before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.summits.lexicon import toml
from pipeline.summits.people import Mention


class Piece(NamedTuple):
    """One token for the parser: its word, its characters [start, end) of the story, and the mention it stands for."""

    word: str
    start: int
    end: int
    space: bool
    mention: Mention | None


Tokenizer = Callable[[str], Iterable[tuple[str, int, bool]]]
"""A text's words, each with its place in the text, and whether a space follows."""


@cache
def _words() -> dict[str, tuple[str, ...]]:
    return {kind: tuple(words) for kind, words in toml("standins.toml").items()}


def pieces(text: str, offset: int, mentions: Sequence[Mention], tokenizer: Tokenizer) -> list[Piece]:
    """The tokens of a sentence that begins at `offset` of the story; `mentions`: those that begin in it."""
    out: list[Piece] = []
    at = 0
    used: dict[str, int] = {}
    starts = {mention.start for mention in mentions}
    for mention in mentions:
        first, last = mention.start - offset, min(mention.end - offset, len(text))
        if first < at or last <= first:
            continue
        _plain(text[at:first], offset + at, tokenizer, out)
        if mention.possessive:
            bare = last - (2 if text[last - 1] in "sS" and text[last - 2] in "'’" else 0)
        else:
            bare = last
            if "," in text[first:last] and text[last : last + 1] == "," and offset + last + 2 not in starts:
                last += 1  # the comma that closes the apposition which the mention holds
        word = _stand_in(mention, text[first:bare], out[-1].word.lower() if out else "", used)
        space = text[last : last + 1].isspace()
        if mention.possessive:
            out.append(Piece(word, offset + first, offset + bare, False, mention))
            out.append(Piece("'" if word.endswith("s") else "'s", offset + bare, offset + last, space, None))
        else:
            out.append(Piece(word, offset + first, offset + last, space, mention))
        at = last
    _plain(text[at:], offset + at, tokenizer, out)
    return out


def _plain(text: str, offset: int, tokenizer: Tokenizer, out: list[Piece]) -> None:
    for word, place, space in tokenizer(text):
        start = offset + place
        out.append(Piece(word, start, start + len(word), space, None))


def _stand_in(mention: Mention, text: str, before: str, used: dict[str, int]) -> str:
    determined = before in _words()["determiners"]
    if mention.kind == "person":
        if mention.person is not None and mention.person.bystander:
            kind = "bystander"
        else:
            kind = "office" if determined or mention.name is None else "person"
    elif mention.kind in ("group", "counterpart"):
        last = text.rsplit(maxsplit=1)[-1].strip(",").lower()
        if mention.kind == "counterpart":
            return "counterparts" if mention.plural else "counterpart"
        return last
    else:
        kind = "after_the" if before == "the" and mention.form not in ("demonym", "organisation") else mention.form
    choices = _words()[kind]
    turn = used.get(kind, 0)
    used[kind] = turn + 1
    return choices[turn % len(choices)]
