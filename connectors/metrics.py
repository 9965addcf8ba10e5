"""Prometheus metrics of the connectors, in the text exposition format 0.0.4."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from connectors.state import FeedState
from connectors.summary import Counts

Sample = tuple[Mapping[str, str], float]


def exposition(feeds: Iterable[FeedState], total: Counts, held: int) -> str:
    """All metrics as text."""
    feeds = sorted(feeds, key=lambda feed: feed.feed_id)
    lines: list[str] = []

    def metric(name: str, kind: str, text: str, samples: Iterable[Sample]) -> None:
        lines.append(f"# HELP summitwire_{name} {text}\n# TYPE summitwire_{name} {kind}")
        for labels, value in samples:
            shown = ",".join(f'{label}="{_escaped(told)}"' for label, told in labels.items())
            lines.append(f"summitwire_{name}{{{shown}}} {value:.10g}" if shown else f"summitwire_{name} {value:.10g}")

    published = sorted(total.published.items())
    metric("articles_total", "counter", "Article versions published.", [({"change": c}, n) for c, n in published])
    metric("items_total", "counter", "Items read from documents.", [({}, total.items)])
    metric("dead_letters_total", "counter", "Documents and items dead-lettered.", [({}, total.dead)])
    metric("held_articles", "gauge", "Articles that wait for the end of an embargo.", [({}, held)])
    metric("feeds", "gauge", "Configured feeds.", [({}, len(feeds))])
    metric(
        "feeds_failing", "gauge", "Feeds whose last poll failed.", [({}, sum(feed.error is not None for feed in feeds))]
    )
    for name, kind, text, value in _FEED_METRICS:
        told = [({"feed": feed.feed_id}, found) for feed in feeds if (found := value(feed)) is not None]
        metric(f"feed_{name}", kind, text, told)
    return "\n".join(lines) + "\n"


_FEED_METRICS: tuple[tuple[str, str, str, Callable[[FeedState], float | None]], ...] = (
    ("last_success_timestamp_seconds", "gauge", "Last poll that succeeded.", lambda feed: feed.last_ok),
    ("next_poll_timestamp_seconds", "gauge", "Next poll.", lambda feed: feed.next_poll),
    ("consecutive_errors", "gauge", "Failed polls since the last success.", lambda feed: feed.errors),
    ("polls_total", "counter", "Polls.", lambda feed: feed.polls),
    ("unchanged_total", "counter", "Polls that found the document unchanged.", lambda feed: feed.unchanged),
    ("published_total", "counter", "Article versions published.", lambda feed: feed.published),
    ("bytes_total", "counter", "Bytes received.", lambda feed: feed.bytes),
    ("lag_seconds", "gauge", "From publication to topic, of the newest item.", lambda feed: feed.lag),
)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


async def serve(port: int, text: Callable[[], str], host: str = "127.0.0.1") -> asyncio.Server:
    """Answers GET /metrics. Raises OSError where the port is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                request = await reader.readline()
                while (await reader.readline()).strip():
                    pass
            known = request.startswith(b"GET /metrics")
            body = text().encode() if known else b"see /metrics\n"
            status = b"200 OK" if known else b"404 Not Found"
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %d\r\n"
                b"Connection: close\r\n\r\n" % (status, len(body)) + body
            )
            await writer.drain()
        except (TimeoutError, ValueError, ConnectionError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(answer, host, port, limit=16_384)
