"""Who a noun phrase names, read from the dependency parse of its sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.summits.offices import bare_office
from pipeline.summits.people import PRONOUNS, Mention, name_words
from pipeline.summits.referring import PLURAL, reference_words, refers
from pipeline.summits.roles import Role
from pipeline.summits.standins import Piece
from pipeline.summits.verbs import stem, verbs

COMPANY = ("with", "between", "among", "alongside", "involving")
_OF = ("of", "from", "between", "among", "representing")
_SUCH_AS = ("including", "like", "as")
_INSIDE = frozenset(("poss", "compound", "nmod", "amod", "nummod"))
DEEPEST = 6


def _list(token: Any) -> list[Any]:
    """A noun and all that are joined to it, however many: each hangs on the one before."""
    out, at = [token], 0
    while at < len(out):
        out += [child for child in out[at].children if child.dep_ == "conj"]
        at += 1
    return out


class Phrases:
    """A sentence's parse, and the mentions that its tokens stand for."""

    def __init__(self, doc: Any, tokens: Sequence[Piece]) -> None:
        self.doc = doc
        self._tokens = tokens
        self._starts = [piece.start for piece in tokens]
        self._at = {place: piece.mention for place, piece in enumerate(tokens) if piece.mention is not None}

    def mention_at(self, token: Any) -> Mention | None:
        return self._at.get(token.i)

    def start(self, token: Any) -> int:
        """Offset of a token in the story."""
        place: int = token.i
        return self._tokens[place].start

    def end(self, token: Any) -> int:
        place: int = token.i
        return self._tokens[place].end

    def token_at(self, offset: int) -> Any | None:
        """The token that holds a character of the story."""
        place = bisect_right(self._starts, offset) - 1
        return self.doc[place] if place >= 0 and offset < self._tokens[place].end else None

    def in_phrase(self, token: Any, depth: int = 0) -> list[Role]:
        """The participants that a noun phrase with this head names: the head, what is joined to it, and the countries
        of a group (leaders of Japan and Korea)."""
        if depth > DEEPEST:
            return []
        return [role for item in _list(token) for role in self._item(item, depth)]

    def _item(self, token: Any, depth: int) -> list[Role]:
        """The participants of a noun phrase without what is joined to it."""
        out: list[Role] = []
        mention = self._at.get(token.i)
        if mention is not None:
            if mention.person is None or not mention.person.bystander:
                if mention.kind in ("group", "counterpart") and mention.country is None:
                    group = self._group(token, mention, depth)
                    lone = not group and mention.kind == "counterpart" and not mention.plural
                    out += [Role(mention, "", self.start(token))] if lone else group
                else:
                    out.append(Role(mention, "", self.start(token)))
                    out += self._listed(token, mention, depth)
        elif token.lower_ == "whom":
            out += self._antecedent(token, depth)
        elif token.lower_ in PRONOUNS:
            out.append(Role(None, "one", self.start(token)))
        elif self._is_guest(token):
            out.append(Role(None, "guest", self.start(token)))
        elif token.lower_ == "it" and token.dep_ in ("nsubj", "nsubjpass"):
            out += self._it(token.head, depth)
        elif word := refers(token):
            out.append(Role(None, word, self.start(token)))
        elif (office := bare_office(token)) is not None:
            begin, end = self.start(token.doc[office.first]), self.end(token)
            held = Mention("group", begin, end, begin, level=office.level, title=office.title)
            out.append(Role(None, "host", self.start(token), held))
        elif token.tag_ == "NNP":  # "with Smith Wednesday", which reads like one name
            out += [
                role for child in token.children if child.dep_ in _INSIDE for role in self.in_phrase(child, depth + 1)
            ]
        elif token.lower_ in reference_words("actors"):
            for child in token.children:
                if child.dep_ in _INSIDE and not any(
                    word.tag_ in ("NN", "NNS") for word in self.doc[child.i + 1 : token.i]
                ):
                    out += self.in_phrase(child, depth + 1)
                elif child.dep_ == "prep" and child.lower_ in _OF:
                    out += self.objects_of(child, depth + 1)
                elif child.dep_ == "acl":  # a delegation led by X
                    out += self.with_(child, ("by",))
        for child in token.children:
            if child.dep_ == "appos":
                out += self.in_phrase(child, depth + 1)
            elif child.dep_ == "prep" and self._adds(child, token, mention is None):
                out += self.objects_of(child, depth + 1)
        return out

    def _is_guest(self, token: Any) -> bool:
        """Whether a noun stands for the visitor who was told before: conferred with the guest."""
        left = list(token.lefts)
        known = any(child.i in self._at for child in left)
        return token.lower_ in reference_words("guests") and not known and any(child.lower_ == "the" for child in left)

    def _adds(self, prep: Any, token: Any, open_group: bool) -> bool:
        """Whether a preposition adds to a phrase who is of it: allies, including X; Y together with Z."""
        if prep.lower_ == "with":
            return bool(prep.i == token.i + 2 and prep.nbor(-1).lower_ in ("along", "together"))
        return prep.lower_ in _SUCH_AS and (open_group or prep.lower_ == "including")

    def _antecedent(self, pronoun: Any, depth: int) -> list[Role]:
        """The chancellor, with whom X spoke; the palace of the king, with whom X had lunch."""
        clause = pronoun.head.head
        if clause.dep_ != "relcl" and clause.head.dep_ == "relcl":
            clause = clause.head
        if pronoun.dep_ != "pobj" or clause.dep_ != "relcl":
            return []
        noun = clause.head
        inside = [word for word in self.doc[noun.i + 1 : pronoun.i] if word.i in self._at]
        if noun.i not in self._at and inside and self._at[inside[-1].i].kind == "person":
            noun = inside[-1]
        return self.in_phrase(noun, depth + 1)

    def _it(self, verb: Any, depth: int) -> list[Role]:
        """ "The bloc said it had put off a summit": who said so."""
        said = verb.head
        if verb.dep_ != "ccomp" or stem(said) not in verbs("speech"):
            return []
        subject = next((child for child in said.children if child.dep_ == "nsubj"), None)
        return self.in_phrase(subject, depth + 1) if subject is not None and subject.lower_ != "it" else []

    def _listed(self, token: Any, mention: Mention, depth: int) -> list[Role]:
        """The further countries of a group that names its last one: Kenyan, Ugandan (and Tanzanian ministers)."""
        if mention.kind != "group":
            return []
        return [
            Role(role.mention, "", role.position, mention)
            for child in token.children
            if child.dep_ in _INSIDE and (own := self._at.get(child.i)) is not None and own.kind == "country"
            for role in self.in_phrase(child, depth + 1)
            if role.mention is not None and role.mention.kind == "country"
        ]

    def _group(self, token: Any, mention: Mention, depth: int) -> list[Role]:
        """The countries whose representatives a group is: (foreign ministers) of Japan and Korea."""
        inner = [
            role
            for child in token.children
            for role in (
                self.objects_of(child, depth + 1)
                if child.dep_ == "prep" and child.lower_ in _OF
                else self.in_phrase(child, depth + 1)
                if child.dep_ in _INSIDE
                else []
            )
        ]
        inner += [
            Role(None, "many" if child.lower_ == "their" else "two", self.start(child))
            for child in token.lefts
            if child.lower_ in name_words("refer_to_sides")
        ]
        return [
            Role(role.mention, role.word, role.position, mention)
            for role in inner
            if role.word in PLURAL or (role.mention is not None and role.mention.kind == "country")
        ]

    def objects_of(self, prep: Any, depth: int = 0) -> list[Role]:
        return [
            role
            for child in prep.children
            if child.dep_ in ("pobj", "pcomp", "conj", "prep") and depth < DEEPEST
            for role in (
                self.objects_of(child, depth + 1) if child.dep_ == "prep" else self.in_phrase(child, depth + 1)
            )
        ]

    def with_(self, head: Any, words: Iterable[str] = COMPANY) -> list[Role]:
        """Those whom a preposition of company brings to a verb or noun."""
        wanted = frozenset(words)
        return [
            role
            for child in head.children
            if (child.dep_ in ("prep", "dative", "agent") or child.tag_ == "IN") and child.lower_ in wanted
            for role in self.objects_of(child)
        ] + [
            role
            for child in head.children
            if (child.dep_ in ("prt", "advmod") and child.lower_ in reference_words("adverbs"))
            or child.dep_ in ("npadvmod", "tmod")
            for role in self.with_(child, wanted)
        ]
