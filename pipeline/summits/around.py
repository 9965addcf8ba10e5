"""The country of somebody whose title names none, from the words around."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from pipeline.summits.american_wires import follows_american_president, is_american_president, speaks_of_america
from pipeline.summits.gate import may_hold_encounter
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.office_states import few_states, is_kind, ranks, suits
from pipeline.summits.people import Mention, Person, same_title
from pipeline.summits.stops import is_held_in, is_placed, last_stop, receives_guest, stands_in

_ENOUGH = 2.5
"""Points that the best country needs; see `_points`."""
_MOST_FOR_COUNT = 1.0
_DATELINE = 3.3
"""For the country of the dateline: a national agency gives its own officials no country."""
_DATELINE_ABROAD = 1.0
"""The same, where the story later brings in one of that country's representatives with his country: it is written for
others, and would have given it to the first of them."""
_OFFICE = 3.0
"""For an office of the same title that the headline or the story has told without a name."""
_HOME = 3.0
"""For the United States in a story that speaks of them: their wires give their own officials no country."""
_HOME_ABROAD = 2.0
"""The same, where the story was filed in another country, whose own agencies do so, too."""
_MARGIN = 0.4
_HOST = 3.0
"""For the country where somebody meets a foreigner: who is told without a country there is at home."""
_ONLY = 1.5
"""For the one country that a story has spoken of so far: its own people need it no more."""
_VOICE = 3.0
"""For the country for which somebody speaks: For Cambodia, Prime Minister X replied."""
_SUBJECT = 1.5
"""For the country with which the sentence before opens."""
_NEAR = 350
"""Characters in front of a mention in which a country counts."""
_TOLD = 700
"""And in which an office that is told without a name does."""
_AHEAD = 120
"""Behind a mention."""
_OPENS = 12
"""Characters of a sentence in which its first country is its subject."""
SENTENCE = re.compile(
    r"[.!?](?<!\b[A-Z]\.)(?<!\bSept\.)(?<!\b(?:Mr|Ms|Dr|St)\.)(?<!\b(?:Mrs|Gen|Jan|Feb|Mar|Apr|Aug|Oct|Nov|Dec)\.)[”\"]?\s"
)
"""The end of a sentence, roughly: not behind an initial, a month or a form of address that is cut short."""
_SUCCESSION = re.compile(r"\b(?:new|newly|next|incoming|outgoing|elect)\b", re.IGNORECASE)
"""Beside one of these somebody's country may have another holder of the office."""
_BACK_THEN = re.compile(r"\bin (?:[A-Z]\w+ )?(?:1[89]|20)\d\d\b")
"""In a year that a sentence tells the office may have had another holder."""
_ON_BEHALF = re.compile(r"For \w[\w ]+, (?:the )?")
EACH_OTHER = re.compile(toml("references.toml")["meet_each_other"])
_PRONOUN = re.compile(r"\b(?:he|she|him|her)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Around:
    """What a story tells of countries. `home`: that of its dateline."""

    text: str
    mentions: Sequence[Mention]
    persons: Sequence[Person]
    headline: Sequence[Mention]
    home: str | None

    def country(self, mention: Mention, ruled_out: Set[str]) -> str | None:
        """The country that the words around a person's mention make plain; None where two are about as likely.
        `ruled_out`: those of which the story tells that he is not."""
        person = mention.person
        assert person is not None
        before, after = self._before(mention), self._after(mention)
        if joined := self._joined(mention, before) or self._its(mention, before):
            return joined
        sentence, previous = self._sentences(mention)
        others = self.other_sides(mention)
        out = self._held(mention) | others | ruled_out
        possible = few_states(person.title)
        if self.home in possible - out:
            return self.home
        if "US" not in out and is_american_president(self.text, mention, self.mentions, self.home):
            return "US"
        named = ({m.country for m in self.mentions} | {self.home}) & possible - out
        if len(named) == 1:
            return named.pop()
        points: dict[str, float] = {}
        for other in before + after:
            code = other.country
            if code is None or code in organisations() or code in out or other.kind == "counterpart":
                continue
            if other.kind == "person" and other.person is not None and other.person.name and not other.person.bystander:
                continue
            value = self._points(other, mention, sentence, previous)
            if other.start > mention.start and stands_in(self.text, other.start):
                value = _HOST if others or receives_guest(self.text[mention.end : other.start]) else value
            points[code] = max(points.get(code, 0.0), value)
        for code, bonus in self._offices(mention, out).items():
            points[code] = points.get(code, 0.0) + bonus
        counts = Counter(m.country for m in self.mentions if m.country in points)
        for code in points:
            points[code] += min(_MOST_FOR_COUNT, 0.25 * counts[code])
        near = self.text[max(0, sentence) : mention.end + _AHEAD]
        stop = last_stop(self.text, near, [m for m in before if previous <= m.start < sentence])
        if stop is not None and stop not in out:
            points[stop] = points.get(stop, 0.0) + _HOST
        told = {m.country for m in self.mentions if m.country and m.end <= mention.start} - organisations()
        if len(told) == 1 and told <= points.keys():
            points[told.pop()] += _ONLY
        ranked = sorted(
            ((value, code) for code, value in points.items() if not possible or code in possible), reverse=True
        )
        if not ranked or ranked[0][0] < _ENOUGH or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN):
            return None
        return ranked[0][1]

    def _before(self, mention: Mention) -> list[Mention]:
        return [m for m in self.mentions if mention.start - _NEAR <= m.end <= mention.start]

    def _after(self, mention: Mention) -> list[Mention]:
        return [m for m in self.mentions if mention.end <= m.start < mention.end + _AHEAD]

    def other_sides(self, mention: Mention) -> set[str]:
        """The countries of those whom somebody meets in the same clause: of these he is not himself."""
        out: set[str] = set()
        before = self._before(mention)
        for other in (*before, *self._after(mention)):
            first, last = (other, mention) if other.start < mention.start else (mention, other)
            between = self.text[first.end : last.start]
            code = other.country or (other.person.country if other.person is not None else None)
            if code is None or other.kind == "country" or SENTENCE.search(between) or is_kind(self.text, other):
                continue
            if (
                other.kind == "counterpart"
                or may_hold_encounter(between)
                or self._are_peers(other, mention)
                or (between.strip() == "and" and other.kind == "person" and EACH_OTHER.match(self.text, last.end))
            ):
                out.add(code)
        return out | self._met_by_pronoun(mention, before)

    def _met_by_pronoun(self, mention: Mention, before: Sequence[Mention]) -> set[str]:
        """The country of whom a pronoun means that meets somebody: he will also hold talks with X."""
        sentence, _ = self._sentences(mention)
        pronoun = _PRONOUN.search(self.text, sentence, mention.start)
        if pronoun is None or not may_hold_encounter(self.text[sentence : mention.start]):
            return set()
        persons = [m for m in before if m.person is not None and not m.person.bystander and m.end <= pronoun.start()]
        last = persons[-1].person if persons else None
        return {last.country} if last is not None and last.country else set()

    def _sentences(self, mention: Mention) -> tuple[int, int]:
        """Where the sentence of a mention and the one before it begin, as far as they are near."""
        begins = [m.end() for m in SENTENCE.finditer(self.text, max(0, mention.start - _NEAR), mention.start)]
        return (begins[-1] if begins else 0), (begins[-2] if len(begins) > 1 else -1)

    def _held(self, mention: Mention) -> set[str]:
        """The countries that have another holder of the same office."""
        person = mention.person
        if person is None or _SUCCESSION.search(self.text, mention.start, mention.end):
            return set()
        if _BACK_THEN.search(self.text, max(0, self._sentences(mention)[0]), mention.start):
            return set()
        return {
            other.country
            for other in self.persons
            if other is not person
            and other.name
            and other.country
            and other.title
            and other.level == person.level
            and same_title(other.title, person.title or "")
            and not other.past
        }

    def _offices(self, mention: Mention, out: Set[str]) -> dict[str, float]:
        """What the office itself tells: that wires give their own officials no country, and that an office of the same
        title was told of a country without its holder's name."""
        person = mention.person
        assert person is not None
        points: dict[str, float] = {}
        american = (person.title or "").lower() in toml("actors.toml")["american"]
        at_home = self.home in (None, "US")
        follows = american and not at_home and follows_american_president(mention, self.mentions)
        read = self.mentions if at_home else [m for m in self.mentions if m.end <= mention.start]
        if "US" not in out and american and speaks_of_america(read):
            points["US"] = _HOME if at_home or follows else _HOME_ABROAD
        if self.home is not None and self.home not in out and not follows:
            points[self.home] = points.get(self.home, 0.0) + self._dateline(mention)
        told = [m.person for m in self.mentions if mention.start - _TOLD <= m.end <= mention.start]
        for office in {
            office.country
            for office in (*(m.person for m in self.headline), *told)
            if office is not None and office.name is None and office.country and suits(person, office)
        } - out:
            points[office] = points.get(office, 0.0) + _OFFICE
        return points

    def _dateline(self, mention: Mention) -> float:
        """Points for the country of the dateline."""
        homely = [
            other.start
            for other in self.mentions
            if other.name and other.country == self.home and other.level in ("leader", "minister")
        ]
        return _DATELINE_ABROAD if homely and homely[0] > mention.start else _DATELINE

    def _points(self, other: Mention, mention: Mention, sentence: int, previous: int) -> float:
        """How strongly a country's mention tells that somebody near it is of it: the same sentence and a place where
        they are, or a state's own voice (Syrian state media say President …), count most."""
        placed = is_placed(self.text, other.start)
        held = is_held_in(self.text, other.start)
        if other.start > mention.start:
            return 0.0 if placed else 0.5
        value = 1.0
        if other.start >= sentence:
            value = 2.0
            if (
                other.kind == "group"
                or (other.form == "capital" and not held)
                or (other.person is not None and other.person.bystander)
            ):
                value += 1.0
            if other.start - sentence < _OPENS:
                value += 1.0
            if _ON_BEHALF.fullmatch(self.text, max(0, other.start - 4), mention.start):
                value += _VOICE
        elif previous >= 0 and 0 <= other.start - previous < _OPENS:
            value += _SUBJECT
        if other.start >= sentence and self.text.startswith(", where", other.end):
            value += _HOST
        elif (placed and not held) or self.text.startswith(", where", other.end):
            value += 1.5 if other.start >= sentence or other.form == "capital" else 0.5
        return value

    def _its(self, mention: Mention, before: Sequence[Mention]) -> str | None:
        """The country of which a sentence tells what its minister does: Turkey put off a visit by its minister."""
        if self.text[max(0, mention.start - 4) : mention.start].lower() != "its ":
            return None
        sentence, previous = self._sentences(mention)
        if mention.start - 4 == sentence:  # Poland objected. Its prime minister, X, …
            told = [m for m in before if previous <= m.start < sentence and m.country not in organisations()]
            return told[0].country if told and told[0].start - max(previous, 0) < _OPENS else None
        for other in before:
            if other.kind == "country" and not SENTENCE.search(self.text, other.end, mention.start):
                placed = is_placed(self.text, other.start)
                if other.country and not placed and other.form != "demonym":
                    return other.country
        return None

    def _joined(self, mention: Mention, before: Sequence[Mention]) -> str | None:
        """The country of the person whom "and" joins to this one: Afghan President X and Foreign Minister Y."""
        if not before:
            return None
        last = max(before, key=lambda m: m.end)
        between = self.text[last.end : mention.start].strip()
        if last.kind == "person" and last.person is not None and between in ("and", ", and", ",", "and the", "and his"):
            met = self._are_peers(last, mention) or EACH_OTHER.match(self.text, mention.end)
            return None if met or self._elsewhere(last, before) else last.person.country
        return None

    def _elsewhere(self, person: Mention, before: Sequence[Mention]) -> bool:
        """Whether somebody's sentence opens with a place abroad: in Budapest, Kowal and Prime Minister X met."""
        sentence, _ = self._sentences(person)
        place = next((m for m in before if m.start >= sentence), None)
        return (
            place is not None
            and place.form in ("capital", "country")
            and place.start - sentence < _OPENS
            and place.country != (person.country or (person.person.country if person.person else None))
            and is_placed(self.text, place.start)
        )

    def _are_peers(self, one: Mention, other: Mention) -> bool:
        """Whether two hold the same office, as no two of one country do: Presidents X and Y."""
        first, second = one.person, other.person
        if first is None or second is None or first is second or not (first.title and second.title):
            return False
        return ranks(second) and same_title(first.title, second.title)
