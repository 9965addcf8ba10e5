"""How a body is flattened, cut into lines, and a line fingerprinted.

The cleaner labels these very lines, and the memory of a source's repeated lines holds their fingerprints; so both sides
of the contract cut by this one module.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import pairwise

LINES_VERSION = 2
"""Version of cutting and folding: fingerprints of different versions do not compare."""

MARKUP = ("html", "xhtml", "nitf")

BLOB = 600
"""Characters from which a line is cut into sentences: a whole article in one line, with its wire tail."""
HARD_WRAP = 100
"""Longest line of a text whose paragraphs were broken into lines of a fixed width (wire teletype, mail)."""

Cut = tuple[int, int]
"""Start and end of a piece of the flattened body; neither end is white space."""

_LINE_END = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_LINE = re.compile(rf"\S[^{_LINE_END}]*")
_WRAPPED_LINE = re.compile(r"[^\n\r]+")
_SINGLE_BREAK = re.compile(r"[^\s][ \t]*\r?\n(?=\S)")
_LOWER_CONTINUATION = re.compile(r"[^\n]{40}\r?\n(?=[a-zà-öø-ÿа-я])")
_NEW_PARAGRAPH = re.compile(r"[ \t]|[-*•=_#]")
_FIRST_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(
    r"""(?=[.!?…。！？])(?:"""  # every branch begins so; asked first, it spares the look-behinds at all other letters
    r"""(?:(?<![\s.][A-Z])(?<![\s("'“‘][A-Z]\.[A-Z])(?<![\s.][A-Z][a-z])(?<!\b[A-Z][a-z]{2})[.]|[!?…]+|[.]["”’»)\]]+|[!?…。！？]["”’»)\]」』）]*)\s+(?=["“‘«(\[#&]*[A-Z0-9À-ÖØ-ÞЀ-Я])"""
    r"""|[。！？][」』）]*\s*(?=\S))"""
)
_CORE = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
_DIGITS = re.compile(r"\d+")


def flatten(body: str | bytes, body_format: str = "text") -> str:
    """The text that offsets and fingerprints refer to: text as it is; markup as one line for each block. Never raises.

    `body_format`: text, html, xhtml or nitf; anything else counts as text.
    """
    if body_format in MARKUP:
        from schemas.markup import line_texts

        return "\n".join(line_texts(body))
    return body if isinstance(body, str) else body.decode("utf-8", "replace")


def cut(text: str, *, wrapped: bool | None = None) -> Iterator[Cut]:
    """The pieces that are labelled and fingerprinted, in order: lines, and the sentences of a blob."""
    for start, end in cut_lines(text, wrapped=wrapped):
        if end - start > BLOB:
            yield from cut_sentences(text, start, end)
        else:
            yield start, end


def cut_lines(text: str, *, wrapped: bool | None = None) -> Iterator[Cut]:
    """The lines of a text, or, where it is broken at a fixed width (`wrapped`; None: find out), its paragraphs."""
    if hard_wrapped(text) if wrapped is None else wrapped:
        for start, end in _paragraphs(text):
            yield from _trimmed(text, start, end)
        return
    for line in _LINE.finditer(text):
        start, end = line.span()
        if text[end - 1].isspace():
            end = start + len(line[0].rstrip())
        yield start, end


def hard_wrapped(text: str) -> bool:
    """Whether lines were broken at a fixed width: none is longer than that, and many long ones go on in lower case."""
    head = text[:20_000]
    ends = head.count("\n")
    if ends < 4 or len(head) / (ends + 1) > HARD_WRAP or max(map(len, head.split("\n"))) > HARD_WRAP:
        return False
    going_on = len(_LOWER_CONTINUATION.findall(head))
    return going_on >= 2 and going_on * 4 > len(_SINGLE_BREAK.findall(head))


def _paragraphs(text: str) -> Iterator[Cut]:
    """The paragraphs of a text whose lines were broken at a fixed width.

    A line goes on in the next one if that one's first word found no place in it. Where most lines of a block would have
    had place for more, the block is a list of lines (slug, date, byline), each of which stands alone.
    """
    width = max((line.end() - line.start() for line in _WRAPPED_LINE.finditer(text, 0, 20_000)), default=0)
    for lines in _blocks(text):
        full = [
            end - start + 1 + _word_length(text, *after) > width and not _NEW_PARAGRAPH.match(text, after[0])
            for (start, end), after in pairwise(lines)
        ]
        if sum(full) * 2 < len(full):
            yield from lines
            continue
        begin = lines[0][0]
        for ((_, end), (start, _)), goes_on in zip(pairwise(lines), full, strict=True):
            if not goes_on:
                yield begin, end
                begin = start
        yield begin, lines[-1][1]


def _blocks(text: str) -> Iterator[list[Cut]]:
    """The lines between blank lines."""
    lines: list[Cut] = []
    for line in _WRAPPED_LINE.finditer(text):
        start, end = line.span()
        blank = line[0].isspace()
        if lines and (blank or text.count("\n", lines[-1][1], start) > 1):
            yield lines
            lines = []
        if not blank:
            lines.append((start, end))
    if lines:
        yield lines


def _word_length(text: str, start: int, end: int) -> int:
    word = _FIRST_WORD.search(text, start, end)
    return len(word[0]) if word else 0


def cut_sentences(text: str, start: int, end: int) -> Iterator[Cut]:
    """The sentences of text[start:end]."""
    for stop in _SENTENCE_END.finditer(text, start, end):
        yield from _trimmed(text, start, stop.end())
        start = stop.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Cut]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        if len(stripped) != len(piece):
            start += len(piece) - len(piece.lstrip())
            end = start + len(stripped)
        yield start, end


def folded(line: str) -> str:
    """A line without what varies between its repetitions: case, digits, white space, marks at its ends."""
    core = _CORE.search(" ".join(line.casefold().split()))
    return _DIGITS.sub("0", core[0]) if core else ""


def fingerprint(line: str) -> int | None:
    """Signed 64 bits (BLAKE2b) of the folded line; None where nothing but marks is in it."""
    key = folded(line)
    if not key:
        return None
    return int.from_bytes(
        hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True
    )


def line_fingerprints(body: str, body_format: str = "text") -> frozenset[int]:
    """Fingerprints (signed 64 bits) of the lines of a body, cut as the cleaner cuts them. Never raises."""
    text = flatten(body, body_format)
    pieces = cut(text, wrapped=False if body_format in MARKUP else None)
    return frozenset(value for value in (fingerprint(text[start:end]) for start, end in pieces) if value is not None)
