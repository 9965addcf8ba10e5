"""The pages behind teasers: fetched where the configuration asks for it and robots.txt allows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from protego import Protego

from connectors.fetch import Fetcher, FetchError
from connectors.formats.charset import decode
from connectors.formats.files import PAGE, looks_like_html
from connectors.schedule import HostBuckets

PAGE_DISALLOWED = "page_disallowed"
PAGE_FAILED = "page_failed"
ROBOTS_KEPT = 24 * 3600.0
"""RFC 9309, 2.4: a robots.txt is not used for longer than a day."""
ROBOTS_LIMIT = 500 * 1024
"""RFC 9309, 2.5: at least this much of it is read."""
ALLOW, DISALLOW = "", "User-agent: *\nDisallow: /\n"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's HTML, or why there is none (a quality flag)."""

    html: str | None
    flag: str


class Pages:
    """Fetches pages, politely: one host's requests are rationed with those for its feeds."""

    def __init__(self, fetcher: Fetcher, buckets: HostBuckets, user_agent: str, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._buckets = buckets
        self._product = user_agent.partition("/")[0].strip() or "summitwire"
        self._clock = clock
        self._robots: dict[str, tuple[float, Protego]] = {}

    async def fetch(self, urls: Iterable[str]) -> dict[str, Page]:
        """The pages at these addresses. Never raises for one that cannot be had."""
        urls = list(dict.fromkeys(urls))
        return dict(zip(urls, await asyncio.gather(*(self._page(url) for url in urls)), strict=True))

    async def _page(self, url: str) -> Page:
        try:
            robots = await self._rules(url)
            if not robots.can_fetch(url, self._product):
                return Page(None, PAGE_DISALLOWED)
            await self._turn(url)
            response = await self._fetcher.fetch(url, accept="text/html, application/xhtml+xml;q=0.9")
        except (FetchError, ValueError):
            return Page(None, PAGE_FAILED)
        text = decode(response.body, response.content_type)
        response.done()
        return Page(text, PAGE) if looks_like_html(text) else Page(None, PAGE_FAILED)

    async def _rules(self, url: str) -> Protego:
        """The host's rules. RFC 9309, 2.3.1: none without a robots.txt, all forbidden where it cannot be had."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        now = self._clock().timestamp()
        kept = self._robots.get(origin)
        if kept is not None and now - kept[0] < ROBOTS_KEPT:
            return kept[1]
        await self._turn(url)
        try:
            response = await self._fetcher.fetch(f"{origin}/robots.txt", accept="text/plain")
            text = response.body[:ROBOTS_LIMIT].decode("utf-8", "replace")
            response.done()
        except FetchError as error:
            text = ALLOW if error.status is not None and 400 <= error.status < 500 else DISALLOW
        rules = Protego.parse(text)
        self._robots[origin] = (now, rules)
        return rules

    async def _turn(self, url: str) -> None:
        wait = self._buckets.delay(urlsplit(url).netloc.lower(), self._clock().timestamp())
        if wait:
            await asyncio.sleep(wait)
