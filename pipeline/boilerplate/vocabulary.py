"""The word lists of `data/`, compiled: what a line that is nothing but a known phrase, or begins with one, is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from schemas.lines import folded

LABELS = [
    "body",
    "dateline",
    "byline",
    "caption",
    "heading",
    "teaser",
    "promo",
    "related",
    "newsletter",
    "share",
    "comments",
    "advert",
    "copyright",
    "wire_slug",
    "wire_tail",
    "timestamp",
    "other",
]

WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile(r"[A-Za-z]+")
BEYOND_LATIN = "\u0370"
"""First character of scripts whose phrases are stems or stand without blanks, and are looked for in every line."""


def words_in(text: str) -> list[str]:
    """The words (WORD) of a text, in order."""
    return (_ASCII_WORD if text.isascii() else WORD).findall(text)


@cache
def table(name: str) -> dict[str, Any]:
    """A data file, parsed."""
    return tomllib.loads((files("pipeline.boilerplate") / "data" / f"{name}.toml").read_text("utf-8"))


@cache
def headings() -> dict[str, str]:
    """Folded line → label, or `section` for words that head parts of stories as well."""
    return {
        folded(phrase): label
        for label, languages in reversed(list(table("headings").items()))
        for phrases in languages.values()
        for phrase in phrases
    }


@cache
def _heading_words() -> frozenset[str]:
    """What the known headings begin with."""
    return frozenset(WORD.findall(key)[0] for key in headings())


def heading(line: str, words: Sequence[str]) -> str | None:
    """The label of a line that is nothing but a known heading; `words` are its words (WORD), case-folded."""
    return headings().get(folded(line)) if words and words[0] in _heading_words() else None


def _phrase(phrase: str) -> str:
    pattern = re.escape(phrase.strip().casefold()).replace(r"\ ", r"\s+").replace(r"\#", r"\d+").replace("'", "['’]")
    pattern = pattern.replace("’", "['’]") if "['’]" not in pattern else pattern
    ends_open = phrase.endswith(" ") or not phrase[-1:].isalnum() or not phrase.isascii()
    return pattern + ("" if ends_open and not phrase.endswith(" ") else r"\b")


def _any_of(phrases: list[str]) -> str:
    return "|".join(_phrase(phrase) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


_MARKS_BEFORE = r"[^\w\"“”‘’'«»「『(\[【<#©ⓒ]"
"""Marks that may stand before a phrase that begins a line."""
OPENINGS = 4096
"""Beginnings of lines that are remembered."""


def _opening(words: str) -> str:
    """The first two characters of a phrase or a line, any digit being `#`: most lines share them with no phrase."""
    opening = words.strip().casefold()[:2].replace("’", "'")
    return "#" if opening[:1].isdigit() or opening[:1] == "#" else opening.strip()


@cache
def _starting(opening: str | None) -> re.Pattern[str] | None:
    """Matches the phrases of an `opening` or its first character (None: all); `lastgroup` is the label."""
    groups = []
    for label, kinds in table("phrases").items():
        starts, prompts = (
            [phrase for phrase in kinds.get(kind, ()) if opening is None or _opening(phrase) in (opening, opening[:1])]
            for kind in ("starts", "prompts")
        )
        parts = [_any_of(starts)] if starts else []
        if prompts:
            parts.append(rf"(?:{_any_of(prompts)})\s*(?:[:|»>–—→]|-\s|$)")
        if parts:
            groups.append(f"(?P<{label}>{'|'.join(parts)})")
    return re.compile(rf"{_MARKS_BEFORE}*(?:{'|'.join(groups)})") if groups else None


@cache
def _phrase_openings() -> frozenset[str]:
    return frozenset(
        _opening(phrase)
        for kinds in table("phrases").values()
        for kind in ("starts", "prompts")
        for phrase in kinds.get(kind, ())
    )


@lru_cache(maxsize=OPENINGS)
def _starts(two: str) -> re.Pattern[str] | None:
    """What matches the phrases that a line may begin with whose first characters are `two`."""
    if re.match(_MARKS_BEFORE, two):
        return _starting(None)
    opening = _opening(two)
    if opening in _phrase_openings():
        return _starting(opening)
    return _starting(opening[:1]) if opening[:1] in _phrase_openings() else None


def started(lower: str) -> str | None:
    """The label of the phrase that a case-folded line begins with."""
    pattern = _starts(lower[:2])
    match = pattern.match(lower) if pattern is not None else None
    return match.lastgroup if match is not None else None


@cache
def _telling() -> dict[str, dict[int, list[str]]]:
    """The longest word of phrases that may stand anywhere in a line → place of the label they tell → those phrases.

    Phrases of scripts beyond the Latin one are looked for in every line of such a script, under the word "".
    """
    telling: dict[str, dict[int, list[str]]] = {}
    for at, kinds in enumerate(table("phrases").values()):
        for phrase in kinds.get("holds", ()):
            word = max(WORD.findall(phrase.casefold()), key=len)
            telling.setdefault("" if word >= BEYOND_LATIN else word, {}).setdefault(at, []).append(phrase)
    return telling


@cache
def _holders(word: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """How to find the phrases of a telling word, by the place of their label."""
    return tuple((at, re.compile(rf"(?<!\w)(?:{_any_of(phrases)})")) for at, phrases in _telling()[word].items())


def held(lower: str, words: Sequence[str]) -> str | None:
    """The label of the first phrase that a case-folded line holds; `words` are its words (WORD)."""
    if not words:
        return None
    known = _telling()
    telling = [] if known.keys().isdisjoint(words) else [word for word in dict.fromkeys(words) if word in known]
    if max(words) >= BEYOND_LATIN:
        telling.append("")
    if not telling:
        return None
    matches = ((pattern.search(lower), label) for word in telling for label, pattern in _holders(word))
    first = min(((match.start(), label) for match, label in matches if match is not None), default=None)
    return list(table("phrases"))[first[1]] if first is not None else None


@cache
def agencies() -> str:
    """Any agency's name, the longer first, as a pattern."""
    names = table("agencies")["names"]
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))


@cache
def wire_rules() -> tuple[dict[str, Any], ...]:
    """The rules of `wire.toml`, in order."""
    return tuple(table("wire")["rule"])


@cache
def wire_lines() -> re.Pattern[str]:
    """Matches a whole line of agency furniture; `lastgroup` is the rule's name."""
    return re.compile("|".join(f"(?P<{r['name']}>{r['pattern']})" for r in wire_rules() if r["where"] != "ending"))


@cache
def wire_endings() -> re.Pattern[str]:
    """Finds furniture at the end of a paragraph; `lastgroup` is the rule's name."""
    parts = [
        f"(?P<{r['name']}>{r['pattern'].replace('@AGENCY@', agencies())})"
        for r in wire_rules()
        if r["where"] == "ending"
    ]
    return re.compile(rf"(?:(?<=[\s.!?…。！？\"”’»)])|(?<=[.。]))(?:{'|'.join(parts)})\s*$")


@cache
def wire_rule(name: str) -> dict[str, Any]:
    """One rule by its name."""
    return next(rule for rule in wire_rules() if rule["name"] == name)
