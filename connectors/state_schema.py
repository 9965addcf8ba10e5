"""The tables of the state file, and what makes the file of an earlier release one of this."""

from __future__ import annotations

SCHEMA_VERSION = 3
# Keys begin with the source: ids and hashes are random, and what one document asks for would lie on as many pages. With
# 150,000 articles that halved the time of reading and saving, and a quarter of the bytes is written.
_ARTICLES = """
CREATE TABLE IF NOT EXISTS articles(
    article_id BLOB, source INTEGER, feed_id TEXT NOT NULL, item_id TEXT NOT NULL,
    alias INTEGER NOT NULL, story INTEGER NOT NULL, content INTEGER NOT NULL, raw INTEGER NOT NULL,
    version INTEGER NOT NULL, wire_version INTEGER, updated INTEGER, status TEXT NOT NULL, revisions INTEGER NOT NULL,
    PRIMARY KEY(source, article_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_alias ON articles(source, alias);
CREATE INDEX IF NOT EXISTS articles_story ON articles(source, story);
"""
SCHEMA = f"""
{_ARTICLES}
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feeds(
    feed_id TEXT PRIMARY KEY, url TEXT NOT NULL, etag TEXT, last_modified TEXT, document TEXT, next_poll REAL NOT NULL,
    interval REAL NOT NULL, errors INTEGER NOT NULL, error TEXT, status INTEGER, last_poll REAL, last_ok REAL,
    last_new REAL, newest REAL, polls INTEGER NOT NULL, unchanged INTEGER NOT NULL, items INTEGER NOT NULL,
    published INTEGER NOT NULL, bytes INTEGER NOT NULL, moved_to TEXT, moved_count INTEGER NOT NULL, moved_since REAL,
    address TEXT, gone INTEGER NOT NULL, lag REAL, ttl REAL, skip_hours INTEGER NOT NULL, skip_days INTEGER NOT NULL,
    whole REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held(article_id BLOB PRIMARY KEY, due REAL, record BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS held_due ON held(due);
CREATE TABLE IF NOT EXISTS lines(
    source INTEGER, line INTEGER, holders BLOB NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY(source, line)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sketches(
    source INTEGER, article INTEGER, sketch BLOB NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY(source, article)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused(document TEXT PRIMARY KEY) WITHOUT ROWID;
"""
EARLIER = {
    "1": """
ALTER TABLE feeds ADD COLUMN ttl REAL;
ALTER TABLE feeds ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN whole REAL;
""",
    "2": f"""
ALTER TABLE articles RENAME TO scattered;
DROP INDEX articles_alias;
DROP INDEX articles_story;
{_ARTICLES}
INSERT INTO articles SELECT * FROM scattered ORDER BY source, article_id;
DROP TABLE scattered;
""",
}
"""Version of an older file → what makes it one of the next. Nothing is dropped: a held embargo is nowhere else."""
