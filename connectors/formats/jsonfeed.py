"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.formats.bounds import few_enough
from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import Item
from connectors.formats.parts import NO_DATE, address, moment, text_or_none
from connectors.formats.text import clean, plain
from schemas.records import Subject


def is_json_feed(value: object) -> bool:
    """Whether a JSON value is a JSON Feed: it says so, or it holds items under a feed's title or address."""
    if not isinstance(value, Mapping):
        return False
    if "jsonfeed.org" in str(value.get("version", ""))[:100]:
        return True
    return isinstance(value.get("items"), list) and not {"title", "feed_url", "home_page_url"}.isdisjoint(value)


def read(feed: Mapping[str, Any], url: str) -> list[Item]:
    items = feed.get("items")
    language = feed.get("language")
    return [
        _item(one, url, language if isinstance(language, str) else None, _byline(feed))
        for one in few_enough(items if isinstance(items, list) else ())
        if isinstance(one, Mapping)
    ]


def _item(told: Mapping[str, Any], url: str, language: str | None, byline: str | None) -> Item:
    def text(name: str) -> str | None:
        value = told.get(name)
        found = clean(value) if isinstance(value, str) else ""
        return found if found.strip() else None

    def time(field: str, name: str) -> datetime | None:
        value = told.get(name)
        return moment(value, field, flags) if isinstance(value, str) else None

    flags: list[str] = []
    published, updated = time("published", "date_published"), time("updated", "date_modified")
    if published is None and updated is None:
        flags.append(NO_DATE)
    markup, words = text("content_html"), text("content_text")
    headline = plain(text("title") or "") or None
    given = told.get("id")
    item_id = clean(str(given)).strip() if isinstance(given, (str, int, float)) and not isinstance(given, bool) else ""
    item_id = item_id or (text("url") or text("external_url") or "").strip()
    if not item_id:
        item_id = derived_id(headline, text("summary"), markup or words)
        flags.append(DERIVED_ID)
    tags = told.get("tags")
    return Item(
        item_id=item_id,
        format="jsonfeed",
        headline=headline,
        url=address(text("url") or text("external_url"), url),
        published=published,
        updated=updated,
        summary=text("summary"),
        body=markup or words,
        body_format="html" if markup else "text",
        language=text_or_none(text("language") or language),
        byline=_byline(told) or byline,
        subjects=tuple(
            Subject(None, text_or_none(tag))
            for tag in (tags if isinstance(tags, list) else ())
            if isinstance(tag, str) and tag.strip()
        ),
        quality=tuple(flags),
    )


def _byline(told: Mapping[str, Any]) -> str | None:
    """The names of `authors` (1.1) or `author` (1.0)."""
    people = told.get("authors") or [told.get("author")]
    names = [one.get("name") for one in (people if isinstance(people, list) else ()) if isinstance(one, Mapping)]
    return text_or_none(", ".join(name for name in names if isinstance(name, str)))
