"""Writing: batches of polls through the desk to the topics and the state, one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace

from connectors.desk import Desk, Polled, put_aside
from connectors.pages import Pages
from connectors.publish import Publisher
from connectors.recover import POSITION, position_of
from connectors.summary import ConnectSummary
from connectors.threads import to_its_end
from connectors.topics import RAW, StorageFull, TopicError, Topics

log = logging.getLogger("summitwire.connect")
BATCH_POLLS = 128
BATCH_RECORDS = 2000
BATCH_BYTES = 16 * 1_048_576
IDLE = 1.0
"""Seconds between looks for ended embargoes while nothing comes."""
POSITION_EVERY = 10.0
"""Seconds between notes of the topic's position; a start after a crash reads that much of it again."""


class Writer:
    """Deciding, appending and saving happen in a thread beside the event loop, and never two at a time."""

    def __init__(self, topics: Topics, publisher: Publisher, desk: Desk, *, once: bool) -> None:
        self._topics = topics
        self._publisher = publisher
        self._desk = desk
        self._once = once
        self._reading: set[asyncio.Task[Polled]] = set()
        self._noted = time.monotonic()

    @property
    def summary(self) -> ConnectSummary:
        return self._desk.summary

    @property
    def held(self) -> int:
        return self._publisher.held

    async def write_all(
        self,
        queue: asyncio.Queue[Polled | None],
        again: asyncio.Queue[tuple[float, str]],
        pages: Pages,
        stop: asyncio.Event,
    ) -> None:
        """Writes what the queue brings until None; each feed's next poll goes into `again`."""
        ended = False
        try:
            while not ended:
                batch = self._read()
                with contextlib.suppress(TimeoutError):
                    one = await asyncio.wait_for(queue.get(), 0 if batch else IDLE)
                    while one is not None:
                        batch.append(one)
                        if queue.empty() or len(batch) >= BATCH_POLLS:
                            break
                        one = queue.get_nowait()
                    ended = one is None
                await self._batch(batch, again, pages, stop)
            while self._reading and not stop.is_set():
                await asyncio.wait(self._reading)
                await self._batch(self._read(), again, pages, stop)
            await to_its_end(self._note_position)
        finally:
            for task in self._reading:
                task.cancel()
            await asyncio.gather(*self._reading, return_exceptions=True)

    def _read(self) -> list[Polled]:
        """The polls whose pages have come."""
        done = [task for task in self._reading if task.done()]
        self._reading.difference_update(done)
        return [task.result() for task in done]

    async def _batch(
        self, batch: list[Polled], again: asyncio.Queue[tuple[float, str]], pages: Pages, stop: asyncio.Event
    ) -> None:
        """Publishes what a batch of polls brought; where the topics fail, again and again until they take it."""
        unfinished = await to_its_end(self._decide, batch)
        for polled in batch:
            if polled.response is not None:
                polled.response.done()
        wait = 0.5
        while True:
            try:
                await to_its_end(self._flush)
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
        files, self._desk.processed = self._desk.processed, []
        if files:
            await to_its_end(put_aside, files)

        async def with_pages(polled: Polled, urls: list[str]) -> Polled:
            return replace(polled, pages=await pages.fetch(urls))

        self._reading.update(asyncio.create_task(with_pages(polled, urls)) for polled, urls in unfinished)
        waiting = {polled.source.feed_id for polled, _ in unfinished}
        polled_ones = {polled.source.feed_id for polled in batch if polled.source.stdin is None}
        for name in sorted(polled_ones - waiting):
            if not self._once:
                again.put_nowait((self._desk.next_poll(name), name))

    def _decide(self, batch: list[Polled]) -> list[tuple[Polled, list[str]]]:
        """Hands a batch to the desk; what has to wait for pages comes back with their addresses."""
        unfinished = []
        for polled in batch:
            if wanted := self._desk.take(polled):
                unfinished.append((polled, wanted))
            if self._publisher.pending >= BATCH_RECORDS or self._publisher.pending_bytes >= BATCH_BYTES:
                with contextlib.suppress(TopicError):  # what stays is flushed with the rest of the batch
                    self._flush()
        self._desk.release()
        return unfinished

    def _flush(self) -> None:
        if time.monotonic() - self._noted >= POSITION_EVERY:
            self._note_position()
        else:
            self._publisher.flush()

    def _note_position(self) -> None:
        """Saves, with what else there is, how far the state knows the topic: what others append later is not skipped,
        for the position is read before our own batch is appended."""
        self._publisher.put_meta(POSITION, position_of(self._topics.end_offsets(RAW.name)))
        self._publisher.flush()
        self._noted = time.monotonic()
