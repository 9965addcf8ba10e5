"""RSS, Atom, RDF and JSON Feed, field by field, and what is broken about them in the wild."""

from __future__ import annotations

from datetime import datetime

import pytest

from connectors.formats import FeedError, Item, parse
from connectors.formats.dates import parse_moment

URL = "https://norvik.example/feeds/world.xml"


def read(text: str | bytes, content_type: str | None = None) -> list[Item]:
    return parse(text if isinstance(text, bytes) else text.encode(), content_type=content_type, url=URL)


RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Norvik World</title><language>en-NO</language><copyright>Norvik 2026</copyright>
<item>
  <title>Premier &amp;amp; envoy meet in &lt;b&gt;Tarn&lt;/b&gt;</title>
  <link>/world/tarn</link>
  <guid isPermaLink="false">norvik:1</guid>
  <pubDate>Tue, 03 Mar 2026 18:30:00 +0900</pubDate>
  <dc:creator>Ada Lund</dc:creator>
  <category domain="https://norvik.example/topics">Diplomacy</category>
  <media:description>A caption that is no story</media:description>
  <description>They met.</description>
  <content:encoded><![CDATA[<p>They met for <em>two</em> hours.</p>]]></content:encoded>
</item></channel></rss>"""


def test_every_field_of_an_rss_item_is_read() -> None:
    (item,) = read(RSS)
    assert item.item_id == "norvik:1"
    assert item.headline == "Premier & envoy meet in Tarn"
    assert item.url == "https://norvik.example/world/tarn"
    assert item.published == datetime.fromisoformat("2026-03-03T18:30:00+09:00")
    assert item.summary == "They met."
    assert item.body == "<p>They met for <em>two</em> hours.</p>"
    assert (item.byline, item.language, item.copyright) == ("Ada Lund", "en-NO", "Norvik 2026")
    assert [(one.code, one.name) for one in item.subjects] == [("https://norvik.example/topics", "Diplomacy")]


def test_a_relative_guid_stays_as_given() -> None:
    (item,) = read(RSS.replace("norvik:1", "17/tarn"))
    assert item.item_id == "17/tarn"


def test_a_permalink_guid_stands_in_for_a_missing_link() -> None:
    (item,) = read("<rss><channel><item><title>T</title><guid>https://norvik.example/9</guid></item></channel></rss>")
    assert item.url == "https://norvik.example/9"


def test_an_item_without_id_and_link_gets_one_from_its_words_alone() -> None:
    document = "<rss><channel><item><title>T</title><description>Words.</description></item></channel></rss>"
    first, second = read(document)[0], read(document)[0]
    assert first.item_id == second.item_id
    assert "derived_id" in first.quality


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://norvik.example/atom/">
<title>Norvik</title><author><name>Desk</name></author>
<entry><id>tag:norvik.example,2026:5</id><title type="html">Talks &amp;amp; tea</title>
<link rel="self" href="self/5"/><link rel="alternate" href="5.html"/>
<published>2026-03-03T10:00:00Z</published><updated>2026-03-04T11:00:00+01:00</updated>
<summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Long <b>story</b>.</p></div></content></entry>
</feed>"""


def test_every_field_of_an_atom_entry_is_read() -> None:
    (item,) = read(ATOM)
    assert (item.item_id, item.headline) == ("tag:norvik.example,2026:5", "Talks & tea")
    assert item.url == "https://norvik.example/atom/5.html"
    assert item.published == datetime.fromisoformat("2026-03-03T10:00:00+00:00")
    assert item.updated == datetime.fromisoformat("2026-03-04T11:00:00+01:00")
    assert (item.body, item.body_format) == ("<p>Long <b>story</b>.</p>", "xhtml")
    assert (item.summary, item.language, item.byline) == ("Short.", "en", "Desk")


def test_an_entry_in_an_entrys_source_is_no_item() -> None:
    nested = ATOM.replace("<summary>", "<source><id>x</id><entry/></source><summary>")
    assert len(read(nested)) == 1


def test_a_deleted_entry_cancels_the_entry_that_it_names() -> None:
    tombstone = (
        '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="tag:norvik.example,2026:5" '
        'when="2026-03-05T00:00:00Z"/>'
    )
    gone = read(ATOM.replace("<entry>", tombstone + "<entry>"))[0]
    assert (gone.item_id, gone.status) == ("tag:norvik.example,2026:5", "canceled")


