"""Candidates of encounters in one parsed sentence: trigger, participants, kind, place, date, status."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.summits.clauses import Parsed, Role, is_verb, stem
from pipeline.summits.dates import When
from pipeline.summits.lexicon import organisations, toml
from pipeline.summits.mentions import Mention
from pipeline.summits.places import PlaceHit

TALK_NOUNS = frozenset(
    "summit summits meeting meetings talks negotiations discussions consultations dialogue conversation conversations sit-down session "
    "luncheon banquet lunch dinner breakfast".split()
)
VISIT_NOUNS = frozenset("visit visits trip trips tour".split())
CALL_NOUNS = frozenset("call calls videoconference teleconference".split())
GATHERINGS = frozenset(
    "summit summits conference gathering forum meeting meetings assembly session talks round".split()
)
PHONE = re.compile(
    r"\b(?:tele)?phone[ds]?\b|\btelephoned?\b|\bby (?:tele)?phone\b|video ?(?:link|call|conference)|\bvirtual(?:ly)?\b|\bcall(?:s|ed)?\b",
    re.IGNORECASE,
)
LIGHT = frozenset(
    "hold have conduct conclude begin start open end finish lead resume attend join chair host take make pay schedule plan cancel postpone "
    "propose offer arrange seek request agree refuse reject decline call scrap delay skip announce discuss continue kick wrap want convene "
    "organize organise complete suspend set include prepare hail describe welcome follow accept boycott abandon".split()
)


@dataclass(slots=True)
class Candidate:
    """An encounter as one trigger tells it. `roles` in the order of the text; offsets are the story's."""

    kind: str
    trigger: int
    trigger_end: int
    sentence: tuple[int, int]
    roles: list[Role]
    sentence_index: int
    clause: tuple[int, int]
    verb: Any = None
    noun: Any = None
    parsed: Parsed | None = None
    gathering: str | None = None
    organisations: list[str] = field(default_factory=list)
    destination: PlaceHit | None = None
    status: str = "held"
    when: When | None = None
    place: PlaceHit | None = None
    cue: tuple[int, int] | None = None


def candidates(
    parsed: Parsed, index: int, sentence: tuple[int, int], places: Sequence[PlaceHit]
) -> Iterator[Candidate]:
    """The encounters that a sentence may tell, trigger by trigger."""
    doc = parsed.doc
    blocked = frozenset(toml("cues.toml")["blocked"]["before"])
    for token in doc:
        word = token.lower_
        made: Candidate | None = None
        if is_verb(token):
            made = _verb(parsed, token, index, sentence, places)
        elif token.tag_.startswith("NN") and parsed.mention_at(token) is None:
            before = doc[token.i - 1].lower_ if token.i else ""
            if before in blocked or (token.i + 1 < len(doc) and word == "round" and doc[token.i + 1].lower_ != "of"):
                continue
            made = _noun(parsed, token, index, sentence, places)
        if made is not None:
            made.parsed = parsed
            yield made


def _verb(
    parsed: Parsed, verb: Any, index: int, sentence: tuple[int, int], places: Sequence[PlaceHit]
) -> Candidate | None:
    base = stem(verb)
    kind = ""
    roles: list[Role] = []
    destination = None
    if base in ("meet", "confer", "huddle", "gather", "convene") or (base == "sit" and _has(verb, "down")):
        if base in ("meet",) and _is_noun_like(verb):
            return None
        subjects = parsed.subjects(verb)
        objects = parsed.objects(verb) + parsed.with_(verb) + _prt_with(parsed, verb)
        if base == "meet" and not objects and any(child.dep_ in ("dobj", "obj") for child in verb.children):
            return None
        if base == "convene" and objects:
            return None
        roles = subjects + objects
        kind = "meeting"
    elif base in ("receive", "welcome", "host") and not _nominal_object(verb):
        objects = parsed.objects(verb) + parsed.passive_subject(verb)
        objects = [
            role for role in objects if role.mention is None or role.mention.kind in ("person", "group", "counterpart")
        ]
        if base != "host" and not any(role.mention is not None and role.mention.kind == "person" for role in objects):
            return None
        if not objects:
            return None
        roles = parsed.subjects(verb) + objects
        kind = "meeting"
    elif base in ("telephone", "phone") or (base == "call" and _phoned(verb)):
        roles = parsed.subjects(verb) + parsed.objects(verb)
        kind = "call"
    elif base in ("speak", "talk") or (base in ("tell", "discuss") and _phoned(verb)):
        others = parsed.with_(verb, ("with", "to")) + (parsed.objects(verb) if base in ("tell",) else [])
        others = [role for role in others if role.word == "" or role.word == "one"]
        if not others and not (_phoned(verb) and len(parsed.subjects(verb)) > 1):
            return None
        if not _phoned(verb):
            if base != "speak" or not all(
                role.mention and role.mention.kind == "person" and role.mention.person and role.mention.person.name
                for role in others
            ):
                return None
            kind = "meeting" if not _to_only(verb) else ""
            if not kind:
                return None
        else:
            kind = "call"
        roles = parsed.subjects(verb) + others
    elif base in ("visit", "tour"):
        destination = _object_place(parsed, verb, places)
        people = [role for role in parsed.objects(verb) if role.mention is not None and role.mention.kind == "person"]
        if destination is None and not people:
            return None
        roles = parsed.subjects(verb) + people
        kind = "visit"
    elif base in ("travel", "fly", "arrive", "head", "go", "come", "return"):
        destination = _prep_place(parsed, verb, places, ("to", "in", "for"))
        if destination is None:
            return None
        roles = parsed.subjects(verb)
        kind = "visit"
    else:
        return None
    return _made(parsed, verb, kind, roles, index, sentence, verb=verb, destination=destination)


