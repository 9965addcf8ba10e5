"""Who takes part in a trigger's encounter, read from the dependency parse of its sentence.

Participants come from the trigger's own arguments or by a resolved link (the subject of the verb that governs it), never
from elsewhere in the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.summits.mentions import PRONOUNS, Mention

PLURAL_HEADS = frozenset(
    "leaders presidents ministers premiers sides countries nations men women pair two three duo governments neighbors neighbours "
    "diplomats both they allies parties officials delegations them counterparts".split()
)
_INSIDE = frozenset(("poss", "compound", "nmod", "amod", "conj", "appos", "nummod"))
_SPEECH = frozenset("say tell add note report announce explain believe think write state warn insist claim".split())


@dataclass(frozen=True, slots=True)
class Role:
    """A participant of a trigger: a mention, or a word that stands for persons told before (he, the two leaders)."""

    mention: Mention | None
    word: str
    position: int


class Parsed:
    """A sentence's parse with the mentions laid over it."""

    def __init__(self, doc: Any, offset: int, mentions: Sequence[Mention]) -> None:
        self.doc = doc
        self.offset = offset
        self.mentions = mentions
        self._at: dict[int, Mention] = {}
        self._roots: dict[int, Mention] = {}
        for mention in mentions:
            span = doc.char_span(mention.start - offset, mention.end - offset, alignment_mode="expand")
            if span is None:
                continue
            for token in span:
                self._at.setdefault(token.i, mention)
            self._roots[span.root.i] = mention

    def mention_at(self, token: Any) -> Mention | None:
        return self._at.get(token.i)

    def start(self, token: Any) -> int:
        return int(self.offset + token.idx)

    # -- noun phrases --------------------------------------------------------------------------------------------------

    def in_phrase(self, token: Any, depth: int = 0) -> list[Role]:
        """The participants that a noun phrase with this head names: itself, what is joined to it, and, where it is no
        actor itself, the actors inside of it (Japan's leader, leaders of Japan and Korea)."""
        out: list[Role] = []
        if depth > 6:
            return out
        mention = self._at.get(token.i)
        lower = token.lower_
        if mention is not None:
            if mention.person is not None and mention.person.bystander:
                return out
            out.append(Role(mention, "", self.start(token)))
        elif lower in PRONOUNS:
            out.append(Role(None, "one", self.start(token)))
        elif lower in PLURAL_HEADS and not any(
            child.dep_ == "prep" and child.lower_ in ("of", "from") for child in token.children
        ):
            inner = [
                role for child in token.children if child.dep_ in _INSIDE for role in self.in_phrase(child, depth + 1)
            ]
            return inner or [Role(None, "many", self.start(token))]
        own = mention is not None
        for child in token.children:
            if self._at.get(child.i) is mention and own:
                # inside of the same mention; what hangs on its words still counts
                if child.dep_ in ("conj", "appos"):
                    out += [role for role in self.in_phrase(child, depth + 1) if role.mention is not mention]
                else:
                    out += self._joined(child, mention, depth)
                continue
            if child.dep_ == "conj" or (child.dep_ in _INSIDE and not own):
                out += self.in_phrase(child, depth + 1)
            elif child.dep_ == "prep" and not own and child.lower_ in ("of", "from", "between", "among"):
                out += self.objects_of(child, depth)
        return out

    def _joined(self, token: Any, mention: Mention | None, depth: int) -> list[Role]:
        out: list[Role] = []
        for child in token.children:
            if child.dep_ == "conj" and self._at.get(child.i) is not mention:
                out += self.in_phrase(child, depth + 1)
        return out

    def objects_of(self, prep: Any, depth: int = 0) -> list[Role]:
        return [
            role
            for child in prep.children
            if child.dep_ in ("pobj", "pcomp", "conj", "prep")
            for role in (
                self.objects_of(child, depth + 1)
                if child.dep_ == "prep" and depth < 4
                else self.in_phrase(child, depth + 1)
            )
        ]

    # -- verbs ---------------------------------------------------------------------------------------------------------

    def subjects(self, verb: Any, depth: int = 0) -> list[Role]:
        """Who does what the verb says, through control and coordination."""
        if depth > 5:
            return []
        own = [child for child in verb.children if child.dep_ in ("nsubj", "csubj", "expl")]
        passive = [child for child in verb.children if child.dep_ == "nsubjpass"]
        if own:
            subject = own[0]
            if subject.lower_ in ("who", "which", "that") and verb.dep_ == "relcl":
                return self.in_phrase(verb.head)
            return self.in_phrase(subject)
        if passive:
            agents = [role for child in verb.children if child.dep_ == "agent" for role in self.objects_of(child)]
            if agents:
                return agents
            if any(child.dep_ == "auxpass" for child in verb.children):
                return []
            return self.in_phrase(passive[0])
        head = verb.head
        if head == verb:
            return []
        if verb.dep_ in ("xcomp", "ccomp"):
            given = [child for child in head.children if child.dep_ in ("dobj", "obj") and child.i < verb.i]
            if given and stem(head) in _CONTROL_OBJECT:
                return self.in_phrase(given[0])
            passive_head = [child for child in head.children if child.dep_ == "nsubjpass"]
            if passive_head:
                return self.in_phrase(passive_head[0])
            return self.subjects(head, depth + 1) if is_verb(head) else self.owner(head, depth)
        if verb.dep_ in ("conj", "advcl"):
            if is_verb(head):
                passive_head = [child for child in head.children if child.dep_ == "nsubjpass"]
                return self.in_phrase(passive_head[0]) if passive_head else self.subjects(head, depth + 1)
            return self.in_phrase(head)
        if verb.dep_ in ("acl", "relcl"):
            return self.owner(head, depth)
        if verb.dep_ == "pcomp":
            return self._around(head, depth)
        if verb.dep_ in ("amod", "nmod"):
            return self.in_phrase(head)
        return []

    def owner(self, noun: Any, depth: int = 0) -> list[Role]:
        """Whose plan, invitation or meeting a noun is: its possessor, or the subject of the verb it depends on."""
        inside = [
            role for child in noun.children if child.dep_ in ("poss", "compound") for role in self.in_phrase(child)
        ]
        if inside:
            return inside
        if self._at.get(noun.i) is not None:
            return self.in_phrase(noun)
        return self._governing(noun, depth)

    def _governing(self, noun: Any, depth: int = 0) -> list[Role]:
        head = noun.head
        if head == noun or depth > 5:
            return []
        if noun.dep_ in ("dobj", "obj", "attr", "nsubjpass", "oprd") and is_verb(head):
            return self.subjects(head, depth + 1)
        if noun.dep_ in ("pobj", "pcomp"):
            return self._around(head, depth)
        if noun.dep_ in ("conj", "appos"):
            return self._governing(head, depth + 1)
        return []

    def _around(self, prep: Any, depth: int = 0) -> list[Role]:
        """The subject of the verb that a preposition belongs to, through nouns in between."""
        head = prep.head
        for _ in range(4):
            if is_verb(head):
                return self.subjects(head, depth + 1)
            if head.head == head:
                break
            if head.dep_ in ("dobj", "attr", "pobj", "prep", "nsubjpass", "obj", "advmod", "npadvmod"):
                head = head.head
                continue
            break
        return []

    def objects(self, verb: Any) -> list[Role]:
        return [
            role for child in verb.children if child.dep_ in ("dobj", "obj", "dative") for role in self.in_phrase(child)
        ]

    def with_(self, head: Any, words: Iterable[str] = ("with", "between", "among", "alongside")) -> list[Role]:
        """Those whom a preposition of company brings to a verb or noun."""
        wanted = frozenset(words)
        return [
            role
            for child in head.children
            if child.dep_ == "prep" and child.lower_ in wanted
            for role in self.objects_of(child)
        ]

    def passive_subject(self, verb: Any) -> list[Role]:
        return [role for child in verb.children if child.dep_ == "nsubjpass" for role in self.in_phrase(child)]


