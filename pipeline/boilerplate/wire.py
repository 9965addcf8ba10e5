"""Agency furniture in and around paragraphs: slugs, notes to editors, end marks, credits, notices."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.boilerplate.vocabulary import table, wire_endings, wire_lines, wire_rule

LONGEST_LINE = 500
LONGEST_ENDING = 600
STOPPED = frozenset('.!?。！？"”“’‘»«›‹')
"""Last characters of paragraphs that end as sentences do, and so in no furniture."""
_BRACKETED = frozenset((").", "].", "/."))
_QUOTES = frozenset("\"“”„‘’'«»「『–")
"""What begins the speech of somebody."""
_OPENERS = re.compile(table("wire")["openers"])


class Furniture(NamedTuple):
    label: str
    rule: str


def may_be_furniture(line: str) -> bool:
    """A quick look at a long line: whether it is worth matching it against the rules."""
    return len(line) <= LONGEST_LINE and (
        not (line[0].isalnum() or line[0] in _QUOTES) or _OPENERS.match(line) is not None or "contributed" in line
    )


def ends_as_sentence(text: str, end: int) -> bool:
    """Whether the words before `end` close as sentences do, and so in no furniture but an agency's name in brackets."""
    return text[end - 1] in STOPPED and text[end - 2 : end] not in _BRACKETED


def furniture_line(line: str, *, in_body: bool | None) -> Furniture | None:
    """What a whole line is; some furniture is told only by standing before the story, or in or after it.

    `in_body` None: wherever it stands.
    """
    if len(line) > LONGEST_LINE:
        return None
    match = wire_lines().fullmatch(line)
    if match is None:
        return None
    rule = wire_rule(match.lastgroup or "")
    if in_body is not None and rule["where"] != "any" and (rule["where"] == "tail") != in_body:
        return None
    return Furniture(rule["label"], rule["name"])


def furniture_ending(text: str, start: int, end: int) -> tuple[int, Furniture] | None:
    """Where the furniture begins that ends the paragraph text[start:end], which must begin with something else."""
    if ends_as_sentence(text, end):
        return None
    match = wire_endings().search(text, max(start + 1, end - LONGEST_ENDING), end)
    if match is None or not text[start : match.start()].strip():
        return None
    rule = wire_rule(match.lastgroup or "")
    return match.start(), Furniture(rule["label"], rule["name"])
