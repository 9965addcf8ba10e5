"""Who and what is mentioned in a story: persons with title and country, offices, countries, groups, places.

A cascade over tokens after FASTUS (Hobbs et al., 1997): lexicon hits → titles with their country and name → names met
again → groups of a country. Nothing here knows who holds which office today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from pipeline.summits.lexicon import Hit, look_up, toml
from pipeline.summits.words import Word, words

PARTICLES = frozenset("al el bin bint ibn ben von van der den de da do dos das di du la le abu ould st".split())
HONORIFICS = frozenset("mr mrs ms dr sir dame lady lord sheikh sheik mr. mrs. ms. dr.".split())
FAMILY_FIRST = frozenset(("CN", "TW", "HK", "MO", "KR", "KP", "VN", "KH"))
"""Where the family name stands first."""
PRONOUNS = frozenset(("he", "she", "his", "her", "him"))
RANK = {"leader": 3, "minister": 2, "official": 1}


@dataclass(slots=True)
class Person:
    """One person of the story, gathered from all mentions."""

    name: str | None
    title: str | None
    country: str | None
    level: str | None
    past: bool = False
    bystander: bool = False
    keys: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Mention:
    """Characters [start, end). `kind`: person, country, group, counterpart, pair. `form`: how a country was named
    (country, demonym, capital, organisation); `anchor`: where its main word begins."""

    kind: str
    start: int
    end: int
    anchor: int
    person: Person | None = None
    country: str | None = None
    level: str | None = None
    form: str = ""
    possessive: bool = False
    title: str | None = None
    name: str | None = None


@cache
def _sets() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    titles = toml("titles.toml")
    calendar = toml("calendar.toml")
    common = frozenset(
        "the a an in on at after before when while but and or if as for from to of by with both his her their its this that these "
        "those he she it they we i you mr mrs ms dr no not new now then there here what who why how earlier later meanwhile "
        "however also during since until under over last next both many some most such same other another one two three first "
        "second third former foreign minister ministry president prime government officials summit talks reuters ap afp".split()
    )
    return (
        frozenset(word for phrase in titles["modifiers"] for word in phrase.split()),
        frozenset(titles["past"]),
        common | frozenset(calendar["months"]) - {"may"} | frozenset(calendar["weekdays"]),
    )


class Scan:
    """The mentions and persons of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = words(text)
        self.persons: list[Person] = []
        self.mentions: list[Mention] = []
        self._taken = bytearray(len(self.tokens))
        self.hits = look_up(self.tokens)
        self._starts = {hit.first: hit for hit in self.hits}
        self._ends = {hit.last: hit for hit in self.hits}
        self._titles()
        self._honorifics()
        self._names()
        self._countries()
        self._settle()
        self.mentions.sort(key=lambda mention: (mention.start, -mention.end))

    # -- titles ----------------------------------------------------------------------------------------------------

    def _titles(self) -> None:
        for hit in self.hits:
            if self._taken[hit.first]:
                continue
            if hit.entry.kind in ("title", "bystander"):
                self._title(hit)
            elif hit.entry.kind == "group":
                self._group(hit)

    def _title(self, hit: Hit) -> None:
        tokens = self.tokens
        first, past, lower, country = self._before(hit.first)
        level: str | None = hit.entry.value or None
        if lower and level:
            level = "official"
        last = hit.last
        # "president of South Korea", "minister of Japan's …"
        if last + 1 < len(tokens) and tokens[last].norm in ("of", "for"):
            after = last + 1 + (tokens[last + 1].norm == "the")
            of = self._starts.get(after)
            if of and of.entry.kind in ("country", "organisation"):
                country = country or of.entry.value
                last = of.last
        title_last = hit.last
        name_first = last
        if name_first < len(tokens) and tokens[name_first].text == ",":
            name_first += 1
        name = self._name(name_first) if not tokens[last - 1].possessive else None
        if name and name_first != last and not (tokens[hit.first].text.islower() or country):
            name = None
        if name and name_first != last and not self._closed(name[1]):
            name = None
        begin, end, anchor = first, last, hit.first
        text_name = None
        if name:
            text_name, end, anchor = name[0], name[1], name_first
        else:
            apposed = self._apposition(first)
            if apposed:
                text_name, begin = apposed
                anchor = begin
        title = self.text[tokens[hit.first].start : tokens[title_last - 1].end]
        if tokens[title_last - 1].possessive:
            title = title[: -1 - (title[-1] == "s" and title[-2:-1] in ("’", "'"))].rstrip("’'")
        bystander = hit.entry.kind == "bystander"
        if text_name is None and country is None:
            # "a foreign leader" is nobody; "the president" is whoever had that title last
            before = tokens[first - 1].norm if first else ""
            person = self._holder(title) if hit.entry.kind == "title" and before in ("the", "both", "") else None
            if person is None:
                return
        else:
            person = self._person(text_name, title, country, level, past, bystander)
        self._take(begin, end)
        self.mentions.append(
            Mention(
                "person",
                tokens[begin].start,
                tokens[end - 1].end,
                tokens[anchor].start,
                person=person,
                country=country,
                level=level,
                possessive=tokens[end - 1].possessive,
                title=title,
                name=text_name,
            )
        )

    def _before(self, place: int) -> tuple[int, bool, bool, str | None]:
        """First token of the noun group that ends at `place`, whether its holder is past, whether a deputy, and the
        country that it names."""
        modifiers, past_words, _ = _sets()
        past = lower = False
        at = place
        while at > 0:
            word = self.tokens[at - 1]
            if word.text == "-" and at > 1 and self.tokens[at - 2].norm in ("ex", "vice"):
                past |= self.tokens[at - 2].norm == "ex"
                lower |= self.tokens[at - 2].norm == "vice"
                at -= 2
                continue
            if word.norm in past_words:
                past = True
            elif word.norm in ("deputy", "vice", "assistant", "under", "junior"):
                lower = True
            elif word.norm not in modifiers or word.possessive:
                break
            at -= 1
        hit = self._ends.get(at)
        if hit and hit.entry.kind in ("country", "demonym", "organisation", "capital"):
            if hit.entry.kind == "capital" and not self.tokens[at - 1].possessive and hit.entry.value != "US":
                return at, past, lower, None
            # "former Japanese prime minister"
            if hit.first > 0 and self.tokens[hit.first - 1].norm in past_words:
                past = True
            return hit.first, past, lower, hit.entry.value
        return at, past, lower, None

    def _closed(self, end: int) -> bool:
        """True where a name after a comma ends as an apposition does."""
        return (
            end >= len(self.tokens)
            or self.tokens[end].text in (",", ".", ";", ")")
            or self.tokens[end].norm
            in (
                "and",
                "in",
                "on",
                "at",
                "to",
                "for",
                "during",
                "as",
                "said",
            )
        )

    def _apposition(self, first: int) -> tuple[str, int] | None:
        """The name before ", the [country] title": its text and first token."""
        at = first
        if at > 0 and self.tokens[at - 1].norm in ("the", "a", "an"):
            at -= 1
        if at < 2 or self.tokens[at - 1].text not in (",", "–", "—"):
            return None
        end = at - 1
        begin = end
        while begin > 0 and end - begin < 7 and not self._taken[begin - 1]:
            word = self.tokens[begin - 1]
            if begin - 1 in self._covered():
                break
            if word.capital or word.text == "-" or word.norm in PARTICLES:
                begin -= 1
            else:
                break
        while begin < end and not self.tokens[begin].capital:
            begin += 1
        _, _, common = _sets()
        while begin < end and self.tokens[begin].norm in common | HONORIFICS:
            begin += 1
        if end - begin < 2:
            return None
        return self.text[self.tokens[begin].start : self.tokens[end - 1].end], begin

    @cache  # noqa: B019  # a scan lives as long as its story
    def _covered(self) -> frozenset[int]:
        """Tokens that are part of a country, organisation or title."""
        return frozenset(place for hit in self.hits for place in range(hit.first, hit.last))

    def _name(self, first: int) -> tuple[str, int] | None:
        """A person's name that begins at a token: its text and the token behind it."""
        tokens = self.tokens
        _, _, common = _sets()
        covered = self._covered()
        at = first
        parts = 0
        while at < len(tokens) and parts < 6 and not self._taken[at]:
            word = tokens[at]
            if at > first and tokens[at - 1].possessive:
                break
            if word.text == "-" and at > first and at + 1 < len(tokens):
                if (
                    tokens[at - 1].end == word.start
                    and word.end == tokens[at + 1].start
                    and tokens[at + 1].text.isalpha()
                ):
                    hyphened = at + 1 in covered and tokens[at + 1].capital
                    if hyphened:
                        break
                    at += 2
                    continue
                break
            if word.text == "." and at > first and len(tokens[at - 1].text) == 1 and parts < 3:
                at += 1
                continue
            if word.capital and word.text.replace("’", "").replace("'", "").isalpha():
                if at in covered and not (parts and self._starts.get(at) is None):
                    break
                if word.norm in common and not (parts and word.norm in PARTICLES):
                    break
                parts += 1
            elif (
                word.norm in PARTICLES
                and at + 1 < len(tokens)
                and (tokens[at + 1].capital or tokens[at + 1].text == "-" or tokens[at + 1].norm in PARTICLES)
            ):
                pass
            else:
                break
            at += 1
        while at > first and (
            tokens[at - 1].norm in PARTICLES and tokens[at - 1].text.islower() or tokens[at - 1].text == "-"
        ):
            at -= 1
        if not parts or at == first:
            return None
        name = self.text[tokens[first].start : tokens[at - 1].end]
        return _bare(name, tokens[at - 1]), at

    # -- names without a title ----------------------------------------------------------------------------------------

    def _honorifics(self) -> None:
        for place, word in enumerate(self.tokens[:-1]):
            if word.norm in HONORIFICS and word.capital and not self._taken[place]:
                after = place + 1 + (self.tokens[place + 1].text == ".")
                name = self._name(after) if after < len(self.tokens) else None
                if name:
                    person = self._person(name[0], None, None, None, False, False)
                    self._mention_name(after, name[1], person, name[0])

    def _names(self) -> None:
        """Names of persons who are known from a title or an honorific elsewhere."""
        place = 0
        while place < len(self.tokens):
            word = self.tokens[place]
            if not self._taken[place] and word.capital and place not in self._covered():
                name = self._name(place)
                if name:
                    person = self._known(name[0])
                    if person is None:
                        # "Takaichi-Lee interaction": the halves
                        half = self._known(word.norm)
                        if half is not None and name[1] > place + 1:
                            self._mention_name(place, place + 1, half, word.text)
                            place += 1
                            continue
                        place = name[1]
                        continue
                    if len(name[0]) > len(person.name or "") and " " in name[0]:
                        person.name = name[0]
                    self._mention_name(place, name[1], person, name[0])
                    place = name[1]
                    continue
            place += 1

    def _mention_name(self, first: int, last: int, person: Person, name: str) -> None:
        self._take(first, last)
        tokens = self.tokens
        self.mentions.append(
            Mention(
                "person",
                tokens[first].start,
                tokens[last - 1].end,
                tokens[first].start,
                person=person,
                possessive=tokens[last - 1].possessive,
                name=name,
            )
        )

    def _known(self, name: str) -> Person | None:
        parts = _parts(name)
        best = None
        for person in self.persons:
            if not person.name:
                continue
            own = _parts(person.name)
            if parts == own or (len(parts) > 1 and len(own) > 1 and parts[-1] == own[-1] and parts[0] == own[0]):
                return person
            if len(parts) == 1 and parts[0] in person.keys:
                if best is not None and best is not person:
                    best_titled = best.title is not None
                    if best_titled and person.title is None:
                        continue
                best = person
            elif len(own) == 1 and own[0] in _family_keys(parts, person.country):
                best = person
            elif len(parts) > 1 and len(own) > 1 and len(set(parts) & set(own)) >= 2:
                best = person
        return best

    def _person(
        self, name: str | None, title: str | None, country: str | None, level: str | None, past: bool, bystander: bool
    ) -> Person:
        if name:
            known = self._known(name)
            if known is not None and not (country and known.country and country != known.country):
                if len(name) > len(known.name or "") and " " in name:
                    known.name = name
                    known.keys |= _family_keys(_parts(name), country or known.country)
                if title and (known.title is None or RANK.get(level or "", 0) > RANK.get(known.level or "", 0)):
                    known.title, known.level = title, level or known.level
                known.country = known.country or country
                known.past |= past
                known.bystander |= bystander and known.level is None
                return known
        elif country and not past:
            for person in reversed(self.persons):
                generic = title == "leader" and person.level == "leader"
                same = person.title and title and (generic or _same_title(person.title, title))
                if same and person.country == country and not person.past:
                    return person
        person = Person(name, title, country, level, past, bystander)
        if name:
            person.keys = _family_keys(_parts(name), country)
        self.persons.append(person)
        return person

    def _holder(self, title: str) -> Person | None:
        """Whoever was last mentioned with this title."""
        for mention in reversed(self.mentions):
            person = mention.person
            if person and person.name and person.title and _same_title(person.title, title) and not person.past:
                return person
        return None

    # -- groups and countries ------------------------------------------------------------------------------------------

    def _group(self, hit: Hit) -> None:
        tokens = self.tokens
        first, past, _, country = self._before(hit.first)
        if past:
            return
        if hit.entry.value == "counterpart":
            at = hit.last
            if at < len(tokens) and tokens[at].text == ",":
                at += 1
            name = self._name(at)
            person = None
            end = hit.last
            if name:
                person = self._person(name[0], None, country, None, False, False)
                end = name[1]
            self._take(first, end)
            self.mentions.append(
                Mention(
                    "counterpart",
                    tokens[first].start,
                    tokens[end - 1].end,
                    tokens[hit.first].start,
                    person=person,
                    country=country,
                    name=name[0] if name else None,
                )
            )
            return
        if country is None:
            return
        self._take(first, hit.last)
        self.mentions.append(
            Mention(
                "group",
                tokens[first].start,
                tokens[hit.last - 1].end,
                tokens[hit.first].start,
                country=country,
                level=hit.entry.value,
                possessive=tokens[hit.last - 1].possessive,
            )
        )

    def _countries(self) -> None:
        for hit in self.hits:
            if hit.entry.kind in ("country", "demonym", "capital", "organisation") and not self._taken[hit.first]:
                tokens = self.tokens
                self._take(hit.first, hit.last)
                self.mentions.append(
                    Mention(
                        "country",
                        tokens[hit.first].start,
                        tokens[hit.last - 1].end,
                        tokens[hit.first].start,
                        country=hit.entry.value,
                        form=hit.entry.kind,
                        possessive=tokens[hit.last - 1].possessive,
                    )
                )

    def _settle(self) -> None:
        """Countries of titles that belong to one state alone, and of leaders without one where the story leaves one
        choice."""
        alone = toml("actors.toml")["one_state"]
        for person in self.persons:
            if person.country is None and person.title:
                person.country = alone.get(person.title.lower())
        for mention in self.mentions:
            if mention.kind == "person" and mention.person and mention.country is None:
                mention.country = mention.person.country
        open_leaders = [
            p for p in self.persons if p.country is None and p.level == "leader" and not p.bystander and p.title
        ]
        if not open_leaders:
            return
        counts: dict[str, int] = {}
        for mention in self.mentions:
            if mention.kind in ("country", "group") and mention.country:
                weight = (
                    2 if self.text[mention.start : mention.end].startswith(("White House", "Kremlin", "Downing")) else 1
                )
                counts[mention.country] = counts.get(mention.country, 0) + weight
        held = {p.country for p in self.persons if p.level == "leader" and p.country}
        free = sorted(
            ((count, code) for code, count in counts.items() if code not in held and code.isalpha() and len(code) == 2),
            reverse=True,
        )
        if len(open_leaders) == 1 and free and (len(free) == 1 or free[0][0] > free[1][0]):
            open_leaders[0].country = free[0][1]
            for mention in self.mentions:
                if mention.person is open_leaders[0]:
                    mention.country = free[0][1]

    def _take(self, first: int, last: int) -> None:
        for place in range(first, last):
            self._taken[place] = 1


def _bare(name: str, last: Word) -> str:
    if last.possessive:
        name = name.rstrip("sS") if name.rstrip().endswith(("’s", "'s")) else name
        name = name.rstrip("’'")
    return name


def _parts(name: str) -> list[str]:
    return [
        part
        for part in name.lower().replace("-", " ").replace(".", " ").split()
        if part not in PARTICLES and part not in HONORIFICS
    ]


def _family_keys(parts: Sequence[str], country: str | None) -> set[str]:
    """What a person may be called by in short."""
    if not parts:
        return set()
    if country in FAMILY_FIRST:
        keys = {parts[0]}
    else:
        # Beyond two parts the family name may be more than one word, as in Spanish and Portuguese.
        keys = set(parts[1:]) if len(parts) > 2 else {parts[-1]}
    return {key for key in keys if len(key) > 1}


def _same_title(one: str, other: str) -> bool:
    return one.lower().split()[-1] == other.lower().split()[-1] and (
        one.lower() in other.lower() or other.lower() in one.lower()
    )
