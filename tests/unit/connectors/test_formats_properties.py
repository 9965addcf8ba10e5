"""`parse` on what nobody foresaw: random bytes, damaged documents; and both parsers of feeds side by side."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.formats import FeedError, Item, atom, lenient, parse, rss
from connectors.formats.xmltree import strict_tree
from schemas.records import Subject

URL = "https://n.example/feed"
WORDS = [
    "minister",
    "harbour",
    "über",
    "Ελλάδα",
    "東京",
    "«quoted»",
    "signed",
    "&",
    "sealed",
    "<",
    "border",
    ">",
    "it's",
]


def feed(chosen: random.Random) -> str:
    """A well-formed RSS or Atom document with some of everything."""

    def text(n: int) -> str:
        words = " ".join(chosen.choice(WORDS) for _ in range(n))
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def maybe(chance: float, markup: str) -> str:
        return markup if chosen.random() < chance else ""

    entries = []
    atomic = chosen.random() < 0.5
    for n in range(chosen.randint(1, 6)):
        url = f"https://n.example/{chosen.randint(0, 10**6)}/{n}"
        day = chosen.randint(1, 28)
        if atomic:
            entries.append(
                f"<entry><id>tag:n.example,2026:{chosen.randint(0, 10**6)}-{n}</id><title>{text(5)}</title>"
                f"<link href='{url}'/><updated>2026-02-{day:02}T10:00:00+02:00</updated>"
                + maybe(0.5, f"<published>2026-02-{day:02}T09:00:00+02:00</published>")
                + maybe(0.6, f"<summary>{text(9)}</summary>")
                + maybe(0.6, f"<content type='html'>&lt;p&gt;{text(20)}&lt;/p&gt;</content>")
                + maybe(0.4, f"<author><name>{text(2)}</name></author>")
                + maybe(0.4, "<category term='talks' label='Talks'/>")
                + "</entry>"
            )
        else:
            entries.append(
                f"<item><title>{text(5)}</title><link>{url}</link>"
                + maybe(0.7, f"<guid isPermaLink='false'>n:{chosen.randint(0, 10**6)}-{n}</guid>")
                + maybe(0.8, f"<pubDate>{day:02} Feb 2026 10:00:00 +0200</pubDate>")
                + maybe(0.8, f"<description>{text(12)}</description>")
                + maybe(0.5, f"<content:encoded><![CDATA[<p>{chosen.choice(WORDS)} here</p>]]></content:encoded>")
                + maybe(0.4, f"<dc:creator>{text(2)}</dc:creator>")
                + maybe(0.4, "<category>Talks</category>")
                + "</item>"
            )
    if atomic:
        return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>N</title>{''.join(entries)}</feed>"
    return (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>N</title>"
        f"{''.join(entries)}</channel></rss>"
    )


def essence(item: Item) -> tuple[object, ...]:
    """What makes the article: the fields that identity, change and extraction rest on."""
    return (
        item.item_id, item.headline, item.url, item.published, item.updated, item.body,
        [Subject(None, subject.name) for subject in item.subjects], item.byline,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(200))
def test_both_parsers_give_the_same_items_for_well_formed_feeds(seed: int) -> None:
    document = feed(random.Random(seed))
    root = strict_tree(document)
    assert root is not None
    native = atom.read(root, URL) if document.startswith("<feed") else rss.read(root, URL, "rss")
    loose = lenient.read(document, URL)
    assert [essence(item) for item in native] == [essence(item) for item in loose]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=400), st.sampled_from([None, "text/xml", "application/json", "text/xml; charset=utf-16"]))
def test_random_bytes_give_items_or_a_feed_error(data: bytes, content_type: str | None) -> None:
    with contextlib.suppress(FeedError):
        assert all(item.item_id for item in parse(data, content_type=content_type, url=URL))


SEEDS = [
    feed(random.Random(1)),
    feed(random.Random(4)),
    '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_html": "<p>T</p>"}]}',
    '{"uri": "urn:1", "version": "3", "headlines": [{"value": "H"}], "bodies": [{"value": "B"}]}',
    '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="g" version="2"><itemMeta><embargoed/></itemMeta>'
    "<contentMeta><headline>H</headline></contentMeta><contentSet><inlineXML><nitf><body><body.content><p>B</p>"
    "</body.content></body></nitf></inlineXML></contentSet></newsItem>",
    "<nitf><head><docdata management-status='usable'><doc-id id-string='x'/><date.issue norm='20260303'/></docdata>"
    "</head><body><body.content><p>B</p></body.content></body></nitf>",
]
TRASH = [
    b"<",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"&#55296;",
    b"&#9999999999;",
    b"\xff\xfe",
    b"<item>",
    b'"',
    b"\\ud800",
    b"{",
]


def damaged(data: bytes, chosen: random.Random) -> bytes:
    """The bytes with up to four damages: cut, doubled, overwritten, swapped, with markup thrown in."""
    for _ in range(chosen.randint(1, 4)):
        if not data:
            break
        at, to = sorted(chosen.randint(0, len(data)) for _ in range(2))
        noise = bytes(chosen.randrange(256) for _ in range(min(to - at, 30)))
        data = chosen.choice(
            [
                data[:at] + data[to:],
                data[:at] + data[at:to] * 3 + data[to:],
                data[:at] + noise + data[to:],
                data[:at] + chosen.choice(TRASH) + data[at:],
                data[:at],
            ]
        )
    return data


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_damaged_documents_give_encodable_items_with_stable_ids_or_a_feed_error(number: int) -> None:
    chosen = random.Random(number)
    read = 0
    for _ in range(250):
        data = damaged(SEEDS[number].encode(), chosen)
        try:
            items = parse(data, content_type=None, url=URL)
        except FeedError:
            continue
        assert [item.item_id for item in parse(data, content_type=None, url=URL)] == [item.item_id for item in items]
        for item in items:
            assert item.item_id.strip()
            for text in (item.item_id, item.headline, item.body, item.summary, item.url, item.byline, item.language):
                (text or "").encode("utf-8")
        read += 1
    assert read > 3, "too few documents survived to test anything"
