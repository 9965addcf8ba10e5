"""Extraction without a language model: patterns of words between the mentions of a sentence.

It finds what is told in one clause in the usual order of words, and nothing that takes a parse: control, relative
clauses, what "with" belongs to. docs/events.md gives its figures beside those of the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from pipeline.summits.candidate import Candidate
from pipeline.summits.dates import dates
from pipeline.summits.lexicon import pattern, toml
from pipeline.summits.people import Mention
from pipeline.summits.places import PlaceHit
from pipeline.summits.roles import Role

_TO_COME = ("planned", "proposed", "cancelled", "postponed")


@cache
def _between() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(rule)) for kind, rule in toml("rules.toml")["between"])


@cache
def _status() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((status, re.compile(rule, re.IGNORECASE)) for status, rule in toml("rules.toml")["status"])


def rule_candidates(
    text: str,
    number: int,
    span: tuple[int, int],
    mentions: Sequence[Mention],
    hits: Sequence[PlaceHit],
    published: date | None,
) -> Iterator[Candidate]:
    """The candidates of sentence `number` at `span` of the text: its mentions in pairs, and the words around them."""
    actors = [m for m in mentions if m.person is None or not m.person.bystander]
    used: set[int] = set()
    for place, first in enumerate(actors[:-1]):
        second = actors[place + 1]
        found = _pair(text, span, first, second)
        if found is None or first.start in used:
            continue
        kind, start, end = found
        roles = [Role(first, "", first.start), Role(second, "", second.start)]
        for further in actors[place + 2 :]:
            if not re.fullmatch(
                r",?\s*(?:and\s+)?(?:the\s+)?", text[actors[actors.index(further) - 1].end : further.start]
            ):
                break
            roles.append(Role(further, "", further.start))
        used.update(role.position for role in roles)
        yield _made(text, number, span, kind, (start, end), roles, hits, published)


def _pair(text: str, span: tuple[int, int], first: Mention, second: Mention) -> tuple[str, int, int] | None:
    """The kind and the characters of the words that make two mentions the sides of an encounter."""
    between = text[first.end : second.start]
    if re.fullmatch(r",?\s+and\s+(?:the\s+|his\s+|her\s+)?", between):
        before = pattern("rules.toml", "before").search(text[span[0] : first.start])
        if before:
            return "meeting", span[0] + before.start(), first.start
        after = pattern("rules.toml", "after").match(text[second.end : span[1]])
        return ("meeting", second.end, second.end + after.end()) if after else None
    for kind, rule in _between():
        if rule.fullmatch(between.lstrip(" ,")):
            if kind == "visit" and (second.kind != "country" or first.kind != "person"):
                continue
            if kind == "meeting" and first.kind == second.kind == "country":
                continue
            return kind, first.end, second.start
    return None


def _made(
    text: str,
    number: int,
    span: tuple[int, int],
    kind: str,
    trigger: tuple[int, int],
    roles: list[Role],
    hits: Sequence[PlaceHit],
    published: date | None,
) -> Candidate:
    clause = text[span[0] : max(trigger[1], roles[-1].position)]
    status = next((status for status, rule in _status() if rule.search(clause)), "held")
    candidate = Candidate(kind, *trigger, roles, span, verb=True, sentence=number, span=span, status=status)
    found = dates(text[span[0] : span[1]], span[0], published, status in _TO_COME)
    candidate.when = min(found, key=lambda when: abs(when.start - trigger[1]), default=None)
    near = [hit for hit in hits if hit.preposition in ("in", "at") and hit.start > trigger[0]]
    candidate.place = near[0] if near and kind != "call" else None
    if kind == "visit":
        mention = roles[1].mention
        candidate.destination = next(
            (hit for hit in hits if mention and hit.start < mention.end and mention.start < hit.end), None
        )
        candidate.place = candidate.destination
    return candidate
