"""The line pass: one label for each piece of a text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from pipeline.boilerplate.assemble import Labelled, Piece
from pipeline.boilerplate.dateline import Found, find_dateline
from pipeline.boilerplate.dates import WrittenDate, date_line
from pipeline.boilerplate.vocabulary import headings, holds, starts
from pipeline.boilerplate.wire import furniture_ending, furniture_line
from schemas.lines import Cut, fingerprint, folded
from schemas.records import Dateline

SHORT = 200
"""Characters up to which a line is looked up in the word lists."""
PROSE = 120
"""Characters from which a line that ends in a stop is prose."""
HEAD_LINES = 12
STOPS = tuple('.!?…。！？"”’»)]』」')


def label_lines(
    text: str,
    cuts: Sequence[Cut],
    *,
    known_lines: Collection[int] = (),
    headline: str | None = None,
    published: date | None = None,
) -> Labelled:
    """Labels the pieces `cuts` of `text`."""
    pieces: list[Piece] = []
    found: Found | None = None
    story_day: WrittenDate | None = None
    ended = in_scope = False
    title = folded(headline) if headline else None
    in_body = False
    head: list[int] = []
    for start, end in cuts:
        line = text[start:end]
        size = end - start
        if known_lines and fingerprint(line) in known_lines:
            pieces.append(Piece(start, end, _word_label(line) or "other", "known_line"))
            continue
        furniture = furniture_line(line, in_body=in_body)
        if furniture is not None:
            pieces.append(Piece(start, end, furniture.label, furniture.rule))
            ended = ended or (furniture.ends and in_body)
            continue
        if size <= SHORT:
            day = date_line(line)
            if day is not None:
                if not in_body:
                    story_day = story_day or day
                    _headline(pieces, head)
                pieces.append(Piece(start, end, "timestamp", "date_line"))
                continue
            if title is not None and not in_body and folded(line) == title:
                pieces.append(Piece(start, end, "other", "headline"))
                continue
            label = _word_label(line)
            if label is not None:
                if label in ("related", "promo", "newsletter") and folded(line) in headings():
                    in_scope = True
                pieces.append(Piece(start, end, label, "wording"))
                continue
        if in_scope:
            if ended or size < PROSE or not line.endswith(STOPS):
                pieces.append(Piece(start, end, "teaser", "scope_of_heading"))
                continue
            in_scope = False
        dateline = find_dateline(line) if not in_body and found is None else None
        if dateline is not None:
            _headline(pieces, head)
            found = dateline
            pieces.append(Piece(start, start + dateline.length, "dateline", "dateline"))
            start += dateline.length
            in_body = True
        elif size >= PROSE and line.endswith(STOPS):
            in_body = True
        ending = furniture_ending(text, start, end)
        if ending is not None:
            at, furniture = ending
            body_end = start + len(text[start:at].rstrip())
            pieces.append(Piece(start, body_end, "body", "prose"))
            pieces.append(Piece(at, end, furniture.label, furniture.rule))
            ended = ended or furniture.ends
            in_body = True
            continue
        if not in_body:
            head.append(len(pieces))
        pieces.append(Piece(start, end, "body", "prose" if size >= PROSE else "line"))
    return Labelled(pieces, _dateline(found, story_day, published), _story_date(found, story_day, published))


def _headline(pieces: list[Piece], head: list[int]) -> None:
    """What stands above a dateline or a date line is the headline, not the body."""
    for index in head:
        pieces[index] = pieces[index]._replace(label="other", rule="headline_above_dateline")
    head.clear()


def _word_label(line: str) -> str | None:
    label = headings().get(folded(line))
    if label is not None:
        return None if label == "section" else label
    lower = line.casefold()
    match = starts().match(lower) or (holds().search(lower) if len(line) <= 120 else None)
    return match.lastgroup if match else None


def _dateline(found: Found | None, story_day: WrittenDate | None, published: date | None) -> Dateline | None:
    if found is None:
        return None
    day = found.date.resolve(published or (story_day.resolve(None) if story_day else None)) if found.date else None
    return Dateline(found.place, day.isoformat() if day else None, found.agency)


def _story_date(found: Found | None, story_day: WrittenDate | None, published: date | None) -> date | None:
    if story_day is not None:
        return story_day.resolve(published)
    if found is not None and found.date is not None and found.date.year is not None:
        return found.date.resolve(None)
    return None
