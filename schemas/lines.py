"""How a body is flattened, cut into lines, and a line fingerprinted.

The cleaner labels these very lines, and the memory of a source's repeated lines holds their fingerprints; so both sides
of the contract cut by this one module.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

LINES_VERSION = 1
"""Version of cutting and folding: fingerprints of different versions do not compare."""

MARKUP = ("html", "xhtml", "nitf")

BLOB = 600
"""Characters from which a line is cut into sentences: a whole article in one line, with its wire tail."""
HARD_WRAP = 100
"""Longest line of a text whose paragraphs were broken into lines of a fixed width (wire teletype, mail)."""

Cut = tuple[int, int]
"""Start and end of a piece of the flattened body; neither end is white space."""

_LINE_END = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_LINE = re.compile(f"[^{_LINE_END}]+")
_PARAGRAPH = re.compile(r"(?:[^\n\r]+(?:\r?\n(?![ \t]|\r?\n|[-*•=_#]))?)+")
_LOWER_CONTINUATION = re.compile(r"[^\n]\r?\n(?=[a-zà-öø-ÿа-я])")
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
    pattern = _PARAGRAPH if (hard_wrapped(text) if wrapped is None else wrapped) else _LINE
    for line in pattern.finditer(text):
        yield from _trimmed(text, *line.span())


def hard_wrapped(text: str) -> bool:
    """Whether lines were broken at a fixed width: none is longer than that, and many go on in lower case."""
    head = text[:20_000]
    ends = head.count("\n")
    if ends < 4 or len(head) / (ends + 1) > HARD_WRAP or max(map(len, head.split("\n"))) > HARD_WRAP:
        return False
    return len(_LOWER_CONTINUATION.findall(head)) * 4 > ends


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
