"""RSS 0.9x, 1.0 (RDF) and 2.0 from an element tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from connectors.formats import atom
from connectors.formats.bounds import few_enough
from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import Item
from connectors.formats.parts import NO_DATE, address, first_moment, joined_base, text_or_none
from connectors.formats.text import clean, plain
from connectors.formats.xmltree import BASE, LANG, inner, inside, key, words
from schemas.records import Subject

_PUBLISHED = (
    "pubDate", "pubdate", "dc:date", "dcterms:issued", "atom:published", "atom:issued", "dcterms:created", "dc:created",
    "published", "date",
)  # fmt: skip
_UPDATED = ("atom:updated", "atom:modified", "dcterms:modified", "dc:modified", "lastBuildDate", "updated")
_TIMES = frozenset((*_PUBLISHED, *_UPDATED))
# Field → elements in the order in which they are believed: the first that holds something counts.
_FIELDS = {
    "headline": ("title", "dc:title", "dcterms:title", "atom:title", "itunes:title", "media:title"),
    "summary": (
        "description", "dc:description", "dcterms:description", "atom:summary", "itunes:summary", "media:description",
        "itunes:subtitle", "xhtml:div",
    ),
    "body": ("content:encoded", "xhtml:body", "atom:content", "fullText", "fulltext", "content", "body"),
    "byline": ("dc:creator", "author", "itunes:author", "atom:author", "dc:author"),
    "language": ("dc:language", "language"),
    "rights": ("dc:rights", "copyright", "media:copyright", "atom:rights"),
    "source": ("source", "dc:publisher", "dc:source", "atom:source"),
    "credit": ("media:credit",),
    "guid": ("guid", "atom:id"),
}  # fmt: skip
_SLOTS = {name: (field, rank) for field, names in _FIELDS.items() for rank, name in enumerate(names)}
_MARKED_UP = {*_FIELDS["summary"], *_FIELDS["body"]}
_SUBJECTS = ("category", "dc:subject", "itunes:keywords", "media:keywords")
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


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
    told = _named(parent)
    language = _text(told.get("language")) or _text(told.get("dc:language")) or parent.get(LANG) or root.get(LANG)
    rights = _text(told.get("copyright")) or _text(told.get("dc:rights"))
    channel_facts = Channel(base, format_name, language, rights, _text(told.get("dc:publisher")))
    return [_item(element, channel_facts) for element in few_enough([*_items(root, parent, nested)])]


def _items(root: etree._Element, parent: etree._Element, nested: bool) -> Iterator[etree._Element]:
    if not nested:
        found = [child for level in dict.fromkeys((parent, root)) for child in level if _is_item(child)]
        if found:
            yield from found
            return
    for element in root.iter():
        if _is_item(element) and (nested or not inside(element, "item")):
            yield element


def _is_item(element: etree._Element) -> bool:
    tag = element.tag
    return isinstance(tag, str) and tag.endswith(("item", "ITEM", "Item")) and key(tag).lower() == "item"


def _item(element: etree._Element, channel: Channel) -> Item:
    best: dict[str, tuple[int, str, etree._Element, str]] = {}
    times: dict[str, etree._Element] = {}
    subjects: list[Subject] = []
    links: list[str] = []
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        name = key(tag)
        slot = _SLOTS.get(name)
        if slot is not None:
            field, rank = slot
            if field not in best or rank < best[field][0]:
                text = _content(name, child)
                if text and not text.isspace():
                    best[field] = rank, name, child, text
        elif name in _TIMES:
            times.setdefault(name, child)
        elif name == "link":
            links.insert(0, words(child) or child.get("href", ""))
        elif name == "atom:link":
            if child.get("rel", "alternate") == "alternate" and child.get("href"):
                links.append(child.get("href", ""))
        elif name in _SUBJECTS and (label := plain(words(child))):
            subjects.append(Subject(text_or_none(child.get("domain")), label))
    base = joined_base(channel.base, element.get(BASE))
    flags: list[str] = []
    published = first_moment(times, _PUBLISHED, "published", flags) if times else None
    updated = first_moment(times, _UPDATED, "updated", flags) if times else None
    if published is None and updated is None:
        flags.append(NO_DATE)
    found = {field: one[3] for field, one in best.items()}
    headline = plain(found.get("headline", ""))
    summary, body = found.get("summary"), found.get("body")
    item_id = found.get("guid", "").strip()
    link = next((told for told in (address(one, base) for one in links) if told), None)
    permalink = link is None and item_id.startswith(("http://", "https://"))
    if permalink and best["guid"][2].get("isPermaLink", "true").lower() != "false":
        link = address(item_id, base)
    about = element.get(_ABOUT)
    item_id = item_id or clean(about or "").strip()
    if link is None and about:
        link = address(about, base)
    item_id = item_id or clean(next((one for one in links if one.strip()), "")).strip()
    if not item_id:
        item_id = derived_id(headline, summary, body)
        flags.append(DERIVED_ID)
    return Item(
        item_id=item_id,
        format=channel.format,
        headline=headline or None,
        url=link,
        published=published,
        updated=updated,
        summary=summary,
        body=body,
        body_format="xhtml" if body and best["body"][1] == "xhtml:body" else "html",
        language=text_or_none(element.get(LANG) or found.get("language") or channel.language),
        byline=plain(found.get("byline", "")) or None,
        copyright=text_or_none(found.get("rights") or channel.rights),
        credit=text_or_none(found.get("credit")),
        provider=text_or_none(found.get("source") or channel.publisher),
        subjects=tuple(subjects),
        quality=tuple(flags),
    )


def _content(name: str, element: etree._Element) -> str:
    """What an element holds. A tree has no characters that XML forbids, so nothing needs to be cleaned."""
    if name in ("atom:content", "atom:summary", "atom:title"):
        return atom.construct(element)[0]
    if name == "atom:author":
        return _text(_named(element).get("atom:name")) or ""
    if len(element) == 0:
        return element.text or ""
    return inner(element) if name in _MARKED_UP else words(element)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    for child in element:
        if isinstance(child.tag, str) and key(child.tag).lower() == name:
            return child
    return None


def _named(element: etree._Element) -> dict[str, etree._Element]:
    """The first child of each name."""
    found: dict[str, etree._Element] = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(key(child.tag), child)
    return found


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else clean(words(element)).strip() or None
