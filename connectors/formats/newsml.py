"""NewsML-G2 (IPTC): newsItem, and newsMessage with any number of them. Elements are found by local name, since their
namespace changed over the years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast, get_args

from lxml import etree

from connectors.formats import nitf
from connectors.formats.bounds import few_enough
from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import FeedError, Item
from connectors.formats.parts import NO_DATE, moment, text_or_none
from connectors.formats.text import clean, without_markup
from connectors.formats.xmltree import LANG, inner, local_name, words
from connectors.notices import CORRECTION
from schemas.records import BodyFormat, PubStatus, Subject

_OTHER_ITEMS = ("packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_TEXTUAL = ("text", "composite")


def read(root: etree._Element) -> list[Item]:
    """The text items of a document. Of several versions of one item in a message the newest is returned."""
    name = local_name(root)
    if name in _OTHER_ITEMS:
        raise FeedError(f"a NewsML-G2 {name} holds no story")
    found = [root] if name == "newsItem" else few_enough([*_items(root)])
    newest: dict[str, Item] = {}
    for element in found:
        item = _item(element)
        if item is not None and (item.item_id not in newest or _later(item, newest[item.item_id])):
            newest[item.item_id] = item
    return list(newest.values())


def _items(message: etree._Element) -> Iterator[etree._Element]:
    for element in message.iter():
        if local_name(element) == "newsItem" and not any(
            local_name(parent) in ("newsItem", *_OTHER_ITEMS) for parent in element.iterancestors()
        ):
            yield element


def _later(one: Item, other: Item) -> bool:
    if (one.version or 1) != (other.version or 1):
        return (one.version or 1) > (other.version or 1)
    return bool(one.updated and other.updated and one.updated >= other.updated)


def _item(root: etree._Element) -> Item | None:
    meta, content = _child(root, "itemMeta"), _child(root, "contentMeta")
    rights, sets = _child(root, "rightsInfo"), _child(root, "contentSet")
    kind = code_of(_child(meta, "itemClass"))
    if kind and kind not in _TEXTUAL:
        return None
    flags: list[str] = []
    body, body_format, inside = _body(sets)
    signals = {code_of(signal) for signal in _children(meta, "signal")}
    if "correction" in signals:
        flags.append(CORRECTION)
    language = next((tag for one in _children(content, "language") if (tag := one.get("tag"))), None)
    language = language or root.get(LANG)
    published = _time(meta, "firstCreated", "published", flags) or _time(content, "contentCreated", "published", flags)
    updated = _time(meta, "versionCreated", "updated", flags)
    updated = updated or _time(content, "contentModified", "updated", flags)
    if published is None and updated is None:
        flags.append(NO_DATE)
    headline = _best(content, "headline", language) or _best(meta, "title", language)
    if headline is None and inside is not None:
        headline = nitf.read(inside)[0].headline
    embargo_element = _child(meta, "embargoed")
    embargo = moment(words(embargo_element), "embargo", flags) if embargo_element is not None else None
    item_id = clean(root.get("guid", "")).strip()
    if not item_id:
        item_id = derived_id(headline, body)
        flags.append(DERIVED_ID)
    version = root.get("version")
    return Item(
        item_id=item_id,
        format="newsml-g2",
        headline=headline,
        url=_web_address(meta),
        published=published,
        updated=updated,
        summary=_best(content, "description", language),
        body=body,
        body_format=body_format,
        language=text_or_none(language),
        status=_status(meta),
        version=1 if version is None else nitf.whole_number(version),
        embargo=embargo if embargo is not None else "indefinite" if embargo_element is not None else None,
        expires=_time(meta, "expires", "expires", flags),
        byline=_best(content, "by", language) or _name(_child(content, "creator")),
        dateline=_best(content, "dateline", language),
        slugline=_best(content, "slugline", language),
        ed_note=_best(meta, "edNote", language),
        copyright=_best(rights, "copyrightNotice", language) or _name(_child(rights, "copyrightHolder")),
        credit=_best(content, "creditline", language),
        provider=_name(_child(meta, "provider")) or _name(_child(content, "infoSource")),
        subjects=tuple(_subjects(content)),
        urgency=nitf.urgency(_text(_child(content, "urgency"))),
        quality=tuple(flags),
    )


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    if element is not None:
        for child in element:
            if local_name(child) == name:
                yield child


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else text_or_none(words(element))


def code_of(element: etree._Element | None) -> str | None:
    """The last part of a code: `canceled` for `stat:canceled`, for another catalog's prefix, and for the @uri form."""
    if element is None:
        return None
    code = element.get("qcode") or element.get("uri") or element.get("code") or element.get("literal") or ""
    return code.strip().rstrip("/").replace("#", "/").replace(":", "/").rpartition("/")[2].lower() or None