_CONTROL_OBJECT = frozenset(
    "invite ask urge want allow expect persuade call press send tell order encourage request".split()
)

_IRREGULAR = {
    "met": "meet",
    "held": "hold",
    "had": "have",
    "has": "have",
    "having": "have",
    "began": "begin",
    "begun": "begin",
    "led": "lead",
    "sat": "sit",
    "sitting": "sit",
    "spoke": "speak",
    "spoken": "speak",
    "went": "go",
    "gone": "go",
    "goes": "go",
    "came": "come",
    "flew": "fly",
    "flown": "fly",
    "flies": "fly",
    "left": "leave",
    "leaving": "leave",
    "told": "tell",
    "said": "say",
    "paid": "pay",
    "arriving": "arrive",
    "arrived": "arrive",
    "arrives": "arrive",
    "hosting": "host",
    "receiving": "receive",
    "received": "receive",
    "invited": "invite",
    "inviting": "invite",
    "convening": "convene",
    "convened": "convene",
    "concluding": "conclude",
    "concluded": "conclude",
    "telephoning": "telephone",
    "telephoned": "telephone",
    "phoned": "phone",
    "phoning": "phone",
    "welcomed": "welcome",
    "welcoming": "welcome",
    "resumed": "resume",
    "resuming": "resume",
    "made": "make",
    "making": "make",
    "gathered": "gather",
    "conferred": "confer",
    "conferring": "confer",
    "traveled": "travel",
    "travelled": "travel",
    "traveling": "travel",
    "travelling": "travel",
    "wrote": "write",
    "wrapped": "wrap",
    "wrapping": "wrap",
    "chaired": "chair",
    "chairing": "chair",
    "took": "take",
    "taken": "take",
    "taking": "take",
    "takes": "take",
    "does": "do",
    "toured": "tour",
    "urged": "urge",
    "proposed": "propose",
    "proposing": "propose",
    "announced": "announce",
    "announcing": "announce",
    "believed": "believe",
    "stated": "state",
    "noted": "note",
    "stating": "state",
}


def is_verb(token: Any) -> bool:
    return str(token.tag_).startswith(("VB", "MD"))


def stem(token: Any) -> str:
    """A verb's base form: enough of English morphology for the verbs that we look for."""
    word = str(token.lower_)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, put in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "es" and not word.endswith(("ches", "shes", "sses", "xes", "oes")):
                continue
            return word[: -len(ending)] + put
    return word
