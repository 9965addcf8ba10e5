"""Vocabulary from the data files, and its lookup over tokens: the longest entry that begins at a token."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.summits.words import Word, words


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase is: `kind` is country, demonym, capital, organisation, region, title, bystander or group; `value` a
    code or a level."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Tokens [first, last) are an entry."""

    first: int
    last: int
    entry: Entry


_Index = dict[str, list[tuple[list[str], str | None, Entry]]]


def data(name: str) -> str:
    """A data file's text."""
    return files("pipeline.summits").joinpath("data", name).read_text(encoding="utf-8")


@cache
def toml(name: str) -> dict[str, Any]:
    return tomllib.loads(data(name))


@cache
def pattern(name: str, *keys: str) -> re.Pattern[str]:
    """The pattern that a data file holds under these keys, one table in the other."""
    found: Any = toml(name)
    for key in keys:
        found = found[key]
    return re.compile(found)


def rows(name: str) -> Iterable[list[str]]:
    """The rows of a tab-separated data file, comments left out."""
    for line in data(name).splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


_ACRONYM = 6
"""Letters below which an organisation's short name counts in capitals only: Kim Jong Un is not the UN."""


@cache
def _index() -> _Index:
    index: _Index = {}

    def add(phrase: str, entry: Entry) -> None:
        exact = phrase.endswith("*") or (entry.kind == "organisation" and phrase.isupper() and len(phrase) < _ACRONYM)
        phrase = phrase.rstrip("*")
        parts = [word.norm for word in words(phrase)]
        if parts:
            index.setdefault(parts[0], []).append((parts, phrase if exact else None, entry))

    for code, names, demonyms, capitals in rows("countries.tsv"):
        for kind, phrases in (("country", names), ("demonym", demonyms), ("capital", capitals)):
            for phrase in filter(None, phrases.split(";")):
                add(phrase, Entry(kind, code))
    for code, names, _ in rows("organisations.tsv"):
        for phrase in names.split(";"):
            add(phrase, Entry("organisation", code))
    for phrase, code in toml("actors.toml")["regions"].items():
        add(phrase, Entry("region", code))
    titles = toml("titles.toml")
    for level in ("leader", "minister", "official"):
        for phrase in titles[level]:
            add(phrase, Entry("title", level))
    for phrase in titles["bystander"]:
        add(phrase, Entry("bystander", ""))
    for phrase, level in titles["groups"].items():
        add(phrase, Entry("group", level))
    for entries in index.values():
        entries.sort(key=lambda item: -len(item[0]))
    return index


_NAMES = ("country", "demonym", "capital", "organisation", "region")


def look_up(tokens: Sequence[Word]) -> list[Hit]:
    """Entries in the tokens, none overlapping, the longest at each place. Names count with a capital only."""
    index = _index()
    norms = [token.norm for token in tokens]
    hits = []
    place = 0
    while place < len(tokens):
        found = None
        for parts, exact, entry in index.get(norms[place], ()):
            last = place + len(parts)
            if norms[place:last] != parts:
                continue
            if entry.kind in _NAMES and not tokens[place].capital:
                continue
            if exact is not None and len(parts) == 1 and not tokens[place].text.startswith(exact):
                continue
            found = Hit(place, last, entry)
            break
        if found:
            if (half := _first_half(tokens, found)) is not None:
                hits.append(half)
            hits.append(found)
            place = found.last
        else:
            place += 1
    return hits


def _first_half(tokens: Sequence[Word], hit: Hit) -> Hit | None:
    """North (and South Korea): the name that shares its last word with the next one."""
    at = hit.first - 2
    if hit.last - hit.first != 2 or at < 0 or tokens[at + 1].norm not in ("and", "or") or not tokens[at].capital:
        return None
    whole = [tokens[at].norm, tokens[hit.last - 1].norm]
    for parts, _, entry in _index().get(whole[0], ()):
        if parts == whole and entry.kind == hit.entry.kind:
            return Hit(at, at + 1, entry)
    return None


@cache
def bodies() -> frozenset[str]:
    """Codes of organisations that have an office, rather than being a series of gatherings."""
    return frozenset(code for code, _, kind in rows("organisations.tsv") if kind == "body")


@cache
def organisations() -> frozenset[str]:
    return frozenset(code for code, _, _ in rows("organisations.tsv"))


@cache
def actor_codes() -> dict[str, frozenset[str]]:
    """First word of a name, demonym or capital → the codes that it may begin; an organisation counts twice, as its own
    members' meeting needs no other side."""
    found: dict[str, set[str]] = {}
    for first, entries in _index().items():
        for _, _, entry in entries:
            if entry.kind in ("country", "demonym", "capital"):
                found.setdefault(first.rstrip("."), set()).add(entry.value)
            elif entry.kind == "organisation":
                found.setdefault(first.rstrip("."), set()).update((entry.value, f"{entry.value} members"))
    for title, code in toml("actors.toml")["one_state"].items():
        found.setdefault(title.split()[0], set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items()}


@cache
def office_words() -> frozenset[str]:
    """The last words of titles and groups of representatives, and words for talks between states."""
    titles = toml("titles.toml")
    phrases = [
        *titles["leader"],
        *titles["minister"],
        *titles["official"],
        *titles["groups"],
        *toml("cues.toml")["states"],
    ]
    return frozenset(phrase.rstrip("*").lower().replace("-", " ").split()[-1] for phrase in phrases) - {
        "team",
        "side",
        "teams",
    }
