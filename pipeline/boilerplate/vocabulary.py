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


def _phrase(phrase: str) -> str:
    pattern = re.escape(phrase.strip().casefold()).replace(r"\ ", r"\s+").replace(r"\#", r"\d+").replace("'", "['’]")
    pattern = pattern.replace("’", "['’]") if "['’]" not in pattern else pattern
    ends_open = phrase.endswith(" ") or not phrase[-1:].isalnum() or not phrase.isascii()
    return pattern + ("" if ends_open and not phrase.endswith(" ") else r"\b")


def _any_of(phrases: list[str]) -> str:
    return "|".join(_phrase(phrase) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


@cache
def starts() -> re.Pattern[str]:
    """Matches, on a case-folded line, what it begins with; `lastgroup` is the label."""
    groups = []
    for label, kinds in table("phrases").items():
        parts = [_any_of(kinds["starts"])] if kinds.get("starts") else []
        if kinds.get("prompts"):
            parts.append(rf"(?:{_any_of(kinds['prompts'])})\s*(?:[:|»>–—→]|-\s|$)")
        groups.append(f"(?P<{label}>{'|'.join(parts)})")
    return re.compile(rf"[^\w\"“”‘’'«»「『(\[【<#©ⓒ]*(?:{'|'.join(groups)})")


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
    if _telling_words().isdisjoint(words) and not any(word[0] >= BEYOND_LATIN for word in words):
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
