"""Whose a name, a city or an office was on a story's day: of states that are no more, too."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from pipeline.summits.lexicon import toml


def at_the_time(code: str, form: str, day: date | None) -> str:
    """The state for which a country's name, demonym or capital stood on a day: the Kremlin of 1985, the Soviet Union.
    `code`: the country of today; `form`: country, demonym or capital; without a day it is today's."""
    former = _successors().get(code)
    last = former.get("cities" if form == "capital" else "name") if former is not None else None
    if former is None or last is None or day is None or not _since(former["state"]) <= day <= last:
        return code
    return str(former["state"])


@cache
def former_states() -> dict[str, frozenset[str]]:
    """States that are no more, with those that lie where they lay."""
    found: dict[str, set[str]] = {}
    for code, former in _successors().items():
        found.setdefault(former["state"], set()).add(code)
    return {state: frozenset(codes) for state, codes in found.items()}


@cache
def _successors() -> dict[str, dict[str, Any]]:
    return dict(toml("former_states.toml")["successors"])


def _since(state: str) -> date:
    day: date = toml("former_states.toml")["since"][state]
    return day
