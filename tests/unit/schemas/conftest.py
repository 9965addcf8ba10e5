"""Records to encode, of this folder's own writing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.records import (
    DateSpan,
    Extractor,
    HttpFacts,
    Participant,
    Place,
    RawArticle,
    Subject,
    SummitEvent,
    SummitReport,
    TextSpan,
)


@pytest.fixture
def article() -> RawArticle:
    return RawArticle(
        article_id="0" * 32,
        source_id="harbour-wire",
        version=3,
        change="correction",
        feed_id="harbour-wire-world",
        item_id="urn:harbour:77",
        format="rss",
        headline="Ministers meet in Lumio – again",
        body="<p>LUMIO – The two ministers met on Monday. 東京 🤝</p>",
        body_format="html",
        subjects=(Subject("medtop:11002000", "diplomacy"), Subject(name="talks")),
        published=datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC),
        published_offset=540,
        fetched_at=datetime(2026, 3, 2, 8, 31, tzinfo=UTC),
        http=HttpFacts(200, etag='"1"'),
        content_sha256="f" * 64,
        repeated_lines=(-(2**63), 0, 2**63 - 1),
        quality=("salvaged",),
    )


@pytest.fixture
def report() -> SummitReport:
    event = SummitEvent(
        event_id="0:3:0",
        kind="meeting",
        status="held",
        level="minister",
        prominence="primary",
        parties=("FR", "JP"),
        participants=(Participant("Ayo Lindqvist", "Foreign Minister", "FR"), Participant(None, "premier", "JP")),
        date=DateSpan("2026-03-02"),
        place=Place("Lumio", "FR", "Lumio", 42.57, 8.83),
        confidence=0.75,
        evidence=(TextSpan(0, 10, "The two mi"),),
    )
    return SummitReport(
        article_id="0" * 32,
        source_id="harbour-wire",
        version=3,
        change="correction",
        events=(event,),
        extractor=Extractor("summitwire", "0.1.0", "rules"),
        text_sha256="a" * 64,
    )
