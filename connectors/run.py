"""The connect loop: polls what is due, hands what came to the desk, saves what the topic has.

Fetching is concurrent (one event loop); deciding, appending and saving is one batch after the other in one thread.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import random
from collections.abc import Callable

from connectors.addresses import PrivateHosts
from connectors.config import Config
from connectors.desk import Desk, Polled
from connectors.fetch import Fetcher, FetchError, Limits
from connectors.pages import Pages
from connectors.piped import documents
from connectors.process import collect_rarely, give_back_large_blocks, open_more_files
from connectors.publish import Clock, Publisher, utc_now
from connectors.recover import catch_up
from connectors.schedule import WHOLE_EVERY, HostBuckets
from connectors.sources import Source, sources
from connectors.state import FeedState, State
from connectors.summary import ConnectSummary, Counts
from connectors.threads import to_its_end
from connectors.topics import ALL_TOPICS, Topics
from connectors.writing import Writer
from schemas.codec import Decoder, Encoder

__all__ = ["ConnectSummary", "Run", "connect"]
log = logging.getLogger("summitwire.connect")
QUEUE = 64
IDLE = 1.0
"""Seconds between looks at the clock while nothing is due."""
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/vnd.iptc.g2.newsitem+xml, "
    "application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.9, */*;q=0.1"
)


def connect(
    config: Config,
    topics: Topics,
    *,
    once: bool,
    clock: Clock = utc_now,
    encoder: Encoder | None = None,
    decoder: Decoder | None = None,
    limits: Limits | None = None,
    stdin: int = 0,
) -> ConnectSummary:
    """Polls every source once, or goes on until the process is interrupted; returns what it did.

    `clock` gives the time of every record and plan; `stdin` is the open file that counts as standard input. The failure
    of one source never stops the others. Raises ConfigError, StateError, and TopicError where topics cannot be written
    (with `once`: at once; else only where trying again is no use).
    """
    run = Run(config, topics, once=once, clock=clock, encoder=encoder, decoder=decoder, limits=limits, stdin=stdin)
    return asyncio.run(run.main())


class Run:
    """One run of the connectors. `feeds`, `total` and `held` may be looked at while it goes on."""

    def __init__(
        self,
        config: Config,
        topics: Topics,
        *,
        once: bool,
        clock: Clock = utc_now,
        encoder: Encoder | None = None,
        decoder: Decoder | None = None,
        limits: Limits | None = None,
        chance: Callable[[], float] = random.random,
        stdin: int = 0,
    ) -> None:
        self.feeds: dict[str, FeedState] = {}
        self._config = config
        self._topics = topics
        self._once = once
        self._clock = clock
        self._encoder = encoder or Encoder()
        self._decoder = decoder or Decoder()
        self._limits = limits
        self._chance = chance
        self._stdin = stdin
        self._sources = {source.feed_id: source for source in sources(config)}
        self._buckets = HostBuckets(config.connect.host_seconds)
        self._writer: Writer | None = None

    @property
    def total(self) -> Counts:
        """What became of all items so far."""
        return self._writer.summary.total if self._writer else Counts()

    @property
    def held(self) -> int:
        """Articles that wait for the end of an embargo."""
        return self._writer.held if self._writer else 0

    async def main(self, stop: asyncio.Event | None = None) -> ConnectSummary:
        """Runs until everything was polled once and standard input has ended, or until `stop` is set."""
        stop = stop or asyncio.Event()
        give_back_large_blocks()
        collect_rarely()
        open_more_files()
        self._topics.create(ALL_TOPICS)
        state = State(self._config.path(self._config.connect.state))
        try:
            recovered = await to_its_end(catch_up, state, self._topics, self._decoder)
            if recovered:
                log.info("caught up with %d versions of the topic", recovered)
            dead_letters = self._config.path(self._config.pipeline.dead_letter_files)
            publisher = Publisher(self._topics, state, self._encoder, self._clock, dead_letters)
            self.feeds = self._feed_states(state)
            desk = Desk(publisher, self.feeds, self._buckets, self._chance)
            desk.summary.recovered = recovered
            self._writer = Writer(self._topics, publisher, desk, once=self._once)
            await self._side_by_side(self._writer, stop)
            return desk.summary
        finally:
            state.close()

    def _feed_states(self, state: State) -> dict[str, FeedState]:
        kept = state.feeds()
        states = {}
        for source in self._sources.values():
            found = kept.get(source.feed_id)
            if found is None or found.url != source.url:  # an address changed by hand is another feed's
                found = FeedState(source.feed_id, source.url)
            states[source.feed_id] = found
        return states

    async def _side_by_side(self, writer: Writer, stop: asyncio.Event) -> None:
        """Polls and writes until either ends; where one fails, so does the other."""
        queue: asyncio.Queue[Polled | None] = asyncio.Queue(QUEUE)
        again: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        fetcher = Fetcher(
            user_agent=self._config.connect.user_agent,
            private=PrivateHosts(self._config.connect.allow_private),
            limits=self._limits,
            connections=self._config.connect.connections,
        )
        async with fetcher:
            pages = Pages(fetcher, self._buckets, self._config.connect.user_agent, self._clock)
            polling = asyncio.create_task(self._poll_all(fetcher, queue, again, stop))
            writing = asyncio.create_task(writer.write_all(queue, again, pages, stop))
            try:
                await asyncio.wait({writing, polling}, return_when=asyncio.FIRST_COMPLETED)
                if polling.done():
                    await polling
                await writing
            finally:
                for task in (polling, writing):
                    task.cancel()
                await asyncio.gather(polling, writing, return_exceptions=True)

    async def _poll_all(
        self,
        fetcher: Fetcher,
        queue: asyncio.Queue[Polled | None],
        again: asyncio.Queue[tuple[float, str]],
        stop: asyncio.Event,
    ) -> None:
        """Polls what is due; the writer puts (next poll, feed) into `again`. Ends with None in the queue."""
        due = [
            (0.0 if self._once else self.feeds[name].next_poll, name)
            for name, source in self._sources.items()
            if source.stdin is None
        ]
        heapq.heapify(due)
        slots = asyncio.Semaphore(self._config.connect.connections)
        running = {
            asyncio.create_task(self._read_input(source, queue))
            for source in self._sources.values()
            if source.stdin is not None
        }
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set() and not (self._once and not due):
                while not again.empty():
                    heapq.heappush(due, again.get_nowait())
                now = self._clock().timestamp()
                if due and due[0][0] <= now:
                    await slots.acquire()
                    _, name = heapq.heappop(due)
                    task = asyncio.create_task(self._poll(self._sources[name], fetcher, queue, slots))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    continue
                another = asyncio.create_task(again.get())
                wait = min(due[0][0] - now, IDLE) if due else IDLE
                done, _ = await asyncio.wait({another, stopped}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                if another in done:
                    heapq.heappush(due, another.result())
                else:
                    another.cancel()
            while running and not stop.is_set():
                await asyncio.wait({stopped, *running}, return_when=asyncio.FIRST_COMPLETED)
                running = {task for task in running if not task.done()}
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await queue.put(None)
        finally:
            stopped.cancel()
            for task in running:
                task.cancel()

    async def _poll(
        self, source: Source, fetcher: Fetcher, queue: asyncio.Queue[Polled | None], slots: asyncio.Semaphore
    ) -> None:
        try:
            if source.feed is None:
                await queue.put(Polled(source, self._clock()))
                return
            state = self.feeds[source.feed_id]
            now = self._clock().timestamp()
            wait = self._buckets.delay(source.host, now)
            if wait:
                await asyncio.sleep(wait)
            known = state.whole is not None and now - state.whole < WHOLE_EVERY
            try:
                response = await fetcher.fetch(
                    state.address or source.url,
                    etag=state.etag if known else None,
                    last_modified=state.last_modified if known else None,
                    accept=ACCEPT,
                    credentials=source.credentials,
                )
                await queue.put(Polled(source, self._clock(), response))
            except FetchError as error:
                error.__cause__ = error.__context__ = error.__traceback__ = None  # they hold what was read so far
                await queue.put(Polled(source, self._clock(), error=error))
        finally:
            slots.release()

    async def _read_input(self, source: Source, queue: asyncio.Queue[Polled | None]) -> None:
        """Hands on the documents of standard input, as fast as they are written."""
        assert source.stdin is not None
        try:
            async for piece in documents(self._stdin, source.stdin.framing):
                await queue.put(Polled(source, self._clock(), piece=piece))
        except OSError as error:
            told = FetchError(f"standard input cannot be read: {error.strerror}")
            await queue.put(Polled(source, self._clock(), error=told))
