"""The word lists of `data/`, compiled: what a line that is nothing but a known phrase, or begins with one, is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
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
BEYOND_LATIN = "\u0370"
"""First character of scripts whose phrases are stems or stand without blanks, and are looked for in every line."""


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
_MARK_BEFORE = re.compile(_MARKS_BEFORE)


@cache
def _starts(opening: str | None) -> re.Pattern[str]:
    """Matches, on a case-folded line, what it begins with; `lastgroup` is the label.

    Only the phrases of that `opening` (see `_opening`) or its first character; all of them where it is None.
    """
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
    return re.compile(rf"{_MARKS_BEFORE}*(?:{'|'.join(groups)})")


def _opening(words: str) -> str:
    """The first two characters of a phrase or a line, any digit being `#`: most lines share them with no phrase."""
    opening = words.strip().casefold()[:2].replace("’", "'")
    return "#" if opening[:1].isdigit() or opening[:1] == "#" else opening.strip()


@cache
def _openings() -> frozenset[str]:
    phrases = (
        phrase
        for kinds in table("phrases").values()
        for kind in ("starts", "prompts")
        for phrase in kinds.get(kind, ())
    )
    return frozenset(_opening(phrase) for phrase in phrases)


def started(lower: str) -> str | None:
    """The label of the phrase that a case-folded line begins with."""
    if _MARK_BEFORE.match(lower):
        match = _starts(None).match(lower)
    else:
        opening = _opening(lower[:2])
        if opening not in _openings():
            opening = opening[:1]
            if opening not in _openings():
                return None
        match = _starts(opening).match(lower)
    return match.lastgroup if match else None


@cache
def holds() -> re.Pattern[str]:
    """Finds, on a case-folded line, a phrase that stands anywhere in it; `lastgroup` is the label."""
    groups = [
        f"(?P<{label}>{_any_of(kinds['holds'])})" for label, kinds in table("phrases").items() if kinds.get("holds")
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})")


@cache
def _telling_words() -> frozenset[str]:
    """The longest word of each phrase that `holds` finds: a line without any of them holds none."""
    phrases = (phrase for kinds in table("phrases").values() for phrase in kinds.get("holds", ()))
    return frozenset(max(WORD.findall(phrase.casefold()), key=len) for phrase in phrases)


def held(lower: str, words: Sequence[str]) -> str | None:
    """The label of the phrase that a case-folded line holds; `words` are its words (WORD)."""
    if not words or (_telling_words().isdisjoint(words) and max(words) < BEYOND_LATIN):
        return None
    match = holds().search(lower)
    return match.lastgroup if match else None


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
