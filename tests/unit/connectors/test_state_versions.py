"""State files of earlier releases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connectors.state import ArticleState, Changes, FeedState, Held, State, StateError

FEED = FeedState("kestrel", "http://kestrel.example/rss", etag='"1"', next_poll=5.0, interval=60.0)
HELD = Held(b"article", 1_900_000_000.0, b"record")
ARTICLE = ArticleState(b"article", -7, "kestrel", "tag:kestrel,1", 11, 12, 13, 14, 3, None, 1_700_000, "usable", 1)
OLD_ARTICLES = """
DROP TABLE articles;
CREATE TABLE articles(
    article_id BLOB PRIMARY KEY, source INTEGER NOT NULL, feed_id TEXT NOT NULL, item_id TEXT NOT NULL,
    alias INTEGER NOT NULL, story INTEGER NOT NULL, content INTEGER NOT NULL, raw INTEGER NOT NULL,
    version INTEGER NOT NULL, wire_version INTEGER, updated INTEGER, status TEXT NOT NULL, revisions INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX articles_alias ON articles(alias);
CREATE INDEX articles_story ON articles(story);
INSERT INTO articles SELECT * FROM kept;
DROP TABLE kept;
"""


def written(path: Path, version: str) -> None:
    """A state file of this version, with a feed, an article and an embargo in it."""
    with closing(State(path)) as state:
        articles = {ARTICLE.article_id: ARTICLE}
        state.save(Changes(feeds={FEED.feed_id: FEED}, articles=articles, held={HELD.article_id: HELD}))
    with closing(sqlite3.connect(path)) as file, file:
        if version in ("1", "2"):
            file.executescript(f"CREATE TABLE kept AS SELECT * FROM articles; {OLD_ARTICLES}")
        if version == "1":
            for column in ("ttl", "skip_hours", "skip_days", "whole"):
                file.execute(f"ALTER TABLE feeds DROP COLUMN {column}")
        file.execute("UPDATE meta SET value=? WHERE name='schema'", (version,))


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_a_file_of_an_earlier_version_keeps_its_feeds_articles_and_embargoes(tmp_path: Path, version: str) -> None:
    written(tmp_path / "state.db", version)
    for _ in range(2):
        with closing(State(tmp_path / "state.db")) as state:
            assert state.feeds() == {"kestrel": FEED}
            assert state.held() == [HELD]
            assert state.articles(-7, [b"article"]) == {b"article": ARTICLE}
            assert state.by_alias(-7, [11]) == {11: ARTICLE}
            assert state.by_story(-7, [12]) == {12: ARTICLE}


def test_an_upgraded_file_is_laid_out_as_a_new_one(tmp_path: Path) -> None:
    layouts = []
    for version in ("1", "3"):
        written(tmp_path / version, version)
        State(tmp_path / version).close()
        with closing(sqlite3.connect(tmp_path / version)) as file:
            layouts.append(file.execute("SELECT name, tbl_name FROM sqlite_master ORDER BY name").fetchall())
    assert layouts[0] == layouts[1]


def test_a_file_of_a_later_release_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    written(tmp_path / "state.db", "99")
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(StateError, match="has version 99"):
        State(tmp_path / "state.db")
    assert (tmp_path / "state.db").read_bytes() == before
