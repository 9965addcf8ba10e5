"""A participant, as a clause names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.summits.people import Mention


@dataclass(frozen=True, slots=True)
class Role:
    """A participant: a mention, or a word for persons told before: `one` (he, she), `two` (both), `many` (they),
    `series` and `round` (who met the time before), `host` (who holds the office of `group` where somebody visits).

    `group`: that which the mention is a part of (ministers of Japan and Korea)."""

    mention: Mention | None
    word: str
    position: int
    group: Mention | None = None

    @property
    def rank(self) -> str | None:
        """The level of the group."""
        return self.group.level if self.group is not None else None


def people(roles: Sequence[Role]) -> list[Role]:
    """Those of the roles that are persons, groups of officials or what stands for them, not bare countries."""
    return [
        role
        for role in roles
        if role.mention is None or role.group is not None or role.mention.kind in ("person", "group", "counterpart")
    ]


def named(roles: Sequence[Role]) -> list[Role]:
    """Those of the roles that are persons, by name or office."""
    return [
        role
        for role in roles
        if role.word == "host" or (role.mention is not None and role.mention.kind in ("person", "counterpart"))
    ]
