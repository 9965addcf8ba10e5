"""A loopback server with any number of feeds, for measuring what polls it: plain asyncio, answers made beforehand.

    python -m benchmarks.connectors_server FEEDS ITEMS

prints its port. Feed n answers at /n with an ETag; /phase2 gives every twentieth feed one more item.
"""

from __future__ import annotations

import asyncio
import random
import sys

WORDS = (  # noqa: SIM905
    "minister president summit talks border lake trade agreement delegation arrived tuesday met counterpart said "
    "discuss further cooperation between both countries after months of negotiations in the capital"
).split()
CHANGED = 20
"""Every so manieth feed has a new item in the second phase: 5 %."""


def item(feed: int, number: int) -> str:
    chosen = random.Random(feed * 1000 + number)
    words = [chosen.choice(WORDS) for _ in range(90)]
    return (
        f"<item><title>{' '.join(words[:9])}</title><link>http://feed{feed}.localhost/story/{number}</link>"
        f'<guid isPermaLink="false">f{feed}-{number}</guid>'
        f"<pubDate>Tue, 03 Mar 2026 10:{number % 60:02d}:00 +0000</pubDate>"
        f"<description>{' '.join(words[9:60])}. {' '.join(words[60:])}.</description></item>"
    )


def document(feed: int, items: int, phase: int) -> bytes:
    numbers = [*([999] if phase == 2 else []), *range(items)]
    body = "".join(item(feed, number) for number in numbers)
    return f'<rss version="2.0"><channel><title>Feed {feed}</title>{body}</channel></rss>'.encode()


class Feeds:
    def __init__(self, feeds: int, items: int) -> None:
        self.items = items
        self.phase = 1
        self.documents = {(feed, 1): document(feed, items, 1) for feed in range(feeds)}
        self.documents |= {(feed, 2): document(feed, items, 2) for feed in range(0, feeds, CHANGED)}

    def answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if path == b"/phase2":
            self.phase = 2
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        feed = int(path[1:])
        phase = 2 if self.phase == 2 and feed % CHANGED == 0 else 1
        etag = b'"%d-%d"' % (feed, phase)
        if b"\r\nif-none-match: " + etag in head.lower():
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
        body = self.documents[feed, phase]
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %b\r\nContent-Length: %d\r\n\r\n"
            % (etag, len(body))
        ) + body


class Connection(asyncio.Protocol):
    def __init__(self, feeds: Feeds) -> None:
        self.feeds = feeds
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self.transport.write(self.feeds.answer(head))


async def main(feeds: int, items: int) -> None:
    told = Feeds(feeds, items)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(told), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
