"""What a line looks like, as numbers: its shape, its wording and what stands around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from pipeline.boilerplate.dates import date_line
from pipeline.boilerplate.vocabulary import WORD, headings, held, starts, table
from pipeline.boilerplate.wire import furniture_line, may_be_furniture
from schemas.lines import folded

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
    "repeats",
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
PLAIN = 160
"""Characters from which a sentence without any wording of note is taken for the story's without being weighed."""
OPENING = 80
"""Characters at both ends of a longer line that are looked up in the word lists."""
PROSE = 80
"""Characters from which a line that ends in a stop is prose."""

_STOP = re.compile(r"[.!?…。！？؟][\"”’»)\]」』）]*$")
_SENTENCE = re.compile(r"[.!?…。！？؟](?=[\s\"”’»)]|$)|[。！？]")
_WIDE = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_ADDRESS = re.compile(r"https?:|www\.|@\w|\.(?:com|org|net|co|de|fr)\b", re.I)
_BARS = re.compile(r"[|•·»›→▶►▸/]")
_USUAL_SHARE = 0.4
"""Share of function words that stands for long lines, which are not counted: they are sentences."""
_QUOTES = frozenset("\"“”„‘’'«»「『")


@cache
def _function_words() -> frozenset[str]:
    return frozenset(table("function_words")["words"].split())


@cache
def _second_person() -> frozenset[str]:
    return frozenset(table("function_words")["second_person"].split())


_INDEX = {name: index for index, name in enumerate(SHAPE)}
CHARACTERS, DATE, WIRE, _REPEATS = (_INDEX[name] for name in ("characters", "date", "wire", "repeats"))


def shapes(
    lines: Sequence[str], title: str | None = None, known: dict[str, list[float]] | None = None
) -> list[list[float]]:
    """One row of SHAPE for each line. `title`: the headline, where it is known; `known`: rows of lines seen before."""
    times = Counter(lines)
    title_words = frozenset(WORD.findall(title.casefold())) if title else frozenset()
    known = {} if known is None else known
    rows = []
    for line in lines:
        row = known.get(line)
        if row is None:
            row = _shape(line, title_words) if len(line) <= SHORT else _long_shape(line)
            known[line] = row
        row[_REPEATS] = float(min(times[line] - 1, 5))
        rows.append(row)
    return rows


def _long_shape(line: str) -> list[float]:
    """A long line is told by its length, its end, its opening words, and by whether it speaks to the reader."""
    row = [0.0] * len(SHAPE)
    size = len(line)
    parts = line.split()
    words = len(parts)
    if words * 12 < size:
        words = size // 2
    row[0] = size
    row[1] = words
    row[2] = size / words
    row[3] = 1.0 if _STOP.search(line, size - 6) else 0.0
    row[4] = line[-1] in ":："
    row[5] = line.endswith(("...", "…"))
    row[7] = line.count(". ") + line.count("。") + row[3]
    row[8] = line.count(", ") / words
    row[12] = line[0] in _QUOTES
    row[13] = line[0].islower()
    row[15] = _USUAL_SHARE
    personal = _second_person()
    if not personal.isdisjoint(parts):
        row[16] = sum(1 for word in parts if word in personal) / words
    row[23] = 1.0 if may_be_furniture(line) else 0.0
    match = starts().match(line[:OPENING].casefold())
    if match:
        row[_INDEX[f"starts_{match.lastgroup}"]] = 1.0
    close = line[-OPENING:].casefold()
    label = held(close, WORD.findall(close))
    if label:
        row[_INDEX[f"holds_{label}"]] = 1.0
    return row


def _shape(line: str, title_words: frozenset[str]) -> list[float]:
    key = folded(line)
    lower = line.casefold()
    words = WORD.findall(lower)
    size = len(line)
    count = len(words)
    wide = 0
    if count * 12 < size:
        wide = len(_WIDE.findall(line))
        count = max(count, wide // 2)
    row = [0.0] * len(SHAPE)
    row[0] = size + wide
    row[1] = count
    row[2] = size / count if count else size
    row[3] = 1.0 if _STOP.search(line, max(0, size - 6)) else 0.0
    last = line[-1]
    row[4] = last in ":："
    row[5] = line.endswith(("...", "…"))
    row[6] = last in "?？؟"
    row[7] = len(_SENTENCE.findall(line)) if size > 20 else row[3]
    row[8] = (line.count(",") + line.count("、") + line.count("，")) / (count or 1)
    row[9] = sum(map(str.isdigit, line)) / size
    cased = line.split()
    row[10] = sum(1 for word in cased if word[0].isupper()) / len(cased)
    row[11] = 1.0 if line.isupper() else 0.0
    first = line[0]
    row[12] = first in _QUOTES
    row[13] = first.islower()
    row[14] = not (first.isalnum() or first in _QUOTES)
    if words:
        functional = _function_words()
        row[15] = sum(1 for word in words if word in functional) / len(words)
        personal = _second_person()
        row[16] = sum(1 for word in words if word in personal) / len(words)
        if title_words:
            row[21] = len(title_words.intersection(words)) / len(title_words)
    row[17] = 1.0 if _ADDRESS.search(line) else 0.0
    row[18] = len(_BARS.findall(line)) / (count or 1)
    row[19] = 1.0 if last in ")）]】" else 0.0
    row[22] = 1.0 if date_line(line) else 0.0
    if not row[3] or count < 8 or may_be_furniture(line):
        row[23] = 1.0 if furniture_line(line, in_body=None) else 0.0
    label = headings().get(key)
    if label:
        row[_INDEX[f"is_{label}"]] = 1.0
    match = starts().match(lower)
    if match:
        row[_INDEX[f"starts_{match.lastgroup}"]] = 1.0
    label = held(lower, words)
    if label:
        row[_INDEX[f"holds_{label}"]] = 1.0
    return row


def is_plain_prose(row: Sequence[float]) -> bool:
    """Whether a row is that of a long sentence in words of no class, not spoken to the reader."""
    return row[0] >= PLAIN and row[3] > 0 and row[1] >= 15 and not row[16] and not any(row[_INDEX["date"] :])


def wording(row: Sequence[float]) -> str | None:
    """The label that the word lists give to a line."""
    if not any(row[_WORDED:]):
        return None
    for at, label in _WORDING_COLUMNS:
        if row[at]:
            return label
    return None


_WORDED = _INDEX["is_related"]
_WORDING_COLUMNS = tuple(
    (_INDEX[f"{kind}_{label}"], label) for kind in ("is", "starts", "holds") for label in WORDING[:-1]
)
