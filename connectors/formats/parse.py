"""Which format a document is in, and the ladder for those that are broken.

well-formed XML      the native readers (rss, atom, newsml, nitf)
repaired XML         the same readers on what lxml recovers of it
feedparser           its loose parser, where it finds more items
JSON                 jsonfeed, ninjs
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace

from lxml import etree

from connectors.formats import atom, jsonfeed, lenient, newsml, ninjs, nitf, rss
from connectors.formats.bounds import check_json, few_enough
from connectors.formats.cadence import cadence_of
from connectors.formats.charset import decode
from connectors.formats.model import Cadence, Document, FeedError, Item
from connectors.formats.xmltree import key, recovered_tree, strict_tree

_G2_ROOTS = {"newsitem", "newsmessage", "packageitem", "conceptitem", "knowledgeitem", "planningitem", "catalogitem"}
SALVAGED = "salvaged"
log = logging.getLogger("summitwire.formats")
_ITEM_START = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_LENIENT_LIMIT = 262_144
"""Characters. feedparser takes seconds for a megabyte (feedparser#209); beyond this, what lxml recovers must do."""


def parse(data: bytes, *, content_type: str | None, url: str) -> list[Item]:
    """The items of a feed or wire document, in its order, with their ids as given (`ids.distinct` tells repeats apart).

    `content_type` is HTTP's header, for the charset it may declare; `url` is the document's address, from which
    relative links count. Raises FeedError, with the reason, where the document is neither feed nor wire item, and
    nothing else.
    """
    return read(data, content_type=content_type, url=url).items


def read(data: bytes, *, content_type: str | None, url: str) -> Document:
    """The items as `parse` gives them, and what the document says of its own rhythm. Raises FeedError alone."""
    try:
        return _parse(data, content_type, url)
    except FeedError:
        raise
    except Exception as error:  # anybody writes documents; a defect of ours costs the document, and never the run
        log.exception("a document of %d bytes from %s", len(data), url)
        raise FeedError(f"the document cannot be read: {type(error).__name__}") from error


def _parse(data: bytes, content_type: str | None, url: str) -> Document:
    text = decode(data, content_type)
    start = text.lstrip()
    if not start:
        raise FeedError("the document is empty")
    if start[0] in "{[":
        return Document(_json(start, url), Cadence())
    root = strict_tree(text)
    if root is not None:
        return Document(_read(root, url), cadence_of(root))
    return _salvage(text, url)


def _read(root: etree._Element, url: str, nested: bool = False) -> list[Item]:
    """The items of a tree; `nested` where unclosed elements may have put items into items."""
    name = key(str(root.tag)).rpartition(":")[2].lower()
    if name in ("rss", "channel"):
        return rss.read(root, url, "rss", nested)
    if name == "rdf":
        return rss.read(root, url, "rdf", nested)
    if name in ("feed", "entry"):
        return atom.read(root, url, nested)
    if name == "nitf":
        return nitf.read(root)
    if name in _G2_ROOTS:
        return newsml.read(root)
    if name == "html":
        raise FeedError("this is a web page, not a feed")
    raise FeedError(f"<{name[:60]}> is the root of no feed or wire format known here")


def _json(text: str, url: str) -> list[Item]:
    check_json(text)
    try:
        found = json.loads(text, strict=False)  # control characters in strings: many write them
    except (ValueError, RecursionError) as error:
        raise FeedError(f"the document is no valid JSON: {str(error)[:200]}") from error
    if ninjs.is_ninjs(found):
        return ninjs.read([found])
    if jsonfeed.is_json_feed(found):
        return jsonfeed.read(found, url)
    inside = found.get("items", found.get("item")) if isinstance(found, dict) else found
    if isinstance(inside, list) and any(ninjs.is_ninjs(one) for one in inside):
        return ninjs.read(few_enough(inside))
    raise FeedError("the JSON document is neither a JSON Feed nor ninjs")


def _salvage(text: str, url: str) -> Document:
    wanted = sum(1 for _ in _ITEM_START.finditer(text))
    reason = "it is neither XML nor JSON"
    items: list[Item] = []
    root = recovered_tree(text)
    if root is not None:
        try:
            items = _read(root, url, nested=True)
        except FeedError as error:
            reason = str(error)
    if len(items) < wanted and len(text) <= _LENIENT_LIMIT:
        more = lenient.read(text, url)
        items = more if len(more) > len(items) else items
    if not items:
        raise FeedError(f"no items can be read: {reason}")
    salvaged = [replace(item, quality=(*item.quality, SALVAGED)) for item in items]
    return Document(salvaged, Cadence() if root is None else cadence_of(root))
