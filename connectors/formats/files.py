"""Files of plain text and of HTML pages as items: what a watched folder holds besides wire documents."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from connectors.formats.charset import decode
from connectors.formats.dates import parse_moment
from connectors.formats.model import FeedError, Item
from connectors.formats.parts import NO_DATE, moment
from connectors.formats.text import clean, one_line, plain
from connectors.formats.xmltree import words

_HTML_START = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|article|main|div|p|h1|title|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# The names under which pages tell when they were published, the most reliable first.
_DATE_META = (
    "article:published_time", "og:published_time", "datepublished", "dc.date.issued", "dcterms.issued", "dc.date",
    "pubdate", "publish-date", "publishdate", "date",
)  # fmt: skip
_DATED_LINE = re.compile(r"(?:date|published|issued|datum|fecha|data)\s*[:：]\s*(.+)", re.IGNORECASE)
PAGE = "page"
"""Flag of an item whose body is a whole page."""
_LONGEST_HEADLINE = 300
_DATE_LINES = 8
"""A file's own date stands among its first lines."""


def looks_like_html(text: str) -> bool:
    return _HTML_START.match(text) is not None


def read(data: bytes, name: str) -> Item:
    """The item that a text or HTML file is. Its id is its name; its time is told by itself or by nothing: the file
    system's clock changes with every copy. Raises FeedError for a file without text."""
    charset = _META_CHARSET.search(data[:4096])
    text = clean(decode(data, f"text/plain; charset={charset[1].decode('ascii')}" if charset else None))
    if not text.strip():
        raise FeedError("the file is empty")
    return _page(text, name) if looks_like_html(text) else _text(text, name)


def _text(text: str, name: str) -> Item:
    lines = [one_line(line) for line in text.splitlines()]
    lines = [line for line in lines if line][:_DATE_LINES]
    flags: list[str] = []
    published = None
    for line in lines:
        stated = _DATED_LINE.fullmatch(line)
        if parse_moment(stated[1] if stated else line) is not None and any(char.isdigit() for char in line):
            published = moment(stated[1] if stated else line, "published", flags)
            break
    if published is None:
        flags.append(NO_DATE)
    headline = (
        lines[0] if lines and len(lines[0]) <= _LONGEST_HEADLINE and len(text.split()) > len(lines[0].split()) else None
    )
    return Item(
        item_id=name,
        format="text",
        headline=headline,
        published=published,
        body=text,
        body_format="text",
        quality=tuple(flags),
    )


def _page(text: str, name: str) -> Item:
    flags: list[str] = []
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8"), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        raise FeedError(f"the page cannot be read: {error}") from error
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if key and meta.get("content"):
            metas.setdefault(key.lower(), meta.get("content", ""))
    published = None
    candidates = [metas[key] for key in _DATE_META if key in metas]
    candidates += [time.get("datetime", "") for time in root.iter("time")][:1]
    for candidate in candidates:
        if parse_moment(candidate) is not None:
            published = moment(candidate, "published", flags)
            break
    if published is None:
        flags.append(NO_DATE)
    title = root.find(".//title")
    heading = root.find(".//h1")
    headline = plain(metas.get("og:title", ""))
    for node in (heading, title):
        if not headline and node is not None:
            headline = one_line(words(node))
    canonical = next((link.get("href") for link in root.iter("link") if link.get("rel") == "canonical"), None)
    return Item(
        item_id=name,
        format="html",
        headline=headline or None,
        url=canonical if canonical and canonical.startswith(("http://", "https://")) else None,
        published=published,
        body=text,
        body_format="html",
        language=root.get("lang") or None,
        quality=(*flags, PAGE),
    )
