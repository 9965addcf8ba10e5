"""Who takes part in what a word tells, read from the dependency parse of its sentence.

Participants come from a word's own arguments or by a resolved link (the subject of the verb that governs it), never
from elsewhere in the sentence.
"""

from __future__ import annotations

from typing import Any

from pipeline.summits.lexicon import toml
from pipeline.summits.phrases import DEEPEST, Phrases
from pipeline.summits.referring import reference_words
from pipeline.summits.roles import Role
from pipeline.summits.verbs import is_verb, stem, verbs


class Parsed(Phrases):
    """A parsed sentence: who takes part in what its verbs and nouns tell."""

    def subjects(self, verb: Any, depth: int = 0) -> list[Role]:
        """Who does what a verb says, through control and coordination."""
        if depth > DEEPEST:
            return []
        if own := next((child for child in verb.children if child.dep_ in ("nsubj", "csubj")), None):
            if own.lower_ in ("who", "which", "that") and verb.dep_ in ("relcl", "ccomp", "acl"):
                return self.in_phrase(verb.head)
            return self.in_phrase(own) or self._carried(own)
        passive = next((child for child in verb.children if child.dep_ == "nsubjpass"), None)
        if passive is not None:
            agents = [role for child in verb.children if child.dep_ == "agent" for role in self.objects_of(child)]
            if agents and stem(verb) == "join":
                return self.in_phrase(passive) + agents
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
        if verb.dep_ == "xcomp" and stem(verb) == "join" and is_verb(head):  # is to be joined by X
            return self.controller(head, verb, depth + 1) + self.with_(verb, ("by",))
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
        """The persons with whom a sentence opens, for a finite verb whose subject the parse has lost."""
        for place, mention in self._at.items():
            if place >= verb.i:
                return []
            dated = (
                place and self.doc[place - 1].lower_ in toml("calendar.toml")["weekdays"]
            )  # "on Monday Smith", which reads like one name
            if mention.kind == "person" and (dated or self.doc[place].dep_ not in ("pobj", "poss", "compound", "dobj")):
                if self.doc[place].dep_ == "conj":  # in Geneva, Smith and Jones met: the parse joins all three
                    return self.in_phrase(self.doc[place])
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
        if head == noun or depth > DEEPEST:
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
        head = self._up(prep)
        if head is None:
            return []
        if not is_verb(head):
            return self.in_phrase(head)
        passive = [role for child in head.children if child.dep_ == "nsubjpass" for role in self.in_phrase(child)]
        if passive and any(child.dep_ == "pcomp" for child in prep.children):
            return passive  # X was received by Y before going on
        return self.subjects(head, depth + 1) or passive

    def governor(self, noun: Any) -> Any | None:
        """The verb that a noun with a preposition belongs to."""
        head = self._up(noun.head)
        return head if head is not None and is_verb(head) else None

    def _up(self, prep: Any) -> Any | None:
        """The verb above a preposition, or the subject that it hangs on; "during" is no part of the gerund of a purpose
        that the parse gives it (handed X a plan for ending the war during talks)."""
        head = prep.head
        during = prep.lower_ == "during"
        for _ in range(8):
            during |= head.lower_ == "during"
            if is_verb(head) and not (during and head.dep_ == "pcomp" and head.head.lower_ == "for"):
                return head
            if head.head == head:
                return None
            if self._at.get(head.i) is not None and head.dep_ in ("nsubj", "nsubjpass"):
                return head
            head = head.head
        return None

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
