"""NITF 3.x (IPTC), with its namespace or without one, alone or inside of NewsML-G2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, cast, get_args

from lxml import etree

from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import Item
from connectors.formats.parts import NO_DATE, moment, text_or_none
from connectors.formats.text import clean
from connectors.formats.xmltree import LANG, inner, local_name, words
from connectors.notices import CORRECTION
from schemas.records import PubStatus, Subject

WITHDRAWN: tuple[PubStatus, ...] = ("canceled", "withheld")


def read(root: etree._Element) -> list[Item]:
    """The item of an `nitf` document."""
    return [_item(root)]


def _item(root: etree._Element) -> Item:
    found: dict[str, etree._Element] = {}
    for element in root.iter():
        name = local_name(element)
        if name == "body.content":
            found.setdefault(name, element)
        elif name and name not in found and not _inside_content(element):
            found[name] = element
    flags: list[str] = []
    docdata = found.get("docdata")
    status, embargoed, kills = _management(docdata)
    release = moment(_norm(found, "date.release"), "embargo", flags)
    embargo: datetime | Literal["indefinite"] | None = release or ("indefinite" if embargoed else None)
    changed = " ".join(filter(None, (root.get("change.date"), root.get("change.time"))))
    published = moment(_norm(found, "date.issue") or _norm(found, "story.date"), "published", flags)
    updated = moment(changed, "updated", flags)
    if published is None and updated is None:
        flags.append(NO_DATE)
    note = _attribute(found, "correction", "info") or _attribute(found, "ed-msg", "info")
    if "correction" in found or (_attribute(found, "ed-msg", "msg-type") or "").lower().startswith("correct"):
        flags.append(CORRECTION)
    headline = _text(found, "hl1") or _text(found, "hedline") or _text(found, "title")
    content = found.get("body.content")
    body = clean(inner_markup(content)) if content is not None else None
    item_id = _attribute(found, "doc-id", "id-string") or root.get("uno") or _attribute(found, "du-key", "key") or ""
    item_id = clean(item_id).strip()
    if not item_id:
        item_id = derived_id(headline, body)
        flags.append(DERIVED_ID)
    return Item(
        item_id=item_id,
        format="nitf",
        headline=headline,
        published=published,
        updated=updated,
        summary=_text(found, "abstract"),
        body=body or None,
        body_format="nitf",
        language=text_or_none(
            root.get("baselang") or root.get(LANG) or next((e.get(LANG) for e in root if e.get(LANG)), None)
        ),
        status=status,
        version=whole_number(_attribute(found, "du-key", "version")),
        embargo=embargo,
        expires=moment(_norm(found, "date.expire"), "expires", flags),
        byline=_text(found, "byline"),
        dateline=_text(found, "dateline"),
        slugline=_attribute(found, "du-key", "key") or _attribute(found, "fixture", "fix-id"),
        ed_note=note,
        copyright=_copyright(found),
        credit=_text(found, "credit") or _text(found, "copyrite"),
        provider=_text(found, "distributor") or _attribute(found, "doc-id", "regsrc"),
        subjects=tuple(_subjects(root)),
        urgency=urgency(_attribute(found, "urgency", "ed-urg")),
        kills=kills,
        quality=tuple(flags),
    )


def inner_markup(content: etree._Element) -> str:
    """A body's markup; text that stands in it alone is escaped, so that it is markup too."""
    if len(content):
        return inner(content)
    return (content.text or "").replace("&", "&amp;").replace("<", "&lt;")


def whole_number(text: str | None) -> int | None:
    """A version number, or None for what is none that an Avro long holds."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def urgency(text: str | None) -> int | None:
    number = whole_number(text)
    return number if number is not None and 1 <= number <= 9 else None


def _inside_content(element: etree._Element) -> bool:
    return any(local_name(parent) == "body.content" for parent in element.iterancestors())


def _management(docdata: etree._Element | None) -> tuple[PubStatus, bool, tuple[str, ...]]:
    """Status, whether it is embargoed, and the ids of other documents that this one withdraws."""
    if docdata is None:
        return "usable", False, ()
    told = docdata.get("management-status", "usable").strip().lower()
    status = cast(PubStatus, told) if told in get_args(PubStatus) else "usable"
    other = clean(docdata.get("management-doc-idref", "")).strip()
    other_status = docdata.get("management-idref-status", "").strip().lower()
    return status, told == "embargoed", (other,) if other and other_status in WITHDRAWN else ()


def _norm(found: dict[str, etree._Element], name: str) -> str | None:
    element = found.get(name)
    return None if element is None else element.get("norm") or words(element)


def _attribute(found: dict[str, etree._Element], name: str, attribute: str) -> str | None:
    return text_or_none(found[name].get(attribute)) if name in found else None


def _text(found: dict[str, etree._Element], name: str) -> str | None:
    return text_or_none(words(found[name])) if name in found else None


def _copyright(found: dict[str, etree._Element]) -> str | None:
    rights = _text(found, "rights")
    holder, year = _attribute(found, "doc.copyright", "holder"), _attribute(found, "doc.copyright", "year")
    return rights or text_or_none(" ".join(filter(None, (year, holder))))


def _subjects(root: etree._Element) -> Iterator[Subject]:
    for element in root.iter():
        name = local_name(element)
        if name == "tobject.subject":
            code = element.get("tobject.subject.refnum")
            labels = [element.get(f"tobject.subject.{kind}") for kind in ("detail", "matter", "type")]
            label = next((one for one in labels if one), None)
            if code or label:
                yield Subject(text_or_none(code), text_or_none(label))
        elif name == "keyword" and element.get("key"):
            yield Subject(None, text_or_none(element.get("key")))
