"""What is known of records that end their process, kept for a while: a batch that is run again gives the same bytes
without ending anything again.

    <folder>/<partition>-<offset>-<hash>.verdict    JSON

A verdict counts for the same bytes and the same release alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors.durable import write_durably
from connectors.topics import Received
from pipeline.poison.errors import Crash, Deadline

SUFFIX = ".verdict"
_ERRORS: dict[str, type[Crash | Deadline]] = {"Crash": Crash, "Deadline": Deadline}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`steps`: step → error class and trace."""

    partition: int
    offset: int
    sha256: str
    release: str
    steps: Mapping[str, tuple[str, str]]

    def error(self, step: str) -> Crash | Deadline | None:
        """What the step is known to end with."""
        found = self.steps.get(step)
        return _ERRORS[found[0]](found[1]) if found else None

    def adding(self, step: str, error: Crash | Deadline) -> Verdict:
        trace = "\n".join(error.__notes__)
        return replace(self, steps={**self.steps, step: (type(error).__name__, trace)})

    def write(self, folder: Path) -> None:
        """Raises OSError."""
        name = f"{self.partition}-{self.offset}-{self.sha256[:16]}{SUFFIX}"
        plain = {
            "partition": self.partition,
            "offset": self.offset,
            "sha256": self.sha256,
            "release": self.release,
            "steps": {step: list(found) for step, found in self.steps.items()},
        }
        write_durably(folder / name, json.dumps(plain).encode())


def blank(origin: Received, release: str) -> Verdict:
    """A verdict that says nothing yet."""
    return Verdict(origin.partition, origin.offset, hashlib.sha256(origin.value or b"").hexdigest(), release, {})


def read(path: Path) -> Verdict | None:
    """None where the file is gone or damaged: then the record is judged anew."""
    try:
        plain: dict[str, Any] = json.loads(path.read_bytes())
        steps = {step: (str(name), str(trace)) for step, (name, trace) in plain["steps"].items() if name in _ERRORS}
        return Verdict(plain["partition"], plain["offset"], plain["sha256"], plain["release"], steps)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
