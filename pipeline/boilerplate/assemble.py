"""From labelled pieces to the result: spans that tile the source, the kept text, and the guards around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pipeline.boilerplate.model import CleanText, Span
from schemas.records import Dateline, KeptSpan

KEPT = frozenset(("body", "heading"))
SOME_LENGTH = 400
"""Characters from which a text is long enough for the guard against destroying it."""
ROUNDS = 6


class Piece(NamedTuple):
    """Characters [start, end) of the source, without white space at its ends, labelled."""

    start: int
    end: int
    label: str
    rule: str


class Labelled(NamedTuple):
    """What one round of labelling gives."""

    pieces: Sequence[Piece]
    dateline: Dateline | None = None
    story_date: date | None = None
    flags: tuple[str, ...] = ()


def settle(source: str, label: Callable[[str], Labelled]) -> CleanText:
    """Labels `source`, and what is kept of it again, until nothing more goes: so cleaning a clean text changes nothing.

    Where more than half of a text of some length would go, or it does not come to rest, the text is the input, flagged.
    """
    result = label(source)
    pieces, dateline, story_date = list(result.pieces), result.dateline, result.story_date
    text, kept = keep(source, pieces)
    calm = text == source
    for _ in range(ROUNDS):
        if calm:
            break
        again = label(text)
        shorter, runs = keep(text, again.pieces)
        calm = shorter == text
        if not calm:
            pieces = overlay(pieces, again.pieces, kept)
            dateline, story_date = dateline or again.dateline, story_date or again.story_date
            text, kept = shorter, compose(kept, runs)
    if not calm or (len(source) >= SOME_LENGTH and visible(text) * 2 < visible(source)):
        return untouched(source, "not_cleaned", story_date)
    flags = result.flags if text.strip() else (*result.flags, "empty")
    return CleanText(text, source, tile(source, pieces), kept, dateline, story_date, flags)


def finish(source: str, labelled: Labelled) -> CleanText:
    """The result of one round: for a page, most of which is always removed."""
    text, kept = keep(source, labelled.pieces)
    flags = labelled.flags if text else (*labelled.flags, "empty")
    return CleanText(text, source, tile(source, labelled.pieces), kept, labelled.dateline, labelled.story_date, flags)


def untouched(source: str, flag: str, story_date: date | None = None) -> CleanText:
    """The source as it is, flagged."""
    spans = (Span(0, len(source), "body", flag),) if source else ()
    kept = (KeptSpan(0, 0, len(source)),) if source else ()
    return CleanText(source, source, spans, kept, None, story_date, (flag,))


def visible(text: str) -> int:
    """Characters that are not white space."""
    return sum(map(len, text.split()))


def keep(source: str, pieces: Sequence[Piece]) -> tuple[str, tuple[KeptSpan, ...]]:
    """The kept pieces, and between two of them the white space that divides more, before or after what was removed."""
    runs: list[list[int]] = []
    last = -1
    for index, piece in enumerate(pieces):
        if piece.label not in KEPT:
            continue
        if last < 0:
            runs.append([piece.start, piece.end])
        elif last == index - 1:
            runs[-1][1] = piece.end
        else:
            after_last = source[pieces[last].end : pieces[last + 1].start]
            before_this = source[pieces[index - 1].end : piece.start]
            if after_last.count("\n") > before_this.count("\n") or not before_this:
                runs[-1][1] = pieces[last + 1].start
                runs.append([piece.start, piece.end])
            else:
                runs.append([pieces[index - 1].end, piece.end])
        last = index
    out: list[str] = []
    kept: list[KeptSpan] = []
    at = 0
    for start, end in runs:
        out.append(source[start:end])
        kept.append(KeptSpan(at, start, end - start))
        at += end - start
    return "".join(out), tuple(kept)


def compose(outer: Sequence[KeptSpan], inner: Sequence[KeptSpan]) -> tuple[KeptSpan, ...]:
    """How a text kept from a kept text lies in the first source."""
    spans: list[KeptSpan] = []
    at = 0
    for run in inner:
        start, stop = run.source_start, run.source_start + run.length
        while at < len(outer) and outer[at].clean_start + outer[at].length <= start:
            at += 1
        index = at
        while index < len(outer) and outer[index].clean_start < stop:
            piece = outer[index]
            low, high = max(start, piece.clean_start), min(stop, piece.clean_start + piece.length)
            clean = run.clean_start + low - start
            spans.append(KeptSpan(clean, piece.source_start + low - piece.clean_start, high - low))
            index += 1
    return tuple(spans)


def overlay(pieces: Sequence[Piece], again: Sequence[Piece], kept: Sequence[KeptSpan]) -> list[Piece]:
    """Labels of a later round, given in offsets of the kept text, laid over the pieces of the source."""
    marks = [Piece(at, end, *labels[2:]) for labels, at, end in _in_source(again, kept)]
    removed = [piece for piece in pieces if piece.label not in KEPT]
    return sorted([*removed, *marks])


def _in_source(pieces: Sequence[Piece], kept: Sequence[KeptSpan]) -> Iterator[tuple[Piece, int, int]]:
    at = 0
    for piece in pieces:
        while at < len(kept) and kept[at].clean_start + kept[at].length <= piece.start:
            at += 1
        index = at
        while index < len(kept) and kept[index].clean_start < piece.end:
            run = kept[index]
            shift = run.source_start - run.clean_start
            low, high = max(piece.start, run.clean_start), min(piece.end, run.clean_start + run.length)
            yield piece, low + shift, high + shift
            index += 1


def tile(source: str, pieces: Sequence[Piece]) -> tuple[Span, ...]:
    """Spans over all of the source: white space goes to the piece before it, like neighbours become one."""
    spans: list[Span] = []
    begin, label, rule = 0, "other", "blank"
    for index, piece in enumerate(pieces):
        start = piece.start if index else 0
        if index and (piece.label != label or piece.rule != rule or source[start - 1] == "\n"):
            spans.append(Span(begin, start, label, rule))
            begin = start
        label, rule = piece.label, piece.rule
    if source:
        spans.append(Span(begin, len(source), label, rule))
    return tuple(spans)
