"""State files of earlier releases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connectors.state import Changes, FeedState, Held, State, StateError

FEED = FeedState("kestrel", "http://kestrel.example/rss", etag='"1"', next_poll=5.0, interval=60.0)
HELD = Held(b"article", 1_900_000_000.0, b"record")


def written(path: Path, version: str) -> None:
    """A state file of this version, with a feed and an embargo in it."""
    with closing(State(path)) as state:
        state.save(Changes(feeds={FEED.feed_id: FEED}, held={HELD.article_id: HELD}))
    with closing(sqlite3.connect(path)) as file, file:
        if version == "1":
            for column in ("ttl", "skip_hours", "skip_days", "whole"):
                file.execute(f"ALTER TABLE feeds DROP COLUMN {column}")
        file.execute("UPDATE meta SET value=? WHERE name='schema'", (version,))


def test_a_file_of_the_first_version_keeps_its_feeds_and_embargoes(tmp_path: Path) -> None:
    written(tmp_path / "state.db", "1")
    for _ in range(2):
        with closing(State(tmp_path / "state.db")) as state:
            assert state.feeds() == {"kestrel": FEED}
            assert state.held() == [HELD]


def test_a_file_of_a_later_release_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    written(tmp_path / "state.db", "99")
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(StateError, match="has version 99"):
        State(tmp_path / "state.db")
    assert (tmp_path / "state.db").read_bytes() == before
