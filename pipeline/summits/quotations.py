"""Direct quotations and who said them: what stands between marks, its verb of saying, and the verb's subject, as the
story's mentions resolve it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.summits.lexicon import pattern, toml
from pipeline.summits.people import Mention, Person
from pipeline.summits.quoted import Quoted, quoted
from schemas.records import Quote

_FEWEST = 3
_FEWEST_OF_A_CLAUSE = 5
"""Words of a quotation that begins inside a sentence (said that "…"): shorter ones are scraps."""
_REACH = 2
"""Sentences in front of one that says "he" in which he is named."""
_LEADS_IN = re.compile(r"(?:[,:—–]|\bthat|\bas follows)\s*$")
_OPENS = re.compile(r"\s*(?:(?:his|her|their|its|the|an?)\s*)?")
"""What may stand between a verb of saying and the words that are its object: emphasized her "trust and friendship"."""
_ADVERBS = re.compile(r"\s*\b(?:also|later|then|further|again|once|has|had|have|earlier|[a-z]+ly)\s*$")
_ASIDE = re.compile(r",[^,]*,\s*$")
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he)\b")
_NAME = re.compile(r"(?<!\b[Ii]n )(?<!\b[Aa]t )(?<!\b[Oo]f )\b[A-ZÀ-Þ][\w’'-]+")
_FULL_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+ (?:[a-z]{2,3} )?[A-ZÀ-Þ][\w’'-]+")
_NO_SUBJECT = re.compile(
    r"\b(?:to|for|of|with|about|against|from|by|in|meeting|met|told|after|before)\s+(?:the\s+|his\s+|her\s+)?$"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A direct quotation, its speaker, and the numbers [first, last] of the sentences that it and its verb stand in.
    `speaker` is null where a group speaks in a statement; `around`: characters of the words that tell who spoke."""

    first: int
    last: int
    speaker: Person | None
    quote: Quote
    around: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The words around a quotation that belong to its sentence: [left, first) in front, [last, right) behind."""

    left: int
    right: int


@cache
def _says() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(toml('details.toml')['verbs_of_saying'])})\b")


@cache
def _unnamed() -> re.Pattern[str]:
    """Who speaks without a name or for somebody else: a source close to the Japanese leader, a statement."""
    words = "|".join((*toml("titles.toml")["bystander"], *toml("details.toml")["unnamed_speakers"]))
    return re.compile(rf"\b(?:{words})\b(?!\s+[A-Z])", re.IGNORECASE)


@cache
def _calendar() -> frozenset[str]:
    calendar = toml("calendar.toml")
    return frozenset(word.capitalize() for word in (*calendar["months"], *calendar["weekdays"]))


def quotations(text: str, spans: Sequence[tuple[int, int]], by_sentence: Sequence[Sequence[Mention]]) -> list[Said]:
    """The quotations of clauses whose speaker the story names, in the order of the text. `spans`: characters of the
    sentences, `by_sentence` the mentions in each."""
    return _Reading(text, spans, by_sentence).said()


class _Reading:
    """A story read quotation after quotation; `_turn` is the last one: where its sentence ends, and who spoke."""

    def __init__(self, text: str, spans: Sequence[tuple[int, int]], by_sentence: Sequence[Sequence[Mention]]) -> None:
        self._text = text
        self._begins = [start for start, _ in spans]
        self._marks = quoted(text)
        self._mentions = [[m for m in mentions if not self._inside(m.start)] for mentions in by_sentence]
        self._turn: tuple[int, Person | None] | None = None
        self._statement: tuple[int, str | None] = 0, None

    def said(self) -> list[Said]:
        out: list[Said] = []
        waiting: list[tuple[Quoted, _Frame]] = []  # the earlier paragraphs of a speech whose last one names the speaker
        for number, one in enumerate(self._marks):
            frame = self._frame(number)
            if one.last == one.end:
                waiting.append((one, frame))
                continue
            direct, speaker = self._speaker(one, frame)
            if direct:
                self._turn = frame.right, speaker
                for part, around in (*waiting, (one, frame)):
                    out += self._record(part, around, speaker)
            waiting = []
        return out

    def _record(self, one: Quoted, frame: _Frame, speaker: Person | None) -> list[Said]:
        words = self._text[one.start : one.end].rstrip(" ,")
        fewest = _FEWEST_OF_A_CLAUSE if words[:1].islower() else _FEWEST
        name = speaker.name if speaker is not None else self._group(one, frame)
        if not name or len(words.split()) < fewest:
            return []
        quote = Quote(name, words, one.start, one.start + len(words))
        first, last = self._sentence(frame.left), self._sentence(frame.right - 1)
        return [Said(first, last, speaker, quote, (frame.left, frame.right))]

    def _group(self, one: Quoted, frame: _Frame) -> str | None:
        """Who speaks together in a joint statement, as the words around it name them; also where it goes on."""
        for words in (self._text[frame.left : one.first], self._text[one.last : frame.right]):
            together = pattern("details.toml", "speaking_together").search(words)
            if together is not None:
                self._statement = frame.right, together["group"]
                return together["group"]
        end, group = self._statement
        between = self._text[end : one.first]
        return (
            group
            if group and not between.strip(" .\n") and not self._text[one.last : frame.right].strip(" .,")
            else None
        )

    def _inside(self, at: int) -> bool:
        place = bisect_right(self._marks, at, key=lambda one: one.first) - 1
        return place >= 0 and at < self._marks[place].last

    def _sentence(self, at: int) -> int:
        return max(0, bisect_right(self._begins, at) - 1)

    def _frame(self, number: int) -> _Frame:
        one = self._marks[number]
        floor = self._marks[number - 1].last if number else 0
        ceiling = self._marks[number + 1].first if number + 1 < len(self._marks) else len(self._text)
        place = bisect_right(self._begins, one.first)
        left = max(floor, self._begins[place - 1] if place else 0)
        ends = [begin for begin in self._begins[bisect_left(self._begins, one.last) :][:2] if begin < ceiling]
        if ends and self._text[one.end - 1] in "?!…" and not self._text[one.last : ends[0]].strip():
            ends = ends[1:]  # "Why not?" Macron said.
        return _Frame(left, max(one.last, len(self._text[: ends[0] if ends else ceiling].rstrip())))

    def _speaker(self, one: Quoted, frame: _Frame) -> tuple[bool, Person | None]:
        """Whether a quotation is a clause that somebody is quoted with, and who."""
        text = self._text
        before, behind = text[frame.left : one.first], text[one.last : frame.right]
        *_, verb = None, *_says().finditer(before)
        if verb is not None and (_LEADS_IN.search(before) or _OPENS.fullmatch(before[verb.end() :])):
            return True, self._subject(frame.left, frame.left + verb.start(), verb.group().endswith("ing"))
        if before.strip(" ,;—–-") and not text[one.start].isupper():
            return False, None
        said = _says().search(behind)
        if said is not None:
            if behind[: said.start()].strip(" ,"):
                return True, self._subject(one.last, one.last + said.start())
            return True, self._named_first(one.last + said.end(), frame.right)
        if before.strip(" ,;—–-"):
            return False, None
        return True, self._goes_on(one)

    def _subject(self, first: int, verb: int, participle: bool = False) -> Person | None:
        """Who is told last in front of a verb of saying, asides left out; first where the verb is a participle."""
        words = _ADVERBS.sub("", self._text[first:verb])
        if participle:
            persons = self._persons(first, verb)
            pronoun = _PRONOUN.search(words)
            if pronoun is not None and not (persons and persons[0].start < first + pronoun.start()):
                return self._told_before(first + pronoun.start())
            words = self._text[first : persons[0].end] if persons else words
        words = _ASIDE.sub("", words) if words.rstrip().endswith(",") else words
        last = first + len(words)
        found = [(m.start, m) for m in self._persons(first, last)]
        at, mention = found[-1] if found else (-1, None)
        others = [match.start() + first for match in (*_unnamed().finditer(words), *self._unknown(first, words))]
        pronouns = [match.start() + first for match in _PRONOUN.finditer(words)]
        if pronouns and pronouns[-1] > max(at, *others, -1):
            return self._told_before(pronouns[-1])
        if mention is None or mention.person is None or max(others, default=-1) >= mention.end:
            return None
        return None if mention.person.bystander else self._by_name(mention)

    def _by_name(self, mention: Mention) -> Person | None:
        """Whom an office without a name means: "the Chilean envoy" is the one Chilean of the sentences before."""
        person = mention.person
        if person is None or person.name or not person.country:
            return person
        here = self._sentence(mention.start)
        named = [
            other.person
            for mentions in self._mentions[max(0, here - _REACH) : here + 1]
            for other in mentions
            if other.person is not None and other.person.name and other.person.country == person.country
        ]
        alone = len({id(one) for one in named}) == 1
        return named[0] if alone and not named[0].bystander else person

    def _named_first(self, first: int, last: int) -> Person | None:
        """Who is told right behind a verb of saying: said Macron; said a spokesman for Macron."""
        words = re.split(r"[,.;]", self._text[first:last])[0]
        mention = next(iter(self._persons(first, first + len(words))), None)
        if mention is None or mention.person is None or mention.person.bystander:
            return None
        gap = self._text[first : mention.start]
        return None if _unnamed().search(gap) or self._unknown(first, gap) else mention.person

    def _persons(self, first: int, last: int) -> list[Mention]:
        """Persons who may be a subject there."""
        return [
            mention
            for mentions in self._mentions[self._sentence(first) : self._sentence(max(first, last - 1)) + 1]
            for mention in mentions
            if mention.person is not None
            and not mention.possessive
            and first <= mention.start < last
            and not _NO_SUBJECT.search(self._text[first : mention.start])
        ]

    def _bare(self, first: int, last: int) -> str:
        """The words of a sentence with a dot for each mention and quotation."""
        words = list(self._text[first:last])
        hidden = [(m.start, m.end) for m in self._mentions[self._sentence(first)]]
        hidden += [(one.first, one.last) for one in self._marks if first <= one.first < last]
        for start, end in hidden:
            words[start - first : end - first] = "." * (min(end, last) - start)
        return "".join(words)

    def _unknown(self, first: int, words: str) -> list[re.Match[str]]:
        """Names in words that begin at `first` and are of nobody whom the story introduces as somebody who may meet."""
        here = self._mentions[self._sentence(first) : self._sentence(first + max(0, len(words) - 1)) + 1]
        return [
            match
            for match in _NAME.finditer(words)
            if match.group() not in _calendar()
            and (match.start() > 1 or first + match.start() not in self._begins)
            and not any(m.start <= first + match.start() < m.end for mentions in here for m in mentions)
        ]

    def _told_before(self, at: int) -> Person | None:
        """Whom "he" at a character means: who spoke last, or who is told first in the sentence before."""
        here = self._sentence(at)
        for index in range(here, max(-1, here - 1 - _REACH), -1):
            if self._turn is not None and self._begins[index] < self._turn[0] <= at:
                return self._turn[1]
            for mention in self._mentions[index]:
                if mention.person is not None and not mention.possessive and mention.start < at:
                    return None if mention.person.bystander else mention.person
            begin, end = self._begins[index], self._begins[index + 1] if index < here else at
            if not _PRONOUN.match(self._text, begin) and _FULL_NAME.search(self._bare(begin, end)):
                return None
        return None

    def _goes_on(self, one: Quoted) -> Person | None:
        """Who speaks where no verb says so: who spoke just before, else the one person of the sentence before."""
        before = self._text[: one.first].rstrip()
        if self._turn is not None and self._turn[0] >= len(before):
            return self._turn[1]
        index = self._sentence(max(0, len(before) - 1))
        named = [m.person for m in self._mentions[index] if m.person is not None and m.start < one.first]
        alone = len({id(person) for person in named}) == 1
        return named[0] if alone and not named[0].bystander else None
