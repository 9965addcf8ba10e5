"""Who takes part in what a word tells, read from the dependency parse of its sentence.

Participants come from a word's own arguments or by a resolved link (the subject of the verb that governs it), never
from elsewhere in the sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.summits.lexicon import toml
from pipeline.summits.people import PRONOUNS, Mention
from pipeline.summits.referring import PLURAL, reference_words, refers
from pipeline.summits.roles import Role
from pipeline.summits.standins import Piece
from pipeline.summits.verbs import is_verb, stem, verbs

COMPANY = ("with", "between", "among", "alongside", "involving")
_OF = ("of", "from", "between", "among", "representing")
_SUCH_AS = ("including", "like", "as")
_INSIDE = frozenset(("poss", "compound", "nmod", "amod", "nummod"))
_DEEPEST = 6


def _list(token: Any) -> list[Any]:
    """A noun and all that are joined to it, however many: each hangs on the one before."""
    out, at = [token], 0
    while at < len(out):
        out += [child for child in out[at].children if child.dep_ == "conj"]
        at += 1
    return out


class Parsed:
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

    # -- noun phrases --------------------------------------------------------------------------------------------------

    def in_phrase(self, token: Any, depth: int = 0) -> list[Role]:
        """The participants that a noun phrase with this head names: the head, what is joined to it, and the countries
        of a group (leaders of Japan and Korea)."""
        if depth > _DEEPEST:
            return []
        return [role for item in _list(token) for role in self._item(item, depth)]

    def _item(self, token: Any, depth: int) -> list[Role]:
        """The participants of a noun phrase without what is joined to it."""
        out: list[Role] = []
        mention = self._at.get(token.i)
        if mention is not None:
            if mention.person is None or not mention.person.bystander:
                if mention.kind in ("group", "counterpart") and mention.country is None:
                    out += self._group(token, mention, depth)
                else:
                    out.append(Role(mention, "", self.start(token)))
                    out += self._listed(token, mention, depth)
        elif token.lower_ in PRONOUNS:
            out.append(Role(None, "one", self.start(token)))
        elif token.lower_ == "it" and token.dep_ in ("nsubj", "nsubjpass"):
            out += self._it(token.head, depth)
        elif word := refers(token):
            out.append(Role(None, word, self.start(token)))
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

    def _adds(self, prep: Any, token: Any, open_group: bool) -> bool:
        """Whether a preposition adds to a phrase who is of it: allies, including X; Y together with Z."""
        if prep.lower_ == "with":
            return bool(prep.i == token.i + 2 and prep.nbor(-1).lower_ in ("along", "together"))
        return prep.lower_ in _SUCH_AS and (open_group or prep.lower_ == "including")

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
        return [
            Role(role.mention, role.word, role.position, mention)
            for role in inner
            if role.word in PLURAL or (role.mention is not None and role.mention.kind == "country")
        ]

    def objects_of(self, prep: Any, depth: int = 0) -> list[Role]:
        return [
            role
            for child in prep.children
            if child.dep_ in ("pobj", "pcomp", "conj", "prep") and depth < _DEEPEST
            for role in (
                self.objects_of(child, depth + 1) if child.dep_ == "prep" else self.in_phrase(child, depth + 1)
            )
        ]

    # -- verbs ---------------------------------------------------------------------------------------------------------

    def subjects(self, verb: Any, depth: int = 0) -> list[Role]:
        """Who does what a verb says, through control and coordination."""
        if depth > _DEEPEST:
            return []
        if own := next((child for child in verb.children if child.dep_ in ("nsubj", "csubj")), None):
            if own.lower_ in ("who", "which", "that") and verb.dep_ in ("relcl", "ccomp", "acl"):
                return self.in_phrase(verb.head)
            return self.in_phrase(own) or self._carried(own)
        passive = next((child for child in verb.children if child.dep_ == "nsubjpass"), None)
        if passive is not None:
            agents = [role for child in verb.children if child.dep_ == "agent" for role in self.objects_of(child)]
            if agents or (stem(verb) not in verbs("travel") and any(c.dep_ == "auxpass" for c in verb.children)):
                return agents
            return self.in_phrase(passive)
        head = verb.head
        if head == verb:
            return []
        if (
            verb.dep_ in ("xcomp", "ccomp", "advcl", "prep")
            and not is_verb(head)
            and head.dep_ in ("acomp", "oprd", "attr")
        ):
            return self.controller(head.head, verb, depth + 1)
        if verb.dep_ in ("xcomp", "ccomp"):
            return self.controller(head, verb, depth + 1) if is_verb(head) else self.owner(head, depth + 1)
        if verb.dep_ in ("conj", "advcl", "parataxis", "dep"):
            if not is_verb(head):
                return self.in_phrase(head) if verb.dep_ == "conj" else self.owner(head, depth + 1)
            return self.controller(head, verb, depth + 1)
        if verb.dep_ in ("acl", "relcl"):
            return self.owner(head, depth + 1)
        if verb.dep_ == "pcomp":
            return [] if head.lower_ == "for" else self.around(head, depth + 1)
        if verb.dep_ in ("amod", "nmod"):
            return self.in_phrase(head)
        return []

    def opener(self, verb: Any) -> list[Role]:
        """The person with whom a sentence opens, for a finite verb whose subject the parse has lost."""
        for place, mention in self._at.items():
            if place >= verb.i:
                return []
            dated = (
                place and self.doc[place - 1].lower_ in toml("calendar.toml")["weekdays"]
            )  # "on Monday Smith", which reads like one name
            if mention.kind == "person" and (dated or self.doc[place].dep_ not in ("pobj", "poss", "compound", "dobj")):
                return [Role(mention, "", self._tokens[place].start)]
        return []

    def _carried(self, noun: Any) -> list[Role]:
        """Whose trip, agenda or office it is that is the subject: Suga's travels will include meeting Modi."""
        if noun.lower_ not in reference_words("carriers"):
            return []
        return [role for child in noun.children if child.dep_ == "poss" for role in self.in_phrase(child)]

    def controller(self, head: Any, verb: Any, depth: int) -> list[Role]:
        """The subject of a verb which hangs on `head`: its object for "invite X to", who is spoken of for "X is set
        to", else its own subject."""
        given = [child for child in head.children if child.dep_ in ("dobj", "obj", "dative") and child.i < verb.i]
        if given and verb.dep_ in ("xcomp", "ccomp") and stem(head) in verbs("control_object"):
            return self.in_phrase(given[0])
        passive = [child for child in head.children if child.dep_ == "nsubjpass"]
        return self.in_phrase(passive[0]) if passive else self.subjects(head, depth)

    def owner(self, noun: Any, depth: int = 0) -> list[Role]:
        """Whose plan, invitation or meeting a noun is: its possessor, or the subject of the verb it depends on."""
        inside = [
            role for child in noun.children if child.dep_ in ("poss", "compound") for role in self.in_phrase(child)
        ]
        if inside:
            return inside
        if self._at.get(noun.i) is not None:
            return self.in_phrase(noun)
        return self.governing(noun, depth)

    def governing(self, noun: Any, depth: int = 0) -> list[Role]:
        """The subject of the verb that a noun depends on."""
        head = noun.head
        if head == noun or depth > _DEEPEST:
            return []
        if noun.dep_ in ("dobj", "obj", "attr", "oprd", "npadvmod") and is_verb(head):
            return self.subjects(head, depth + 1)
        if noun.dep_ == "nsubjpass" and is_verb(head):
            return [role for child in head.children if child.dep_ == "agent" for role in self.objects_of(child)]
        if noun.dep_ in ("pobj", "pcomp"):
            return self.around(head, depth + 1)
        if noun.dep_ in ("conj", "appos"):
            return self.governing(head, depth + 1)
        return []

    def around(self, prep: Any, depth: int = 0) -> list[Role]:
        """The subject of the verb that a preposition belongs to, through nouns in between."""
        head = prep.head
        for _ in range(8):
            if is_verb(head):
                passive = [child for child in head.children if child.dep_ == "nsubjpass"]
                found = self.subjects(head, depth + 1)
                return found or [role for child in passive for role in self.in_phrase(child)]
            if head.head == head:
                break
            if self._at.get(head.i) is not None and head.dep_ in ("nsubj", "nsubjpass"):
                return self.in_phrase(head)
            head = head.head
        return []

    def objects(self, verb: Any) -> list[Role]:
        return [
            role
            for child in verb.children
            if child.dep_ in ("dobj", "obj", "dative")
            for role in (
                self.in_phrase(verb.head)
                if verb.dep_ == "relcl" and child.lower_ in ("who", "whom", "that")
                else self.in_phrase(child)
            )
        ]

    def passive_subject(self, verb: Any) -> list[Role]:
        return [role for child in verb.children if child.dep_ == "nsubjpass" for role in self.in_phrase(child)]

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
