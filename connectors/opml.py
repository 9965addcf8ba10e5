"""Subscription lists: OPML 1.0, 1.1 and 2.0 in, 2.0 out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from connectors.formats.charset import decode
from connectors.formats.model import FeedError
from connectors.formats.text import one_line
from connectors.formats.xmltree import local_name, recovered_tree, strict_tree


@dataclass(frozen=True, slots=True)
class Outline:
    url: str
    title: str | None = None


def read(data: bytes) -> list[Outline]:
    """The feeds of a subscription list, at any depth, each address once. Raises FeedError where it is none."""
    text = decode(data, None)
    root = strict_tree(text)
    if root is None:
        root = recovered_tree(text)
    if root is None or local_name(root).lower() != "opml":
        raise FeedError("this is no OPML subscription list")
    found: dict[str, Outline] = {}
    for element in root.iter():
        if local_name(element).lower() != "outline":
            continue
        told = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        url = told.get("xmlurl", "").strip()
        if url.startswith("feed:"):
            url = url.removeprefix("feed:")
            url = f"http:{url}" if url.startswith("//") else url
        if url.lower().startswith(("http://", "https://")):
            found.setdefault(url, Outline(url, one_line(told.get("title") or told.get("text") or "") or None))
    return list(found.values())


def write(feeds: Iterable[Outline], title: str = "Summitwire") -> str:
    """A subscription list in OPML 2.0."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', f"  <head><title>{title}</title></head>"]
    lines.append("  <body>")
    for feed in feeds:
        lines.append(f'    <outline type="rss" text={quoteattr(feed.title or feed.url)} xmlUrl={quoteattr(feed.url)}/>')
    return "\n".join([*lines, "  </body>", "</opml>", ""])
