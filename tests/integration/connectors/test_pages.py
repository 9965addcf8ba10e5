"""Full text: the pages behind teasers, within what robots.txt allows."""

from __future__ import annotations

import pytest
from connector_desk import NOW, Desk

from connectors.run import connect

PAGE = b"<!doctype html><html><head><title>T</title></head><body><p>The whole story of the lake.</p></body></html>"


def feed(desk: Desk, *paths: str) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{path}</guid><title>Talks {path}</title><link>{desk.wire.url(path)}</link>"
        "<description>They met.</description></item>"
        for path in paths
    )
    return f"<rss><channel><title>N</title>{items}</channel></rss>".encode()


def poll(desk: Desk) -> None:
    config = desk.config({"url": desk.wire.url("/feed"), "full_text": True}, connect={"host_seconds": 0.0})
    connect(config, desk.topics, once=True, clock=lambda: NOW)


def test_the_page_behind_a_teaser_becomes_the_body(desk: Desk) -> None:
    desk.wire.documents.update({"/feed": feed(desk, "/a"), "/a": PAGE})
    poll(desk)
    (article,) = desk.raw()
    assert article.body == PAGE.decode()
    assert (article.full_text, article.body_format) == ("page", "html")
    assert article.summary == "They met."


def test_a_page_is_fetched_once_and_not_for_an_unchanged_item(desk: Desk) -> None:
    desk.wire.documents.update({"/feed": feed(desk, "/a"), "/a": PAGE, "/b": PAGE})
    poll(desk)
    desk.wire.documents["/feed"] = feed(desk, "/b", "/a")
    poll(desk)
    assert [path for path, _ in desk.wire.requests].count("/a") == 1
    assert [one.full_text for one in desk.raw()] == ["page", "page"]


def test_robots_txt_is_obeyed_and_the_teaser_published(desk: Desk) -> None:
    robots = b"User-agent: summitwire\nDisallow: /private/*\nUser-agent: *\nDisallow: /\n"
    paths = ("/private/a", "/b")
    desk.wire.documents.update({"/feed": feed(desk, *paths), "/robots.txt": robots, "/private/a": PAGE, "/b": PAGE})
    poll(desk)
    private, public = desk.raw()
    assert (private.full_text, public.full_text) == ("teaser", "page")
    assert "page_disallowed" in private.quality
    assert "/private/a" not in [path for path, _ in desk.wire.requests]


@pytest.mark.parametrize("page", [None, b"%PDF-1.7 not a page"])
def test_where_a_page_cannot_be_had_the_teaser_is_published_and_says_so(desk: Desk, page: bytes | None) -> None:
    desk.wire.documents["/feed"] = feed(desk, "/a")
    if page is not None:
        desk.wire.documents["/a"] = page
    poll(desk)
    (article,) = desk.raw()
    assert (article.full_text, article.body) == ("teaser", "They met.")
    assert "page_failed" in article.quality
