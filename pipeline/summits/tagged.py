"""A text's tokens with the lexicon's hits, and the names and noun groups read from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from pipeline.summits.former_states import at_the_time
from pipeline.summits.lexicon import Hit, look_up, toml
from pipeline.summits.people import name_words
from pipeline.summits.short_forms import with_short_forms
from pipeline.summits.verbs import is_form
from pipeline.summits.words import Word, words

_PLACED = ("country", "demonym", "organisation", "capital")
_NAME_ENDS = frozenset((",", ".", ";", ")"))
_AFTER_NAME = frozenset(("and", "in", "on", "at", "to", "for", "during", "as", "said"))
_LONGEST_NAME = 6
_MOST_UNKNOWN = 2
"""Words that the vocabulary does not know, between a country and the title that it goes with."""


@cache
def _title_words(kind: str) -> frozenset[str]:
    return frozenset(word for phrase in toml("titles.toml")[kind] for word in phrase.split())


@cache
def _no_name() -> frozenset[str]:
    calendar = toml("calendar.toml")
    return name_words("common") | (frozenset(calendar["months"]) - {"may"}) | frozenset(calendar["weekdays"])


def _on_the_day(hit: Hit, day: date | None) -> Hit:
    """A hit with the state for which its name stood on a day."""
    if hit.entry.kind not in ("country", "demonym", "capital"):
        return hit
    code = at_the_time(hit.entry.value, hit.entry.kind, day)
    return hit if code == hit.entry.value else replace(hit, entry=replace(hit.entry, value=code))


class Tagged:
    """Tokens, which of them are taken by a mention, and the entries that begin and end at each. `day`: the text's."""

    def __init__(self, text: str, day: date | None = None) -> None:
        self.text = text
        self.tokens = words(text)
        self.hits = with_short_forms(self.tokens, [_on_the_day(hit, day) for hit in look_up(self.tokens)])
        self.starts = {hit.first: hit for hit in self.hits}
        self.ends = {hit.last: hit for hit in self.hits}
        self.taken = bytearray(len(self.tokens))
        self.organisations = {hit.entry.value for hit in self.hits if hit.entry.kind == "organisation"}
        self.covered = frozenset(place for hit in self.hits for place in range(hit.first, hit.last))

    def take(self, first: int, last: int) -> None:
        for place in range(first, last):
            self.taken[place] = 1

    def before(self, place: int) -> tuple[int, bool, bool, str | None]:
        """First token of the noun group that ends at `place`, whether its holder is past, whether a deputy, and the
        country that it names."""
        past = lower = False
        at = place
        unknown = 0
        plain = place
        while at > 0:
            if (bare := self.bare(at)) != at:
                at = bare
                continue
            word = self.tokens[at - 1]
            if word.text == "-" and at > 1 and self.tokens[at - 2].norm in ("ex", "vice", "then"):
                past |= self.tokens[at - 2].norm != "vice"
                lower |= self.tokens[at - 2].norm == "vice"
                at -= 2
                continue
            if word.norm in _title_words("past"):
                past = True
            elif word.norm in _title_words("deputies"):
                lower = True
            elif word.possessive or word.norm not in _title_words("modifiers") or self._hosts(at - 1):
                if at in self.ends or not _adjective(word) or unknown == _MOST_UNKNOWN:
                    break
                plain = plain if unknown else at
                unknown += 1
            at -= 1
        hit = self.ends.get(at)
        if hit is not None and hit.entry.kind == "region" and hit.entry.value in self.organisations:
            return hit.first, past, lower, hit.entry.value
        if hit is None or hit.entry.kind not in _PLACED or (unknown and hit.entry.kind == "organisation"):
            return (plain if unknown else at), past, lower, None
        possessive = self.tokens[at - 1].possessive
        if hit.entry.kind == "capital" and not possessive and hit.entry.value not in ("US", "RU", "SU", "VA"):
            return at, past, lower, None
        first = hit.first
        before = _title_words("past") | _title_words("modifiers")
        while first > 0 and self.tokens[first - 1].norm in before and not self._hosts(first - 1):
            past |= self.tokens[first - 1].norm in _title_words("past")  # former Japanese prime minister
            first -= 1
        return first, past, lower, hit.entry.value

    def bare(self, at: int) -> int:
        """The token behind which a noun group begins, without the apostrophe of a plural's possessive before it."""
        apostrophe = at > 1 and self.tokens[at - 1].text in ("'", "’") and self.tokens[at - 2].possessive
        return at - 1 if apostrophe else at

    def _hosts(self, at: int) -> bool:
        """Whether "host" is a verb here, as it is without an article or a country before it."""
        before = self.tokens[at - 1].norm if at else ""
        return self.tokens[at].norm == "host" and before not in ("the", "its", "their") and at not in self.ends

    def of_country(self, at: int) -> tuple[int, str | None]:
        """President Rui Tavora of Portugal: the token behind the country, and its code."""
        if at + 1 < len(self.tokens) and self.tokens[at].norm == "of":
            named = self.starts.get(self._behind_form(at + 1))
            if named and named.entry.kind == "country":
                return named.last, named.entry.value
        return at, None

    def _behind_form(self, at: int) -> int:
        """The token where a state's name begins behind its article and its form: the (Kingdom of) Lesotho."""
        tokens = self.tokens
        at += tokens[at].norm == "the"
        end = at
        while end < len(tokens) and tokens[end].norm in _title_words("state_forms"):
            end += 1
        return end + 1 if at < end < len(tokens) - 1 and tokens[end].norm == "of" else at

    def of_office(self, hit: Hit) -> tuple[int, str | None]:
        """ "president of South Korea": the token behind the country, and its code."""
        tokens = self.tokens
        if hit.last + 1 < len(tokens) and tokens[hit.last].norm in ("of", "for", "from", "to"):
            named = self.starts.get(self._behind_form(hit.last + 1))
            if named and named.entry.kind in ("country", "organisation"):
                return named.last, named.entry.value
            if named and named.entry.kind == "demonym" and tokens[hit.last].norm == "of":
                sender = self.starts.get(named.last)  # the envoy of Algerian President X
                if sender and sender.entry.kind == "title" and tokens[hit.last - 1].norm in _title_words("sent"):
                    return hit.last, named.entry.value
        return hit.last, None

    def closed(self, end: int) -> bool:
        """True where a name after a comma ends as an apposition does."""
        if end >= len(self.tokens):
            return True
        return self.tokens[end].text in _NAME_ENDS or self.tokens[end].norm in _AFTER_NAME

    def apposition(self, first: int) -> tuple[str, int] | None:
        """The name before ", the [country] title": its text and first token."""
        at = first
        if at > 0 and self.tokens[at - 1].norm in ("the", "a", "an"):
            at -= 1
        if at < 2 or self.tokens[at - 1].text not in (",", "–", "—"):
            return None
        end = begin = at - 1
        while begin > 0 and end - begin < _LONGEST_NAME + 1 and not self.taken[begin - 1]:
            word = self.tokens[begin - 1]
            if begin - 1 in self.covered or not (
                word.capital or word.text == "-" or word.norm in name_words("particles")
            ):
                break
            begin -= 1
        skipped = _no_name() | name_words("honorifics")
        while begin < end and (not self.tokens[begin].capital or self.tokens[begin].norm in skipped):
            begin += 1
        if end - begin < 2:
            return None
        return self.text[self.tokens[begin].start : self.tokens[end - 1].end], begin

    def name_at(self, first: int, ranked: bool = False) -> tuple[str, int] | None:
        """A person's name at a token: its text and the token behind it. `ranked`: behind a military rank, too."""
        tokens = self.tokens
        while first + 1 < len(tokens) and tokens[first].norm in name_words("honorifics"):
            first += 1 + (tokens[first + 1].text == ".")
        while ranked and first + 1 < len(tokens) and tokens[first].norm in name_words("ranks"):
            first += 1
        at = first
        count = 0
        while at < len(tokens) and count < _LONGEST_NAME and not self.taken[at]:
            word = tokens[at]
            if at > first and tokens[at - 1].possessive:
                break
            if word.text == "-" and first < at < len(tokens) - 1:
                if not self._hyphen(at):
                    break
                at += 2
                continue
            if word.text == "." and at > first and len(tokens[at - 1].text) == 1 and count < 3:
                at += 1
                continue
            if word.capital and word.text.replace("’", "").replace("'", "").isalpha():
                if (
                    at in self.covered
                    and not (ranked and at == first and self._given(at))
                    and not (count and self.starts.get(at) is None)
                ):
                    break
                if (
                    word.norm in _no_name()
                    and not self._short_month(at)
                    and not (count and word.norm in name_words("particles"))
                ):
                    break
                count += 1
            elif not (word.norm in name_words("particles") and self._goes_on(at + 1)):
                break
            at += 1
        while at > first and (tokens[at - 1].text == "-" or self._particle(tokens[at - 1])):
            at -= 1
        if not count or at == first:
            return None
        return _bare(self.text[tokens[first].start : tokens[at - 1].end], tokens[at - 1]), at

    def _short_month(self, at: int) -> bool:
        """Whether a month's short form is a name here: Jan Kowal, and not Jan. 5."""
        after = self.tokens[at + 1].text if at + 1 < len(self.tokens) else ""
        return (
            self.tokens[at].norm in toml("calendar.toml")["months"]
            and len(self.tokens[at].norm) < 4
            and after[:1].isupper()
        )

    def _given(self, at: int) -> bool:
        """Whether a title's word behind a title is a given name: Bosnian Prime Minister Emir Hadzic."""
        hit = self.starts.get(at)
        follows = at + 1 < len(self.tokens) and self.tokens[at + 1].capital and at + 1 not in self.covered
        return hit is not None and hit.entry.kind == "title" and hit.last == at + 1 and follows

    def names_something(self, place: int) -> bool:
        """Whether a token is capitalised as a name's part is, and no day, month or everyday word."""
        word = self.tokens[place]
        return word.capital and word.norm not in _no_name() - name_words("bodies")

    def other_name(self, hit: Hit) -> bool:
        """Whether a country is a part of some other name (Iraq Study Group), or no more (the former Yugoslavia)."""
        tokens = self.tokens
        before = hit.first - 1 - (hit.first > 1 and tokens[hit.first - 1].text == "-")
        if before >= 0 and tokens[before].norm in ("former", "ex"):
            return True
        if tokens[hit.first].norm == "security" and (hit.first in self.ends or _own(tokens[before])):
            return True  # a state's own council
        if hit.last >= len(tokens) or tokens[hit.last - 1].possessive or hit.entry.kind in ("capital", "organisation"):
            return False
        after = tokens[hit.last]
        return (
            after.text[1:].islower()
            and after.start == tokens[hit.last - 1].end + 1
            and hit.last not in self.covered
            and not self.taken[hit.last]
            and self.names_something(hit.last)
        )

    def _hyphen(self, at: int) -> bool:
        """Whether a hyphen joins parts of one name, and not a name and a country or title."""
        one, hyphen, other = self.tokens[at - 1 : at + 2]
        if one.end != hyphen.start or hyphen.end != other.start or not other.norm.isalpha():
            return False
        return not (at + 1 in self.covered and other.capital)

    def _goes_on(self, at: int) -> bool:
        if at >= len(self.tokens):
            return False
        word = self.tokens[at]
        return word.capital or word.text == "-" or word.norm in name_words("particles")

    def _particle(self, word: Word) -> bool:
        return word.norm in name_words("particles") and word.text.islower()


def _own(word: Word) -> bool:
    return word.norm in ("national", "supreme", "higher") or word.possessive


def _adjective(word: Word) -> bool:
    """Whether a word may be an adjective that the vocabulary does not know (Burma's reclusive ruler)."""
    return (
        word.text.isalpha()
        and word.text.islower()
        and len(word.text) > 3
        and word.norm not in _no_name()
        and not is_form(word.text)
    )


def _bare(name: str, last: Word) -> str:
    """A name without its possessive ending."""
    if not last.possessive:
        return name
    if name.endswith(("’s", "'s", "’S", "'S")):
        name = name[:-2]
    return name.rstrip("’'")
