"""Words that stand for an organisation named before: the bloc, the alliance, the forum."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pipeline.summits.lexicon import Entry, Hit, toml
from pipeline.summits.words import Word


def with_short_forms(tokens: Sequence[Word], hits: Sequence[Hit]) -> list[Hit]:
    """The hits with one for each of these words behind "the", of the organisation that was named last and may be called
    so."""
    if not any(hit.entry.kind == "organisation" for hit in hits):
        return list(hits)
    out: list[Hit] = []
    named: list[str] = []
    starts = {hit.first: hit for hit in hits}
    place = 0
    while place < len(tokens):
        hit = starts.get(place)
        if hit is not None:
            out.append(hit)
            if hit.entry.kind == "organisation":
                named.append(hit.entry.value)
            place = max(hit.last, place + 1)
            continue
        meant = _words().get(tokens[place].norm) if named else None
        if meant and _alone(tokens, place) and not _goes_on(tokens, place + 1, starts.get(place + 1)):
            code = next((code for code in reversed(named) if code in meant), None)
            if code is not None:
                out.append(Hit(place, place + 1, Entry("organisation", code)))
        place += 1
    return out


def _alone(tokens: Sequence[Word], place: int) -> bool:
    """Whether "the", or "the" and an adjective, stands in front of a word."""
    if place and tokens[place - 1].norm in toml("actors.toml")["short_form_adjectives"]:
        place -= 1
    return place > 0 and tokens[place - 1].norm in ("the", "its") and tokens[place].text.islower()


def _goes_on(tokens: Sequence[Word], after: int, hit: Hit | None) -> bool:
    """Whether a name or "of" follows, which tells what the word means: the bloc ECOWAS, the union of miners."""
    if hit is not None and hit.entry.kind == "organisation":
        return True
    return after < len(tokens) and tokens[after].norm == "of"


@cache
def _words() -> dict[str, frozenset[str]]:
    """Word → the organisations that it may stand for."""
    members = frozenset(toml("members.toml")) - {"until"}
    given: dict[str, list[str]] = toml("actors.toml")["short_forms"]
    return {word: frozenset(codes) or members for word, codes in given.items()}
