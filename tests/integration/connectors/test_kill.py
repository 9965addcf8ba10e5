"""kill -9 of `connect` at random moments: nothing is lost, nothing invented, the state is never ahead of the topic."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest
from connector_desk import Desk

from connectors.identity import hash64
from connectors.run import connect
from connectors.state import State
from tests.faults.zygote import CONNECT, Zygote

ROUNDS = int(os.environ.get("SUMMITWIRE_KILLS", "60"))


class Feed:
    """A feed that gets a new item and an edit of an older one at each request."""

    def __init__(self) -> None:
        self.chosen = random.Random(11)
        self.texts: dict[str, int] = {}

    def document(self) -> bytes:
        if self.texts:
            self.texts[self.chosen.choice(sorted(self.texts))] += 1
        self.texts[f"item-{len(self.texts)}"] = 0
        return self.current()

    def current(self) -> bytes:
        items = "".join(
            f"<item><guid isPermaLink='false'>{name}</guid><title>Talks {name}</title>"
            f"<description>Round {count} of the talks about {name}.</description></item>"
            for name, count in self.texts.items()
        )
        return f"<rss version='2.0'><channel><title>N</title>{items}</channel></rss>".encode()


def serve(request: BaseHTTPRequestHandler, body: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_and_invent_nothing(desk: Desk) -> None:
    feed = Feed()

    asked = threading.Event()

    def grow(request: BaseHTTPRequestHandler) -> None:
        # A killed client's connection breaks; what it was sent counts as served all the same.
        with contextlib.suppress(OSError):
            serve(request, feed.document())
            asked.set()

    desk.wire.documents["/feed"] = grow
    (desk.folder / "summitwire.toml").write_text(
        f"[topics]\nurl = '{desk.topics.url}'\n[connect]\nallow_private = ['127.0.0.1']\nhost_seconds = 0.0\n"
        f"[[feeds]]\nurl = '{desk.wire.url('/feed')}'\nsource = 'n'\ninterval = 0.02\n"
    )
    chosen = random.Random(5)
    with Zygote(CONNECT, str(desk.folder / "summitwire.toml")) as zygote:
        for _ in range(ROUNDS):
            child = zygote.fork()
            if (
                chosen.random() < 0.8
            ):  # most die somewhere behind a poll, on a busy machine too; the others at the start
                asked.clear()
                assert asked.wait(60)
            time.sleep(chosen.random() ** 2 * 0.1)
            os.kill(child, signal.SIGKILL)
            assert zygote.wait() == -signal.SIGKILL

    state = State(desk.folder / "data" / "state.sqlite")
    published: dict[tuple[str, int], set[str]] = collections.defaultdict(set)
    newest: dict[str, int] = {}
    for article in desk.raw():
        published[article.article_id, article.version].add(article.content_sha256)
        newest[article.article_id] = max(newest.get(article.article_id, 0), article.version)
    known = state.articles(hash64("n"), [bytes.fromhex(key) for key in newest]).values()
    assert all(one.version <= newest[one.article_id.hex()] for one in known), "the state is ahead of the topic"
    assert state.article_count() <= len(newest), "the state knows an article that the topic does not"
    state.close()

    desk.wire.documents["/feed"] = feed.current()
    config = desk.config({"url": desk.wire.url("/feed"), "source": "n"})
    connect(config, desk.topics, once=True)
    final: dict[str, tuple[int, str]] = {}
    ids: dict[str, set[str]] = collections.defaultdict(set)
    for article in desk.raw():
        published[article.article_id, article.version].add(article.content_sha256)
        ids[article.item_id].add(article.article_id)
        if article.version >= final.get(article.item_id, (0, ""))[0]:
            final[article.item_id] = (article.version, article.body)
    assert len(feed.texts) > ROUNDS / 2, "the rounds were too short to test anything"
    assert {name: body for name, (_, body) in final.items()} == {
        name: f"Round {count} of the talks about {name}." for name, count in feed.texts.items()
    }, "something was lost"
    assert all(len(found) == 1 for found in ids.values()), "an item got a second id"
    assert all(len(contents) == 1 for contents in published.values()), "one version has two contents"
