"""Offsets on their way from final bundles to the group."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from connectors.topics import GroupHeld, TopicError
from pipeline.io import commits
from pipeline.io.commits import Commits

NEVER, LONG_AFTER = 0.0, 10.0**9
"""When a bundle began: before anything in this process was final, and after all of it."""


class Group:
    """A group that notes what is committed; `refusals` are raised first, one for each try to hold it."""

    def __init__(self, *refusals: TopicError) -> None:
        self.refusals = list(refusals)
        self.committed: list[dict[int, int]] = []
        self.changed = threading.Condition()

    @contextmanager
    def lease(self, group: str, topic: str, job: str) -> Iterator[None]:
        if self.refusals:
            raise self.refusals.pop(0)
        yield

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        with self.changed:
            self.committed.append(dict(offsets))
            self.changed.notify_all()

    def until(self, count: int) -> list[dict[int, int]]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.committed) >= count, 10)
        return self.committed


def opened(group: Group) -> Commits:
    topics: Any = group
    return Commits(topics, "group", "raw", "job")


def until_committed(group: Group, check: Callable[[], None]) -> None:
    while not group.committed:
        check()


def test_the_first_commit_names_every_partition_also_where_nothing_was_read() -> None:
    group = Group()
    opened(group).offer({0: 5, 1: 0})
    assert group.until(1) == [{0: 5, 1: 0}]


def test_a_commit_never_goes_back() -> None:
    group = Group()
    offered = opened(group)
    offered.offer({0: 5, 1: 3})
    group.until(1)
    offered.offer({0: 4, 1: 3})
    offered.offer({0: 6, 1: 2})
    assert group.until(2) == [{0: 5, 1: 3}, {0: 6}]


def test_behind_a_shuffle_offsets_wait_until_a_bundle_is_final_that_began_after_they_were() -> None:
    group = Group()
    offered = opened(group)
    offered.offer({0: 5}, NEVER)
    offered.offer({0: 8}, NEVER)  # with the same checkpoint
    offered.offer({0: 9}, LONG_AFTER)
    assert group.until(1) == [{0: 8}]


def test_a_group_that_another_job_holds_is_an_error_until_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "AGAIN_SECONDS", 0.2)
    group = Group(GroupHeld("held by another job"))
    offered = opened(group)
    offered.offer({0: 1})
    with pytest.raises(GroupHeld, match="another job"):
        until_committed(group, offered.check)
    group.until(1)
    offered.check()


def test_a_broker_that_is_away_keeps_offsets_waiting_and_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "AGAIN_SECONDS", 0.01)
    group = Group(TopicError("away"), TopicError("away"))
    offered = opened(group)
    offered.offer({0: 1})
    offered.check()
    assert group.until(1) == [{0: 1}]
