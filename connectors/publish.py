"""From documents to topics: items → decisions → messages; append; then save. In that order, whatever happens.

append fails     nothing is saved, the same documents are fetched and decided again
save fails       what was appended is appended again: same id, same version, same words
killed between   as above; a new start catches up from the topic first (connectors.recover)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.article import Provenance, body_of, cut_to_fit, is_teaser, raw_article, with_page
from connectors.dead import DeadLetters
from connectors.envelope import headers_for
from connectors.formats import Item
from connectors.formats.ids import COPY, distinct
from connectors.identity import Decision, Marks, decide, hash64, old_news
from connectors.memory import LINES_PER_SOURCE, SKETCHES_PER_SOURCE, LineMemory, lesson
from connectors.pages import Page
from connectors.state import ArticleState, Changes, FeedState, Held, State
from connectors.summary import Counts
from connectors.topics import DEAD_LETTERS, RAW, Message, Topics
from schemas.codec import Decoder, Encoder
from schemas.errors import SchemaError
from schemas.records import RawArticle

PRUNE_EVERY = 50
"""Batches with news of a source after which its memory of lines is cut to size."""
Clock = Callable[[], datetime]


class Publisher:
    """Collects a batch of documents, then appends and saves it at once. Used by one thread at a time."""

    def __init__(self, topics: Topics, state: State, encoder: Encoder, clock: Clock, dead_letter_files: Path) -> None:
        self._topics = topics
        self._state = state
        self._encoder = encoder
        self._clock = clock
        self._memory = LineMemory(state)
        self._waiting = {held.article_id for held in state.held()}
        self._framed = Encoder()  # held records wait in the framing that needs no registry
        self._written: dict[int, int] = {}
        self._limit = topics.max_record_bytes(RAW.name)
        self._letters = DeadLetters(encoder, topics.max_record_bytes(DEAD_LETTERS.name), dead_letter_files)
        self._start()

    def _start(self) -> None:
        self._changes = Changes()
        self._messages: list[Message] = []
        self._dead: list[Message] = []
        self._aliases: dict[int, bytes] = {}
        self._stories: dict[int, bytes] = {}
        self.pending_bytes = 0

    @property
    def held(self) -> int:
        """Articles that wait for the end of an embargo."""
        return len(self._waiting)

    @property
    def pending(self) -> int:
        return len(self._messages) + len(self._dead)

    def put_feed(self, feed: FeedState) -> None:
        self._changes.feeds[feed.feed_id] = feed

    def put_meta(self, name: str, value: str) -> None:
        self._changes.meta[name] = value

    # ------------------------------------------------------------ items
    def teasers(self, items: list[Item], where: Provenance) -> list[str]:
        """The addresses of those items' pages that are new or changed and have no more than a teaser."""
        found = [(item, Marks(where.source.source_id, item)) for item in items if item.url and is_teaser(item)]
        source = hash64(where.source.source_id)
        known = self._known(source, [one for _, one in found])
        wanted = []
        for item, one in found:
            state = self._changes.articles.get(one.key) or known.get(one.key)
            decision = decide(item, one, state, feed_id=where.source.feed_id, source=source)
            if decision is not None and decision.change not in (None, "kill", "withhold"):
                wanted.append(item.url or "")
        return wanted

    def take(self, items: list[Item], where: Provenance, feed: FeedState, pages: Mapping[str, Page]) -> Counts:
        """Decides on the items of one document and adds what is to be published to the batch. An item whose page is
        among `pages` gets it for its body; its identity stays that of the feed's own words."""
        counts = Counts(documents=1, items=len(items))
        source = hash64(where.source.source_id)
        found = [(item, Marks(where.source.source_id, item)) for item in distinct(items) if COPY not in item.quality]
        known = self._known(source, [one for _, one in found])
        decided: list[tuple[Item, Marks, Decision]] = []
        for item, one in found:
            state = self._changes.articles.get(one.key) or known.get(one.key)
            decision = decide(item, one, state, feed_id=where.source.feed_id, source=source)
            if decision is None:
                counts.unchanged += 1
            else:
                decided.append((item, one, decision))
                self._remember(decision.state)
        news = []
        for (item, one, decision), backfill in zip(decided, self._backfill(decided, feed), strict=True):
            if decision.change is None:
                counts.unchanged += 1
            else:
                told = replace(decision, change="backfill") if backfill else decision
                news.append((with_page(item, pages.get(item.url or "")), one, told))
        for (item, one, decision), lines in zip(news, self._repeated(source, news), strict=True):
            self._hold_or_publish(item, _article(item, one, decision, where, lines), decision, counts)
        for item, _, _ in news:
            self._withdraw_others(item, where, source, counts)
        return counts

    def _repeated(self, source: int, news: list[tuple[Item, Marks, Decision]]) -> list[tuple[int, ...] | None]:
        """The repeated lines of each item; None for what has no body or is no news."""
        lessons = [
            decision.change and lesson(decision.state.article_id, decision.change, item.headline, *body_of(item))
            for item, _, decision in news
        ]
        found = iter(self._memory.learn(source, [one for one in lessons if one], self._changes))
        return [next(found) if one else None for one in lessons]

    def _known(self, source: int, found: list[Marks]) -> dict[bytes, ArticleState]:
        """Article id → state, for ids, and for other marks of the same article."""
        known = self._state.articles(source, [one.key for one in found])
        missing = [one for one in found if one.key not in known and one.key not in self._changes.articles]
        if missing:
            aliases = self._state.by_alias(source, [one.alias for one in missing])
            stories = self._state.by_story(source, [one.story for one in missing if one.story])
            for one in missing:
                key = self._aliases.get(one.alias) or self._stories.get(one.story)
                match = self._changes.articles.get(key) if key else None
                match = match or aliases.get(one.alias) or stories.get(one.story)
                if match is not None:
                    known[one.key] = self._changes.articles.get(match.article_id, match)
        return known

    def _remember(self, state: ArticleState) -> None:
        self._changes.articles[state.article_id] = state
        self._aliases[state.alias] = state.article_id
        if state.story:
            self._stories[state.story] = state.article_id

    def _backfill(self, decided: list[tuple[Item, Marks, Decision]], feed: FeedState) -> list[bool]:
        news = [n for n, (_, _, decision) in enumerate(decided) if decision.change == "new"]
        flags = [False] * len(decided)
        told = [(decided[n][0].published or decided[n][0].updated, False) for n in news]
        for n, flag in zip(news, old_news(told, feed.last_ok, feed.items), strict=True):
            flags[n] = flag
        return flags

    def _hold_or_publish(self, item: Item, article: RawArticle, decision: Decision, counts: Counts) -> None:
        key = decision.state.article_id
        due = self._held_until(item, article)
        if due is not False:
            self._changes.held[key] = Held(key, due, self._framed.encode(article, RAW.name))
            self._changes.articles[key] = replace(decision.state, version=decision.before)
            self._waiting.add(key)
            counts.held += 1
            return
        if key in self._waiting:
            self._changes.held[key] = None
            self._waiting.discard(key)
        self._publish(article, counts)

    def _held_until(self, item: Item, article: RawArticle) -> float | bool | None:
        """False: not held. Seconds since the epoch; None: until a newer version says otherwise."""
        if item.embargo is None or article.withdrawn:
            return False
        if item.embargo == "indefinite":
            return None
        due = item.embargo.timestamp()
        return due if due > self._clock().timestamp() else False

    def _publish(self, article: RawArticle, counts: Counts) -> None:
        message = self._message(article)
        if message is None:
            counts.dead += 1
            return
        self._messages.append(message)
        self.pending_bytes += len(message.value or b"")
        counts.published[article.change] = counts.published.get(article.change, 0) + 1

    def _message(self, article: RawArticle) -> Message | None:
        """The record as a message that fits its topic; None where it became a dead letter."""
        try:
            value = self._encoder.encode(article, RAW.name)
        except SchemaError as unfit:
            self._dead_letter(article.feed_url or article.feed_id, "publish", b"", unfit)
            return None
        message = Message(article.article_id.encode(), value, headers_for(article))
        if message.size <= self._limit:
            return message
        smaller = cut_to_fit(article, message.size - self._limit + 256)  # room for flag and hash
        if smaller is None:
            told = f"{len(value)} bytes without a body that could be cut; the topic takes {self._limit}"
            self._dead_letter(article.feed_url or article.feed_id, "publish", value, ValueError(told))
            return None
        return replace(message, value=self._encoder.encode(smaller, RAW.name))

    def _withdraw_others(self, item: Item, where: Provenance, source: int, counts: Counts) -> None:
        """Kills the articles that this item withdraws by their ids."""
        for other in item.kills:
            target = Item(
                item_id=other, format=item.format, status="canceled", updated=item.updated, ed_note=item.ed_note
            )
            one = Marks(where.source.source_id, target)
            known = self._known(source, [one])
            state = self._changes.articles.get(one.key) or known.get(one.key)
            decision = decide(target, one, state, feed_id=where.source.feed_id, source=source)
            if decision is not None and decision.change is not None:
                self._remember(decision.state)
                self._hold_or_publish(target, _article(target, one, decision, where, None), decision, counts)

    # ------------------------------------------------------------ held
    def release(self) -> Counts:
        """Adds the held articles whose embargo has ended to the batch."""
        counts = Counts()
        for held in self._state.held(self._clock().timestamp()):
            if held.article_id in self._changes.held:
                continue
            article = Decoder().decode(held.record)
            assert isinstance(article, RawArticle)
            (state,) = self._state.articles(hash64(article.source_id), [held.article_id]).values()
            self._changes.held[held.article_id] = None
            self._waiting.discard(held.article_id)
            self._publish(article, counts)
            self._changes.articles[held.article_id] = replace(state, version=article.version)
        return counts

    # ------------------------------------------------------------ dead letters
    def refuse(self, data: bytes, where: Provenance, error: BaseException) -> Counts:
        """A document that cannot be parsed becomes a dead letter, once for each distinct content."""
        counts = Counts(documents=1)
        document = f"{where.source.feed_id}/{hashlib.sha256(data).hexdigest()}"
        if document not in self._changes.refused and not self._state.is_refused(document):
            self._changes.refused.add(document)
            self._dead_letter(
                where.http.url if where.http and where.http.url else where.source.url, "parse", data, error
            )
            counts.dead = 1
        return counts

    def _dead_letter(self, url: str, step: str, data: bytes, error: BaseException) -> None:
        self._dead.append(self._letters.message(url, step, data, error))
        self.pending_bytes += len(data)

    # ------------------------------------------------------------ the batch
    def flush(self) -> None:
        """Appends the batch, dead letters too, and then saves what it changes. Raises TopicError or StateError; the
        batch stays, so that it can be flushed again."""
        if self._messages:
            self._topics.append(RAW.name, self._messages)
        if self._dead:
            self._topics.append(DEAD_LETTERS.name, self._dead)
        self._state.save(self._changes)
        for source in sorted({source for source, _ in self._changes.lines}):
            self._written[source] = self._written.get(source, 0) + 1
            if self._written[source] % PRUNE_EVERY == 0:
                self._state.prune_lines(source, LINES_PER_SOURCE, SKETCHES_PER_SOURCE)
        self._start()


def _article(
    item: Item, one: Marks, decision: Decision, where: Provenance, lines: tuple[int, ...] | None
) -> RawArticle:
    """The record of a decision. Its id, and the feed it is told of, are those under which it was first seen."""
    assert decision.change is not None
    return raw_article(
        item,
        where,
        state=decision.state,
        content_sha256=one.content_sha256,
        change=decision.change,
        status=decision.status,
        repeated_lines=lines,
    )


def utc_now() -> datetime:
    return datetime.now(UTC)
