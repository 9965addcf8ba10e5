"""Checks: each a sentence about what is there and, where it is wrong, one about how to mend it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.config import ConfigError
from connectors.topics import TopicError
from schemas.errors import RegistryError

Status = Literal["ok", "failed", "skipped"]


class Wrong(Exception):
    """A check failed: what is wrong, and how to mend it."""

    def __init__(self, detail: str, mend: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.mend = mend


class Skipped(Exception):
    """A check does not apply here."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    status: Status
    detail: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Checks that go on from each other's results; `seconds` bounds how long all of them together may take."""

    name: str
    look: Callable[[], Iterable[Check]]
    seconds: float


def checked(name: str, look: Callable[[], str]) -> Check:
    """The outcome of a check; whatever it raises is one."""
    try:
        return Check(name, "ok", look())
    except Skipped as reason:
        return Check(name, "skipped", str(reason))
    except Wrong as wrong:
        return Check(name, "failed", wrong.detail, wrong.mend)
    except (ConfigError, TopicError, RegistryError) as error:
        return Check(name, "failed", str(error))
    except Exception as error:
        return Check(name, "failed", f"{type(error).__name__}: {error}")


def examine(groups: Sequence[Group]) -> Iterator[Check]:
    """All checks in the order of their groups, which run side by side. A group that hangs is left behind."""
    began = time.monotonic()
    running = []
    for group in groups:
        found: list[Check] = []
        thread = threading.Thread(target=_look, args=(group, found), daemon=True)
        thread.start()
        running.append((group, thread, found))
    for group, thread, found in running:
        thread.join(max(0.0, began + group.seconds - time.monotonic()))
        late = thread.is_alive()
        yield from list(found)
        if late:
            yield Check(group.name, "failed", f"not done within {group.seconds:.0f} s")


def _look(group: Group, found: list[Check]) -> None:
    try:
        for check in group.look():
            found.append(check)
    except Exception as error:
        found.append(Check(group.name, "failed", f"{type(error).__name__}: {error}"))
