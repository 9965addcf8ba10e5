"""Documents within the caps on bytes that would take the memory and the time of far larger ones."""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import pytest

from connectors.formats import FeedError, parse
from connectors.formats.bounds import MOST_ITEMS

RSS = "<rss version='2.0'><channel>{}</channel></rss>"
G2 = "<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet>{}</itemSet></newsMessage>"
TOO_MUCH = {
    "300,000 items": RSS.format("<item/>" * 300_000),
    "300,000 items, unclosed": "<rss><channel>" + "<item>" * 1_000_000,
    "300,000 entries": "<feed xmlns='http://www.w3.org/2005/Atom'>" + "<entry/>" * 300_000 + "</feed>",
    "300,000 small elements": RSS.format("<item><guid>1</guid>" + "<a/>" * 300_000 + "</item>"),
    "a million attributes": RSS.format("<item><guid>1</guid>" + "<a b='' c='' d='' e=''/>" * 200_000 + "</item>"),
    "more items than are taken": RSS.format("<item><guid>1</guid></item>" * (MOST_ITEMS + 1)),
    "more wire items than are taken": G2.format("<newsItem/>" * (MOST_ITEMS + 1)),
    "300,000 objects": '{"version":"https://jsonfeed.org/version/1","items":[' + "{}," * 300_000 + "{}]}",
    "a million and one numbers": "[" + "0.1," * 1_000_001 + "1]",
    "more objects than are taken": '{"title":"N","items":[' + "{}," * MOST_ITEMS + "{}]}",
}
LONG = {
    "sections without an end": "<rss><channel>" + "<![CDATA[" * 300_000,
    "comments without an end in a document type": "<!DOCTYPE a [" + "<!--" * 500_000,
    "comments in a document type": "<!DOCTYPE a [" + "<!--" * 500_000 + "--> ]><rss/>",
    "bare ampersands": RSS.format("<item><guid>1</guid><description>" + "& " * 300_000 + "</description></item>"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_holds_too_much_is_refused_before_it_takes_memory(name: str) -> None:
    data = TOO_MUCH[name].encode()
    tracemalloc.start()
    try:
        with pytest.raises(FeedError, match="more than"):
            parse(data, content_type=None, url="https://n.example/feed")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(data) + 8 * 1_048_576


@pytest.mark.parametrize("name", LONG)
def test_no_document_takes_more_time_than_its_size_asks_for(name: str) -> None:
    began = time.process_time()
    with contextlib.suppress(FeedError):
        parse(LONG[name].encode(), content_type=None, url="https://n.example/feed")
    assert time.process_time() - began < 2.0


def test_markup_within_stories_does_not_count() -> None:
    story = "<p class='c' id='d'>Envoys <b>met</b>.</p>" * 100_000
    (item,) = parse(
        RSS.format(f"<item><guid>1</guid><description><![CDATA[{story}]]></description></item>").encode(),
        content_type=None,
        url="https://n.example/feed",
    )
    assert item.summary == story


def test_references_are_kept_wherever_a_long_text_is_cut() -> None:
    text = "".join(f"{'x' * (n % 97)} &amp; &nbsp;&#233; R&D &eacute " for n in range(4000))
    (item,) = parse(
        RSS.format(f"<item><guid>1</guid><title>{text}</title></item>").encode(),
        content_type=None,
        url="https://n.example/feed",
    )
    assert item.headline is not None
    assert item.headline.count("&") == 2 * 4000
    assert item.headline.count("é") == 2 * 4000
