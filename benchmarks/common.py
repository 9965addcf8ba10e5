"""What the benchmarks share: the sample wire multiplied, timers around the steps, a topic address to run on."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.formats import FeedError, Item, parse
from connectors.formats.files import read
from connectors.topics import RAW, Message, Topics
from pipeline.demo.wire import sample_wire
from schemas.records import RawArticle, article_id

FETCHED = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
CHUNK = 2000


def stories() -> list[RawArticle]:
    """The stories of the bundled sample wire, each once, in a fixed order."""
    wire = sample_wire()
    found: dict[str, RawArticle] = {}
    for feed in wire.feeds:
        for document in feed.documents:
            try:
                items = parse(document, content_type=feed.content_type, url=feed.url(80))
            except FeedError:
                continue  # the wire has a broken feed on purpose
            for item in items:
                found.setdefault(item.item_id, _article(item, feed.source, feed.id))
    for deliveries in wire.deliveries:
        for delivered in deliveries:
            item = read(delivered.data, delivered.name)
            found.setdefault(item.item_id, _article(item, wire.folder_source, wire.folder_id))
    return list(found.values())


_SAME = {field.name for field in fields(Item)} & {field.name for field in fields(RawArticle)}
_OTHER = {"version", "published", "updated", "embargo", "expires", "body", "language"}


def _article(item: Item, source: str, feed: str) -> RawArticle:
    values: dict[str, Any] = {name: getattr(item, name) for name in _SAME - _OTHER}
    return RawArticle(
        **values,
        article_id=article_id(source, item.item_id),
        source_id=source,
        feed_id=feed,
        version=1,
        change="new",
        body=item.body or item.summary or "",
        language=item.language or "en",
        published=item.published.astimezone(UTC) if item.published else None,
        published_offset=0 if item.published else None,
        fetched_at=FETCHED,
        content_sha256=hashlib.sha256((item.body or "").encode()).hexdigest(),
    )


def multiplied(count: int) -> Iterator[RawArticle]:
    """`count` articles: the stories again and again, each under an id of its own and a minute later."""
    wire = stories()
    for number in range(count):
        story = wire[number % len(wire)]
        item = f"{story.item_id}#{number}"
        yield replace(
            story,
            item_id=item,
            article_id=article_id(story.source_id, item),
            published=(story.published or FETCHED) + timedelta(minutes=number),
        )


def fill(topics: Topics, messages: Iterator[Message]) -> tuple[int, int]:
    """Appends to the raw topic in chunks; (records, bytes)."""
    records = size = 0
    chunk: list[Message] = []
    for message in messages:
        chunk.append(message)
        records += 1
        size += message.size
        if len(chunk) == CHUNK:
            topics.append(RAW.name, chunk)
            chunk = []
    if chunk:
        topics.append(RAW.name, chunk)
    return records, size


CPU: dict[str, float] = defaultdict(float)
"""Step → seconds of processor time that it took in this thread."""


class Timed:
    """A function whose processor time counts for a step. Beam ships functions by value: the sums are a global."""

    def __init__(self, step: str, function: Callable[..., Any]) -> None:
        self.step, self.function = step, function

    def __call__(self, *args: Any, **more: Any) -> Any:
        began = time.thread_time()
        try:
            return self.function(*args, **more)
        finally:
            CPU[self.step] += time.thread_time() - began


class TimedIterator:
    """A function that returns an iterator, whose processor time counts for a step."""

    def __init__(self, step: str, function: Callable[..., Iterator[Any]]) -> None:
        self.step, self.function = step, function

    def __call__(self, *args: Any) -> Iterator[Any]:
        advance = Timed(self.step, self.function(*args).__next__)
        while True:
            try:
                yield advance()
            except StopIteration:
                return
