"""Feeds that are not well-formed, by feedparser's loose parser: on bytes, never fetching, never sanitising."""

from __future__ import annotations

import re
from typing import Any

import feedparser

from connectors.formats.ids import DERIVED_ID, derived_id
from connectors.formats.model import Item
from connectors.formats.parts import NO_DATE, address, moment, text_or_none
from connectors.formats.text import clean, plain
from schemas.records import Subject

# feedparser takes a picture's caption for the item's content.
_MEDIA_TEXT = re.compile(r"(</?)media:(description|title|credit)\b", re.IGNORECASE)


def read(text: str, url: str) -> list[Item]:
    """The items that feedparser finds; none where it fails, which it does on some input by raising.

    feedparser gets no address: it would make relative ids absolute, and ids must not depend on the address.
    """
    try:
        found = feedparser.parse(
            _MEDIA_TEXT.sub(r"\1media:summitwire-\2", text).encode("utf-8", "replace"),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # a dozen classes, found by fuzzing (feedparser#599)
        return []
    version = str(found.get("version") or "rss")
    format_name = "atom" if version.startswith("atom") else "rdf" if version in ("rss10", "rss090") else "rss"
    language = text_or_none(str(found.feed.get("language") or ""))
    rights = text_or_none(str(found.feed.get("rights") or ""))
    return [_item(entry, url, format_name, language, rights) for entry in found.entries]


def _item(entry: Any, url: str, format_name: str, language: str | None, rights: str | None) -> Item:
    def given(name: str) -> str | None:
        value = entry.get(name)
        text = clean(value) if isinstance(value, str) else ""
        return text if text.strip() else None

    flags: list[str] = []
    published = moment(given("published"), "published", flags) or moment(given("created"), "published", flags)
    # `get` would give the time of publication where there is no other: only the dict itself tells.
    updated = moment(dict.get(entry, "updated"), "updated", flags)
    if published is None and updated is None:
        flags.append(NO_DATE)
    headline = plain(given("title") or "") or None
    contents = [
        part for part in entry.get("content") or [] if isinstance(part.get("value"), str) and part["value"].strip()
    ]
    body = clean(contents[0]["value"]) if contents else None
    link = given("link")
    item_id = (given("id") or link or "").strip()
    if not item_id:
        item_id = derived_id(headline, given("summary"), body)
        flags.append(DERIVED_ID)
    return Item(
        item_id=item_id,
        format=format_name,
        headline=headline,
        url=address(link, url),
        published=published,
        updated=updated,
        summary=given("summary"),
        body=body,
        body_format="text" if contents and contents[0].get("type") == "text/plain" else "html",
        language=language,
        byline=plain(given("author") or "") or None,
        copyright=text_or_none(given("rights") or rights),
        subjects=tuple(
            Subject(text_or_none(tag.get("scheme")), text_or_none(tag.get("label") or tag.get("term")))
            for tag in entry.get("tags") or []
            if tag.get("label") or tag.get("term")
        ),
        quality=tuple(flags),
    )
