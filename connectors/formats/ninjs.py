"""ninjs 1.x, 2.x and 3.x (IPTC): field names changed with each, so every name of any version is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast, get_args

from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import Item
from connectors.formats.nitf import urgency, whole_number
from connectors.formats.parts import NO_DATE, moment, text_or_none
from connectors.formats.text import clean, plain, without_markup
from connectors.notices import CORRECTION
from schemas.records import BodyFormat, PubStatus, Subject

_NOT_TEXT = {"picture", "graphic", "audio", "video", "animated", "component", "event", "planning"}
_MAIN_ROLES = ("", "main", "headline", "default")


def is_ninjs(value: object) -> bool:
    """Whether a JSON value is a ninjs item: an object with `uri`, its one required field, that is no JSON Feed."""
    return isinstance(value, Mapping) and isinstance(value.get("uri"), str) and not isinstance(value.get("items"), list)


def read(found: Sequence[Any]) -> list[Item]:
    """The text items among ninjs objects. Of several versions of one item the newest is returned."""
    newest: dict[str, Item] = {}
    for one in found:
        if not is_ninjs(one):
            continue
        item = _item(one)
        if item is None:
            continue
        known = newest.get(item.item_id)
        if known is None or (item.version or 0) >= (known.version or 0):
            newest[item.item_id] = item
    return list(newest.values())


def _item(told: Mapping[str, Any]) -> Item | None:
    def text(*names: str) -> str | None:
        for name in names:
            value = told.get(name)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                line = text_or_none(str(value))
                if line:
                    return line
        return None

    def time(field: str, *names: str) -> datetime | None:
        for name in names:
            value = told.get(name)
            if isinstance(value, str) and (found := moment(value, field, flags)) is not None:
                return found
        return None

    flags: list[str] = []
    body, body_format = _body(told)
    kind = (text("type") or "").lower()
    if kind in _NOT_TEXT or (kind not in ("", "text") and not body):
        return None
    headline = text("headline") or _of_list(told.get("headlines"), "headline")
    if headline is None:
        headline = next((text(name) for name in told if name.startswith("headline_") and text(name)), None)
    headline = plain(headline) if headline else text("title", "name")
    item_id = clean(str(told["uri"])).strip()
    if not item_id:
        item_id = derived_id(headline, body)
        flags.append(DERIVED_ID)
    embargo_names = [name for name in ("embargoed", "embargoedUntil", "embargoeduntil") if name in told]
    embargo = time("embargo", *embargo_names)
    version = told.get("version")
    note = text("ednote", "edNote")
    signals = told.get("signal") or told.get("signals")
    if isinstance(signals, str) and "correct" in signals.lower():
        flags.append(CORRECTION)
    published = time("published", "firstcreated", "firstCreated", "contentcreated", "contentCreated")
    updated = time("updated", "versioncreated", "versionCreated", "contentmodified", "contentModified")
    if published is None and updated is None:
        flags.append(NO_DATE)
    return Item(
        item_id=item_id,
        format="ninjs",
        headline=headline,
        url=item_id if item_id.startswith(("http://", "https://")) else None,
        published=published,
        updated=updated,
        summary=text("description_text", "description_html") or _of_list(told.get("descriptions"), "description"),
        body=body,
        body_format=body_format,
        language=text("language"),
        status=_status(text("pubstatus", "pubStatus")),
        version=whole_number(str(version)) if isinstance(version, (str, int)) and version is not True else None,
        embargo=embargo if embargo is not None else "indefinite" if embargo_names else None,
        expires=time("expires", "expires"),
        byline=text("byline", "by"),
        dateline=text("dateline"),
        slugline=text("slugline", "slug"),
        ed_note=note,
        copyright=text("copyrightnotice", "copyrightNotice", "copyrightholder", "copyrightHolder"),
        credit=text("creditline", "creditLine"),
        provider=text("provider", "source") or _infosource(told),
        subjects=tuple(_subjects(told)),
        urgency=urgency(text("urgency")),
        quality=tuple(flags),
    )


def _status(told: str | None) -> PubStatus:
    status = (told or "usable").lower().rpartition(":")[2]
    status = "canceled" if status == "cancelled" else status
    return cast(PubStatus, status) if status in get_args(PubStatus) else "usable"


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; versions that allow one object where others have a list are read alike."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            yield one


def _of_list(value: object, role: str) -> str | None:
    """The main one of `headlines` or `descriptions`."""
    found = [one for one in _objects(value) if isinstance(one.get("value"), str) and one["value"].strip()]
    if not found:
        return None
    return clean(min(found, key=lambda one: str(one.get("role") or "").lower() not in (*_MAIN_ROLES, role))["value"])


def _body(told: Mapping[str, Any]) -> tuple[str | None, BodyFormat]:
    """The longest of an item's bodies; among equally long ones the one with the richest markup."""
    candidates: list[tuple[str, BodyFormat]] = []
    for one in _objects(told.get("bodies")):
        if isinstance(one.get("value"), str):
            kind = str(one.get("contentType") or one.get("contenttype") or "").lower()
            candidates.append((one["value"], _format_of(kind)))
    for name, value in told.items():
        if name.startswith("body_") and isinstance(value, str):
            candidates.append((value, _format_of(name)))
    best: tuple[str | None, BodyFormat] = (None, "text")
    longest = 0.0
    for value, kind in candidates:
        size = len(without_markup(value)) * (1.0 if kind == "text" else 1.1)
        if size > longest:
            best, longest = (clean(value), kind), size
    return best


def _format_of(kind: str) -> BodyFormat:
    if "nitf" in kind:
        return "nitf"
    if "xhtml" in kind:
        return "xhtml"
    return "html" if "html" in kind or "xml" in kind else "text"


def _infosource(told: Mapping[str, Any]) -> str | None:
    for name in ("infosources", "infoSources", "infosource"):
        for one in _objects(told.get(name)):
            if isinstance(one.get("name"), str) and one["name"].strip():
                return text_or_none(one["name"])
    return None


def _subjects(told: Mapping[str, Any]) -> Iterator[Subject]:
    for name in ("subject", "subjects", "keyword", "keywords"):
        value = told.get(name)
        for word in value if isinstance(value, list) else ():
            if isinstance(word, str) and word.strip():
                yield Subject(None, text_or_none(word))
        for one in _objects(value):
            code = next((one[key] for key in ("code", "uri", "literal") if isinstance(one.get(key), str)), None)
            scheme = one.get("scheme")
            label = one.get("name") if isinstance(one.get("name"), str) else None
            if code and isinstance(scheme, str) and scheme and ":" not in code:
                code = f"{scheme}{'' if scheme.endswith(('/', ':', '#')) else ':'}{code}"
            if code or label:
                yield Subject(text_or_none(code), text_or_none(label))
