"""A process' part in the search for records that end their process.

Each step of a record is entered in the process' journal, and left. A watch ends the process where a step takes too
long. Where a process dies, a later one finds in its journal what it had in hand: these records are suspects, and their
steps run apart, in a child that may die of them. A step that comes back from there has given the result that counts,
for the steps are pure functions; one that ends the child is a failure like any other, with error class Crash or
Deadline. So a kill from outside convicts nobody, and no suspect is run in this process again.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from connectors.topics import Received
from pipeline.failures import NOT_THE_RECORD
from pipeline.poison import verdicts, watch
from pipeline.poison.apart import Apart
from pipeline.poison.errors import Crash, Deadline
from pipeline.poison.journal import Held, Journal, Slot, left_behind
from pipeline.poison.verdicts import Verdict
from pipeline.settings import Settings

log = logging.getLogger("summitwire.run")

STEPS = ("decode", "strip", "extract", "encode")
INSTEAD = "/instead"
"""Added to the name of a step for what goes on in place of its result."""
LOOK_SECONDS = 1.0
"""How often the folder is looked at, at most. A process that dies is succeeded no sooner."""
KEPT_SECONDS = 7 * 86_400.0
"""How long journals of dead processes and verdicts are kept: longer than anybody runs a batch again."""


class Hand:
    """What this process has in hand, and what it knows of others that died."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._about = {"topics": settings.topics_url, "topic": settings.raw}
        self._folder, self._journal = _opened(settings.in_hand, {**self._about, "steps": STEPS})
        self._apart = Apart(settings)
        self._watch: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._child = threading.Lock()
        self._dead: dict[Path, set[Held]] = {}
        self._suspects: set[tuple[int, int]] = set()
        self._read: set[Path] = set()
        self._verdicts: dict[tuple[int, int], dict[str, Verdict]] = {}
        self.marked: set[tuple[int, int]] = set()
        """Partition and offset of the records that must go through `run`."""
        self._prune()
        self._looked = 0.0

    def slot(self) -> Slot:
        """The calling thread's place in the journal, for a bundle."""
        with self._lock:
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self._look()
            return self._journal.slot()

    def run(self, step: str, function: Callable[[Any], Any], origin: Received, element: Any) -> Any:
        """A step of a marked record. Raises what `function` raises, Crash or Deadline where it ends its process,
        ApartError."""
        place = Held(origin.partition, origin.offset, STEPS.index(step.removesuffix(INSTEAD)) + 1)
        with self._lock:
            verdict = self._verdict(origin)
            suspect = (place.partition, place.offset) in self._suspects
            slot = self._journal.slot()
        known = verdict.error(step)
        if known is not None:
            raise known
        if not suspect:
            slot.enter(place.partition, place.offset, place.step)
            try:
                return function(element)
            finally:
                slot.leave()
        try:
            with self._child:
                result = self._apart.run(function, element)
        except NOT_THE_RECORD:
            raise
        except Exception as error:
            with self._lock:
                if isinstance(error, Crash | Deadline):
                    where = f"{origin.topic}/{origin.partition}/{origin.offset}"
                    log.error("%s is a dead letter of %s: %s", where, step.removesuffix(INSTEAD), error)
                    self._convict(verdict.adding(step, error))
                self._settle(place)
            raise
        with self._lock:
            self._settle(place)
        return result

    def rest(self) -> None:
        """At the end of a bundle: ends the child, where there is one that nobody uses."""
        if self._child.acquire(blocking=False):
            try:
                self._apart.close()
            finally:
                self._child.release()

    def close(self) -> None:
        self.rest()
        self._journal.close()
        if self._watch is not None:
            self._watch.kill()
            self._watch.wait()

    def abandon(self) -> None:
        self._journal.abandon()

    def _look(self) -> None:
        """Sees to the watch, and finds what others have left."""
        if self._watch is None or self._watch.poll() is not None:
            command = [watch.__file__, str(os.getpid()), str(self._journal.path), str(self._settings.record_seconds)]
            self._watch = subprocess.Popen([sys.executable, "-I", "-S", *command], stdin=subprocess.DEVNULL)
        for path, about, held in left_behind(self._folder, self._dead):
            ours = about.items() >= self._about.items()
            self._dead[path] = set(held) if ours else set()
            for one in self._dead[path]:
                self._suspects.add((one.partition, one.offset))
                log.warning(
                    "%s/%d/%d was in %s when its process died; it is worked on apart",
                    *(self._settings.raw, one.partition, one.offset, STEPS[one.step - 1]),
                )
        for path in self._folder.glob(f"*{verdicts.SUFFIX}"):
            if path not in self._read:
                self._read.add(path)
                verdict = verdicts.read(path)
                if verdict is not None:
                    self._know(verdict)
        self.marked = self._suspects | self._verdicts.keys()
        self._looked = time.monotonic()

    def _verdict(self, origin: Received) -> Verdict:
        new = verdicts.blank(origin, _release(self._settings))
        known = self._verdicts.get((origin.partition, origin.offset), {}).get(new.sha256)
        return known if known is not None and known.release == new.release else new

    def _know(self, verdict: Verdict) -> None:
        self._verdicts.setdefault((verdict.partition, verdict.offset), {})[verdict.sha256] = verdict

    def _convict(self, verdict: Verdict) -> None:
        self._know(verdict)
        try:
            verdict.write(self._folder)
        except OSError as error:
            log.warning("%s: %s; this record will be judged again", self._folder, error.strerror)

    def _settle(self, held: Held) -> None:
        """It has been found out what this one does: the journals of those who died with it are of no more use."""
        for path, left in self._dead.items():
            if held in left:
                left.remove(held)
                if not left:
                    path.unlink(missing_ok=True)

    def _prune(self) -> None:
        oldest = time.time() - KEPT_SECONDS
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest and path.suffix != ".hand":
                    path.unlink()


def _opened(folder: str, about: dict[str, Any]) -> tuple[Path, Journal]:
    """The journal in its folder, or where that cannot be written, on a worker that knows no such folder, in the
    system's for temporary files."""
    spare = Path(tempfile.gettempdir()) / f"summitwire-in-hand-{os.getuid()}"
    path = Path(folder) if folder else spare
    try:
        return path, Journal(path, about)
    except OSError as error:
        if path == spare:
            raise
        log.warning("%s cannot be used (%s); records in hand are noted in %s", path, error.strerror, spare)
        return spare, Journal(spare, about)


def _release(settings: Settings) -> str:
    from pipeline.boilerplate.article import cleaner

    return f"{cleaner()} {settings.extractor} {settings.model}"


_hands: dict[Settings, Hand] = {}
_lock = threading.Lock()


def of(settings: Settings) -> Hand:
    """This process' hand for these settings."""
    with _lock:
        hand = _hands.get(settings)
        if hand is None:
            hand = _hands[settings] = Hand(settings)
        return hand


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[None]:
    """Closes this process' hand for these settings at the end of the context; who uses it later opens it again."""
    try:
        yield
    finally:
        _close(settings)


def _close(settings: Settings) -> None:
    with _lock:
        hand = _hands.pop(settings, None)
    if hand is not None:
        hand.close()


@atexit.register
def _close_all() -> None:
    for settings in list(_hands):
        _close(settings)


def _forget() -> None:
    """In a forked child: what is in the parent's hand is not in its own."""
    while _hands:
        _hands.popitem()[1].abandon()
    _lock.release()


os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_forget)
