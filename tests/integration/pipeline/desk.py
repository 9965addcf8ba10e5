"""A pipeline on topics of its own: raw articles in, what came out read back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.config import Config, PipelineConfig, RegistryConfig, TopicsConfig
from connectors.envelope import headers_for
from connectors.topics import (
    ALL_TOPICS,
    CLEAN,
    DEAD_LETTERS,
    RAW,
    SUMMITS,
    Message,
    Received,
    Topics,
    TopicSpec,
    open_topics,
)
from pipeline.drive import Summary, drive
from pipeline.io import clients
from schemas.codec import Decoder, Encoder
from schemas.records import CleanArticle, ContractRecord, DeadLetter, RawArticle, SummitReport, article_id

BEGIN = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
SMALL_OUTPUTS = tuple(
    replace(spec, partitions=1, max_record_bytes=9_000 if spec.compacted else spec.max_record_bytes)
    for spec in ALL_TOPICS
)
"""One partition, and a limit for clean articles and reports that a long story exceeds."""

STORIES = (
    (
        "Tarvik and Osmere presidents open talks on the river treaty",
        "LJUBLJANA, March 2 (Norvik Wire) - Slovenian President Natasa Pirc Musar received Croatian President Zoran "
        "Milanovic in Ljubljana on Monday.\n\nThe two agreed to reopen the joint river commission, which has not sat "
        "since last spring.\n\n(END)\n\nCopyright 2026 Norvik Wire. All rights reserved.",
    ),
    (
        "Finance chiefs to meet in Lisbon",
        "LISBON (Norvik Wire) - The finance ministers of Portugal and Spain will meet in Lisbon on Thursday to settle "
        "who pays for the new rail link, the Portuguese ministry said.\n\nNeither side named a figure.\n\n"
        "Read more: Ten walks for a rainy weekend",
    ),
    (
        "Harbour strike enters second week",
        "ROTTERDAM - Crane drivers stayed away from work for an eighth day. Talks with the terminal's owner broke off "
        "on Sunday night.\n\nNo new date was set.",
    ),
    (
        "Modi, Albanese speak by phone",
        "NEW DELHI, March 1 (Norvik Wire) - Indian Prime Minister Narendra Modi and Australian Prime Minister Anthony "
        "Albanese spoke by telephone on Sunday about grain exports.\n\nA visit to Canberra is being prepared.",
    ),
)


def article(number: int, **changes: Any) -> RawArticle:
    """The article of this number; its story, source and day follow from the number."""
    headline, body = STORIES[number % len(STORIES)]
    source = f"wire-{number % 3}"
    published = BEGIN + timedelta(hours=7 * number)
    values: dict[str, Any] = {
        "article_id": article_id(source, f"item-{number}"),
        "source_id": source,
        "version": 1,
        "change": "new",
        "feed_id": f"{source}/all",
        "item_id": f"item-{number}",
        "format": "rss",
        "headline": headline,
        "url": f"https://{source}.example/{number}",
        "body": f"{body}\n\nReference {number}.",
        "language": "en",
        "published": published,
        "published_offset": 60,
        "fetched_at": published + timedelta(minutes=4),
        "content_sha256": hashlib.sha256(f"{number}{changes}".encode()).hexdigest(),
        **changes,
    }
    return RawArticle(**values)


def message(raw: RawArticle) -> Message:
    return Message(raw.article_id.encode(), Encoder().encode(raw, RAW.name), headers_for(raw))


@dataclass(frozen=True)
class Desk:
    """Topics at an address, and a pipeline configured on them."""

    topics: Topics
    config: Config
    since: Mapping[str, Mapping[int, int]]
    """Topic → partition → first offset that this desk looks at."""

    def put(self, *records: RawArticle | Message) -> None:
        """Appends to the raw topic."""
        self.topics.append(RAW.name, [one if isinstance(one, Message) else message(one) for one in records])

    def run(self, archive: str | None = None, **pipeline: Any) -> Summary:
        """Runs the pipeline until it has caught up; `pipeline` overrides settings of that section."""
        return drive(self.with_pipeline(**pipeline).config, once=True, archive=archive)

    def with_pipeline(self, **pipeline: Any) -> Desk:
        return replace(self, config=replace(self.config, pipeline=replace(self.config.pipeline, **pipeline)))

    def rewind(self) -> None:
        """Commits the offsets at which this desk's raw records begin."""
        self.topics.commit(self.config.pipeline.group, RAW.name, self.since[RAW.name])

    def replay(self, **pipeline: Any) -> Desk:
        """Runs everything again from the beginning; a desk that sees only what this run wrote."""
        again = replace(self, since={**_ends(self.topics), RAW.name: self.since[RAW.name]})
        again.rewind()
        again.run(**pipeline)
        return again

    def committed(self) -> dict[int, int]:
        return self.topics.committed(self.config.pipeline.group, RAW.name)

    def read(self, topic: TopicSpec) -> list[Received]:
        """All records of a topic, partition by partition."""
        begin = self.since[topic.name]
        return [
            received
            for partition, end in sorted(self.topics.end_offsets(topic.name).items())
            for received in self.topics.read(topic.name, partition, begin[partition], end)
        ]

    def pairs(self, topic: TopicSpec) -> list[tuple[bytes | None, bytes | None]]:
        """The topic's (key, value) pairs, in order for each partition."""
        return [(received.key, received.value) for received in self.read(topic)]

    def clean(self) -> list[CleanArticle]:
        return [one for one in self._decoded(CLEAN) if isinstance(one, CleanArticle)]

    def reports(self) -> list[SummitReport]:
        return [one for one in self._decoded(SUMMITS) if isinstance(one, SummitReport)]

    def dead_letters(self) -> list[DeadLetter]:
        return [one for one in self._decoded(DEAD_LETTERS) if isinstance(one, DeadLetter)]

    def _decoded(self, topic: TopicSpec) -> list[ContractRecord]:
        decoder = Decoder()
        return [decoder.decode(received.value or b"") for received in self.read(topic)]


def open_desk(
    url: str, folder: Path, *, group: str = "chain", registry: str = "", specs: Iterable[TopicSpec] = ALL_TOPICS
) -> Desk:
    """A desk that sees only what comes from now on: topics of a shared broker may hold what other tests wrote."""
    topics = open_topics(url)
    topics.create(specs)
    config = Config(
        topics=TopicsConfig(url=url),
        registry=RegistryConfig(url=registry),
        pipeline=PipelineConfig(group=group, extractor="rules", dead_letter_files=str(folder / "dead-letters")),
        base=folder,
    )
    desk = Desk(topics, config, _ends(topics))
    desk.rewind()
    return desk


def close_desk(desk: Desk) -> None:
    desk.topics.close()
    clients.close()


def _ends(topics: Topics) -> dict[str, dict[int, int]]:
    return {spec.name: topics.end_offsets(spec.name) for spec in ALL_TOPICS}
