"""Ids that stay: the ladder for items without one, and what tells apart items that share one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from connectors.formats.model import Item

REPEATED_ID = "repeated_id"
COPY = "copy"
DERIVED_ID = "derived_id"


def derived_id(headline: str | None, *texts: str | None) -> str:
    """An id for an item that has neither id nor link: from its words alone, so that another poll gives the same."""
    joined = "\n".join([headline or "", *(text or "" for text in texts)])
    return "sha256:" + hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def distinct(items: Iterable[Item]) -> list[Item]:
    """The items, each with an id that no other has.

    The first keeps a repeated id; the others get their link behind it, or a hash of their words where the link is
    shared too. An exact copy of another item gets the flag `copy`.
    """
    taken: set[str] = set()
    seen: set[tuple[str | None, ...]] = set()
    out = []
    for item in items:
        words = (item.item_id, item.url, item.headline, item.summary, item.body)
        copy = words in seen
        seen.add(words)
        if item.item_id not in taken:
            taken.add(item.item_id)
            out.append(item)
            continue
        new_id = f"{item.item_id}|{item.url}"
        if copy or not item.url or item.url == item.item_id or new_id in taken:
            new_id = f"{item.item_id}|{derived_id(item.headline, item.summary, item.body)}"
        if new_id in taken:
            new_id = f"{new_id}|{len(taken)}"
        taken.add(new_id)
        flags = (REPEATED_ID, COPY) if copy else (REPEATED_ID,)
        out.append(replace(item, item_id=new_id, quality=(*item.quality, *flags)))
    return out
