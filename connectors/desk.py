"""The desk: what came of polls becomes messages for the topics and plans for the next polls.

Everything here is done by one thread at a time, one poll after the other, so that the versions of an article rise in
the order in which its documents came.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors import folder, schedule
from connectors.article import Provenance
from connectors.fetch import FetchError, Response, Unreachable
from connectors.formats import FeedError, parse, read
from connectors.headers import http_time
from connectors.pages import Page
from connectors.piped import Piece
from connectors.publish import Publisher
from connectors.sources import Source
from connectors.state import FeedState
from connectors.summary import ConnectSummary, Counts
from schemas.records import HttpFacts

log = logging.getLogger("summitwire.connect")


@dataclass(frozen=True, slots=True)
class Polled:
    """What came of one poll: a response, an error, a document of standard input, or for a folder nothing yet. `pages`
    by address, once fetched."""

    source: Source
    at: datetime
    response: Response | None = None
    error: FetchError | None = None
    piece: Piece | None = None
    pages: Mapping[str, Page] | None = None


class Desk:
    def __init__(
        self,
        publisher: Publisher,
        feeds: Mapping[str, FeedState],
        buckets: schedule.HostBuckets,
        chance: Callable[[], float],
    ) -> None:
        self.summary = ConnectSummary()
        self.processed: list[tuple[Path, Path, str]] = []
        """Files to be moved once the topic has what was in them: (folder, file, where to)."""
        self._publisher = publisher
        self._feeds = feeds
        self._buckets = buckets
        self._chance = chance
        self._outage = schedule.Outage()

    def take(self, polled: Polled) -> list[str]:
        """Takes in what came of a poll. Where pages are needed first, nothing is done but that their addresses are
        returned; the caller comes again with the pages."""
        source, state = polled.source, self._feeds[polled.source.feed_id]
        if source.path is not None:
            self._folder(source, state, polled.at)
        elif source.stdin is not None:
            self._piped(polled, state)
        elif polled.response is None:
            assert polled.error is not None
            self._failed(source, state, polled.at, polled.error)
        else:
            return self._answered(polled, state, polled.response)
        return []

    def next_poll(self, name: str) -> float:
        return self._feeds[name].next_poll

    def release(self) -> None:
        """Takes in the held articles whose embargo has ended."""
        released = self._publisher.release()
        if released.total or released.dead:
            self.summary.count("held", released)

    def _answered(self, polled: Polled, state: FeedState, response: Response) -> list[str]:
        source, at = polled.source, polled.at
        self._outage.saw(source.host, reached=True)
        counts = Counts()
        digest = hashlib.sha256(response.body).hexdigest()
        if response.status == 304 or digest == state.document:
            state.unchanged += 1
        else:
            where = Provenance(source, at, _facts(response))
            try:
                document = read(response.body, content_type=response.content_type, url=response.url)
            except FeedError as error:
                self.summary.count(source.feed_id, self._publisher.refuse(response.body, where, error))
                self._failed(source, state, at, FetchError(str(error), status=response.status))
                return []
            items = document.items
            if source.feed is not None and source.feed.full_text and polled.pages is None:
                wanted = self._publisher.teasers(items, where)
                if wanted:
                    return wanted
            counts = self._publisher.take(items, where, state, polled.pages or {})
            state.document = digest
            asked = document.cadence
            state.ttl, state.skip_hours, state.skip_days = asked.every, asked.skip_hours, asked.skip_days
            state.items = len(items)
            state.published += counts.total
            times = [item.published.timestamp() for item in items if item.published is not None]
            if counts.total:
                state.last_new = at.timestamp()
                state.newest = max(times, default=state.newest)
                state.lag = None if state.newest is None else max(0.0, at.timestamp() - state.newest)
        self._succeeded(source, state, at, response, counts)
        return []

    def _succeeded(self, source: Source, state: FeedState, at: datetime, response: Response, counts: Counts) -> None:
        assert source.feed is not None
        now = at.timestamp()
        self.summary.failed.pop(source.feed_id, None)
        self.summary.count(source.feed_id, counts)
        told = schedule.advice(
            response.cache_control, http_time(response.expires), http_time(response.date) or at, state.ttl
        )
        schedule.after_success(state, now, counts.total, told, fixed=source.feed.interval, chance=self._chance())
        state.polls += 1
        state.last_poll = now
        state.bytes += response.wire_bytes
        state.status = response.status
        if response.status != 304:
            state.whole = now
        # RFC 9111, 4.3.4: a 304 refreshes the validators that it brings, and leaves the others.
        state.etag = response.etag or (state.etag if response.status == 304 else None)
        state.last_modified = response.last_modified or (state.last_modified if response.status == 304 else None)
        if (moved := schedule.saw_redirect(state, response.permanent, now)) is not None:
            state.address = moved
            log.info("feed %s has moved for good to %s", source.feed_id, moved)
        self._publisher.put_feed(state)

    def _failed(self, source: Source, state: FeedState, at: datetime, error: FetchError) -> None:
        assert source.feed is not None
        now = at.timestamp()
        self._outage.saw(source.host, reached=not isinstance(error, Unreachable))
        if isinstance(error, Unreachable) and self._outage.suspected:
            schedule.hold_off(state, now, error, self._chance())
        else:
            schedule.after_failure(state, now, error, fixed=source.feed.interval, chance=self._chance())
        state.polls += 1
        state.last_poll = now
        state.status = error.status
        if state.address is not None:  # where it was said to have moved is no good: back to the configured address
            state.address, state.moved_count = None, 0
        if error.status == 429:
            self._buckets.block(source.host, state.next_poll)
        self.summary.failed[source.feed_id] = str(error)
        self.summary.count(source.feed_id, Counts())
        self._publisher.put_feed(state)
        log.warning("feed %s: %s", source.feed_id, error)

    def _folder(self, source: Source, state: FeedState, at: datetime) -> None:
        assert source.path is not None
        assert source.folder is not None
        now = at.timestamp()
        counts = Counts()
        self.summary.failed.pop(source.feed_id, None)
        state.error = None
        if not source.path.is_dir():
            state.error = f"folder {source.path} does not exist"
            self.summary.failed[source.feed_id] = state.error
        else:
            state.last_ok = now
        where = Provenance(source, at)
        for path in folder.waiting(source.path, source.folder.pattern):
            file = None
            try:
                file = folder.take(source.path, path)
                if file is None:
                    continue
                counts.add(self._publisher.take(folder.items_of(file), where, state, {}))
                self.processed.append((source.path, path, folder.PROCESSED))
            except FeedError as error:
                counts.add(self._publisher.refuse(file.data if file else b"", where, error))
                self.processed.append((source.path, path, folder.FAILED))
        state.next_poll = now + source.folder.interval
        self._delivered(source, state, at, counts)

    def _piped(self, polled: Polled, state: FeedState) -> None:
        source, piece, counts = polled.source, polled.piece, Counts()
        if piece is None:
            state.error = self.summary.failed[source.feed_id] = str(polled.error)
            log.error("feed %s: %s", source.feed_id, polled.error)
        else:
            state.last_ok = polled.at.timestamp()
            where = Provenance(source, polled.at)
            try:
                if piece.error is not None:
                    raise piece.error
                items = parse(piece.data, content_type=None, url=source.url)
                counts = self._publisher.take(items, where, state, {})
            except FeedError as error:
                counts = self._publisher.refuse(piece.data, where, error)
                log.warning("feed %s: %s", source.feed_id, error)
        self._delivered(source, state, polled.at, counts)

    def _delivered(self, source: Source, state: FeedState, at: datetime, counts: Counts) -> None:
        """Notes what was delivered to us, rather than fetched by us."""
        state.polls += 1
        state.last_poll = at.timestamp()
        state.items = counts.items
        state.published += counts.total
        self.summary.count(source.feed_id, counts)
        self._publisher.put_feed(state)


def put_aside(files: Iterable[tuple[Path, Path, str]]) -> None:
    for base, path, where in files:
        folder.put_aside(base, path, where)


def _facts(response: Response) -> HttpFacts:
    return HttpFacts(response.status, response.url, response.etag, response.last_modified, response.content_type)
