"""What the connectors remember, in one SQLite file: feeds, articles, held embargoes, refused documents.

It is saved in one transaction after the topic has acknowledged what it describes (connectors.publish), so it never runs
ahead of the topic. What it lacks of the topic is caught up from there (connectors.recover).
"""

from __future__ import annotations

import dataclasses
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.state_schema import EARLIER, SCHEMA, SCHEMA_VERSION


class StateError(Exception):
    """The state file cannot be used. The message says what, where, and how to mend."""


@dataclass(slots=True)
class FeedState:
    """What is known of a feed. Times in seconds since the epoch; `document` is the last document's SHA-256;
    `unchanged` counts 304 answers and equal documents; `lag` is seconds from publication to topic of the last news;
    `address` is where a permanent redirect has led for long enough; `ttl`, in seconds, `skip_hours` and `skip_days` are
    the last document's cadence; `whole` is when it came."""

    feed_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    document: str | None = None
    next_poll: float = 0.0
    interval: float = 0.0
    errors: int = 0
    error: str | None = None
    status: int | None = None
    last_poll: float | None = None
    last_ok: float | None = None
    last_new: float | None = None
    newest: float | None = None
    polls: int = 0
    unchanged: int = 0
    items: int = 0
    published: int = 0
    bytes: int = 0
    moved_to: str | None = None
    moved_count: int = 0
    moved_since: float | None = None
    address: str | None = None
    gone: int = 0
    lag: float | None = None
    ttl: float | None = None
    skip_hours: int = 0
    skip_days: int = 0
    whole: float | None = None


@dataclass(frozen=True, slots=True)
class ArticleState:
    """The newest published version of an article (version 0: none yet, it is held).

    `alias`, `story`, `content` and `raw` are 64-bit hashes (connectors.identity); `updated` is in microseconds;
    `revisions` counts the edits that only the text told of.
    """

    article_id: bytes
    source: int
    feed_id: str
    item_id: str
    alias: int
    story: int
    content: int
    raw: int
    version: int
    wire_version: int | None
    updated: int | None
    status: str
    revisions: int


@dataclass(frozen=True, slots=True)
class Held:
    """An encoded RawArticle that waits: until `due` (seconds since the epoch), or None, until a newer version comes."""

    article_id: bytes
    due: float | None
    record: bytes


@dataclass(slots=True)
class Changes:
    """What a batch changes, to be saved at once."""

    feeds: dict[str, FeedState] = field(default_factory=dict)
    articles: dict[bytes, ArticleState] = field(default_factory=dict)
    held: dict[bytes, Held | None] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    lines: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    sketches: dict[tuple[int, int], bytes] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)


_FEED_COLUMNS = [item.name for item in dataclasses.fields(FeedState)]
_ARTICLE_COLUMNS = [item.name for item in dataclasses.fields(ArticleState)]
_PUT_FEED = f"INSERT OR REPLACE INTO feeds({','.join(_FEED_COLUMNS)}) VALUES({','.join('?' * len(_FEED_COLUMNS))})"
_PUT_ARTICLE = (
    f"INSERT OR REPLACE INTO articles({','.join(_ARTICLE_COLUMNS)}) VALUES({','.join('?' * len(_ARTICLE_COLUMNS))})"
)
_MANY = 500


