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
    shared too. An exact copy of another item gets a number and the flag `copy`.
    """
    taken: set[str] = set()
    copies: dict[str, int] = {}
    out = []
    for item in items:
        if item.item_id not in taken:
            taken.add(item.item_id)
            out.append(item)
            continue
        flags: tuple[str, ...] = (REPEATED_ID,)
        new_id = f"{item.item_id}|{item.url}"
        if not item.url or item.url == item.item_id or new_id in taken:
            new_id = f"{item.item_id}|{derived_id(item.headline, item.summary, item.body)}"
        if new_id in taken:
            flags = (REPEATED_ID, COPY)
            copies[new_id] = copies.get(new_id, 1) + 1
            new_id = f"{new_id}|{copies[new_id]}"
        taken.add(new_id)
        out.append(replace(item, item_id=new_id, quality=(*item.quality, *flags)))
    return out
