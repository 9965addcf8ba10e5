"""`summitwire feeds`: adding, importing, exporting, listing, and how feeds are; the metrics."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from connector_desk import NOW, Desk

from connectors.config import load_config
from connectors.exposition import serve
from connectors.formats import FeedError
from connectors.metrics import exposition
from connectors.opml import Outline, read, write
from connectors.run import connect
from connectors.sources import sources
from connectors.state import FeedState
from connectors.summary import Counts
from pipeline.cli import main

FEED = b"<rss><channel><title>N</title><item><title>T</title><guid>1</guid></item></channel></rss>"


@pytest.fixture
def file(desk: Desk) -> Path:
    path = desk.folder / "summitwire.toml"
    path.write_text(
        f"# mine\n[topics]\nurl = '{desk.topics.url}'\n\n[connect]\nallow_private = ['127.0.0.1'] # here\n",
        encoding="utf-8",
    )
    return path


def feeds(file: Path, *args: str) -> int:
    return main(["feeds", "--config", str(file), *args])


def test_the_feed_behind_a_page_is_found_and_added(desk: Desk, file: Path) -> None:
    desk.wire.documents["/"] = (
        b"<html><head><link rel='alternate' type='application/rss+xml' href='/gone.xml'>"
        b"<link rel='alternate' type='application/rss+xml' href='/news.xml'></head><body>Hi</body></html>"
    )
    desk.wire.documents["/news.xml"] = FEED
    assert feeds(file, "add", desk.wire.url("/"), "--source", "norvik") == 0
    (feed,) = load_config(file).feeds
    assert (feed.url, feed.source) == (desk.wire.url("/news.xml"), "norvik")
    assert file.read_text().startswith("# mine\n")
    assert "# here" in file.read_text()


def test_a_feed_is_added_once(desk: Desk, file: Path) -> None:
    desk.wire.documents["/news.xml"] = FEED
    for _ in range(2):
        assert feeds(file, "add", desk.wire.url("/news.xml")) == 0
    assert len(load_config(file).feeds) == 1


def test_where_there_is_no_feed_nothing_is_added(desk: Desk, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk.wire.documents["/"] = b"<html><body>Nothing here</body></html>"
    assert feeds(file, "add", desk.wire.url("/")) == 1
    assert "no feed at" in capsys.readouterr().err
    assert load_config(file).feeds == ()
    assert feeds(file, "add", "https://n.example/feed", "--unchecked") == 0
    assert len(load_config(file).feeds) == 1


def test_subscriptions_go_in_and_out(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opml = file.with_name("subs.opml")
    opml.write_text(
        "<opml version='1.0'><body><outline text='World'><outline text='A &amp; B' xmlUrl='https://a.example/f?x=1&amp;y=2'/>"
        "<outline XMLURL='https://b.example/rss'/></outline><outline xmlUrl='https://b.example/rss'/>"
        "<outline xmlUrl='javascript:x'/></body></opml>"
    )
    assert feeds(file, "import", str(opml)) == 0
    assert feeds(file, "import", str(opml)) == 0
    assert [feed.url for feed in load_config(file).feeds] == ["https://a.example/f?x=1&y=2", "https://b.example/rss"]
    capsys.readouterr()
    assert feeds(file, "export") == 0
    exported = read(capsys.readouterr().out.encode())
    assert [outline.url for outline in exported] == ["https://a.example/f?x=1&y=2", "https://b.example/rss"]


def test_a_subscription_list_survives_writing_and_reading() -> None:
    told = [Outline('https://a.example/?a=1&b="2"', "A <b> & 'c'")]
    assert read(write(told).encode()) == told


def test_what_is_no_subscription_list_is_refused() -> None:
    with pytest.raises(FeedError, match="OPML"):
        read(b"<rss/>")


def test_status_tells_how_feeds_are(desk: Desk, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk.wire.documents["/news.xml"] = FEED
    desk.wire.documents["/held"] = (
        b'<newsItem guid="urn:x" version="1"><itemMeta><embargoed/></itemMeta><contentMeta><headline>H</headline>'
        b"</contentMeta></newsItem>"
    )
    for path in ("/news.xml", "/held", "/missing"):
        feeds(file, "add", desk.wire.url(path), "--unchecked")
    connect(load_config(file), desk.topics, once=True, clock=lambda: NOW)
    capsys.readouterr()
    assert feeds(file, "status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    by_path = {feed["url"].rpartition("/")[2]: feed for feed in told["feeds"]}
    assert by_path["news.xml"]["published"] == 1
    assert by_path["news.xml"]["last_ok"] == NOW.timestamp()
    assert "404" in by_path["missing"]["error"]
    assert [one["due"] for one in told["held"]] == [None]
    assert feeds(file, "status") == 0
    text = capsys.readouterr().out
    assert "2026-03-05 12:00Z" in text
    assert "until a newer version" in text


def test_listing_needs_no_poll(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feeds(file, "add", "https://n.example/feed", "--unchecked", "--id", "norvik")
    capsys.readouterr()
    assert feeds(file, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [
        {"id": "norvik", "source": "n.example", "url": "https://n.example/feed"}
    ]


def test_metrics_are_served_as_prometheus_reads_them() -> None:
    feed = FeedState('odd"name', "https://n.example/", polls=4, unchanged=3, last_ok=1000.0, error="404")
    text = exposition([feed], Counts(items=9, published={"new": 7, "kill": 1}, dead=2), 5)

    async def ask() -> bytes:
        server = await serve(0, lambda: text)
        port = server.sockets[0].getsockname()[1]
        async with server:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = await reader.read()
            writer.close()
        return answer

    head, _, body = asyncio.run(ask()).decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK")
    lines = body.splitlines()
    assert 'summitwire_articles_total{change="kill"} 1' in lines
    assert 'summitwire_feed_unchanged_total{feed="odd\\"name"} 3' in lines
    assert "summitwire_held_articles 5" in lines
    assert "summitwire_feeds_failing 1" in lines


def test_the_starter_list_is_a_valid_configuration() -> None:
    config = load_config(Path(__file__).parents[3] / "examples" / "feeds.toml")
    assert len(config.feeds) > 10
    assert len({source.feed_id for source in sources(config)}) == len(config.feeds)
