"""From an item to the record that is published."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.formats.files import PAGE
from connectors.formats.model import Item
from connectors.formats.text import clean, without_markup
from connectors.pages import Page
from connectors.sources import Source
from connectors.state import ArticleState
from schemas.lines import LINES_VERSION
from schemas.records import BodyFormat, Change, FullText, HttpFacts, PubStatus, RawArticle

BODY_CUT = "body_cut"
FULL_LENGTH = 600
"""Characters from which a mere description counts as the story itself: the longest teasers seen in feeds have fewer."""
_CUT_ENDS = ("...", "…", "[...]", "[…]", "[&hellip;]", "&hellip;", "read more", "continue reading")


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an item came: what all items of one document share."""

    source: Source
    fetched_at: datetime
    http: HttpFacts | None = None


def raw_article(
    item: Item,
    where: Provenance,
    *,
    state: ArticleState,
    content_sha256: str,
    change: Change,
    status: PubStatus,
    repeated_lines: tuple[int, ...] | None,
) -> RawArticle:
    """The record of one version. A withdrawn one has neither summary nor body."""
    withdrawn = change in ("kill", "withhold")
    summary, body, full_text = _texts(item)
    embargo = None if item.embargo == "indefinite" else item.embargo
    return RawArticle(
        article_id=state.article_id.hex(),
        source_id=where.source.source_id,
        version=state.version,
        change=change,
        feed_id=state.feed_id,
        item_id=clean(state.item_id),
        format=item.format,
        status=status,
        headline=_cleaned(item.headline),
        url=_cleaned(item.url),
        summary=None if withdrawn else _cleaned(summary),
        body="" if withdrawn else clean(body),
        body_format=item.body_format,
        full_text=full_text,
        language=_cleaned(item.language) or where.source.language,
        byline=_cleaned(item.byline),
        dateline=_cleaned(item.dateline),
        slugline=_cleaned(item.slugline),
        ed_note=_cleaned(item.ed_note),
        copyright=_cleaned(item.copyright),
        credit=_cleaned(item.credit),
        provider=_cleaned(item.provider),
        subjects=item.subjects,
        urgency=item.urgency,
        kills=tuple(clean(one) for one in item.kills),
        published=_utc(item.published),
        published_offset=_offset(item, "published", item.published),
        updated=_utc(item.updated),
        updated_offset=_offset(item, "updated", item.updated),
        embargo=_utc(embargo),
        embargo_offset=_offset(item, "embargo", embargo),
        expires=_utc(item.expires),
        expires_offset=_offset(item, "expires", item.expires),
        fetched_at=where.fetched_at.astimezone(UTC),
        feed_url=clean(where.source.url),
        http=where.http,
        content_sha256=content_sha256,
        repeated_lines=repeated_lines or (),
        repeated_lines_version=0 if repeated_lines is None else LINES_VERSION,
        quality=_flags(item, where.fetched_at),
    )


def body_of(item: Item) -> tuple[str, BodyFormat]:
    """An item's body, or the description that stands in for it, and its format."""
    return item.body or item.summary or "", item.body_format


def _texts(item: Item) -> tuple[str | None, str, FullText]:
    """Summary, body, and how complete it is; a description alone is the body."""
    if item.body:
        return item.summary, item.body, "page" if PAGE in item.quality else "feed"
    text, _ = body_of(item)
    if len(text) < FULL_LENGTH:
        return None, text, "teaser"
    words = without_markup(text)
    whole = len(words) >= FULL_LENGTH and not words.lower().endswith(_CUT_ENDS)
    return None, text, "feed" if whole else "teaser"


def is_teaser(item: Item) -> bool:
    """Whether the feed gives no more than a teaser of the story."""
    return _texts(item)[2] == "teaser"


def with_page(item: Item, page: Page | None) -> Item:
    """The item with its page for a body, or flagged with why there is none."""
    if page is None:
        return item
    if page.html is None:
        return replace(item, quality=(*item.quality, page.flag))
    return replace(item, body=page.html, body_format="html", quality=(*item.quality, page.flag))


def cut_to_fit(article: RawArticle, excess: int) -> RawArticle | None:
    """The same record with its body cut by at least `excess` bytes of UTF-8, or None where the body has fewer."""
    body = article.body.encode("utf-8")
    keep = len(body) - excess
    if keep < 0:
        return None
    return replace(
        article,
        body=body[:keep].decode("utf-8", "ignore"),
        body_sha256=article.body_sha256 or hashlib.sha256(body).hexdigest(),
        quality=(*article.quality, *(() if BODY_CUT in article.quality else (BODY_CUT,))),
    )


def _flags(item: Item, fetched_at: datetime) -> tuple[str, ...]:
    flags = list(item.quality)
    if item.published is not None and (item.published - fetched_at).total_seconds() > 24 * 3600:
        flags.append("date_in_future")
    return tuple(flags)


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC)


def _offset(item: Item, field: str, time: datetime | None) -> int | None:
    if time is None or f"{field}_no_zone" in item.quality:
        return None
    offset = time.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)