def _noun(
    parsed: Parsed, noun: Any, index: int, sentence: tuple[int, int], places: Sequence[PlaceHit]
) -> Candidate | None:
    word = noun.lower_
    if word in ("talk", "round") or (word == "phone" and noun.dep_ == "compound"):
        return None
    if word not in TALK_NOUNS | VISIT_NOUNS | CALL_NOUNS | GATHERINGS:
        return None
    compounds = [child for child in noun.children if child.dep_ in ("compound", "poss", "amod", "nmod")]
    inside = [role for child in compounds for role in _compound(parsed, child)]
    company = parsed.with_(noun)
    of = (
        [role for role in parsed.with_(noun, ("of", "by")) if role.mention is not None]
        if word not in VISIT_NOUNS
        else parsed.with_(noun, ("by", "of"))
    )
    verb = noun.head if noun.dep_ in ("dobj", "obj", "nsubjpass", "nsubj", "attr") and is_verb(noun.head) else None
    gathering, named = _gathering(parsed, noun)
    kind = ""
    destination = None
    roles = inside + company + of
    if word in VISIT_NOUNS:
        destination = _prep_place(parsed, noun, places, ("to", "of", "in")) or _compound_place(compounds, places)
        if destination is None:
            return None
        kind = "visit"
        people = [role for role in inside + parsed.with_(noun, ("by", "of")) if not _is_place(role, destination)]
        roles = people or parsed.owner(noun)
    elif word in CALL_NOUNS:
        if word in ("call", "calls") and not _phone_noun(noun) and not company:
            return None
        kind = "call"
        if word in ("call", "calls") and not _phone_noun(noun) and noun.dep_ not in ("pobj", "dobj"):
            return None
        roles = inside + company + of
        roles += parsed._governing(noun) if len(_sides(roles)) < 2 else []
        if verb is None and noun.dep_ == "pobj" and len(_sides(roles)) < 2:
            roles += parsed.objects(noun.head.head) if is_verb(noun.head.head) else []
    elif word in TALK_NOUNS or gathering:
        kind = "multilateral" if gathering else "meeting"
        if word in ("session", "conference", "forum", "gathering", "assembly", "round") and not gathering:
            return None
        outer: list[Role] = []
        if verb is not None and noun.dep_ != "nsubj":
            if stem(verb) in LIGHT:
                outer = parsed.subjects(verb) + parsed.with_(verb)
        elif noun.dep_ == "pobj" and noun.head.dep_ == "agent":
            outer = []
        elif noun.dep_ in ("pobj", "pcomp", "conj"):
            outer = parsed._governing(noun)
            if noun.dep_ == "pobj" and noun.head.lower_ == "for" and is_verb(noun.head.head):
                outer = parsed.subjects(noun.head.head)
        elif noun.dep_ in ("nsubj",) and verb is not None:
            outer = parsed.with_(verb)
        if len(_sides(roles)) >= 2 and not gathering:
            outer = []
        roles = outer + roles
    else:
        return None
    if kind == "meeting" and (word in CALL_NOUNS or _phone_noun(noun)) and not gathering:
        kind = "call"
    made = _made(parsed, noun, kind, roles, index, sentence, noun=noun, verb=verb, destination=destination)
    made.gathering = gathering
    made.organisations = named
    return made


def _made(
    parsed: Parsed, token: Any, kind: str, roles: list[Role], index: int, sentence: tuple[int, int], **more: Any
) -> Candidate:
    seen = set()
    unique = []
    for role in sorted(roles, key=lambda role: role.position):
        key = (role.position, role.word)
        if key not in seen:
            seen.add(key)
            unique.append(role)
    start = parsed.start(token)
    return Candidate(kind, start, start + len(token.text), sentence, unique, index, _clause(parsed, token), **more)


