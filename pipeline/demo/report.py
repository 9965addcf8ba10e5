"""What came of the demo, read back from its topics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from connectors.topics import ALL_TOPICS, CLEAN, DEAD_LETTERS, SUMMITS, TopicInfo, Topics
from pipeline.demo.wire import Story
from pipeline.replay import Selection, dead_letters
from pipeline.steps import FAILED_ENCODE, FAILED_EXTRACT, FAILED_STRIP
from pipeline.tailing import everything
from schemas.codec import Decoder
from schemas.records import CleanArticle, DeadLetter, SummitReport

R = TypeVar("R", CleanArticle, SummitReport)
_FAILED = {FAILED_STRIP, FAILED_EXTRACT, FAILED_ENCODE}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`topics` in the order in which records pass them. `reports`: the newest of each story, in the wire's order.
    `missing`: the stories of which an output topic has nothing usable."""

    topics: tuple[TopicInfo, ...]
    reports: tuple[tuple[Story, SummitReport], ...]
    dead: tuple[DeadLetter, ...]
    missing: tuple[Story, ...]


def outcome(topics: Topics, stories: Iterable[Story]) -> Outcome:
    """Reads everything that the topics hold."""
    clean = _newest(topics, CLEAN.name, CleanArticle)
    reports = _newest(topics, SUMMITS.name, SummitReport)
    usable = {key for key in clean.keys() & reports if not _FAILED & {*clean[key].flags, *reports[key].flags}}
    wanted = list(stories)
    letters = dead_letters(topics, DEAD_LETTERS.name, Decoder(), Selection(), lambda place: None)
    infos = {info.name: info for info in topics.list()}
    return Outcome(
        topics=tuple(infos[spec.name] for spec in ALL_TOPICS),
        reports=tuple((story, reports[story.article_id]) for story in wanted if story.article_id in usable),
        dead=tuple(letter for _, letter in letters),
        missing=tuple(story for story in wanted if story.article_id not in usable),
    )


def _newest(topics: Topics, topic: str, kind: type[R]) -> dict[str, R]:
    """Article id → the record with the highest version."""
    decoder = Decoder()
    newest: dict[str, R] = {}
    for received in everything(topics, topic):
        record = decoder.decode(received.value or b"")
        if isinstance(record, kind):
            known = newest.get(record.article_id)
            if known is None or record.version >= known.version:
                newest[record.article_id] = record
    return newest
