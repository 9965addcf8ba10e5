"""American wires: abroad they name their own president without a country and a first name, and no other so."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.summits.people import Mention
from pipeline.summits.stops import is_scene


def speaks_of_america(mentions: Sequence[Mention]) -> bool:
    """Whether some of a story's mentions speak of the United States."""
    return any(m.country == "US" and m.kind in ("country", "group", "person") for m in mentions)


def is_american_president(text: str, mention: Mention, mentions: Sequence[Mention], home: str | None) -> bool:
    """Whether somebody without a country is the American president, in a story filed in another country (`home`): it
    gives him no first name, speaks of the United States, and its dateline's country is only the scene."""
    abroad = home not in (None, "US") and _is_bare_president(mention)
    return abroad and speaks_of_america(mentions) and not any(_acts(text, other, home) for other in mentions)


def follows_american_president(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether a story has named the American president in this way before a mention."""
    before = [other for other in mentions if other.end <= mention.start]
    return any(
        other.person is not None and other.person.country == "US" and _is_bare_president(other) for other in before
    )


def _is_bare_president(mention: Mention) -> bool:
    bare = mention.name is not None and " " not in mention.name and mention.country is None
    return bare and (mention.title or "").lower() == "president"


def _acts(text: str, mention: Mention, home: str | None) -> bool:
    """Whether a mention tells of the dateline's country as more than the place where something is."""
    if mention.country != home:
        return False
    return mention.kind != "country" or not (mention.form == "capital" or is_scene(text, mention.start))
