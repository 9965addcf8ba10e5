"""Feeds and folders to the raw topic: what is published, once, and what becomes of what cannot be read."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from connector_desk import NOW, Desk

from connectors.fetch import Limits
from connectors.run import connect
from connectors.state import State
from connectors.summary import ConnectSummary
from schemas import LINES_VERSION


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
    assert summary.total.total == 0


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


def test_what_a_document_asks_for_holds_while_it_is_unchanged(desk: Desk) -> None:
    desk.wire.documents["/feed"] = rss("<ttl>300</ttl>", item("a1", "Ministers meet"))
    desk.wire.headers["/feed"] = {"ETag": '"1"'}
    config = desk.config({"url": desk.wire.url("/feed"), "id": "norvik"})
    for _ in range(2):
        connect(config, desk.topics, once=True, clock=clock)
        state = State(config.path(config.connect.state))
        feed = state.feeds()["norvik"]
        state.close()
        assert 0.9 * 18_000 <= feed.next_poll - NOW.timestamp() <= 1.1 * 18_000
    assert feed.status == 304


def test_a_server_that_says_unchanged_for_ever_is_asked_for_all_of_it_once_a_day(desk: Desk) -> None:
    config = desk.config({"url": desk.wire.url("/feed")})
    desk.wire.headers["/feed"] = {"ETag": '"always the same"'}
    for hours, text in ((0, "Envoys came."), (12, "Envoys left."), (25, "Envoys left.")):
        desk.wire.documents["/feed"] = rss(item("a1", "Ministers meet", text))
        connect(config, desk.topics, once=True, clock=lambda hours=hours: NOW + timedelta(hours=hours))  # type: ignore[misc]
    assert [one.body for one in desk.raw()] == ["Envoys came.", "Envoys left."]
    assert [("If-None-Match" in headers) for _, headers in desk.wire.requests] == [False, True, False]


def test_unchanged_is_no_answer_to_a_first_request(desk: Desk) -> None:
    def unchanged(request: BaseHTTPRequestHandler) -> None:
        request.send_response(304)
        request.end_headers()

    desk.wire.documents["/feed"] = unchanged
    summary = poll(desk, {"url": desk.wire.url("/feed")})
    assert "304" in next(iter(summary.failed.values()))


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


G2 = (
    '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="tag:agency.example,2026:{id}" version="{version}">'
    '<itemMeta><itemClass qcode="ninat:text"/><pubStatus qcode="stat:{status}"/>{meta}</itemMeta>'
    "<contentMeta><headline>Premier in Tarn</headline></contentMeta>"
    '<contentSet><inlineData contenttype="text/plain">{body}</inlineData></contentSet></newsItem>'
)


def g2(version: int, status: str = "usable", meta: str = "", body: str = "The premier came.", name: str = "1") -> bytes:
    return G2.format(id=name, version=version, status=status, meta=meta, body=body).encode()


def test_a_story_goes_from_usable_over_a_correction_to_a_kill(desk: Desk) -> None:
    feed = {"url": desk.wire.url("/item"), "source": "agency"}
    for document in (
        g2(1),
        g2(2, meta='<signal qcode="sig:correction"/>', body="The premier came on Tuesday."),
        g2(3, status="canceled"),
        g2(3, status="canceled"),
        g2(2, body="A late copy of the second version."),
    ):
        desk.wire.documents["/item"] = document
        poll(desk, feed)
    assert [(one.version, one.change) for one in desk.raw()] == [(1, "new"), (2, "correction"), (3, "kill")]
    assert desk.raw()[-1].body == ""


def test_an_embargoed_story_is_held_over_a_restart_and_published_at_its_time(desk: Desk) -> None:
    feed = {"url": desk.wire.url("/item"), "source": "agency"}
    desk.wire.documents["/item"] = g2(1, meta="<embargoed>2026-03-05T18:00:00Z</embargoed>")
    config = desk.config(feed)
    summary = connect(config, desk.topics, once=True, clock=clock)
    assert desk.raw() == []
    assert summary.total.held == 1
    connect(config, desk.topics, once=True, clock=lambda: NOW + timedelta(hours=5))
    assert desk.raw() == []
    connect(config, desk.topics, once=True, clock=lambda: NOW + timedelta(hours=7))
    (article,) = desk.raw()
    assert (article.change, article.version, article.body) == ("new", 1, "The premier came.")
    connect(config, desk.topics, once=True, clock=lambda: NOW + timedelta(hours=8))
    assert len(desk.raw()) == 1


def test_an_endless_embargo_waits_for_a_newer_version(desk: Desk) -> None:
    feed = {"url": desk.wire.url("/item"), "source": "agency"}
    desk.wire.documents["/item"] = g2(1, meta="<embargoed/>")
    poll(desk, feed)
    connect(desk.config(feed), desk.topics, once=True, clock=lambda: NOW + timedelta(days=400))
    assert desk.raw() == []
    desk.wire.documents["/item"] = g2(2, body="The premier came, and may be quoted.")
    poll(desk, feed)
    (article,) = desk.raw()
    assert (article.version, article.body) == (2, "The premier came, and may be quoted.")
    assert State(desk.folder / "data" / "state.sqlite").held() == []


def test_a_kill_ends_an_embargo_and_its_text_never_comes_out(desk: Desk) -> None:
    feed = {"url": desk.wire.url("/item"), "source": "agency"}
    desk.wire.documents["/item"] = g2(1, meta="<embargoed>2026-03-05T18:00:00Z</embargoed>")
    poll(desk, feed)
    desk.wire.documents["/item"] = g2(2, status="canceled")
    poll(desk, feed)
    connect(desk.config(feed), desk.topics, once=True, clock=lambda: NOW + timedelta(days=2))
    assert [one.change for one in desk.raw()] == ["kill"]


def test_an_item_withdraws_another_item(desk: Desk) -> None:
    notice = (
        "<nitf><head><docdata management-doc-idref='tag:agency.example,2026:1' management-idref-status='canceled'>"
        "<doc-id id-string='notice-9'/></docdata></head><body><body.head><hedline><hl1>A notice</hl1></hedline>"
        "</body.head><body.content><p>The story about the premier is wrong.</p></body.content></body></nitf>"
    )
    desk.wire.documents["/item"] = g2(1)
    desk.wire.documents["/notice"] = notice.encode()
    poll(desk, {"url": desk.wire.url("/item"), "source": "agency"})
    poll(desk, {"url": desk.wire.url("/notice"), "source": "agency"})
    story, _, kill = desk.raw()
    assert (kill.change, kill.article_id, kill.version) == ("kill", story.article_id, 2)


def test_ids_that_change_at_once_are_no_news(desk: Desk) -> None:
    old = "Sat, 03 Jan 2026 10:00:00 GMT"
    feed = {"url": desk.wire.url("/feed")}

    def archive(prefix: str) -> bytes:
        items = [item(f"{prefix}{n}", f"Story {n}", f"Words of story {n}.") for n in range(20)]
        return rss(*items).replace(b"Tue, 03 Mar 2026 10:00:00 +0900", old.encode())

    desk.wire.documents["/feed"] = archive("a")
    poll(desk, feed)
    desk.wire.documents["/feed"] = archive("b")
    poll(desk, feed)
    changes = [one.change for one in desk.raw()]
    assert changes[:20] == ["new"] * 20
    assert set(changes[20:]) <= {"backfill"}
    assert all(one.repeated_lines == () for one in desk.raw() if one.change == "backfill")


def test_lines_of_two_other_stories_travel_with_the_third(desk: Desk) -> None:
    tail = "Norvik is not responsible for what other pages say."
    desk.wire.documents["/feed"] = rss(
        *(
            item(
                f"a{n}",
                f"{word} talks",
                f"&lt;p&gt;In {word} they met all day long.&lt;/p&gt;&lt;p&gt;{tail}&lt;/p&gt;",
            )
            for n, word in enumerate(("Harbour", "Border", "Treaty", "Budget"))
        )
    )
    poll(desk, {"url": desk.wire.url("/feed")})
    assert [len(one.repeated_lines) for one in desk.raw()] == [0, 0, 1, 1]
    assert desk.raw()[3].repeated_lines_version == LINES_VERSION


def test_a_redirect_is_believed_only_after_days_of_seeing_it(desk: Desk) -> None:
    def moved(request: BaseHTTPRequestHandler) -> None:
        request.send_response(301)
        request.send_header("Location", "/new")
        request.send_header("Content-Length", "0")
        request.end_headers()

    desk.wire.documents["/old"] = moved
    desk.wire.documents["/new"] = rss(item("a1", "Ministers meet"))
    config = desk.config({"url": desk.wire.url("/old")})
    asked = []
    for hours in (0, 1, 2, 30, 31):
        desk.wire.requests.clear()
        connect(config, desk.topics, once=True, clock=lambda: NOW + timedelta(hours=hours))  # noqa: B023
        asked.append(desk.wire.requests[0][0])
    assert asked == ["/old", "/old", "/old", "/old", "/new"]
    assert len(desk.raw()) == 1


def test_a_document_too_large_for_the_dead_letter_topic_goes_to_a_file(desk: Desk) -> None:
    page = b"<html><body>" + random.Random(3).randbytes(17_000_000 // 2).hex().encode()[:16_900_000]
    desk.wire.documents["/feed"] = page
    limits = Limits(wire=32_000_000, unpacked=32_000_000)
    connect(desk.config({"url": desk.wire.url("/feed")}), desk.topics, once=True, clock=clock, limits=limits)
    (letter,) = desk.dead()
    assert letter.value is None
    assert letter.value_file is not None
    assert Path(letter.value_file).read_bytes() == page
    assert hashlib.sha256(page).hexdigest() == letter.value_sha256
