"""The connect loop: polls what is due, hands documents to the publisher, saves what the topic has.

Fetching is concurrent (one event loop); deciding, appending and saving is one batch after the other in one thread, so
that the versions of an article rise in the order in which its documents came.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import heapq
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connectors import folder, schedule
from connectors.addresses import PrivateHosts
from connectors.article import Provenance
from connectors.config import Config
from connectors.fetch import Fetcher, FetchError, Limits, Response, Unreachable, http_time
from connectors.formats import FeedError, parse
from connectors.publish import Clock, Counts, Publisher, utc_now
from connectors.recover import POSITION, catch_up, position_of
from connectors.sources import Source, sources
from connectors.state import FeedState, State
from connectors.topics import ALL_TOPICS, RAW, StorageFull, TopicError, Topics
from schemas.codec import Decoder, Encoder
from schemas.records import HttpFacts

log = logging.getLogger("summitwire.connect")
BATCH_RECORDS = 2000
BATCH_BYTES = 16 * 1_048_576
QUEUE = 256
POSITION_EVERY = 10.0
"""Seconds between notes of the topic's position; a start after a crash reads that much of it again."""
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/vnd.iptc.g2.newsitem+xml, "
    "application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.9, */*;q=0.1"
)


@dataclass(slots=True)
class ConnectSummary:
    """What a run did: counts for each feed, and the feeds that failed with their last error."""

    feeds: dict[str, Counts] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    recovered: int = 0

    @property
    def total(self) -> Counts:
        counts = Counts()
        for one in self.feeds.values():
            counts.add(one)
        return counts

    def to_dict(self) -> dict[str, Any]:
        return {
            "feeds": {
                name: {
                    "documents": one.documents, "items": one.items, "published": dict(sorted(one.published.items())),
                    "unchanged": one.unchanged, "held": one.held, "dead_letters": one.dead,
                }
                for name, one in sorted(self.feeds.items())
            },
            "failed": dict(sorted(self.failed.items())),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What came of one poll: a response, or an error."""

    source: Source
    at: datetime
    response: Response | None = None
    error: FetchError | None = None


def connect(
    config: Config,
    topics: Topics,
    *,
    once: bool,
    clock: Clock = utc_now,
    encoder: Encoder | None = None,
    decoder: Decoder | None = None,
    stop: asyncio.Event | None = None,
    on_batch: Callable[[ConnectSummary], None] | None = None,
    limits: Limits | None = None,
) -> ConnectSummary:
    """Polls every source once, or goes on until `stop` is set or the task is cancelled; returns what it did.

    `clock` gives the time of every record and plan. The failure of one source never stops the others. Raises
    ConfigError, StateError, and TopicError where topics cannot be written (with `once`: at once; else only where
    trying again is no use).
    """
    run = Run(
        config, topics, once=once, clock=clock, encoder=encoder, decoder=decoder, on_batch=on_batch, limits=limits
    )
    return asyncio.run(run.main(stop))


class Run:
    """One run of the connectors."""

    def __init__(
        self,
        config: Config,
        topics: Topics,
        *,
        once: bool,
        clock: Clock = utc_now,
        encoder: Encoder | None = None,
        decoder: Decoder | None = None,
        on_batch: Callable[[ConnectSummary], None] | None = None,
        limits: Limits | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._config = config
        self._topics = topics
        self._once = once
        self._clock = clock
        self._encoder = encoder or Encoder()
        self._decoder = decoder or Decoder()
        self._on_batch = on_batch
        self._limits = limits
        self._chance = chance
        self._sources = sources(config)
        self._buckets = schedule.HostBuckets(config.connect.host_seconds)
        self._outage = schedule.Outage()
        self._noted = 0.0
        self.summary = ConnectSummary()

    async def main(self, stop: asyncio.Event | None = None) -> ConnectSummary:
        stop = stop or asyncio.Event()
        self._topics.create(ALL_TOPICS)
        self._state = State(self._config.path(self._config.connect.state))
        try:
            self.summary.recovered = await asyncio.to_thread(catch_up, self._state, self._topics, self._decoder)
            if self.summary.recovered:
                log.info("caught up with %d versions of the topic", self.summary.recovered)
            self._publisher = Publisher(self._topics, self._state, self._encoder, self._clock)
            self._feeds = self._feed_states()
            await self._polls(stop)
        finally:
            self._state.close()
        return self.summary

    def _feed_states(self) -> dict[str, FeedState]:
        kept = self._state.feeds()
        states = {}
        for source in self._sources:
            state = kept.get(source.feed_id)
            if state is None or state.url != source.url:  # an address changed by hand is another feed's
                state = FeedState(source.feed_id, source.url)
            states[source.feed_id] = state
        return states

    # ------------------------------------------------------------ polling
    async def _polls(self, stop: asyncio.Event) -> None:
        queue: asyncio.Queue[_Fetched | None] = asyncio.Queue(QUEUE)
        fetcher = Fetcher(
            user_agent=self._config.connect.user_agent,
            private=PrivateHosts(self._config.connect.allow_private),
            limits=self._limits,
            connections=self._config.connect.connections,
        )

        async def poll() -> None:
            async with fetcher:
                await self._schedule(fetcher, queue, stop)
            await queue.put(None)

        writing = asyncio.create_task(self._write(queue, stop))
        polling = asyncio.create_task(poll())
        try:
            await asyncio.wait({writing, polling}, return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                await polling
            await writing
        finally:
            for task in (polling, writing):
                task.cancel()
            await asyncio.gather(polling, writing, return_exceptions=True)

    async def _schedule(self, fetcher: Fetcher, queue: asyncio.Queue[_Fetched | None], stop: asyncio.Event) -> None:
        by_id = {source.feed_id: source for source in self._sources}
        due = [(0.0 if self._once else self._feeds[name].next_poll, name) for name in by_id]
        heapq.heapify(due)
        slots = asyncio.Semaphore(self._config.connect.connections)
        running: set[asyncio.Task[None]] = set()
        self._again: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                while not self._again.empty():
                    heapq.heappush(due, self._again.get_nowait())
                now = self._clock().timestamp()
                if due and due[0][0] <= now:
                    await slots.acquire()
                    _, name = heapq.heappop(due)
                    task = asyncio.create_task(self._poll(by_id[name], fetcher, queue, slots))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    continue
                if self._once and not due:
                    break
                again = asyncio.create_task(self._again.get())
                wait = min(due[0][0] - now, 1.0) if due else 1.0
                done, _ = await asyncio.wait({again, stopped}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                if again in done:
                    heapq.heappush(due, again.result())
                else:
                    again.cancel()
            if stop.is_set():
                for task in running:
                    task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        finally:
            stopped.cancel()
            for task in running:
                task.cancel()

    async def _poll(
        self, source: Source, fetcher: Fetcher, queue: asyncio.Queue[_Fetched | None], slots: asyncio.Semaphore
    ) -> None:
        try:
            if source.feed is None:
                await queue.put(_Fetched(source, self._clock()))
                return
            state = self._feeds[source.feed_id]
            wait = self._buckets.delay(_host(source.url), self._clock().timestamp())
            if wait:
                await asyncio.sleep(wait)
            try:
                response = await fetcher.fetch(
                    state.address or source.url,
                    etag=state.etag,
                    last_modified=state.last_modified,
                    accept=ACCEPT,
                    credentials=source.credentials,
                )
                await queue.put(_Fetched(source, self._clock(), response))
            except FetchError as error:
                await queue.put(_Fetched(source, self._clock(), error=error))
        finally:
            slots.release()

    # ------------------------------------------------------------ writing
    async def _write(self, queue: asyncio.Queue[_Fetched | None], stop: asyncio.Event) -> None:
        while True:
            batch: list[_Fetched] = []
            with contextlib.suppress(TimeoutError):
                first = await asyncio.wait_for(queue.get(), 1.0)
                if first is None:
                    await self._batch(batch, stop)
                    return
                batch.append(first)
            ended = False
            while batch and not queue.empty() and len(batch) < QUEUE:
                one = queue.get_nowait()
                if one is None:
                    ended = True
                    break
                batch.append(one)
            await self._batch(batch, stop)
            if ended:
                return

    async def _batch(self, batch: list[_Fetched], stop: asyncio.Event) -> None:
        """Publishes what a batch of polls brought; where the topics fail, again and again until they take it."""
        aside = await asyncio.to_thread(self._decide, batch)
        wait = 0.5
        while True:
            try:
                await asyncio.to_thread(self._flush)
                break
            except StorageFull:
                raise
            except TopicError as error:
                if self._once or stop.is_set():
                    raise
                log.error("topics cannot be written, trying again in %.0f s: %s", wait, error)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
                wait = min(wait * 2, 30.0)
        await asyncio.to_thread(_put_aside, aside)
        if not self._once:
            for one in batch:
                self._again.put_nowait((self._feeds[one.source.feed_id].next_poll, one.source.feed_id))
        if batch and self._on_batch:
            self._on_batch(self.summary)

    def _decide(self, batch: list[_Fetched]) -> list[tuple[Source, folder.File, str]]:
        aside: list[tuple[Source, folder.File, str]] = []
        for one in batch:
            if one.source.path is not None:
                aside += self._folder(one.source, one.at)
            else:
                self._fetched(one)
            if self._publisher.pending >= BATCH_RECORDS or self._publisher.pending_bytes >= BATCH_BYTES:
                with contextlib.suppress(TopicError):  # what stays is flushed with the rest of the batch
                    self._flush()
        self.summary.feeds.setdefault("held", Counts()).add(self._publisher.release())
        if not self.summary.feeds["held"].total:
            del self.summary.feeds["held"]
        return aside

    def _flush(self) -> None:
        now = self._clock().timestamp()
        if now - self._noted >= POSITION_EVERY:
            self._publisher.put_meta(POSITION, position_of(self._topics.end_offsets(RAW.name)))
            self._noted = now
        self._publisher.flush()

    def _fetched(self, one: _Fetched) -> None:
        source, state, now = one.source, self._feeds[one.source.feed_id], one.at.timestamp()
        state.polls += 1
        state.last_poll = now
        if one.response is None:
            assert one.error is not None
            self._failed(source, state, now, one.error)
        else:
            self._answered(source, state, one.at, one.response)
        self._publisher.put_feed(state)

    def _answered(self, source: Source, state: FeedState, at: datetime, response: Response) -> None:
        assert source.feed is not None
        self._outage.saw(_host(source.url), reached=True)
        state.bytes += response.wire_bytes
        counts = Counts()
        digest = hashlib.sha256(response.body).hexdigest()
        if response.status == 304 or digest == state.document:
            state.unchanged += 1
        else:
            where = Provenance(source, at, _facts(response))
            try:
                items = parse(response.body, content_type=response.content_type, url=response.url)
            except FeedError as error:
                self._count(source, self._publisher.refuse(response.body, where, error))
                self._failed(source, state, at.timestamp(), FetchError(str(error), status=response.status))
                return
            counts = self._publisher.take(items, where, state)
            state.document = digest
            state.items = len(items)
            state.published += counts.total
        if counts.total:
            state.last_new = at.timestamp()
        self.summary.failed.pop(source.feed_id, None)
        self._count(source, counts)
        told = schedule.advice(response.cache_control, http_time(response.expires), http_time(response.date) or at)
        schedule.after_success(
            state, at.timestamp(), counts.total, told, fixed=source.feed.interval, chance=self._chance()
        )
        state.status = response.status
        # RFC 9111, 4.3.4: a 304 refreshes the validators that it brings, and leaves the others.
        state.etag = response.etag or (state.etag if response.status == 304 else None)
        state.last_modified = response.last_modified or (state.last_modified if response.status == 304 else None)
        if (moved := schedule.saw_redirect(state, response.permanent, at.timestamp())) is not None:
            state.address = moved
            log.info("feed %s has moved for good to %s", source.feed_id, moved)

    def _failed(self, source: Source, state: FeedState, now: float, error: FetchError) -> None:
        assert source.feed is not None
        self._outage.saw(_host(source.url), reached=not isinstance(error, Unreachable))
        if isinstance(error, Unreachable) and self._outage.suspected:
            schedule.hold_off(state, now, error, self._chance())
        else:
            schedule.after_failure(state, now, error, fixed=source.feed.interval, chance=self._chance())
        state.status = error.status
        if state.address is not None:  # where it was said to have moved is no good: back to the configured address
            state.address, state.moved_count = None, 0
        if error.status == 429:
            self._buckets.block(_host(source.url), state.next_poll)
        self.summary.failed[source.feed_id] = str(error)
        self._count(source, Counts())
        log.warning("feed %s: %s", source.feed_id, error)

    def _folder(self, source: Source, at: datetime) -> list[tuple[Source, folder.File, str]]:
        assert source.path is not None
        assert source.folder is not None
        state = self._feeds[source.feed_id]
        counts, aside = Counts(), []
        if not source.path.is_dir():
            state.error = f"folder {source.path} does not exist"
            self.summary.failed[source.feed_id] = state.error
        for path in folder.waiting(source.path, source.folder.pattern):
            where = Provenance(source, at)
            file = None
            try:
                file = folder.take(source.path, path)
                if file is None:
                    continue
                items, page = folder.items_of(file)
                counts.add(self._publisher.take(items, Provenance(source, at, page=page), state))
                aside.append((source, file, folder.PROCESSED))
            except FeedError as error:
                file = file or folder.File(path, path.name, b"")
                counts.add(self._publisher.refuse(file.data, where, error))
                aside.append((source, file, folder.FAILED))
        state.polls += 1
        state.last_poll = state.last_ok = at.timestamp()
        state.items = counts.items
        state.published += counts.total
        state.next_poll = at.timestamp() + source.folder.interval
        self._count(source, counts)
        self._publisher.put_feed(state)
        return aside

    def _count(self, source: Source, counts: Counts) -> None:
        self.summary.feeds.setdefault(source.feed_id, Counts()).add(counts)


def _host(url: str) -> str:
    """Host and port: what requests are rationed by."""
    return urlsplit(url).netloc.lower()


def _facts(response: Response) -> HttpFacts:
    return HttpFacts(response.status, response.url, response.etag, response.last_modified, response.content_type)


def _put_aside(files: list[tuple[Source, folder.File, str]]) -> None:
    for source, file, where in files:
        assert source.path is not None
        folder.put_aside(source.path, file.path, where)
