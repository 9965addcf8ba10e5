"""Topics, the command line on them, and the records of an invented wire."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.config import load_config
from connectors.envelope import headers_for
from connectors.topics import ALL_TOPICS, DEAD_LETTERS, RAW, Message, Topics, open_topics
from pipeline.cli import main
from pipeline.failures import failure
from pipeline.tailing import everything
from schemas.codec import Encoder
from schemas.records import (
    CleanArticle,
    DateSpan,
    DeadLetter,
    Extractor,
    Participant,
    Place,
    Quote,
    RawArticle,
    SummitEvent,
    SummitReport,
    TextSpan,
    article_id,
)

NEW_YEAR = 1_767_225_600_000
"""2026-01-01 00:00 UTC in milliseconds."""


@dataclass
class Said:
    """What a command gave."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Desk:
    """A folder with a configuration, its topics, and the commands run there."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], url: str = "spool:data/spool") -> None:
        self.folder = folder
        self.config = folder / "summitwire.toml"
        self.config.write_text(f"[topics]\nurl = {json.dumps(url)}\n", encoding="utf-8")
        self.topics: Topics = open_topics(load_config(self.config, {}).topics_url())
        self.topics.create(ALL_TOPICS)
        self._capture = capture

    def run(self, *argv: str) -> Said:
        """Runs a command on this folder's configuration."""
        try:
            status = main([*argv, "--config", str(self.config)])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = self._capture.readouterr()
        return Said(status, out, err)

    def put(
        self, topic: str, record: RawArticle | CleanArticle | SummitReport | DeadLetter, at: int = NEW_YEAR
    ) -> bytes:
        """Appends a record as connectors and pipeline do; returns its value."""
        value = Encoder().encode(record, topic)
        key = record.dead_letter_id if isinstance(record, DeadLetter) else record.article_id
        self.topics.append(topic, [Message(key.encode(), value, headers_for(record), at)])
        return value

    def put_bytes(self, topic: str, key: bytes | None, value: bytes | None, *headers: tuple[str, bytes]) -> None:
        self.topics.append(topic, [Message(key, value, headers, NEW_YEAR)])

    def all(self, topic: str) -> list[Any]:
        """What the topic holds, partition after partition."""
        return list(everything(self.topics, topic))

    def fail(self, offset: int, step: str = "strip", error: Exception | None = None, at: int = NEW_YEAR) -> str:
        """Writes the dead letter of the raw topic's record at `offset`; returns its id."""
        origin = self.all(RAW.name)[offset]
        dead = failure(origin, step, error or ValueError("it was too much")).dead
        self.put(DEAD_LETTERS.name, dead, at=at)
        return dead.dead_letter_id


def raw_article(item: str, version: int = 1, **fields: Any) -> RawArticle:
    """A raw article of one invented wire."""
    article = RawArticle(
        article_id=article_id("harbourwire", item),
        source_id="harbourwire",
        version=version,
        change="new" if version == 1 else "update",
        feed_id="harbourwire-world",
        item_id=item,
        format="rss",
        headline=f"Ministers weigh ferry treaty ({item})",
        body="Two ministers met.",
        fetched_at=datetime(2026, 1, 14, 9, 30, tzinfo=UTC),
        content_sha256=hashlib.sha256(f"{item}{version}".encode()).hexdigest(),
    )
    return replace(article, **fields)


MEETING = SummitEvent(
    event_id="x:1:0",
    summit_key="meeting|FI,NO|2026-01-13",
    kind="meeting",
    status="held",
    level="leader",
    prominence="primary",
    parties=("FI", "NO"),
    participants=(
        Participant("Aino Rautio", "President", "FI"),
        Participant(None, "Prime Minister", "NO"),
    ),
    date=DateSpan("2026-01-13"),
    place=Place("Tromsø", "NO", "Tromsø", 69.65, 18.96),
    gathering="Arctic Forum",
    topics=(TextSpan(0, 7, "ferries"), TextSpan(8, 14, "salmon")),
    outcomes=(TextSpan(15, 30, "a ferry treaty"),),
    quotes=(Quote("Aino Rautio", "We shook hands, twice", 40, 61),),
    attribution="a spokeswoman",
    cameo="036",
    plover="CONSULT-visit",
    confidence=0.875,
    evidence=(TextSpan(0, 20, "They met in Tromsø."),),
)


def summit_report(item: str, version: int = 1, **fields: Any) -> SummitReport:
    """A report of one invented wire; with the meeting, unless told otherwise."""
    identity = article_id("harbourwire", item)
    report = SummitReport(
        article_id=identity,
        source_id="harbourwire",
        version=version,
        change="new" if version == 1 else "update",
        headline=f"Finland and Norway agree on ferries ({item})",
        url=f"https://harbourwire.example/{item}",
        published=datetime(2026, 1, 13, 23, 30, tzinfo=UTC),
        published_offset=540,
        events=(replace(MEETING, event_id=f"{identity}:{version}:0"),),
        extractor=Extractor("summitwire", "1", "rules"),
        text_sha256=hashlib.sha256(b"").hexdigest(),
    )
    return replace(report, **fields)
