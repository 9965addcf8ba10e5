"""RSS 0.9x, 1.0 (RDF) and 2.0 from an element tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from connectors.formats import atom
from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import Item
from connectors.formats.parts import NO_DATE, address, first_moment, joined_base, text_or_none
from connectors.formats.text import clean, plain
from connectors.formats.xmltree import BASE, LANG, inner, inside, key, words
from schemas.records import Subject

# In the order in which they are believed: the first that gives something counts.
_PUBLISHED = (
    "pubDate", "pubdate", "dc:date", "dcterms:issued", "atom:published", "atom:issued", "dcterms:created", "dc:created",
    "published", "date",
)  # fmt: skip
_UPDATED = ("atom:updated", "atom:modified", "dcterms:modified", "dc:modified", "lastBuildDate", "updated")
_TITLE = ("title", "dc:title", "dcterms:title", "atom:title", "itunes:title", "media:title")
_SUMMARY = (
    "description", "dc:description", "dcterms:description", "atom:summary", "itunes:summary", "media:description",
    "itunes:subtitle", "xhtml:div",
)  # fmt: skip
_BODY = ("content:encoded", "xhtml:body", "atom:content", "fullText", "fulltext", "content", "body")
_AUTHOR = ("dc:creator", "author", "itunes:author", "atom:author", "dc:author")
_LANGUAGE = ("dc:language", "language")
_RIGHTS = ("dc:rights", "copyright", "media:copyright", "atom:rights")
_MARKED_UP = {*_SUMMARY, *_BODY}
_SOURCE = ("source", "dc:publisher", "dc:source", "atom:source")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a channel says for all of its items."""

    base: str
    format: str
    language: str | None
    rights: str | None
    publisher: str | None


def read(root: etree._Element, url: str, format_name: str, nested: bool = False) -> list[Item]:
    """The items below an `rss`, `RDF` or `channel` element; `url` is what relative addresses count from."""
    channel = root if key(str(root.tag)).lower() == "channel" else _child(root, "channel")
    parent = channel if channel is not None else root
    base = joined_base(joined_base(url, root.get(BASE)), parent.get(BASE))
    language = _text(parent, "language") or _text(parent, "dc:language") or parent.get(LANG) or root.get(LANG)
    rights = _text(parent, "copyright") or _text(parent, "dc:rights")
    publisher = _text(parent, "dc:publisher")
    channel_facts = Channel(base, format_name, language, rights, publisher)
    return [_item(element, channel_facts) for element in _items(root, nested)]


def _items(root: etree._Element, nested: bool) -> Iterator[etree._Element]:
    for element in root.iter():
        tag = element.tag
        named = isinstance(tag, str) and tag.endswith(("item", "ITEM", "Item")) and key(tag).lower() == "item"
        if named and (nested or not inside(element, "item")):
            yield element


def _item(element: etree._Element, channel: Channel) -> Item:
    found: dict[str, etree._Element] = {}
    subjects: list[Subject] = []
    links: list[str] = []
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        name = key(tag)
        if name == "atom:link":
            if child.get("rel", "alternate") == "alternate" and child.get("href"):
                links.append(child.get("href", ""))
        elif name == "link":
            links.insert(0, words(child) or child.get("href", ""))
        elif name in ("category", "dc:subject", "itunes:keywords", "media:keywords"):
            label = plain(words(child))
            if label:
                subjects.append(Subject(text_or_none(child.get("domain")), label))
        elif name not in found or not (found[name].text or len(found[name])):
            found[name] = child
    base = joined_base(channel.base, element.get(BASE))
    flags: list[str] = []
    published = first_moment(found, _PUBLISHED, "published", flags)
    updated = first_moment(found, _UPDATED, "updated", flags)
    if published is None and updated is None:
        flags.append(NO_DATE)
    summary = _first(found, _SUMMARY)
    body_name, body = _first_named(found, _BODY)
    headline = plain(_first(found, _TITLE) or "")
    guid = found.get("guid")
    if guid is None:
        guid = found.get("atom:id")
    item_id = clean(words(guid)).strip() if guid is not None else ""
    link = next((found_link for found_link in (address(one, base) for one in links) if found_link), None)
    permalink = guid is not None and guid.get("isPermaLink", "true").lower() != "false"
    if link is None and permalink and item_id.startswith(("http://", "https://")):
        link = address(item_id, base)
    about = element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    if not item_id:
        item_id = clean(about or "").strip()
    if link is None and about:
        link = address(about, base)
    if not item_id:
        item_id = clean(next((one for one in links if one.strip()), "")).strip()
    if not item_id:
        item_id = derived_id(headline, summary, body)
        flags.append(DERIVED_ID)
    author = _first(found, _AUTHOR)
    return Item(
        item_id=item_id,
        format=channel.format,
        headline=headline or None,
        url=link,
        published=published,
        updated=updated,
        summary=summary,
        body=body,
        body_format="xhtml" if body_name == "xhtml:body" else "html",
        language=text_or_none(element.get(LANG) or _first(found, _LANGUAGE) or channel.language),
        byline=plain(author) or None if author else None,
        copyright=text_or_none(_first(found, _RIGHTS) or channel.rights),
        credit=text_or_none(_first(found, ("media:credit",))),
        provider=text_or_none(_first(found, _SOURCE) or channel.publisher),
        subjects=tuple(subjects),
        quality=tuple(flags),
    )


def _first(found: dict[str, etree._Element], names: tuple[str, ...]) -> str | None:
    return _first_named(found, names)[1]


def _first_named(found: dict[str, etree._Element], names: tuple[str, ...]) -> tuple[str | None, str | None]:
    for name in names:
        element = found.get(name)
        if element is None:
            continue
        if name in ("atom:content", "atom:summary", "atom:title"):
            text = atom.construct(element)[0]
        elif name == "atom:author":
            text = _text(element, "atom:name") or ""
        else:
            text = inner(element) if name in _MARKED_UP else words(element)
        text = clean(text)
        if text and not text.isspace():
            return name, text
    return None, None


def _child(element: etree._Element, name: str) -> etree._Element | None:
    for child in element:
        if isinstance(child.tag, str) and key(child.tag).lower() == name:
            return child
    return None


def _text(element: etree._Element, name: str) -> str | None:
    for child in element:
        if isinstance(child.tag, str) and key(child.tag) == name:
            return clean(words(child)).strip() or None
    return None
