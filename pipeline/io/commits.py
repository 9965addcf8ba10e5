"""Offsets of a job's workers: committed from a thread of their own, through a lease of the job.

Each process of the job that reads holds the group together with the others. A commit never holds a bundle up, and is
best effort: what could not be committed is covered by the next one, for offsets are absolute.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping

from connectors.topics import GroupHeld, TopicError
from connectors.topics.kafka import KafkaTopics

log = logging.getLogger("summitwire.run")

AGAIN_SECONDS = 1.0
LEAVE_SECONDS = 5.0


class Commits:
    """Takes offsets of `topic` for `group` while its thread lives."""

    def __init__(self, topics: KafkaTopics, group: str, topic: str, job: str) -> None:
        self._topics, self._group, self._topic, self._job = topics, group, topic, job
        self._changed = threading.Condition()
        self._due: dict[int, int] = {}
        self._done: dict[int, int] = {}
        self._waiting: list[tuple[float, Mapping[int, int]]] = []
        self._held: GroupHeld | None = None
        self._stop = False
        self._keeper = threading.Thread(target=self._keep, name=f"commits of {group}", daemon=True)
        self._keeper.start()

    def check(self) -> None:
        """Raises GroupHeld while another job or process is known to hold the group."""
        if self._held is not None:
            raise self._held

    def offer(self, offsets: Mapping[int, int], began: float | None = None) -> None:
        """Commits these next offsets of a bundle that is final. One that lies before what this process has committed is
        left out.

        `began`, by time.monotonic(), for a pipeline that shuffles: a checkpoint makes all bundles final that have ended
        when it is complete, also those behind it, whose records may still be on their way. They are safe once a bundle
        is final that began after that.
        """
        with self._changed:
            if began is None:
                self._take(offsets)
            else:
                for final, earlier in self._waiting:
                    if final < began:
                        self._take(earlier)
                self._waiting = [one for one in self._waiting if one[0] >= began]
                self._waiting.append((time.monotonic(), offsets))
            self._changed.notify_all()

    def _take(self, offsets: Mapping[int, int]) -> None:
        for partition, offset in offsets.items():
            if offset > max(self._due.get(partition, -1), self._done.get(partition, -1)):
                self._due[partition] = offset

    def close(self) -> None:
        """Leaves the group."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        self._keeper.join(LEAVE_SECONDS)

    def _keep(self) -> None:
        while not self._stop:
            try:
                with self._topics.lease(self._group, self._topic, self._job):
                    self._held = None
                    while self._commit():
                        pass
            except TopicError as error:
                log.warning("offsets wait to be committed: %s", error)
                self._held = error if isinstance(error, GroupHeld) else None
                with self._changed:
                    self._changed.wait_for(lambda: self._stop, AGAIN_SECONDS)

    def _commit(self) -> bool:
        """Commits what is due, waiting for it; False at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._due) or self._stop)
            if self._stop:
                return False
            due = dict(self._due)
        self._topics.commit(self._group, self._topic, due)
        with self._changed:
            self._done |= due
            self._due = {partition: offset for partition, offset in self._due.items() if offset != due.get(partition)}
        return True


def commits_of(topics: KafkaTopics, group: str, topic: str, job: str) -> Commits:
    """The one of this process."""
    with _lock:
        if (group, job) not in _kept:
            _kept[group, job] = Commits(topics, group, topic, job)
        return _kept[group, job]


def close() -> None:
    """Leaves all groups: who is dropped by the broker instead keeps a successor waiting."""
    with _lock:
        while _kept:
            _kept.popitem()[1].close()


_kept: dict[tuple[str, str], Commits] = {}
_lock = threading.Lock()
