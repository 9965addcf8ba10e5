"""Atom 1.0 (RFC 4287), 0.3, and deleted entries (RFC 6721) from an element tree."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from connectors.formats.bounds import few_enough
from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import Item
from connectors.formats.parts import NO_DATE, address, first_moment, joined_base, moment, text_or_none
from connectors.formats.text import clean, one_line, plain, unescape
from connectors.formats.xmltree import BASE, LANG, inner, inside, key, words
from schemas.records import BodyFormat, Subject

FORMAT = "atom"
_ENTRIES = ("entry", "deleted-entry")
DELETED = "deleted_entry"
_PUBLISHED = ("published", "issued", "dcterms:issued", "created", "dcterms:created", "dc:date", "pubDate")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says for all of its entries."""

    base: str
    language: str | None
    rights: str | None
    byline: str | None


def read(root: etree._Element, url: str, nested: bool = False) -> list[Item]:
    """The entries below a `feed`, or the one that `entry` is; `url` is what relative addresses count from."""
    entry_only = name_of(root) == "entry"
    base = joined_base(url, None if entry_only else root.get(BASE))
    language = None if entry_only else root.get(LANG)
    rights = byline = None
    if not entry_only:
        for child in root:
            name = name_of(child)
            if name in ("rights", "copyright"):
                rights = one_line(construct(child)[0])
            elif name == "author" and byline is None:
                byline = _person(child)
    feed = Feed(base, language, rights, byline)
    return [
        _deleted(element) if name_of(element) == "deleted-entry" else _entry(element, feed)
        for element in few_enough([*_entries(root, nested)])
    ]


def name_of(element: etree._Element) -> str:
    """The local name of an Atom element, in either namespace or none; of others their key."""
    if not isinstance(element.tag, str):
        return ""
    return key(element.tag).removeprefix("atom:").removeprefix("at:")


def _entries(root: etree._Element, nested: bool) -> Iterator[etree._Element]:
    if name_of(root) == "entry":
        yield root
        return
    found = [] if nested else [child for child in root if name_of(child) in _ENTRIES]
    if found:
        yield from found
        return
    for element in root.iter():
        if name_of(element) in _ENTRIES and (nested or not inside(element, "entry")):
            yield element


def _deleted(element: etree._Element) -> Item:
    item_id = clean(element.get("ref", "")).strip()
    flags = [DELETED]
    return Item(
        item_id=item_id or derived_id(None, element.get("when")),
        format=FORMAT,
        updated=moment(element.get("when"), "updated", flags),
        status="canceled",
        quality=tuple(flags),
    )


def _entry(element: etree._Element, feed: Feed) -> Item:
    base = joined_base(feed.base, element.get(BASE))
    language = element.get(LANG) or feed.language
    found: dict[str, etree._Element] = {}
    subjects: list[Subject] = []
    links: dict[str, str] = {}
    for child in element:
        name = name_of(child)
        if name == "link":
            rel = child.get("rel", "alternate").strip().rpartition("/")[2].lower() or "alternate"
            href = address(child.get("href") or words(child), joined_base(base, child.get(BASE)))
            if href:
                links.setdefault(rel, href)
        elif name == "category":
            code, label = child.get("term"), child.get("label")
            if code or label:
                scheme = child.get("scheme")
                subjects.append(
                    Subject(text_or_none(f"{scheme or ''}{code}" if code else None), text_or_none(label or code))
                )
        elif name == "dc:subject":
            if label := plain(words(child)):
                subjects.append(Subject(None, label))
        elif name and name not in found:
            found[name] = child
    flags: list[str] = []
    published = first_moment(found, _PUBLISHED, "published", flags)
    updated = first_moment(found, ("updated", "modified", "dcterms:modified"), "updated", flags)
    if published is None and updated is None:
        flags.append(NO_DATE)
    headline = _headline(found)
    summary = _construct(found, ("summary", "dc:description", "description", "media:description"))[0]
    body, body_format = _construct(found, ("content", "content:encoded", "xhtml:body"))
    link = links.get("alternate") or links.get("self") or links.get("via") or links.get("related")
    item_id = clean(words(found["id"])).strip() if "id" in found else ""
    if not item_id and "guid" in found:
        item_id = clean(words(found["guid"])).strip()
    if not item_id:
        item_id = links.get("alternate") or ""
    if not item_id:
        item_id = derived_id(headline, summary, body)
        flags.append(DERIVED_ID)
    own_byline = _person(found["author"]) if "author" in found else None
    source = found.get("source")
    provider = None
    if source is not None:
        provider = next((plain(words(child)) for child in source if name_of(child) == "title"), None)
    return Item(
        item_id=item_id,
        format=FORMAT,
        headline=headline or None,
        url=link,
        published=published,
        updated=updated,
        summary=summary,
        body=body,
        body_format=body_format,
        language=text_or_none(
            found["content"].get(LANG) if "content" in found and found["content"].get(LANG) else language
        ),
        byline=own_byline or (plain(words(found["dc:creator"])) if "dc:creator" in found else None) or feed.byline,
        copyright=text_or_none(_construct(found, ("rights", "dc:rights", "copyright"))[0] or feed.rights),
        provider=text_or_none(provider),
        subjects=tuple(subjects),
        quality=tuple(flags),
    )


def _headline(found: dict[str, etree._Element]) -> str:
    for name in ("title", "dc:title", "media:title"):
        if name in found:
            text, kind = construct(found[name])
            line = one_line(text) if kind == "text" else plain(text)
            if line:
                return line
    return ""


def construct(element: etree._Element) -> tuple[str, BodyFormat]:
    """A text construct (RFC 4287, 3.1; Atom 0.3 with `mode`) as text or markup, and which of both it is."""
    kind = element.get("type", "text").strip().lower()
    mode = element.get("mode", "").strip().lower()
    if mode == "base64" or (
        not mode and kind not in ("text", "html", "xhtml") and len(element) == 0 and _is_binary(kind)
    ):
        return clean(_from_base64(element.text or "")), "html" if "html" in kind else "text"
    if len(element):
        children = [child for child in element if isinstance(child.tag, str)]
        if len(children) == 1 and str(children[0].tag).rpartition("}")[2] == "div" and not (element.text or "").strip():
            return clean(inner_or_text(children[0])), "xhtml"
        return clean(inner(element)), "xhtml"
    text = clean(element.text or "")
    if "html" in kind or (mode == "escaped" and ("<" in text or "&" in text)):
        return text, "html"
    if kind in ("text", "text/plain", "plain"):
        return text, "text"
    return text, "html"


def inner_or_text(element: etree._Element) -> str:
    """The markup inside of an element; where it holds none, its text escaped, as markup too."""
    if len(element):
        return inner(element)
    text = element.text or ""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _is_binary(kind: str) -> bool:
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("+xml", "/xml"))


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _construct(found: dict[str, etree._Element], names: tuple[str, ...]) -> tuple[str | None, BodyFormat]:
    for name in names:
        if name in found:
            text, kind = construct(found[name])
            if text and not text.isspace():
                return text, "html" if name in ("content:encoded", "description") else kind
    return None, "html"


def _person(element: etree._Element) -> str | None:
    for wanted in ("name", "email"):
        for child in element:
            if name_of(child) == wanted and (text := plain(words(child))):
                return text
    return None if len(element) else plain(unescape(element.text or "")) or None
