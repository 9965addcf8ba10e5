"""A report for each article version: events with their ids, flags, and what read them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from pipeline.summits.extract import LONGEST_TEXT, extract
from pipeline.summits.language import is_english
from pipeline.summits.model import extractor_used
from schemas.records import CleanArticle, RawArticle, SummitEvent, SummitReport, local_day


def report(article: RawArticle, clean: CleanArticle) -> SummitReport:
    """The events of an article version. Flags: withdrawn (kill or withhold, nothing was read), no_text,
    language_not_supported, no_date, not_read_whole (longer than is read)."""
    flags: list[str] = []
    events: tuple[SummitEvent, ...] = ()
    if article.withdrawn:
        flags.append("withdrawn")
    elif not clean.text.strip():
        flags.append("no_text")
    elif not is_english(clean.text, clean.language):
        flags.append("language_not_supported")
    else:
        published = story_day(article, clean)
        if published is None:
            flags.append("no_date")
        if len(clean.text) > LONGEST_TEXT:
            flags.append("not_read_whole")
        found = extract(clean.text, published=published, headline=clean.headline, dateline=clean.dateline)
        events = tuple(
            replace(event, event_id=f"{article.article_id}:{article.version}:{number}")
            for number, event in enumerate(found)
        )
    return report_of(article, clean, events, flags)


def report_of(
    article: RawArticle, clean: CleanArticle, events: Iterable[SummitEvent] = (), flags: Iterable[str] = ()
) -> SummitReport:
    """The record that says these events of an article version."""
    return SummitReport(
        article_id=article.article_id,
        source_id=article.source_id,
        version=article.version,
        change=article.change,
        headline=clean.headline,
        url=article.url,
        published=article.published,
        published_offset=article.published_offset,
        events=tuple(events),
        flags=tuple(flags),
        extractor=extractor_used(),
        text_sha256=hashlib.sha256(clean.text.encode("utf-8", "replace")).hexdigest(),
    )


def story_day(article: RawArticle, clean: CleanArticle) -> date | None:
    """The day from which the story counts: its dateline's where it has one near to the publication, else that of the
    publication in its own zone, else what its text states."""
    day = local_day(article.published, article.published_offset)
    stated = clean.dateline.date if clean.dateline and clean.dateline.date else clean.story_date
    if stated:
        told = date.fromisoformat(stated)
        if day is None or abs((told - day).days) <= 2:
            return told
    return day
