"""What was talked about, and what came of it: exact spans of the text.

A cue opens a span, and the first of several ends closes it: words of time and circumstance, the verb of another clause,
an attribution. All of them are data (details.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from pipeline.summits.lexicon import toml
from pipeline.summits.people import Mention
from pipeline.summits.quoted import quoted
from schemas.records import TextSpan

_LONGEST_SPAN = 260
_SHORTEST_SPAN = 3
_WORDS = rf"(?:[^;:“”\"\n]|[“\"][^“”\"\n]{{2,200}}[”\"]){{3,{_LONGEST_SPAN}}}"
_ASIDE = (
    r",\s+(?:but|though|although|which|who|where|[^,]{2,45} (?:said|says|told|added|reported|announced)"
    r"|and (?:he|she|they|the|[A-Z]\w+ (?:\w+ed|said|told|will|would|has|had|is|was|made|gave|took)\b))\b"
)
_LEADING = re.compile(
    r"(?:(?:^|\s+|,)(?:in|at|on|with|near|outside|the|between|by|city|capital|town|of|from|for))*\s*$"
)
_EARLIER_REACH = 40
"""Characters in front of a result in which it may be told to be an earlier one."""
_QUESTION = re.compile(r"(?:what|how|whether|who|why|when|where)\b")
_SUBJECT_REACH = 16
"""Characters between a short subject and its verb: has also."""


@cache
def _days() -> str:
    calendar = toml("calendar.toml")
    return "|".join(word.capitalize() for word in (*calendar["months"], *calendar["weekdays"]))


@cache
def _pattern(name: str) -> str:
    """An entry of the vocabulary, the parts that others name put in."""
    vocabulary = toml("details.toml")
    entry = vocabulary[name]
    rule = entry if isinstance(entry, str) else "|".join(entry)
    gap = rf"(?:(?!\b(?:{vocabulary['not_between']})\b)[^;:“”\"]){{0,100}}?"
    for place, words in (("gap", gap), ("about", vocabulary["about"]), ("words", _WORDS), ("days", _days())):
        rule = rule.replace(f"@{place}@", words)
    return rule


@cache
def _topic() -> re.Pattern[str]:
    # a day behind "talks on" is their day, unless something is that day's; "a call of about an hour" is of that length
    no_day = (
        rf"(?!(?:{_days()}|\d+)\b(?![’']s)|the (?:sidelines|margins|weekend|past|last|next)\b|"
        r"(?:it|this|that|them)\b|an? (?:\w+ )*(?:visit|trip|tour)\b"
        rf"|{_pattern('durations')})"
    )
    return re.compile(rf"\b(?i:{_pattern('topic_cues')})\s+{no_day}(?P<span>{_WORDS})")


@cache
def _purpose() -> re.Pattern[str]:
    return re.compile(_pattern("topic_purposes"))


@cache
def _on_agenda() -> re.Pattern[str]:
    return re.compile(_pattern("topic_on_agenda"))


@cache
def _modifier() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<span>{_pattern('topic_modifiers')})\s+$", re.IGNORECASE)


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(_pattern("topic_openings"))


@cache
def _outcome() -> re.Pattern[str]:
    no_verb = "".join(rf"(?<!\b{word} )" for word in _pattern("no_outcome_before").replace("an?", "a|an").split("|"))
    return re.compile(rf"{no_verb}\b(?P<span>(?:{_pattern('outcome_verbs')})\b{_WORDS})")


@cache
def _told_by_noun() -> re.Pattern[str]:
    of_talks = _pattern("outcome_of_talks").replace("<span>", "<end>")
    return re.compile(rf"\b{_pattern('outcome_nouns')}|{of_talks}|\b{_pattern('outcome_signed')}")


@cache
def _refusal() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<span>(?:{_pattern('refusals')})\b{_WORDS})")


@cache
def _to_come() -> re.Pattern[str]:
    return re.compile(rf"\b{_pattern('results_to_come')}")


@cache
def _earlier() -> re.Pattern[str]:
    return re.compile(_pattern("earlier"))


@cache
def _end(more: str) -> re.Pattern[str]:
    return re.compile(rf"(?:,?\s+(?:{_pattern('span_ends')})|{_ASIDE}|{_pattern(more)}).*$", re.DOTALL)


@cache
def _tail() -> re.Pattern[str]:
    day = rf"(?:(?:on|in|late|early) )?(?:{_days()})(?: \d+)?"
    return re.compile(
        rf"\s+(?:{day}|(?:this|next|last) (?:week|month)|later this (?:week|month|year)|in the coming \w+)\s*$"
    )


def topics(
    text: str, sentences: Sequence[tuple[int, int]], triggers: Sequence[tuple[int, int]], others: Sequence[int]
) -> tuple[TextSpan, ...]:
    """The spans which sentences of an event name as its subject; where none does, the noun in front of one of its
    trigger words: peace talks. `others`: where its place, its date and those it was with are told, which are no part of
    the subject."""
    found = [
        span for rule in (_topic(), _purpose(), _on_agenda()) for span in _spans(rule, "topic_ends", text, sentences)
    ]
    found = [_without_opening(_cut(span, others)) for span in _apart(found)]
    found = [
        span
        for span in found
        if len(span.text) >= _SHORTEST_SPAN and not any(span.start <= start < span.end for start, _ in triggers)
    ]
    if not found:
        for start, _ in triggers:
            match = _modifier().search(text, max(0, start - 25), start)
            if match is not None:
                found.append(TextSpan(match.start("span"), match.end("span"), match["span"]))
                break
    return tuple(found)


def outcomes(
    text: str, sentences: Sequence[tuple[int, int]], status: str, mentions: Sequence[Mention]
) -> tuple[TextSpan, ...]:
    """The spans which tell a result: of an encounter that was held what its sides did, of one that was declined the
    refusal, of one to come what is announced to be signed. An answer has its subject."""
    if status == "cancelled":
        return ()
    if status in ("planned", "proposed", "postponed"):
        return tuple(_spans(_to_come(), "outcome_ends", text, sentences))
    if status == "declined":
        return tuple(
            _with_subject(span, text, mentions) for span in _spans(_refusal(), "outcome_ends", text, sentences)
        )
    found = [
        *_spans(_outcome(), "outcome_ends", text, sentences),
        *_spans(_told_by_noun(), "outcome_ends", text, sentences),
        *_spans(_to_come(), "outcome_ends", text, sentences),
    ]
    return tuple(
        _with_subject(span, text, mentions)
        for span in _apart(found)
        if not _earlier().search(text, max(0, span.start - _EARLIER_REACH), span.start)
        and (not span.text.startswith("called") or _together(span, text, sentences, mentions))
    )


def _spans(rule: re.Pattern[str], ends: str, text: str, sentences: Sequence[tuple[int, int]]) -> list[TextSpan]:
    out: list[TextSpan] = []
    speech = [(one.start, one.end) for one in quoted(text)]
    for first, last in sentences:
        sentence = text[first:last]
        at = 0
        while match := rule.search(sentence, at):
            name = match.lastgroup or "span"
            if any(start <= first + match.start(name) < end for start, end in speech):
                at = match.start(name) + 1
                continue
            words = _end(ends).sub("", match[name])
            if ends == "topic_ends" and not _QUESTION.match(words):
                words = _end("topic_verbs").sub("", words)
            words = _tail().sub("", _tail().sub("", words)).rstrip(" ,.–-—")
            start = first + match.start(name)
            if len(words) >= _SHORTEST_SPAN:
                out.append(TextSpan(start, start + len(words), words))
            at = max(match.start(name) + len(words), match.start() + 1)
    return out


def _apart(spans: Iterable[TextSpan]) -> list[TextSpan]:
    """Spans in the order of the text, none in another."""
    out: list[TextSpan] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not out or span.start >= out[-1].end:
            out.append(span)
    return out


def _cut(span: TextSpan, others: Iterable[int]) -> TextSpan:
    end = min((place for place in others if span.start < place < span.end), default=None)
    if end is None:
        return span
    words = _LEADING.sub("", span.text[: end - span.start]).rstrip(" ,")
    return TextSpan(span.start, span.start + len(words), words)


def _without_opening(span: TextSpan) -> TextSpan:
    words = _opening().sub("", span.text)
    return TextSpan(span.end - len(words), span.end, words)


def _together(span: TextSpan, text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention]) -> bool:
    """Whether a demand is of more than one side: what one side demands is no result."""
    start = next(first for first, last in sentences if first <= span.start < last)
    codes = {mention.country for mention in mentions if start <= mention.start < span.start and mention.country}
    return len(codes) > 1 or re.search(_pattern("several"), text[start : span.start]) is not None


def _with_subject(span: TextSpan, text: str, mentions: Sequence[Mention]) -> TextSpan:
    """The span from its verb's subject on, where one side answers the other and is told in a word or two."""
    if not re.match(_pattern("answers"), span.text):
        return span
    for mention in mentions:
        gap = text[mention.end : span.start]
        if not 0 < len(gap) <= _SUBJECT_REACH or not re.fullmatch(r" (?:(?:has|have|had|also) )*", gap):
            continue
        words = text[mention.start : mention.end]
        joined = re.search(r"(?:\band|,)\s*$", text[max(0, mention.start - 6) : mention.start])
        if len(words.split()) <= 2 and not joined:
            return TextSpan(mention.start, span.end, text[mention.start : span.end])
    return span


def attribution(sentence: str) -> str | None:
    """To whom a sentence attributes what it tells."""
    match = re.search(r"\baccording to (?P<who>[^,.;]{3,80})", sentence)
    return match["who"].strip() if match else None
