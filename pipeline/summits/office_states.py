"""What an office's title tells: which states have it, whose it may be."""

from __future__ import annotations

from functools import cache

from pipeline.summits.lexicon import toml
from pipeline.summits.people import Mention, Person, same_title


@cache
def few_states(title: str | None) -> frozenset[str]:
    """The states that have an office of this title, where they are few (chancellor, king, emir); empty for others."""
    return frozenset(toml("actors.toml")["few_states"].get((title or "").lower(), ()))


def ranks(person: Person) -> bool:
    """Whether somebody's country may be read from the words around: of lower officials it seldom can."""
    return person.level in ("leader", "minister") or (person.title or "").lower() in toml("actors.toml")["american"]


def is_kind(text: str, mention: Mention) -> bool:
    """Whether an office is told as a kind: the first trip there by a French minister, who may be the one just named."""
    return mention.name is None and text[max(0, mention.start - 4) : mention.start].lower().endswith((" a ", " an "))


def suits(person: Person, office: Person) -> bool:
    """Whether an office that is told without a name may be somebody's: by its title and its country."""
    generic = (
        office.level == "leader" and person.level == "leader" and (office.title or "").lower() in ("leader", "ruler")
    )
    possible = few_states(person.title)
    if person.past or (possible and office.country not in possible):
        return False
    return generic or same_title(person.title or "", office.title or "")
