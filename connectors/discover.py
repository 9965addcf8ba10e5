"""The feed behind an address: the address itself, or what the page there links to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from connectors.fetch import Fetcher, FetchError, Response
from connectors.formats import FeedError, parse
from connectors.formats.charset import decode

FEED_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/xml",
    "text/xml", "application/json",
)  # fmt: skip
MOST_CANDIDATES = 8
_HINTS = ("rss", "atom", "feed", ".xml", "rdf")


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was read: its address, the number of its items, their format."""

    url: str
    items: int
    format: str


async def discover(url: str, fetcher: Fetcher) -> list[Found]:
    """The feeds at an address, or linked from the page there, that can be read now. Raises FetchError."""
    response = await fetcher.fetch(url)
    here = _read(response)
    if here is not None:
        return [here]
    found = []
    for candidate in candidates(response.body, response.url)[:MOST_CANDIDATES]:
        try:
            feed = _read(await fetcher.fetch(candidate))
        except FetchError:
            continue
        if feed is not None:
            found.append(feed)
    return found


def _read(response: Response) -> Found | None:
    response.done()
    try:
        items = parse(response.body, content_type=response.content_type, url=response.url)
    except FeedError:
        return None
    return Found(response.url, len(items), items[0].format if items else "empty")


def candidates(page: bytes, url: str) -> list[str]:
    """Addresses of feeds that a page names: first those it declares, then links that look like feeds."""
    try:
        root = lxml_html.document_fromstring(decode(page, None).encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return []
    declared, guessed = [], []
    for element in root.iter("link", "a"):
        href = (element.get("href") or "").strip()
        if not href:
            continue
        try:
            target = urljoin(url, href)
        except ValueError:
            continue
        if not target.startswith(("http://", "https://")):
            continue
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in (element.get("rel") or "").lower().split() and kind in FEED_TYPES:
            declared.append(target)
        elif element.tag == "a" and any(hint in href.lower() for hint in _HINTS):
            guessed.append(target)
    return list(dict.fromkeys(declared + guessed))
