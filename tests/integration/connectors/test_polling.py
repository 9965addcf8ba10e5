"""Feeds and folders to the raw topic: what is published, once, and what becomes of what cannot be read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from connector_desk import NOW, Desk

from connectors.run import ConnectSummary, connect
from connectors.state import State


def clock() -> datetime:
    return NOW


def poll(desk: Desk, *feeds: dict[str, object], **more: object) -> ConnectSummary:
    return connect(desk.config(*feeds, **more), desk.topics, once=True, clock=clock)


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Norvik Wire</title>{''.join(items)}</channel></rss>".encode()


def item(guid: str, title: str, text: str = "Two ministers met at the lake.", more: str = "") -> str:
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><link>http://norvik.example/{guid}</link>"
        f"<pubDate>Tue, 03 Mar 2026 10:00:00 +0900</pubDate><description>{text}</description>{more}</item>"
    )


def test_an_item_of_a_feed_becomes_a_new_article(desk: Desk) -> None:
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet"))
    poll(desk, {"url": desk.wire.url("/feed"), "source": "norvik"})
    (article,) = desk.raw()
    assert (article.change, article.version, article.source_id) == ("new", 1, "norvik")
    assert (article.headline, article.item_id) == ("Ministers meet", "a1")
    assert article.published_offset == 540
    assert article.fetched_at == NOW
    assert article.http is not None
    assert article.http.status == 200


def test_polling_twice_publishes_nothing_new(desk: Desk) -> None:
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet"), item("a2", "Talks go on"))
    for _ in range(2):
        summary = poll(desk, {"url": desk.wire.url("/feed")})
    assert len(desk.raw()) == 2
    assert summary.total.unchanged == 2


def test_an_edit_becomes_an_update_with_the_next_version(desk: Desk) -> None:
    feed = {"url": desk.wire.url("/feed")}
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet"))
    poll(desk, feed)
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet", "Three ministers met at the lake."))
    poll(desk, feed)
    assert [(one.change, one.version) for one in desk.raw()] == [("new", 1), ("update", 2)]
    assert len({one.article_id for one in desk.raw()}) == 1


def test_a_correction_is_told_from_an_edit(desk: Desk) -> None:
    feed = {"url": desk.wire.url("/feed")}
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet"))
    poll(desk, feed)
    desk.wire.documents["/feed"] = rss(item("a1", "CORRECTED: Ministers meet in Tarn"))
    poll(desk, feed)
    assert [one.change for one in desk.raw()] == ["new", "correction"]


def test_the_validators_are_sent_back_verbatim_and_304_costs_nothing(desk: Desk) -> None:
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet"))
    desk.wire.headers["/feed"] = {"ETag": 'W/"odd etag"', "Last-Modified": "Tue,  3 Mar 2026 01:00:00 GMT"}
    for _ in range(2):
        poll(desk, {"url": desk.wire.url("/feed")})
    assert desk.wire.requests[1][1]["If-None-Match"] == 'W/"odd etag"'
    assert desk.wire.requests[1][1]["If-Modified-Since"] == "Tue,  3 Mar 2026 01:00:00 GMT"
    assert len(desk.raw()) == 1


def test_what_is_no_feed_becomes_one_dead_letter_however_often_it_is_polled(desk: Desk) -> None:
    page = b"<html><head><title>Login</title></head><body>Please sign in</body></html>"
    desk.wire.documents["/feed"] = page
    desk.wire.documents["/good"] = rss(item("a1", "Ministers meet"))
    feeds = ({"url": desk.wire.url("/feed")}, {"url": desk.wire.url("/good")})
    for _ in range(2):
        summary = poll(desk, *feeds)
    (letter,) = desk.dead()
    assert (letter.step, letter.value, letter.source_url) == ("parse", page, desk.wire.url("/feed"))
    assert len(desk.raw()) == 1
    assert list(summary.failed) == [f"127.0.0.1:{desk.wire.port}/feed"]


def test_one_failing_feed_does_not_stop_the_others(desk: Desk) -> None:
    desk.wire.documents["/good"] = rss(item("a1", "Ministers meet"))
    summary = poll(
        desk,
        {"url": desk.wire.url("/missing")},
        {"url": "http://127.0.0.1:9/closed"},
        {"url": desk.wire.url("/good")},
    )
    assert len(desk.raw()) == 1
    assert len(summary.failed) == 2


def test_files_of_a_folder_are_published_once_and_moved_aside(desk: Desk, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    (drop / "north").mkdir(parents=True)
    (drop / "north" / "story.txt").write_text("Premier flies to Tarn\n2026-03-04\n\nTARN — The premier arrived.\n")
    (drop / "page.html").write_text(
        "<!doctype html><html lang='en'><head><title>Talks open</title>"
        "<meta property='article:published_time' content='2026-03-04T08:00:00+01:00'>"
        "</head><body><p>They met.</p></body></html>"
    )
    (drop / ".half.txt").write_text("not yet")
    for _ in range(2):
        poll(desk, folders=[{"path": "drop", "source": "agency"}])
    page, text = sorted(desk.raw(), key=lambda one: one.format)
    assert (page.headline, page.full_text, page.language, page.published_offset) == ("Talks open", "page", "en", 60)
    assert (text.headline, text.item_id) == ("Premier flies to Tarn", "north/story.txt")
    assert text.published == datetime.fromisoformat("2026-03-04T00:00:00+00:00")
    assert (drop / "processed" / "north" / "story.txt").exists()
    assert (drop / ".half.txt").exists()


def test_a_file_that_cannot_be_read_is_dead_lettered_and_moved_to_failed(desk: Desk, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "broken.xml").write_bytes(b"\x00\x01 not a wire document")
    poll(desk, folders=[{"path": "drop", "source": "agency"}])
    assert desk.dead()[0].value == b"\x00\x01 not a wire document"
    assert (drop / "failed" / "broken.xml").exists()


def test_a_lost_state_file_is_rebuilt_from_the_topic_and_versions_go_on(desk: Desk) -> None:
    feed = {"url": desk.wire.url("/feed")}
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet"), item("a2", "Talks go on"))
    poll(desk, feed)
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet again"), item("a2", "Talks go on"))
    poll(desk, feed)
    for file in (desk.folder / "data").glob("state.sqlite*"):
        file.unlink()
    summary = poll(desk, feed)
    assert len(desk.raw()) == 3
    assert summary.recovered == 3
    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet a third time"), item("a2", "Talks go on"))
    poll(desk, feed)
    assert (desk.raw()[-1].change, desk.raw()[-1].version) == ("update", 3)


def test_a_body_over_the_topics_limit_is_cut_with_the_hash_of_the_whole(desk: Desk) -> None:
    desk.wire.documents["/feed"] = rss(item("a1", "A very long protocol", "word " * 400_000))
    poll(desk, {"url": desk.wire.url("/feed")})
    (article,) = desk.raw()
    assert "body_cut" in article.quality
    assert article.body_sha256 is not None
    assert 900_000 < len(article.body) < 1_048_576


def test_two_feeds_of_a_publisher_share_an_article(desk: Desk) -> None:
    desk.wire.documents["/world"] = rss(item("a1", "Ministers meet"))
    desk.wire.documents["/top"] = rss(item("a1", "Ministers meet", "A shorter teaser."))
    poll(
        desk,
        {"url": desk.wire.url("/world"), "source": "norvik"},
        {"url": desk.wire.url("/top"), "source": "norvik"},
    )
    assert len(desk.raw()) == 1


def test_the_state_never_runs_ahead_of_the_topic(desk: Desk, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from connectors.topics import TopicError

    desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet"))
    config = desk.config({"url": desk.wire.url("/feed")})

    def broken(topic: str, messages: object) -> None:
        raise TopicError("the disk is on fire")

    monkeypatch.setattr(desk.topics, "append", broken)
    try:
        connect(config, desk.topics, once=True, clock=clock)
    except TopicError:
        pass
    else:
        raise AssertionError("the error of the topic was swallowed")
    state = State(config.path(config.connect.state))
    assert state.article_count() == 0
    assert state.feeds() == {}
