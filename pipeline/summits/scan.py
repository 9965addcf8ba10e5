"""Who and what is mentioned in a story: persons with title and country, offices, countries, groups.

A cascade over tokens after FASTUS (Hobbs et al., 1997): lexicon hits → titles with their country and name → names met
again → groups of a country. Nothing here knows who holds which office today.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.summits.lexicon import Hit, toml
from pipeline.summits.named_pairs import is_predicate, named_in_pairs
from pipeline.summits.people import RANK, Mention, Person, family_keys, known_as, name_words, parts, same_title
from pipeline.summits.settle import settle
from pipeline.summits.tagged import Tagged

_PLACED = ("country", "demonym", "capital", "organisation")


class Scan:
    """The mentions of one text, ascending, and its persons in the order in which they come. `home`: the country of the
    dateline; `day`: the story's, for the names of states that are no more."""

    def __init__(
        self, text: str, headline: str | None = None, home: str | None = None, day: date | None = None
    ) -> None:
        self.text = text
        self.persons: list[Person] = []
        self.mentions: list[Mention] = []
        self._home = home
        self._tagged = Tagged(text, day)
        self._tokens = self._tagged.tokens
        for hit in self._tagged.hits:
            if not self._tagged.taken[hit.first]:
                if hit.entry.kind in ("title", "bystander"):
                    self._title(hit)
                elif hit.entry.kind == "group":
                    self._group(hit)
        self._honorifics()
        for named in list(named_in_pairs(self._tagged, self.mentions)):
            person = self._person(named.name, named.title, named.country, named.level, False, False)
            self._named(named.first, named.last, person, named.name)
        self._names()
        self._countries()
        self.mentions.sort(key=lambda mention: (mention.start, -mention.end))
        settle(text, self.mentions, self.persons, Scan(headline, day=day).mentions if headline else (), home)

    # -- titles --------------------------------------------------------------------------------------------------------

    def _title(self, hit: Hit) -> None:
        tokens, tagged = self._tokens, self._tagged
        first, past, lower, country = tagged.before(hit.first)
        level: str | None = hit.entry.value or None
        if lower and level:
            level = "official"
        last, of = self._tagged.of_office(hit)
        country = country or of
        name_first = last + (last < len(tokens) and tokens[last].text == ",")
        name = None if tokens[last - 1].possessive else tagged.name_at(name_first, ranked=True)
        if (
            name
            and name_first != last
            and not ((tokens[hit.first].text.islower() or country) and tagged.closed(name[1]))
        ):
            name = None
        begin, end, anchor = first, last, hit.first
        text_name = None
        if name:
            text_name, end, anchor = name[0], name[1], name_first
        elif apposed := tagged.apposition(first):
            text_name, begin = apposed
            anchor = begin
        title = self._title_text(first, hit, lower)
        if country in toml("actors.toml")["civil_servants"].get(title.lower(), ()):
            level = "official"
        bystander = hit.entry.kind == "bystander"
        if name and country is None:
            end, country = self._tagged.of_country(name[1])
        if text_name is None and country is None:
            # "a foreign leader" is nobody; "the president" is whoever had that title last
            definite = first == 0 or tokens[first - 1].norm in ("the", "both") or tokens[first - 1].text == "."
            person = (self._holder(title) or self._at_home(hit, title)) if definite and not bystander else None
            if person is None:
                return
        else:
            person = self._person(text_name, title, country, level, past, bystander)
        tagged.take(begin, end)
        self._add(
            "person", begin, end, anchor, person=person, country=country, level=level, title=title, name=text_name
        )

    def _title_text(self, first: int, hit: Hit, lower: bool) -> str:
        """The title's words, with what makes it a lower or a passing office ("acting", "deputy")."""
        tokens = self._tokens
        at = hit.first
        kept = toml("titles.toml")["kept"]
        while at > first and (
            tokens[at - 1].norm in kept or (lower and tokens[at - 1].norm in ("deputy", "assistant"))
        ):
            at -= 1
        last = tokens[hit.last - 1]
        title = self.text[tokens[at].start : last.end]
        if last.possessive:
            title = title[:-2] if title[-2:] in ("’s", "'s") else title
            title = title.rstrip("’'")
        return title

    def _person(
        self, name: str | None, title: str | None, country: str | None, level: str | None, past: bool, bystander: bool
    ) -> Person:
        if name:
            known = known_as(name, self.persons)
            if known is not None and not (country and known.country and country != known.country):
                known.call(name, country)
                if title and (known.title is None or RANK.get(level or "", 0) > RANK.get(known.level or "", 0)):
                    known.title, known.level = title, level or known.level
                known.country = known.country or country
                known.past |= past
                known.bystander |= bystander and known.level is None
                return known
        elif country and not past:
            for person in reversed(self.persons):
                generic = title in ("leader", "Leader", "ruler") and person.level == "leader"
                same = person.title and title and (generic or same_title(person.title, title))
                if same and person.country == country and not person.past:
                    return person
        person = Person(name, title, country, level, past, bystander)
        if name:
            person.keys = family_keys(parts(name), country)
        self.persons.append(person)
        return person

    def _holder(self, title: str) -> Person | None:
        """Whoever was last mentioned with this title."""
        for mention in reversed(self.mentions):
            person = mention.person
            if person and person.name and person.title and same_title(person.title, title) and not person.past:
                return person
        return None

    def _at_home(self, hit: Hit, title: str) -> Person | None:
        """The President of whom an office at home tells without a name: "The President", with a capital."""
        tokens, behind = self._tokens, next(iter(self._tokens[hit.last : hit.last + 1]), None)
        goes_on = behind is not None and (behind.capital or behind.norm in ("of", "for"))
        named = hit.first and tokens[hit.first - 1].norm == "the" and title[0].isupper() and not goes_on
        alone = named and self._home is not None and hit.entry.value == "leader"
        return self._person(None, title, self._home, "leader", False, False) if alone else None

    # -- names without a title -----------------------------------------------------------------------------------------

    def _honorifics(self) -> None:
        honorifics = name_words("honorifics")
        for place, word in enumerate(self._tokens[:-1]):
            if word.norm in honorifics and word.capital and not self._tagged.taken[place]:
                name = self._tagged.name_at(place)
                known = [
                    p
                    for p in self.persons
                    if name and p.name and " " not in name[0] and parts(p.name)[:1] == parts(name[0])
                ]
                if name and len(known) == 1:
                    self._named(place, name[1], known[0], name[0])
                elif name and self._tokens[name[1] - 1].capital:
                    self._named(place, name[1], self._person(name[0], None, None, None, False, False), name[0])

    def _names(self) -> None:
        """Names of persons who are known from a title or an honorific elsewhere."""
        tagged = self._tagged
        behind = 0
        for place, word in enumerate(self._tokens):
            if place >= behind and word.capital and not tagged.taken[place] and place not in tagged.covered:
                behind = self._name(place)

    def _name(self, place: int) -> int:
        """Reads the name at a token; the token to go on from."""
        name = self._tagged.name_at(place)
        if name is None:
            return place + 1
        person = known_as(name[0], self.persons) or self._introduced(place, name) or self._of_state(place, name[0])
        if person is None:
            # "Takaichi-Lee interaction": the halves
            word = self._tokens[place]
            half = known_as(word.norm, self.persons)
            if half is not None and name[1] > place + 1:
                self._named(place, place + 1, half, word.text)
                return place + 1
            return name[1]
        person.call(name[0], None)
        self._named(place, name[1], person, name[0])
        return name[1]

    def _introduced(self, place: int, name: tuple[str, int]) -> Person | None:
        """The holder of an office that the sentence before tells without a name, where a full name opens the next one
        and goes on with a predicate: "Iran's foreign minister has put off a visit. Ali Reza was to …"."""
        tokens = self._tokens
        opens = place > 0 and tokens[place - 1].text in (".", "”", '"') and " " in name[0]
        if not opens or name[1] >= len(tokens) or not is_predicate(tokens[name[1]]):
            return None
        earlier = [m for m in self.mentions if m.kind == "person" and m.end <= tokens[place].start]
        begin = self.text.rfind(". ", 0, max(0, tokens[place - 1].start - 1)) + 1
        open_offices = [
            m.person for m in earlier if m.start >= begin and m.person and not m.person.name and not m.person.bystander
        ]
        if len(open_offices) != 1:
            return None
        open_offices[0].name = name[0]
        return open_offices[0]

    def _of_state(self, place: int, name: str) -> Person | None:
        """Somebody whom a state's possessive alone introduces: Norway's Kari Dahl."""
        hit = self._tagged.ends.get(place)
        if hit is None or hit.entry.kind != "country" or " " not in name or not self._tokens[place - 1].possessive:
            return None
        if name.rsplit(maxsplit=1)[-1].lower() in name_words("institutions"):
            return None
        return self._person(name, None, hit.entry.value, None, False, False)

    def _named(self, first: int, last: int, person: Person, name: str) -> None:
        self._tagged.take(first, last)
        self._add("person", first, last, first, person=person, name=name)

    # -- groups and countries ------------------------------------------------------------------------------------------

    def _group(self, hit: Hit) -> None:
        first, past, _, country = self._tagged.before(hit.first)
        first += self._tokens[first].text in ("'", "’")
        if past:
            return
        if hit.entry.value == "counterpart":
            self._counterpart(hit, first, country)
            return
        words = self.text[self._tokens[hit.first].start : self._tokens[hit.last - 1].end].lower()
        office = toml("titles.toml")["offices"].get(words.rstrip("’'"))
        if office and country is None and self._holders(hit, office):
            return
        owner = self._tokens[self._tagged.bare(first) - 1] if first > 0 else None
        theirs = owner is not None and owner.possessive and owner.norm in name_words("sides")
        told_before = office is not None and first > 0 and self._tokens[first - 1].norm in name_words("refer_to_sides")
        if country is None and not (theirs or told_before) and not self._of_countries(hit.last):
            return
        self._tagged.take(first, hit.last)
        self._add("group", first, hit.last, hit.first, country=country, level=hit.entry.value, title=office)

    def _holders(self, hit: Hit, office: str) -> bool:
        """Prime Ministers Rui Tavora of Portugal and Alvaro Benitez of Spain: a mention for each."""
        at, found = hit.last, False
        first = hit.first
        while name := self._tagged.name_at(at):
            end, country = self._tagged.of_country(name[1])
            title = office.title() if self._tokens[hit.first].capital else office
            person = self._person(name[0], title, country, hit.entry.value, False, False)
            self._tagged.take(first, end)
            self._add("person", first, end, at, person=person, country=country, level=hit.entry.value, name=name[0])
            found = True
            while end < len(self._tokens) and self._tokens[end].text in (",", "and"):
                end += 1
            first = at = end
        return found

    def _of_countries(self, at: int) -> bool:
        """Whether "of" and a country follow within a few words: leaders of the 27-member European Union."""
        tokens = self._tokens
        if at >= len(tokens) or tokens[at].norm not in ("of", "from"):
            return False
        for place in range(at + 1, min(at + 6, len(tokens))):
            hit = self._tagged.starts.get(place)
            if (hit and hit.entry.kind in ("country", "organisation")) or tokens[place].norm in name_words("sides"):
                return True
        return False

    def _counterpart(self, hit: Hit, first: int, country: str | None) -> None:
        at = hit.last
        plural = self._tokens[hit.last - 1].norm in ("counterparts", "colleagues", "homologues", "numbers", "peers")
        if country is None and not plural:
            at, country = self._tagged.of_office(hit)
        behind = at + (at < len(self._tokens) and self._tokens[at].text == ",")
        name = self._tagged.name_at(behind)
        if name and behind != at and not self._tagged.closed(name[1]):
            name = None
        person = self._person(name[0], None, country, None, False, False) if name else None
        end = name[1] if name else at
        self._tagged.take(first, end)
        self._add("counterpart", first, end, hit.first, person=person, country=country, name=name[0] if name else None)
        self.mentions[-1].plural = plural

    def _countries(self) -> None:
        for hit in self._tagged.hits:
            if hit.entry.kind in _PLACED and not self._tagged.taken[hit.first] and not self._tagged.other_name(hit):
                self._tagged.take(hit.first, hit.last)
                self._add("country", hit.first, hit.last, hit.first, country=hit.entry.value, form=hit.entry.kind)

    def _add(self, kind: str, first: int, last: int, anchor: int, **fields: Any) -> None:
        """A mention over tokens [first, last); `fields`: those of Mention."""
        tokens = self._tokens
        start, end, main = tokens[first].start, tokens[last - 1].end, tokens[anchor].start
        visiting = any(token.norm == "visiting" for token in tokens[max(0, first - 1) : last])
        then, owns = any(token.norm == "then" for token in tokens[first:anchor]), tokens[last - 1].possessive
        fields |= {"possessive": owns, "visiting": visiting, "then": then}
        self.mentions.append(Mention(kind, start, end, main, **fields))
