"""Catches the state up with the raw topic: after a crash between append and save, or after the state file was lost."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

from connectors.formats import Item
from connectors.identity import Marks, hash64
from connectors.memory import LineMemory, lesson
from connectors.state import ArticleState, Changes, State
from connectors.topics import RAW, TopicError, Topics
from schemas.codec import Decoder
from schemas.errors import SchemaError
from schemas.records import RawArticle

log = logging.getLogger("summitwire.connect")
POSITION = "raw_position"
_BATCH = 5000
_WIRES = ("newsml-g2", "ninjs", "nitf")


def catch_up(state: State, topics: Topics, decoder: Decoder) -> int:
    """Reads what the raw topic holds beyond the state's position; returns how many versions it learned of.

    Records of other writers (replayed dead letters) count too: a version that stands in the topic is taken.
    """
    position = json.loads(state.meta(POSITION) or "{}")
    learned = 0
    memory = LineMemory(state)
    changes = Changes()
    ends = topics.end_offsets(RAW.name)
    for article in _articles(topics, decoder, position, ends):
        key, source = bytes.fromhex(article.article_id), hash64(article.source_id)
        known = changes.articles.get(key) or state.articles(source, [key]).get(key)
        if known is not None and known.version >= article.version:
            continue
        changes.articles[key] = _state(article, known)
        taught = lesson(key, article.change, article.headline, article.body, article.body_format)
        if taught is not None:
            memory.learn(source, [taught], changes)
        learned += 1
        if len(changes.articles) >= _BATCH:
            state.save(changes)
            changes = Changes()
    changes.meta[POSITION] = json.dumps({str(partition): end for partition, end in sorted(ends.items())})
    state.save(changes)
    return learned


def position_of(ends: dict[int, int]) -> str:
    """How a position is kept in the state."""
    return json.dumps({str(partition): end for partition, end in sorted(ends.items())})


def _articles(topics: Topics, decoder: Decoder, position: dict[str, int], ends: dict[int, int]) -> Iterator[RawArticle]:
    begins = topics.begin_offsets(RAW.name)
    for partition, end in sorted(ends.items()):
        start = max(int(position.get(str(partition), 0)), begins.get(partition, 0))
        if start > end:  # another topic, or one made anew, under the same name
            start = begins.get(partition, 0)
        if start == end:
            continue
        for received in topics.read(RAW.name, partition, start, end):
            try:
                record = decoder.decode(received.value or b"")
            except (SchemaError, ValueError, TopicError):
                continue  # the pipeline makes a dead letter of it
            if isinstance(record, RawArticle):
                yield record


def _state(article: RawArticle, known: ArticleState | None) -> ArticleState:
    """The article's state as far as its record tells; `raw` 0 makes the next sight compare by words."""
    told = Item(
        item_id=article.item_id, format=article.format, headline=article.headline, url=article.url,
        published=article.published,
    )  # fmt: skip
    found = Marks(article.source_id, told)
    updated = None if article.updated is None else int(article.updated.timestamp() * 1_000_000)
    fresh = ArticleState(
        article_id=bytes.fromhex(article.article_id),
        source=hash64(article.source_id),
        feed_id=article.feed_id,
        item_id=article.item_id,
        alias=found.alias,
        story=found.story,
        content=int.from_bytes(bytes.fromhex(article.content_sha256)[:8], "big", signed=True),
        raw=0,
        version=article.version,
        wire_version=article.version if article.format in _WIRES else None,
        updated=updated,
        status=article.status,
        revisions=0,
    )
    return fresh if known is None else replace(fresh, revisions=known.revisions, feed_id=known.feed_id)