def test_rdf_items_stand_beside_their_channel() -> None:
    (item,) = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://norvik.example/"><title>N</title></channel>
        <item rdf:about="https://norvik.example/7"><title>Seven</title><link>https://norvik.example/7</link>
        <dc:date>2026-03-03T10:00+01:00</dc:date></item></rdf:RDF>"""
    )
    assert (item.item_id, item.format) == ("https://norvik.example/7", "rdf")
    assert item.published == datetime.fromisoformat("2026-03-03T10:00:00+01:00")


def test_json_feeds_are_read() -> None:
    (item,) = read(
        """{"version": "https://jsonfeed.org/version/1.1", "title": "N", "language": "en", "items": [
        {"id": 7, "url": "/7", "title": "Seven", "content_text": "They met.", "date_published": "2026-03-03T10:00:00Z",
         "authors": [{"name": "Ada"}], "tags": ["talks", 3]}]}"""
    )
    assert (item.item_id, item.url, item.body, item.body_format) == (
        "7",
        "https://norvik.example/7",
        "They met.",
        "text",
    )
    assert (item.byline, [one.name for one in item.subjects]) == ("Ada", ["talks"])


BROKEN = {
    "an entity of HTML": RSS.replace("They met.", "They met &mdash; again&nbsp;."),
    "a bare ampersand": RSS.replace("They met.", "Hill & Lake met."),
    "junk before the document": "Warning: headers already sent\n" + RSS,
    "junk behind the document": RSS + "<!-- page --></html>",
    "a control character": RSS.replace("They met.", "They\x0bmet."),
    "a reference to no character": RSS.replace("They met.", "They met&#x0;&#1114112; here."),
    "a prefix that is not declared": RSS.replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', ""),
    "no end": RSS[: RSS.index("</item>")],
    "a document type with entities": '<!DOCTYPE rss [<!ENTITY a "' + "b" * 99 + '">]>' + RSS.split("?>", 1)[1],
}


@pytest.mark.parametrize("damage", BROKEN)
def test_items_survive(damage: str) -> None:
    (item,) = read(BROKEN[damage])
    assert item.item_id == "norvik:1"
    assert item.headline == "Premier & envoy meet in Tarn"


def test_what_was_salvaged_says_so() -> None:
    assert "salvaged" in read(BROKEN["no end"])[0].quality
    assert "salvaged" not in read(RSS)[0].quality


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("utf-8", "cp1252"),
        ("windows-1251", "utf-8"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_letters_survive_their_encoding_whatever_is_declared(declared: str, encoding: str) -> None:
    name = "Встреча" if encoding == "koi8-r" else "Élysée – Zürich"
    text = (
        f"<?xml version='1.0' encoding='{declared}'?><rss><channel><item><title>{name}</title></item></channel></rss>"
    )
    assert read(text.encode(encoding))[0].headline == name


def test_utf16_is_recognised_without_a_mark() -> None:
    assert read(RSS.encode("utf-16-le"))[0].item_id == "norvik:1"


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    (item,) = read(bomb + "<rss><channel><item><title>T &b; &f;</title></item></channel></rss>")
    assert item.headline == "T &b; &f;"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"<opml version='2.0'><body/></opml>", "opml"),
        (b'{"error": "quota"}', "neither a JSON Feed nor ninjs"),
        (b"[" * 100_000, "JSON"),
        (bytes(range(256)) * 40, "neither XML nor JSON"),
        (b"Not found", "neither XML nor JSON"),
    ],
)
def test_a_document_that_is_no_feed_is_refused_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        read(document)


@pytest.mark.parametrize(
    ("text", "iso", "zoned"),
    [
        ("Tue, 03 Mar 2026 18:30:00 +0900", "2026-03-03T18:30:00+09:00", True),
        ("3 Mar 26 18:30 EST", "2026-03-03T18:30:00-05:00", True),
        ("Tuesday, 3 March 2026 6:30 PM GMT", "2026-03-03T18:30:00+00:00", True),
        ("2026-03-03T18:30:00.250Z", "2026-03-03T18:30:00.250000+00:00", True),
        ("20260303T183000Z", "2026-03-03T18:30:00+00:00", True),
        ("20260303T183000+0100", "2026-03-03T18:30:00+01:00", True),
        ("2026-03-03", "2026-03-03T00:00:00+00:00", False),
        ("2026-03-03 18:30:00", "2026-03-03T18:30:00+00:00", False),
        ("Tue Mar  3 18:30:00 2026", "2026-03-03T18:30:00+00:00", False),
        ("March 3, 2026, 6:30 pm", "2026-03-03T18:30:00+00:00", False),
        ("Tue, 03 Mar 2026 24:00:00 GMT", "2026-03-04T00:00:00+00:00", True),
    ],
)
def test_times_are_read_in_the_zone_they_were_given_in(text: str, iso: str, zoned: bool) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert moment.time.isoformat() == iso
    assert moment.zoned is zoned


@pytest.mark.parametrize("text", ["", "soon", "2026-13-40", "Tue, 99 Mar 2026 10:00:00 GMT", "9" * 5000, "0000-00-00"])
def test_what_is_no_time_gives_none(text: str) -> None:
    assert parse_moment(text) is None
