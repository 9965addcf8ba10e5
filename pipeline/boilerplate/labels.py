"""The line pass: one label for each piece of a text, whatever it came from.

Agency furniture, datelines and lines that the source repeats are told by rule. What a line of another kind is, the
trees say from its shape, its wording and its surroundings; the label then names what was seen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pipeline.boilerplate.assemble import KEPT, Labelled, Piece
from pipeline.boilerplate.dateline import Found, find_dateline
from pipeline.boilerplate.dates import EAST_ASIAN, WrittenDate, date_line
from pipeline.boilerplate.features import PROSE, WIDE
from pipeline.boilerplate.wire import Furniture, ends_as_sentence, furniture_ending, furniture_line, may_be_furniture
from schemas.lines import BLOB, cut_sentences, fingerprint, folded
from schemas.records import Dateline

SHORT = 200
"""Characters up to which a line is looked up in the word lists."""
STOPS = tuple('.!?…。！？؟"”“’‘»«›‹)]」』）')
LISTS = frozenset(("related", "comments"))
"""Headings over a list: of other stories, of what readers wrote."""
FIRM_ENDS = frozenset(("end_mark_with_notice", "ending_notice", "ending_word", "credit_of_reporters", "ending_credit"))
"""Ends after which nothing of the story comes, even in the same line."""
SOFT_ENDS = frozenset(("end_mark", "ending_mark", "copyright_notice", "contributed", "first_published"))
"""Ends after which nothing of the story comes where a heading over a list follows."""
LONGEST_HEADLINE = 130
LAST_PART = 0.5
"""An end stands in the last part of a text; what looks like one before is a rule between parts of it."""
CERTAIN = 9.0
"""Log odds of what needs no weighing: long lines that are sentences and do not speak to the reader."""
IN_SCOPE = 1.0
"""Log odds that keep a line without a stop below a heading over a list."""
LIKELY = 2.0
"""Log odds from which a line is kept though the word lists know it."""


class Line(NamedTuple):
    """A line as it was weighed.

    odds       log odds that it belongs to the story
    hint       the label that wording or markup suggest if it does not
    heading    the label of the known heading that it is
    date       whether it is a date
    furniture  whether it may be agency furniture
    """

    start: int
    end: int
    odds: float
    hint: str | None = None
    heading: str | None = None
    date: bool = False
    furniture: bool = True


@dataclass(slots=True)
class _State:
    """What is known on the way from the first line to the last."""

    plain: bool
    far: int
    """Where in the text an end may stand."""
    pieces: list[Piece] = field(default_factory=list)
    above: list[int] = field(default_factory=list)
    """Indexes of the kept pieces before the first paragraph."""
    in_body: bool = False
    found: Found | None = None
    story_day: WrittenDate | None = None
    ended: bool = False
    nearly_ended: bool = False
    under: str | None = None
    """The label of the heading whose list the line stands in."""


def label_lines(
    text: str,
    lines: Sequence[Line],
    *,
    known_lines: Collection[int] = (),
    headline: str | None = None,
    published: date | None = None,
    plain: bool = True,
    kept: dict[str, list[Piece]] | None = None,
) -> Labelled:
    """Labels `lines` of `text` and the sentences of its blobs.

    `plain`: there was no markup, so that order is all there is to tell a headline, or where the story ends.
    `kept`: pieces of the lines that were kept whole within the body, by their words; they are kept there again if their
    odds have not fallen. It is read and filled, so that a second round over what was kept costs little.
    """
    state = _State(plain, int(len(text) * LAST_PART))
    title = folded(headline) if headline else None
    kept = {} if kept is None else kept
    pieces = state.pieces
    for line in lines:
        start, end = line.start, line.end
        certain = line.odds >= CERTAIN and state.in_body and not (known_lines or state.ended or line.furniture)
        if certain and end - start <= BLOB and ends_as_sentence(text, end):
            state.under = None
            pieces.append(Piece(start, end, "body", "prose"))
            continue
        words = text[start:end]
        usual = state.in_body and not (state.under or state.ended)
        if usual and line.odds >= LIKELY and words in kept:
            pieces += [Piece(start + at, start + to, *why) for at, to, *why in kept[words]]
            continue
        first = len(pieces)
        if not plain and line.odds < 0 and not (line.date and not state.in_body):
            pieces.append(Piece(start, end, line.hint or "other", "appearance"))
        elif end - start > BLOB:
            state.under = None if certain else state.under
            _blob(state, text, line, known_lines)
        elif certain:
            state.under = None
            _body(state, text, start, end)
        else:
            _label(state, text, line, known_lines, title, in_blob=False)
        if usual and pieces[-1].end == end and all(piece.label in KEPT for piece in pieces[first:]):
            kept[words] = [Piece(at - start, to - start, *why) for at, to, *why in pieces[first:]]
    _drop_last_heading(pieces, lines)
    found, day = state.found, state.story_day
    return Labelled(state.pieces, _dateline(found, day, published), _story_date(found, day, published))


def _blob(state: _State, text: str, line: Line, known_lines: Collection[int]) -> None:
    """Labels the sentences of a line that holds much of the story."""
    for start, end in cut_sentences(text, line.start, line.end):
        furniture = not ends_as_sentence(text, end) or may_be_furniture(text[start:end])
        if state.in_body and not (furniture or state.ended or known_lines):
            state.pieces.append(Piece(start, end, "body", "prose"))
        else:
            _label(state, text, Line(start, end, line.odds, furniture=furniture), known_lines, None, in_blob=True)


def _label(
    state: _State, text: str, line: Line, known_lines: Collection[int], title: str | None, *, in_blob: bool
) -> None:
    start, end = line.start, line.end
    words = text[start:end]
    short = end - start <= SHORT

    def remove(label: str, rule: str) -> None:
        state.pieces.append(Piece(start, end, label, rule))

    if known_lines and fingerprint(words) in known_lines:
        remove(line.hint or "other", "known_line")
        return
    if line.date and _date(state, words, line):
        remove("timestamp", "date_line")
        return
    furniture = furniture_line(words, in_body=state.in_body) if line.furniture else None
    if furniture is not None and not (in_blob and furniture.rule in ("slug_keywords", "desk_note")):
        remove(furniture.label, furniture.rule)
        _end(state, furniture, start)
        return
    if short and not in_blob and _short_line(state, words, line, title, remove):
        return
    if state.under and not state.ended and not in_blob and state.plain:
        if line.odds < (0 if words.endswith(STOPS) else IN_SCOPE):
            remove("teaser", "scope_of_heading")
            return
        state.under = None
    if state.ended and (state.under or in_blob or not _is_prose(words)):
        remove("teaser" if state.under else line.hint or "other", "after_the_end")
        return
    if line.odds < 0 and not in_blob:
        remove(line.hint or ("teaser" if state.under else "other"), "appearance")
        return
    _body(state, text, start, end)


def _date(state: _State, words: str, line: Line) -> bool:
    """Whether a line that is a date stands where the story's own date stands, or looks removed otherwise."""
    if state.in_body and line.odds >= 0:
        return False
    if not state.in_body:
        state.story_day = state.story_day or date_line(words)
        if len(state.above) == 1:
            _headline_above(state)
    return True