def _status(meta: etree._Element | None) -> PubStatus:
    told = code_of(_child(meta, "pubStatus"))
    told = "canceled" if told == "cancelled" else told
    return cast(PubStatus, told) if told in get_args(PubStatus) else "usable"


def _time(element: etree._Element | None, name: str, field: str, flags: list[str]) -> datetime | None:
    return moment(_text(_child(element, name)), field, flags)


def _best(element: etree._Element | None, name: str, language: str | None) -> str | None:
    """Among elements of one name the one without a role or with the main one, in the item's language."""
    candidates = [one for one in _children(element, name) if words(one).strip()]
    if not candidates:
        return None
    wanted = (language or "").lower().partition("-")[0]

    def rank(one: etree._Element) -> tuple[bool, bool]:
        own = (one.get(LANG) or language or "").lower().partition("-")[0]
        role = one.get("role", "").rpartition(":")[2].lower()
        return own != wanted, role not in ("", "main", "headline", "summary", "long")

    return text_or_none(words(min(candidates, key=rank)))


def _name(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return _text(_child(element, "name")) or text_or_none(element.get("literal") or element.get("qcode"))


def _web_address(meta: etree._Element | None) -> str | None:
    for link in _children(meta, "link"):
        href = (link.get("href") or "").strip()
        if href.startswith(("http://", "https://")) and "alternate" in link.get("rel", "alternate").lower():
            return clean(href)
    return None


def _subjects(content: etree._Element | None) -> Iterator[Subject]:
    for name in ("subject", "keyword", "genre"):
        for element in _children(content, name):
            code = element.get("qcode") or element.get("uri")
            label = _text(_child(element, "name")) or (_text(element) if name == "keyword" else None)
            if code or label:
                yield Subject(text_or_none(code), label)


def _body(sets: etree._Element | None) -> tuple[str | None, BodyFormat, etree._Element | None]:
    """The longest text of the content set, its format, and the NITF element it was in."""
    best: tuple[str | None, BodyFormat, etree._Element | None] = (None, "text", None)
    longest = 0
    for element in sets if sets is not None else ():
        name = local_name(element)
        if name not in ("inlineXML", "inlineData"):
            continue
        text, kind, inside = _inline_data(element) if name == "inlineData" else _inline_xml(element)
        size = len(without_markup(text)) if kind != "text" else len(text)
        if size > longest:
            best, longest = (clean(text), kind, inside), size
    return best


def _inline_data(element: etree._Element) -> tuple[str, BodyFormat, None]:
    kind = (element.get("contenttype") or "text/plain").lower()
    text = inner(element)
    if element.get("encoding") or not (kind.startswith("text/") or "html" in kind or "xml" in kind):
        return "", "text", None  # packed or binary
    if "nitf" in kind:
        return text, "nitf", None
    return text, "html" if "html" in kind or len(element) else "text", None


def _inline_xml(element: etree._Element) -> tuple[str, BodyFormat, etree._Element | None]:
    child = next((one for one in element if local_name(one)), None)
    if child is None:
        return element.text or "", "text", None
    if local_name(child) == "nitf":
        content = next((one for one in child.iter() if local_name(one) == "body.content"), None)
        if content is not None:
            return nitf.inner_markup(content), "nitf", child
    name = local_name(child).lower()
    if name in ("newsitem", "newsmessage"):
        return "", "text", None
    if name == "html":
        content = next((one for one in child.iter() if local_name(one).lower() == "body"), child)
        return nitf.inner_markup(content), "xhtml", None
    return inner(element), "xhtml", None
