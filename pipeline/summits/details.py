"""What was talked about, what came of it, and who was quoted: exact spans of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.summits.lexicon import toml
from pipeline.summits.people import Mention, Person
from schemas.records import Quote, TextSpan

_LONGEST_SPAN = 260
_FEWEST_QUOTED = 5
"""Words of a quotation; scraps of two or three say nothing by themselves."""
_QUOTED = re.compile(r"[“\"](?P<text>[^“”\"]{2,900})[”\"]")


@dataclass(frozen=True, slots=True)
class Said:
    """A direct quotation in a numbered sentence, and who said it."""

    sentence: int
    speaker: Person
    quote: Quote


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
def _says() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(toml('details.toml')['verbs_of_saying'])})\b")


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


def quotations(text: str, sentences: Sequence[tuple[int, int]], by_sentence: Sequence[Sequence[Mention]]) -> list[Said]:
    """Every direct quotation whose speaker is known: named in the sentence beside a verb of saying, or, where the
    sentence names nobody, whoever spoke in the one before."""
    out: list[Said] = []
    speaker: Person | None = None
    for index, (first, last) in enumerate(sentences):
        sentence = text[first:last]
        quoted = list(_QUOTED.finditer(sentence))
        plain = _QUOTED.sub(lambda match: " " * len(match.group()), sentence)
        said = _says().search(plain)
        persons = [
            m
            for m in by_sentence[index]
            if m.person is not None
            and not m.possessive
            and plain[m.start - first : m.start - first + 1].strip()
            and not _NOT_SPEAKING.search(plain[: m.start - first])
        ]
        if said and _bystander(plain, said.start()):
            speaker = None
        elif said and persons:
            speaker = _speaker(persons, first + said.start())
        elif said and not re.search(r"\b(?:he|she|they)\b", plain, re.IGNORECASE):
            speaker = None
        if speaker is None or not (said or not persons):
            continue
        for match in quoted:
            words = match["text"].rstrip(" ,")
            if len(words.split()) >= _FEWEST_QUOTED:
                start = first + match.start("text")
                out.append(Said(index, speaker, Quote(speaker.name, words, start, start + len(words))))
    return out


def _bystander(plain: str, verb: int) -> bool:
    """Whether somebody without a name speaks: a source close to the Japanese leader said."""
    around = plain[max(0, verb - 70) : verb] + plain[verb : verb + 25]
    words = "|".join(
        (
            *toml("titles.toml")["bystander"],
            "official",
            "officials",
            "aide",
            "aides",
            "diplomat",
            "diplomats",
            "statement",
        )
    )
    return (
        re.search(rf"\b(?:a|an|the|another|one|[a-z]+) (?:[\w’'.-]+ ){{0,2}}(?:{words})\b(?! [A-Z])", around)
        is not None
    )


_NOT_SPEAKING = re.compile(r"\b(?:close to|to|for|of|with|about|against|from|by)\s+(?:the\s+|his\s+|her\s+)?$")


def _speaker(persons: Sequence[Mention], verb: int) -> Person | None:
    """Who is named last in front of the verb of saying and near it, else the nearest."""
    before = [mention for mention in persons if mention.start < verb]
    if before and verb - before[-1].end < 60:
        return before[-1].person
    return min(persons, key=lambda mention: abs(mention.start - verb)).person


def attribution(sentence: str) -> str | None:
    """To whom a sentence attributes what it tells."""
    match = re.search(r"\baccording to (?P<who>[^,.;]{3,80})", sentence)
    return match["who"].strip() if match else None
