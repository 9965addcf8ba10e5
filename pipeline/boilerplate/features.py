"""What a line looks like, as numbers: its shape, its wording and what stands around it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from pipeline.boilerplate.dates import date_line
from pipeline.boilerplate.vocabulary import heading, held, started, table, words_in
from pipeline.boilerplate.wire import furniture_line, may_be_furniture

WORDING = (
    "related",
    "share",
    "newsletter",
    "comments",
    "advert",
    "copyright",
    "caption",
    "byline",
    "timestamp",
    "section",
)
SHAPE = (
    "characters",
    "words",
    "word_length",
    "stop",
    "colon",
    "ellipsis",
    "question",
    "sentences",
    "commas",
    "digits",
    "capitals",
    "all_capitals",
    "opens_quote",
    "opens_small",
    "opens_mark",
    "function_words",
    "second_person",
    "address",
    "bars",
    "parentheses",
    "title_overlap",
    "date",
    "wire",
    *(f"is_{label}" for label in WORDING),
    *(f"starts_{label}" for label in WORDING[:-1]),
    *(f"holds_{label}" for label in WORDING[:-1]),
)
"""Names of the features of a line by itself, in order."""

SHORT = 160
"""Characters up to which a line is looked at word by word."""
PLAIN = 110
"""Characters from which a sentence without any wording of note is taken for the story's without being weighed."""
OPENING = 80
"""Characters at both ends of a longer line that are looked up in the word lists."""
PROSE = 80
"""Characters, East Asian ones twice, from which a line that ends in a stop is prose."""

_STOP = re.compile(r"[.!?…。！？؟][\"”“’‘»«›‹)\]」』）]*$")
_SENTENCE = re.compile(r"[.!?…。！？؟](?=[\s\"”’»)]|$)|[。！？]")
WIDE = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
"""East Asian letters, of which a sentence needs half as many as of others."""
_ADDRESS = re.compile(r"https?:|www\.|@\w|\.(?:com|org|net|co|de|fr)\b", re.I)
_BARS = re.compile(r"[|•·»›→▶►▸/]")
_DIGIT = re.compile(r"\d")
_ASCII_SENTENCE = re.compile(r"[.!?](?=[\s\")]|$)")
_ASCII_DIGIT = re.compile(r"[0-9]")
"""What the two find in lines of ASCII, in a tenth and a fifth of the time."""
_USUAL_SHARE = 0.4
"""Share of function words that stands for long lines, which are not counted: they are sentences."""
_QUOTES = frozenset("\"“”„‘’'«»「『")


@cache
def function_words() -> frozenset[str]:
    """Words of every text, in whatever language, case-folded."""
    return frozenset(table("function_words")["words"].split())


@cache
def _second_person() -> frozenset[str]:
    return frozenset(table("function_words")["second_person"].split())


_INDEX = {name: index for index, name in enumerate(SHAPE)}
_DATE, _WIRE = _INDEX["date"], _INDEX["wire"]
_WORDED = _INDEX["is_related"]
_HEADS = frozenset(("related", "newsletter", "comments"))
_BLANK = array("f", [0.0]) * len(SHAPE)


class Shape(NamedTuple):
    """What a line looks like by itself.

    row      the numbers that SHAPE names, as 32-bit floats
    beside   of those what counts for the lines around it: characters, stop, function words, hits in the word lists
    label    the label that the word lists give to it
    heading  the label of the known heading that it is
    prose    whether it is a sentence of some length
    plain    whether it is a long sentence in words of no class, not spoken to the reader
    heads    whether it is a heading over a list, a form or comments
    date     whether it is a date
    wire     whether it may be agency furniture
    """

    row: array[float]
    beside: array[float]
    label: str | None
    heading: str | None
    prose: bool
    plain: bool
    heads: bool
    date: bool
    wire: bool


def shapes(lines: Sequence[str], title: str | None = None, known: dict[str, Shape] | None = None) -> list[Shape]:
    """The shape of each line. `title`: the headline, where it is known; `known`: shapes of lines seen before."""
    title_words = frozenset(words_in(title.casefold())) if title else frozenset()
    known = {} if known is None else known
    found = []
    for line in lines:
        shape = known.get(line)
        if shape is None:
            shape = known[line] = _short_shape(line, title_words) if len(line) <= SHORT else _long_shape(line)
        found.append(shape)
    return found


