"""Nouns that are an encounter: summit, talks, visit, telephone call, and the gatherings of organisations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.summits.candidate import Candidate, made, nouns, phone_words, place_at, sides, trigger_verbs
from pipeline.summits.clauses import Parsed
from pipeline.summits.gatherings import is_ended, is_joint, is_to_come, named_gathering, of_organisation
from pipeline.summits.hosts import expected_guest, had_in_clause
from pipeline.summits.lexicon import toml
from pipeline.summits.offers import askers, in_margin, only_spoken_of, shunned
from pipeline.summits.phrases import COMPANY
from pipeline.summits.places import PlaceHit, venue_hit
from pipeline.summits.referring import PLURAL
from pipeline.summits.roles import Role, people
from pipeline.summits.status import status_named
from pipeline.summits.verbs import is_verb, stem, verbs
from pipeline.summits.visit_nouns import invited, visit_named

_ARGUMENT = ("dobj", "obj", "nsubjpass", "attr", "oprd")
_BEFORE = ("compound", "poss", "amod", "nmod", "npadvmod", "nummod")


@cache
def _blocked() -> frozenset[str]:
    return frozenset(toml("cues.toml")["blocked"]["before"])


def noun_candidate(parsed: Parsed, noun: Any, places: Sequence[PlaceHit], story: str) -> Candidate | None:
    """The encounter that a noun names, or None."""
    candidate = _candidate(parsed, noun, places, story)
    if candidate is not None:
        candidate.refers = _is_definite(noun)
        candidate.attended = _is_attended(noun)
        candidate.ended = is_ended(noun)
        if is_to_come(noun):
            candidate.implied = candidate.implied or "planned"
        candidate.dated = any(child.lower_ == "of" and child.i == noun.i + 1 for child in noun.children)
    return candidate


def _is_definite(noun: Any) -> bool:
    return any(child.lower_ in _definite() for child in noun.lefts)


def _is_attended(noun: Any) -> bool:
    """Whether the verb whose object a gathering is says that its subject takes part: who chaired the session."""
    own = [word.lower_ for word in noun.doc[noun.i + 1 : noun.i + 3]]
    if len(own) == 2 and own[0] == "of" and own[1] in ("his", "her", "its", "their"):
        return False  # the session of his party
    return noun.dep_ in _ARGUMENT and is_verb(noun.head) and stem(noun.head) in verbs("attending")


@cache
def _definite() -> frozenset[str]:
    return frozenset(toml("references.toml")["definite"])


def _candidate(parsed: Parsed, noun: Any, places: Sequence[PlaceHit], story: str) -> Candidate | None:
    word = noun.lower_
    before = noun.nbor(-1) if noun.i else None
    blocked = before is not None and before.lower_ in _blocked() and parsed.mention_at(before) is None
    if blocked or noun.dep_ in ("compound", "nmod"):
        return None
    if word in nouns("visit"):
        return visit_named(parsed, noun, places)
    if word in nouns("inviting"):
        return invited(parsed, noun, places)
    if word in nouns("call"):
        return _call(parsed, noun)
    if word in nouns("talk") or word in nouns("gathering"):
        return _talks(parsed, noun, places, story)
    if word in nouns("putting_off") and any(child.lower_ == "its" for child in noun.lefts):
        return made(parsed, noun, "meeting", (), implied=status_named(noun))
    return None


def _call(parsed: Parsed, noun: Any) -> Candidate | None:
    if is_verb(noun.head) and stem(noun.head) == "pay":  # paid a courtesy call on the king
        visited = parsed.with_(noun, ("on", "to")) + parsed.with_(noun.head, ("on", "to"))
        return made(parsed, noun, "meeting", parsed.subjects(noun.head) + visited) if visited else None
    if noun.dep_ == "pobj" and noun.head.lower_ == "at":
        return None  # met at Indonesia's call
    company = parsed.with_(noun, (*COMPANY, "to", "from", "by"))
    placed = company and is_verb(noun.head) and stem(noun.head) in verbs("phoning")
    if noun.lower_ in ("call", "calls") and not (_phone_noun(noun) or parsed.with_(noun) or placed):
        return None
    roles = _before(parsed, noun) + company
    for child in noun.children:
        if child.dep_ in ("relcl", "acl"):
            roles += parsed.subjects(child) + parsed.with_(child, (*COMPANY, "to"))
    if len(sides(roles)) < 2:
        roles += parsed.subjects(noun.head) if placed else _outer(parsed, noun)
    return made(parsed, noun, "call", roles)


def _talks(parsed: Parsed, noun: Any, places: Sequence[PlaceHit], story: str) -> Candidate | None:
    word = noun.lower_
    gathering, codes = named_gathering(parsed, noun, story)
    joint = is_joint(parsed.with_(noun, ("of",)))
    holders = parsed.subjects(noun.head) if _is_attended(noun) else []
    attended = _is_attended(noun) and (_is_definite(noun) or is_joint(holders) or of_organisation(people(holders)))
    told = word in nouns("talk") or joint or attended or (_is_next(noun) and _is_bare_round(noun))
    if not told and gathering is None and not (word == "conference" and _phone_noun(noun)):
        return None
    before = _before(parsed, noun)
    company = parsed.with_(noun) + [
        role for role in parsed.with_(noun, ("of", "by")) if role.mention is not None or role.word in PLURAL
    ]
    if word in nouns("meal"):  # gave a dinner for the king
        company += parsed.with_(noun, ("for",)) + (parsed.with_(noun.head, ("for",)) if is_verb(noun.head) else [])
    for child in noun.children:
        if child.dep_ in ("relcl", "acl"):
            company += parsed.with_(child) + had_in_clause(parsed, child)
            for deed in (child, *(word for word in child.children if word.dep_ == "xcomp")):  # that Peru was to host
                if stem(deed) in verbs("attending"):
                    company += parsed.subjects(deed) + parsed.objects(deed) + parsed.with_(deed, ("by",))
    venue = None
    if gathering is None:
        before, venue = _venue(parsed, noun, before, company, places)
    before = _without_theirs(parsed, noun, before)
    if word in nouns("gathering") and not (before or company or codes) and _is_next(noun):
        before = [Role(None, "series" if word in ("summit", "summits") else "round", parsed.start(noun))]
    if not company and len(sides(before)) < 2:
        company = _between(parsed, noun)
    roles = before + company
    complete = len(sides(before)) > 1 or any(child.lower_ in ("between", "among") for child in noun.children)
    away = bool(codes) and shunned(noun)
    elsewhere = away or in_margin(noun) or (gathering is not None and only_spoken_of(noun))
    incomplete = not elsewhere and bool(not complete or len(sides(roles)) < 2 or gathering)
    if incomplete:
        roles = _outer(parsed, noun) + roles
    if gathering is None and (named := of_organisation(roles)):
        gathering, codes = story[parsed.start(noun) : parsed.end(noun)], [named]
    if incomplete:
        roles = roles + askers(parsed, noun) + ([] if gathering else expected_guest(parsed, noun, roles))
    phoned = _phone_noun(noun)
    if phoned and is_verb(noun.head.head) and stem(noun.head.head) in trigger_verbs("tell"):
        return None  # told him in a phone call: the verb tells it
    kind = "multilateral" if gathering else "call" if phoned else "meeting"
    if not roles and not gathering and word in nouns("talk") and _is_bare(parsed, noun):
        roles = [Role(None, "same", parsed.start(noun))]
    candidate = made(parsed, noun, kind, roles, gathering=gathering, organisations=codes, venue=venue)
    candidate.shunned = away
    candidate.soft = word in nouns("either") and not gathering and not phoned
    if not gathering and not complete and (_each(noun) or (phoned and word in nouns("several"))):
        candidate.separate = company + (parsed.with_(noun.head) if is_verb(noun.head) else [])
    return candidate


def _between(parsed: Parsed, noun: Any) -> list[Role]:
    """The sides of talks that the parse has hung on a word above them: at the centre of talks held today between X and
    Y."""
    token = noun
    for _ in range(5):
        token = token.head
        for child in token.children:
            if child.dep_ == "prep" and child.lower_ in ("between", "among") and child.i > noun.i:
                return parsed.objects_of(child)
    return []


def _each(noun: Any) -> bool:
    """Whether a plural is one encounter with each of those who are named: separate talks, meetings with A and B."""
    apart = any(child.lower_ in nouns("separate") for child in noun.children)
    return noun.lower_ in nouns("counted") or (apart and noun.lower_ in nouns("several"))


def _before(parsed: Parsed, noun: Any) -> list[Role]:
    """Actors in front of a noun: U.S.-Ukraine talks, the Takaichi-Lee summit, his meeting."""
    own = [role for child in noun.children if child.dep_ in _BEFORE for role in _joined(parsed, child, 0)]
    theirs = [child for child in noun.lefts if child.dep_ == "poss" and child.lower_ == "their"]
    return own + [Role(None, "many", parsed.start(child)) for child in theirs]


def _is_bare(parsed: Parsed, noun: Any) -> bool:
    """Whether nothing tells who meets: a first round of talks was held in Oslo in May, a meeting in Sochi fell through.
    In a story about two sides these are meant."""
    if noun.dep_ == "pobj" and noun.head.lower_ == "of" and noun.head.head.lower_ in ("round", "rounds", "day", "days"):
        noun = noun.head.head
    if noun.dep_ not in ("nsubj", "nsubjpass") or _is_definite(noun):
        return False
    words = [word for child in noun.children if child.dep_ != "relcl" for word in child.subtree]
    return not any(
        (word.dep_ == "prep" and word.lower_ in COMPANY)
        or word.dep_ == "poss"
        or (word.dep_ in _BEFORE and word.tag_.startswith("NN"))
        for word in words
    )


def _is_next(noun: Any) -> bool:
    """Whether a gathering is the one behind or before that which the story tells: the next summit will be in Astana."""
    turn = any(child.lower_ in nouns("which_round") for child in noun.lefts)
    return turn and noun.dep_ in ("nsubj", "nsubjpass") and _is_definite(noun)


def _is_bare_round(noun: Any) -> bool:
    """Whether a noun is one of several rounds or sessions, of which is not told: not "of parliament"."""
    more = any(child.dep_ in ("compound", "poss") or child.lower_ == "of" for child in noun.children)
    return noun.lower_ in nouns("rounds") and not more


def _without_theirs(parsed: Parsed, noun: Any, before: list[Role]) -> list[Role]:
    """ "The leaders of the G20 ended their summit": theirs, and not that of others told before."""
    if not any(role.word == "many" for role in before) or noun.dep_ not in _ARGUMENT or not is_verb(noun.head):
        return before
    subjects = parsed.subjects(noun.head)
    nobody = not subjects and any(
        child.dep_ in ("nsubj", "nsubjpass") and child.tag_.startswith("NN") for child in noun.head.children
    )  # the chiefs of staff held their session
    own = nobody or len(subjects) > 1 or any(role.group is not None or _is_group(role) for role in subjects)
    return [role for role in before if role.word != "many"] if own else before


def _is_group(role: Role) -> bool:
    return role.mention is not None and role.mention.kind == "group"


def _joined(parsed: Parsed, token: Any, depth: int) -> list[Role]:
    roles = parsed.in_phrase(token)
    if depth < 4:
        for child in token.children:
            if child.dep_ in (*_BEFORE, "dep", "punct"):
                roles += [role for role in _joined(parsed, child, depth + 1) if role not in roles]
    return roles


def _outer(parsed: Parsed, noun: Any) -> list[Role]:
    """Those whom the verb that a noun depends on brings in: its subject, and whom it joins by "with"."""
    head = noun.head
    if noun.dep_ in _ARGUMENT and is_verb(head):
        if stem(head) not in verbs("light"):
            return []
        objects = (
            parsed.objects(head)
            if stem(head) in ("join", "invite", "offer") and noun.dep_ not in ("dobj", "obj")
            else []
        )
        given = (
            parsed.passive_subject(head) if noun.dep_ in ("dobj", "obj", "oprd") else []
        )  # was granted an audience by
        return parsed.subjects(head) + given + parsed.with_(head) + objects
    if noun.dep_ == "nsubj" and is_verb(head):
        return parsed.with_(head) + (parsed.objects(head) if stem(head) in verbs("uniting") else [])
    if noun.dep_ in ("pobj", "pcomp"):
        preposition = head
        if preposition.dep_ == "agent":
            return []
        verb = parsed.governor(noun)
        roles = parsed.governing(noun)
        if verb is not None and stem(verb) in verbs("travel"):  # flew with X to Nairobi for a meeting with Y
            roles = roles + people(parsed.with_(verb, ("with",)))
        if verb is not None and stem(verb) in verbs("addressing"):
            roles = roles + people(parsed.objects(verb))
        return roles
    return parsed.governing(noun)


def _venue(
    parsed: Parsed, noun: Any, before: list[Role], company: Sequence[Role], places: Sequence[PlaceHit]
) -> tuple[list[Role], PlaceHit | None]:
    """A country or city alone in front of a summit is where it is (the Singapore summit), unless the company names
    nobody else and it is a state's own name that owns the meeting."""
    if not before:
        named = [child for child in noun.children if child.dep_ in ("compound", "nmod")]
        return before, next((hit for child in named if (hit := place_at(parsed, child, places))), None)
    alone = [role for role in before if role.mention is not None and role.mention.kind == "country"]
    if len(alone) != 1:
        return before, None
    mention = alone[0].mention
    others = [role for role in before if role is not alone[0]]
    if others and (mention is None or mention.form == "demonym" or _hyphened(noun, parsed, alone[0])):
        return before, None
    if mention is None or mention.possessive or mention.form in ("demonym", "organisation"):
        return before, None
    if not others and len(sides(company)) == 1 and mention.form == "country" and noun.lower_ != "summit":
        return before, None
    hit = next((hit for hit in places if hit.start < mention.end and mention.start < hit.end), None)
    return others, hit or venue_hit(mention)


def _hyphened(noun: Any, parsed: Parsed, role: Role) -> bool:
    """Whether a country in front of a noun is joined to another actor by a hyphen or a dash: the Japan-Lee talks."""
    token = parsed.token_at(role.position)
    if token is None:
        return False
    near = [word.text for word in noun.doc[max(0, token.i - 1) : token.i + 2]]
    return any(text in ("-", "–", "—", "and", "/") for text in near)


def _phone_noun(noun: Any) -> bool:
    return noun.lower_ in ("videoconference", "teleconference") or any(
        child.lower_ in phone_words() for child in noun.lefts
    )
