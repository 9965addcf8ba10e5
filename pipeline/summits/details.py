"""What was talked about, and what came of it: exact spans of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.summits.lexicon import toml
from schemas.records import TextSpan

_LONGEST_SPAN = 260


@cache
def _date_words() -> str:
    calendar = toml("calendar.toml")
    return "|".join(word.capitalize() for word in (*calendar["months"], *calendar["weekdays"]))


@cache
def _topic() -> re.Pattern[str]:
    cues = "|".join(toml("details.toml")["topic_cues"])
    return re.compile(
        rf"\b(?:{cues})\s+(?!(?:{_date_words()}|\d|the sidelines)\b)(?P<span>[^;:“”\"\n]{{3,{_LONGEST_SPAN}}})"
    )


@cache
def _outcome() -> re.Pattern[str]:
    verbs = "|".join(toml("details.toml")["outcome_verbs"])
    return re.compile(rf"(?<!not )\b(?P<span>(?:{verbs})\b[^;“”\n]{{4,{_LONGEST_SPAN}}})")


@cache
def _end() -> re.Pattern[str]:
    ends = "|".join(toml("details.toml")["span_ends"])
    aside = r"(?:but|though|although|and (?:he|she|they|the)|which|who|where|[^,]{2,45} (?:said|says|reported))\b"
    return re.compile(rf"(?:,?\s+(?:{ends})|,\s+{aside}|\.(?:\s|$)).*$", re.DOTALL)


@cache
def _tail() -> re.Pattern[str]:
    day = rf"(?:on |late |early )?(?:{_date_words()})(?: \d+)?"
    return re.compile(
        rf"\s+(?:{day}|(?:this|next|last) (?:week|month)|later this (?:week|month|year)|in the coming \w+)\s*$"
    )


@cache
def _to_come() -> re.Pattern[str]:
    return re.compile(rf"\b{toml('details.toml')['results_to_come']}")


@cache
def _topic_end() -> re.Pattern[str]:
    return re.compile(rf"\s+{toml('details.toml')['topic_ends']}.*$", re.DOTALL)


def topics(text: str, sentences: Sequence[tuple[int, int]]) -> tuple[TextSpan, ...]:
    """The spans which sentences of an event name as its subject."""
    return _spans(_topic(), text, sentences, _topic_end())


def outcomes(text: str, sentences: Sequence[tuple[int, int]], to_come: bool) -> tuple[TextSpan, ...]:
    """The spans which tell a result; of an encounter to come, what is announced to be signed."""
    return _spans(_to_come() if to_come else _outcome(), text, sentences)


def _spans(
    rule: re.Pattern[str], text: str, sentences: Sequence[tuple[int, int]], end: re.Pattern[str] | None = None
) -> tuple[TextSpan, ...]:
    out: list[TextSpan] = []
    for first, last in sentences:
        sentence = text[first:last]
        at = 0
        while match := rule.search(sentence, at):
            words = _end().sub("", match["span"])
            words = _tail().sub("", end.sub("", words) if end is not None else words).rstrip(" ,.–-—")
            start = first + match.start("span")
            if len(words) >= 3:
                out.append(TextSpan(start, start + len(words), words))
            at = max(match.start("span") + len(words), match.start() + 1)
    return tuple(out)


def attribution(sentence: str) -> str | None:
    """To whom a sentence attributes what it tells."""
    match = re.search(r"\baccording to (?P<who>[^,.;]{3,80})", sentence)
    return match["who"].strip() if match else None