def _clause(parsed: Parsed, token: Any) -> tuple[int, int]:
    """Characters of the smallest clause around a token: the subtree of its verb, without finite clauses that hang on it."""
    head = token
    while head.head != head and not (
        is_verb(head) and head.dep_ not in ("xcomp", "pcomp", "acl", "amod", "aux", "auxpass", "conj")
    ):
        head = head.head
    subtree = [word for word in head.subtree]
    cut = [
        (child.left_edge.i, child.right_edge.i)
        for word in subtree
        for child in [word]
        if child != head
        and child.dep_ in ("ccomp", "advcl", "relcl", "parataxis")
        and not (child.left_edge.i <= token.i <= child.right_edge.i)
    ]
    kept = [word for word in subtree if not any(first <= word.i <= last for first, last in cut)]
    if not kept:
        kept = subtree
    return parsed.start(kept[0]), parsed.start(kept[-1]) + len(kept[-1].text)


def _compound(parsed: Parsed, token: Any) -> list[Role]:
    """Actors in front of a noun: U.S.-Ukraine talks, the Takaichi-Lee summit, his meeting."""
    roles = parsed.in_phrase(token)
    for child in token.children:
        if child.dep_ in ("compound", "nmod", "amod", "npadvmod", "dep", "punct", "poss", "nummod"):
            roles += [role for role in _compound(parsed, child) if role not in roles]
    return roles


def _sides(roles: Sequence[Role]) -> set[object]:
    return {
        role.mention.country if role.mention is not None and role.mention.country else role.word or role.position
        for role in roles
    }


def _gathering(parsed: Parsed, noun: Any) -> tuple[str | None, list[str]]:
    """The name of a series or an organisation's gathering that the noun is, such as G20 summit, and the codes."""
    codes = []
    text = parsed.doc.text
    first = noun.idx
    for child in noun.lefts:
        for word in child.subtree:
            mention = parsed.mention_at(word)
            if mention is not None and mention.country in organisations():
                if mention.country not in codes:
                    codes.append(mention.country)
                first = min(first, mention.start - parsed.offset)
    for child in noun.rights:
        if child.dep_ == "prep" and child.lower_ == "of":
            for word in child.subtree:
                mention = parsed.mention_at(word)
                if mention is not None and mention.country in organisations() and mention.kind == "country":
                    if mention.country not in codes:
                        codes.append(mention.country)
    if not codes:
        return None, []
    return text[first : noun.idx + len(noun.text)], codes


def _phone_noun(noun: Any) -> bool:
    return any(child.lower_ in ("phone", "telephone", "video", "conference", "virtual") for child in noun.lefts)


def _phoned(verb: Any) -> bool:
    own = " ".join(
        word.text
        for child in verb.children
        if child.dep_ in ("prep", "advmod", "npadvmod", "dobj", "pobj")
        for word in child.subtree
    )
    return bool(PHONE.search(own))


def _to_only(verb: Any) -> bool:
    return not any(child.dep_ == "prep" and child.lower_ == "with" for child in verb.children)


def _has(verb: Any, word: str) -> bool:
    return any(child.lower_ == word for child in verb.children)


def _prt_with(parsed: Parsed, verb: Any) -> list[Role]:
    return [role for child in verb.children if child.dep_ in ("prt", "advmod") for role in parsed.with_(child)]


def _is_noun_like(verb: Any) -> bool:
    return bool(verb.tag_ == "VBG" and verb.dep_ in ("compound", "amod"))


def _nominal_object(verb: Any) -> bool:
    return any(
        child.dep_ in ("dobj", "obj", "nsubjpass")
        and child.lower_ in TALK_NOUNS | GATHERINGS | VISIT_NOUNS | CALL_NOUNS
        for child in verb.children
    )


def _object_place(parsed: Parsed, verb: Any, places: Sequence[PlaceHit]) -> PlaceHit | None:
    for child in verb.children:
        if child.dep_ in ("dobj", "obj", "nsubjpass"):
            hit = _place_at(parsed, child, places)
            if hit:
                return hit
    return _prep_place(parsed, verb, places, ("in", "to"))


def _prep_place(parsed: Parsed, head: Any, places: Sequence[PlaceHit], words: tuple[str, ...]) -> PlaceHit | None:
    for child in head.children:
        if child.dep_ == "prep" and child.lower_ in words:
            for inner in child.children:
                if inner.dep_ == "pobj":
                    hit = _place_at(parsed, inner, places)
                    if hit:
                        return hit
    return None


def _compound_place(compounds: Sequence[Any], places: Sequence[PlaceHit]) -> PlaceHit | None:
    return None


def _place_at(parsed: Parsed, token: Any, places: Sequence[PlaceHit]) -> PlaceHit | None:
    start, end = parsed.start(token), parsed.start(token) + len(token.text)
    return next((hit for hit in places if hit.start < end and start < hit.end), None)


def _is_place(role: Role, destination: PlaceHit) -> bool:
    return role.mention is not None and role.mention.start < destination.end and destination.start < role.mention.end