def _short_line(state: _State, words: str, line: Line, title: str | None, remove: object) -> bool:
    """Removes a line that is the headline, or a heading over something else; whether it did."""
    assert callable(remove)
    if title is not None and not state.in_body and folded(words) == title:
        remove("other", "headline")
        return True
    label = line.heading
    if label is not None and label != "section" and line.odds < LIKELY:
        if label in LISTS:
            state.under = label
            state.ended = state.ended or state.nearly_ended
        remove(label, "heading_over_others" if label in LISTS else "wording")
        return True
    return False


def _body(state: _State, text: str, start: int, end: int) -> None:
    """Keeps a piece, but for a dateline before it and furniture at its end."""
    pieces = state.pieces
    if not state.in_body and state.found is None:
        found = find_dateline(text[start : start + 200] if end - start > 200 else text[start:end])
        if found is not None:
            _headline_above(state)
            state.found = found
            pieces.append(Piece(start, start + found.length, "dateline", "dateline"))
            start += found.length
            state.in_body = True
    ending = furniture_ending(text, start, end)
    at = ending[0] if ending else end
    body_end = start + len(text[start:at].rstrip())
    words = text[start:body_end]
    prose = _is_prose(words)
    state.in_body = state.in_body or prose or ending is not None
    if not state.in_body and state.plain and not words.endswith(STOPS):
        state.above.append(len(pieces))
    heading = not prose and body_end - start <= SHORT and not words.endswith(STOPS) and ". " not in words
    pieces.append(Piece(start, body_end, "heading" if heading else "body", "appearance" if heading else "prose"))
    if ending:
        pieces.append(Piece(at, end, ending[1].label, ending[1].rule))
        _end(state, ending[1], at)


def _is_prose(words: str) -> bool:
    size = len(words)
    if PROSE > size >= PROSE // 2 and max(words) >= EAST_ASIAN:
        size += len(WIDE.findall(words))
    return size >= PROSE and words.endswith(STOPS)


def _end(state: _State, furniture: Furniture, at: int) -> None:
    if state.in_body and state.plain and at >= state.far:
        state.ended = state.ended or furniture.rule in FIRM_ENDS
        state.nearly_ended = state.nearly_ended or furniture.rule in SOFT_ENDS


def _headline_above(state: _State) -> None:
    """What stands above a dateline, or alone above a date line, is the headline and not the body."""
    for index in state.above:
        piece = state.pieces[index]
        if piece.end - piece.start <= LONGEST_HEADLINE:
            state.pieces[index] = piece._replace(label="other", rule="headline_above")
    state.above.clear()


def _drop_last_heading(pieces: list[Piece], lines: Sequence[Line]) -> None:
    """A heading with nothing of the story after it stands over what was removed."""
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece.label in ("body", "heading"):
            doubted = any(line.start == piece.start and line.odds < LIKELY for line in lines[-len(pieces) :])
            if piece.label == "heading" and index < len(pieces) - 1 and doubted:
                pieces[index] = piece._replace(label="related", rule="heading_over_others")
            return


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