def _shape(row: array[float], is_: str | None, starts: str | None, holds: str | None) -> Shape:
    """The shape of a line, with what the word lists say that it is, begins with and holds."""
    named = None
    for kind, label in (("is", is_), ("starts", starts), ("holds", holds)):
        if label:
            row[_INDEX[f"{kind}_{label}"]] = 1.0
            if label != "section":
                named = named or label
    size, words, stop = row[0], row[1], row[3] > 0
    date, wire = row[_DATE] > 0, row[_WIRE] > 0
    hits = bool(is_) + bool(starts) + bool(holds)
    return Shape(
        row,
        array("f", (size, row[3], row[15], hits)),
        named,
        is_,
        stop and size >= PROSE and words >= 8,
        stop and size >= PLAIN and words >= 15 and not (row[16] or date or wire or hits),
        is_ in _HEADS,
        date,
        wire,
    )


def _long_shape(line: str) -> Shape:
    """A long line is told by its length, its end, its opening words, and by whether it speaks to the reader."""
    row = _BLANK[:]
    size = len(line)
    parts = line.split()
    words = len(parts)
    if words * 12 < size:
        words = size // 2
    row[0] = size
    row[1] = words
    row[2] = size / words
    stop = row[3] = 1.0 if _STOP.search(line, size - 6) else 0.0
    row[4] = line[-1] in ":："
    row[5] = line.endswith(("...", "…"))
    row[7] = line.count(". ") + line.count("。") + stop
    row[8] = line.count(", ") / words
    row[12] = line[0] in _QUOTES
    row[13] = line[0].islower()
    row[15] = _USUAL_SHARE
    personal = _second_person()
    if not personal.isdisjoint(parts):
        row[16] = sum(map(personal.__contains__, parts)) / words
    row[_WIRE] = may_be_furniture(line)
    close = line[-OPENING:].casefold()
    return _shape(row, None, started(line[:OPENING].casefold()), held(close, words_in(close)))


def _short_shape(line: str, title_words: frozenset[str]) -> Shape:
    lower = line.casefold()
    cased = words_in(line)
    words = list(map(str.casefold, cased))
    size = len(line)
    count = len(words)
    wide = 0
    if count * 12 < size:
        wide = len(WIDE.findall(line))
        count = max(count, wide // 2)
    divisor = count or 1
    row = _BLANK[:]
    row[0] = size + wide
    row[1] = count
    row[2] = size / divisor
    stop = row[3] = 1.0 if _STOP.search(line, max(0, size - 6)) else 0.0
    last = line[-1]
    row[4] = last in ":："
    row[5] = line.endswith(("...", "…"))
    row[6] = last in "?？؟"
    sentence, digit = (_ASCII_SENTENCE, _ASCII_DIGIT) if line.isascii() else (_SENTENCE, _DIGIT)
    row[7] = len(sentence.findall(line)) if size > 20 else stop
    row[8] = (line.count(",") + line.count("、") + line.count("，")) / divisor
    digits = digit.findall(line)
    row[9] = len(digits) / size
    parts = line.split()
    row[10] = sum(1 for part in parts if part[0].isupper()) / len(parts)
    row[11] = line.isupper()
    first = line[0]
    row[12] = first in _QUOTES
    row[13] = first.islower()
    row[14] = not (first.isalnum() or first in _QUOTES)
    if words:
        row[15] = sum(map(function_words().__contains__, words)) / len(words)
        personal = _second_person()
        if not personal.isdisjoint(cased):
            row[16] = sum(map(personal.__contains__, cased)) / len(words)
        if title_words:
            row[20] = len(title_words.intersection(words)) / len(title_words)
    row[17] = (":" in line or "@" in line or line.find(".", 0, -1) >= 0) and _ADDRESS.search(line) is not None
    row[18] = len(_BARS.findall(line)) / divisor
    row[19] = last in ")）]】"
    row[_DATE] = bool(digits) and date_line(line) is not None
    if not stop or count < 8 or may_be_furniture(line):
        row[_WIRE] = furniture_line(line, in_body=None) is not None
    return _shape(row, heading(line, words), started(lower), held(lower, words))
