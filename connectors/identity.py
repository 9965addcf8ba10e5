"""Which article an item is, and what it does to it.

An item is known by its id; else by the same id under another scheme; else by path, headline and time, by which a story
is recognised in another feed of its publisher, or after its ids changed. What is new about it is judged by its version,
its time and its words, in this order. Versions only rise.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urlsplit

from connectors.formats.model import Item
from connectors.formats.text import without_markup
from connectors.notices import is_correction, is_kill
from connectors.state import ArticleState
from schemas.records import Change, PubStatus, article_id

MOST_REVISIONS = 24
"""Edits of one article that only its words tell of; beyond, it carries something that turns with each poll."""
BACKFILL_LEAST = 5
BACKFILL_AGE = 24 * 3600.0
"""An unseen item that is older than the last successful poll by this (seconds) is no news."""
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|ref|cmpid|rss|at_\w+)=[^&]*&?", re.IGNORECASE)


class Marks:
    """What an item is recognised by. `key` is the article id in bytes; the others are 64-bit hashes, 0 for none.

    Most items of most documents are known and unchanged, which `key` and `raw` tell; the rest is made when asked for.
    """

    def __init__(self, source_id: str, item: Item) -> None:
        self._source_id = source_id
        self._item = item
        self.key = bytes.fromhex(article_id(source_id, item.item_id))
        self.raw = hash64(
            item.headline or "", item.summary or "", item.body or "", item.status, str(item.version),
            str(item.updated), str(item.embargo), *item.kills,
        )  # fmt: skip

    @cached_property
    def alias(self) -> int:
        """The id without its scheme."""
        return hash64(self._source_id, _schemeless(self._item.item_id))

    @cached_property
    def story(self) -> int:
        """Path, headline and time."""
        item = self._item
        path = _path(item.url)
        if not path or not item.headline:
            return 0
        told = item.published.astimezone(UTC).isoformat() if item.published else ""
        return hash64(self._source_id, path, item.headline.casefold(), told)

    @cached_property
    def content_sha256(self) -> str:
        """Of headline, summary, body and status without markup and runs of white space: what varies from fetch to
        fetch (attributes, tracking pictures) makes no other version."""
        item = self._item
        parts = (
            " ".join((item.headline or "").split()),
            without_markup(item.summary or ""),
            without_markup(item.body or ""),
            effective_status(item),
        )
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def content(self) -> int:
        return int.from_bytes(bytes.fromhex(self.content_sha256[:16]), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with an item. `change` is None where nothing is to be published; `state` is the article's once
    it is; `before` is the version that was published before, 0 for none."""

    state: ArticleState
    change: Change | None
    before: int
    status: PubStatus


def hash64(*parts: str) -> int:
    """A signed 64-bit hash of texts."""
    digest = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def effective_status(item: Item) -> PubStatus:
    """The item's status, or `canceled` where its headline or note to editors is a kill notice."""
    if item.status == "usable" and is_kill(item):
        return "canceled"
    return item.status


def decide(item: Item, found: Marks, known: ArticleState | None, *, feed_id: str, source: int) -> Decision | None:
    """What the item does to the article that it was recognised as; None where it is in no way new."""
    if known is not None and known.raw == found.raw:
        return None
    status = effective_status(item)
    updated = _micros(item.updated)
    if known is None:
        state = ArticleState(
            found.key, source, feed_id, item.item_id, found.alias, found.story, found.content, found.raw,
            max(item.version or 1, 1), item.version, updated, status, 0,
        )  # fmt: skip
        return Decision(state, _change(status, "new"), 0, status)
    newer_version = item.version is not None and known.wire_version is not None and item.version > known.wire_version
    newer_time = updated is not None and known.updated is not None and updated > known.updated
    withdrawn = status != "usable"
    if known.status == "canceled" and (withdrawn or not newer_version):
        return None
    if not withdrawn and _outdated(item.version, updated, known, newer_version, newer_time):
        return None
    told = newer_version or newer_time
    same = found.content == known.content and status == known.status
    silent = not told and not same and not withdrawn
    if silent and (known.feed_id != feed_id or known.revisions >= MOST_REVISIONS):
        return None
    if withdrawn and status == known.status:
        same = True
    version = known.version if same else max(known.version + 1, item.version or 1)
    state = ArticleState(
        known.article_id, known.source, known.feed_id, known.item_id, known.alias, found.story or known.story,
        found.content, found.raw, version, item.version if item.version is not None else known.wire_version,
        updated if updated is not None else known.updated, status, known.revisions + (not told and not same),
    )  # fmt: skip
    if same:
        return Decision(state, None, known.version, status)
    first = known.version == 0
    change = _change(status, "new" if first else "correction" if is_correction(item) else "update")
    return Decision(state, change, known.version, status)


def _outdated(
    version: int | None, updated: int | None, known: ArticleState, newer_version: bool, newer_time: bool
) -> bool:
    if version is not None and known.wire_version is not None:
        return not newer_version and not (version == known.wire_version and newer_time)
    return updated is not None and known.updated is not None and updated < known.updated


def _change(status: PubStatus, usable: Change) -> Change:
    return "kill" if status == "canceled" else "withhold" if status == "withheld" else usable


def old_news(news: Sequence[tuple[datetime | None, bool]], last_ok: float | None, polled_items: int) -> list[bool]:
    """Which of a document's unseen items are older stock: [(published, whether its words are known), …] → flags.

    A feed that was read before and then brings many unseen items of before has changed its ids, or shows its archive.
    """
    if last_ok is None or not polled_items:
        return [False] * len(news)
    old = [
        known_words or (published is not None and published.timestamp() < last_ok - BACKFILL_AGE)
        for published, known_words in news
    ]
    return old if sum(old) >= BACKFILL_LEAST and 2 * sum(old) >= len(old) else [False] * len(news)


def _micros(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1_000_000)


def _schemeless(item_id: str) -> str:
    lower = item_id.lower()
    for scheme in ("https://", "http://"):
        if lower.startswith(scheme):
            return item_id[len(scheme) :].removeprefix("www.").rstrip("/")
    return item_id


def _path(url: str | None) -> str:
    """An address's path and query without what tracks readers; empty for a mere host, which tells no story apart."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    query = _TRACKING.sub("", parts.query).rstrip("&")
    path = parts.path.rstrip("/")
    return f"{path}?{query}" if query else path
