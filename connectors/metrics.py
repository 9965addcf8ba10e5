"""Prometheus metrics of the connectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connectors import exposition as prometheus
from connectors.state import FeedState
from connectors.summary import Counts


def exposition(feeds: Iterable[FeedState], total: Counts, held: int) -> str:
    """All metrics as text."""
    feeds = sorted(feeds, key=lambda feed: feed.feed_id)
    lines: list[str] = []

    def metric(name: str, kind: str, text: str, samples: Iterable[prometheus.Sample]) -> None:
        lines.extend(prometheus.metric(f"summitwire_{name}", kind, text, samples))

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