class State:
    """The file, opened. One process at a time writes it; readers may look at any time."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        try:
            if self.path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")  # what is saved survives a power cut, as the topic does
            self._db.execute("PRAGMA cache_size=-65536")
            self._db.executescript(SCHEMA)
            version = self.meta("schema")
            if version in EARLIER:
                steps = "".join(step for older, step in EARLIER.items() if older >= version)
                told = f"UPDATE meta SET value='{SCHEMA_VERSION}' WHERE name='schema'"
                self._db.executescript(f"BEGIN IMMEDIATE; {steps} {told}; COMMIT")
                version = str(SCHEMA_VERSION)
            self._seen = int(self.meta("seen") or 0)
        except (sqlite3.Error, OSError) as error:
            raise StateError(
                f"state file {self.path} cannot be used: {error}; move it away to build it anew"
            ) from error
        if version is None:
            self.save(Changes(meta={"schema": str(SCHEMA_VERSION)}))
        elif version != str(SCHEMA_VERSION):
            raise StateError(
                f"state file {self.path} has version {version}, this release writes {SCHEMA_VERSION}; "
                "move it away, and it is built anew from the topic"
            )

    def close(self) -> None:
        self._db.close()

    def meta(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def feeds(self) -> dict[str, FeedState]:
        rows = self._db.execute(f"SELECT {','.join(_FEED_COLUMNS)} FROM feeds")
        return {row[0]: FeedState(*row) for row in rows}

    def articles(self, source: int, ids: Sequence[bytes]) -> dict[bytes, ArticleState]:
        return {one.article_id: one for one in self._articles(source, "article_id", ids)}

    def by_alias(self, source: int, aliases: Sequence[int]) -> dict[int, ArticleState]:
        return {one.alias: one for one in self._articles(source, "alias", aliases)}

    def by_story(self, source: int, stories: Sequence[int]) -> dict[int, ArticleState]:
        return {one.story: one for one in self._articles(source, "story", stories)}

    def _articles(self, source: int, column: str, values: Sequence[bytes | int]) -> Iterator[ArticleState]:
        rows = self._of_source(",".join(_ARTICLE_COLUMNS), "articles", source, column, values)
        return (ArticleState(*row) for row in rows)

    def article_count(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM articles").fetchone()[0])

    def is_refused(self, document: str) -> bool:
        return self._db.execute("SELECT 1 FROM refused WHERE document=?", (document,)).fetchone() is not None

    def held(self, due_by: float | None = None) -> list[Held]:
        """Held articles, the earliest due first; with `due_by`, those that are due then."""
        where = "" if due_by is None else "WHERE due<=?"
        rows = self._db.execute(
            f"SELECT article_id, due, record FROM held {where} ORDER BY due IS NULL, due, article_id",
            () if due_by is None else (due_by,),
        )
        return [Held(*row) for row in rows]

    def lines(self, source: int, lines: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Line → the articles that hold it (connectors.memory)."""
        rows = self._of_source("line, holders", "lines", source, "line", lines)
        return {row[0]: struct.unpack(f"<{len(row[1]) // 8}q", row[1]) for row in rows}

    def sketches(self, source: int, articles: Sequence[int]) -> dict[int, bytes]:
        rows = self._of_source("article, sketch", "sketches", source, "article", articles)
        return {row[0]: row[1] for row in rows}

    def _of_source(
        self, columns: str, table: str, source: int, column: str, values: Sequence[bytes | int]
    ) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(values), _MANY):
            some = values[start : start + _MANY]
            query = f"SELECT {columns} FROM {table} WHERE source=? AND {column} IN ({','.join('?' * len(some))})"
            yield from self._db.execute(query, (source, *some))

    def prune_lines(self, source: int, lines: int, sketches: int) -> None:
        """Forgets a source's oldest lines and sketches beyond these numbers; lines of one article go first."""
        for table, order, most in (("lines", "length(holders)>8, seen", lines), ("sketches", "seen", sketches)):
            key = "line" if table == "lines" else "article"
            (count,) = self._db.execute(f"SELECT COUNT(*) FROM {table} WHERE source=?", (source,)).fetchone()
            if count > most:
                oldest = f"SELECT {key} FROM {table} WHERE source=? ORDER BY {order} LIMIT ?"
                self._db.execute(
                    f"DELETE FROM {table} WHERE source=? AND {key} IN ({oldest})", (source, source, count - most)
                )

    def save(self, changes: Changes) -> None:
        """All of it or nothing. Raises StateError, such as for a full disk."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._write(changes)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise StateError(f"state file {self.path} cannot be written: {error}") from error

    def _write(self, changes: Changes) -> None:
        db = self._db
        db.executemany("INSERT OR REPLACE INTO meta VALUES(?,?)", changes.meta.items())
        db.executemany(_PUT_FEED, ([getattr(one, name) for name in _FEED_COLUMNS] for one in changes.feeds.values()))
        db.executemany(
            _PUT_ARTICLE, ([getattr(one, name) for name in _ARTICLE_COLUMNS] for one in changes.articles.values())
        )
        db.executemany(
            "INSERT OR REPLACE INTO held VALUES(?,?,?)",
            ((one.article_id, one.due, one.record) for one in changes.held.values() if one is not None),
        )
        db.executemany(
            "DELETE FROM held WHERE article_id=?", ((key,) for key, one in changes.held.items() if one is None)
        )
        if changes.lines or changes.sketches:
            self._seen += 1
            db.executemany(
                "INSERT OR REPLACE INTO lines VALUES(?,?,?,?)",
                (
                    (source, line, struct.pack(f"<{len(holders)}q", *holders), self._seen)
                    for (source, line), holders in changes.lines.items()
                ),
            )
            db.executemany(
                "INSERT OR REPLACE INTO sketches VALUES(?,?,?,?)",
                ((source, article, sketch, self._seen) for (source, article), sketch in changes.sketches.items()),
            )
            db.execute("INSERT OR REPLACE INTO meta VALUES('seen',?)", (str(self._seen),))
        db.executemany("INSERT OR IGNORE INTO refused VALUES(?)", ((one,) for one in sorted(changes.refused)))
