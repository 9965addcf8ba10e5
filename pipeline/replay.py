"""Dead letters: found again, and their originals put back on the topic that they came from.

What goes back is the original, byte for byte: key, value, headers. One header is added, `summitwire_replay_of`, the
dead letter's id (left out where it would make the record too large for its topic). The same dead letter may be replayed
again in another call: the pipeline then writes the same records with the same ids once more, which readers drop.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from connectors.topics import Message, Received, Topics, UnknownTopic
from pipeline.tailing import everything, merged
from schemas.codec import Decoder
from schemas.errors import RegistryError, SchemaError
from schemas.records import DeadLetter, RawArticle

REPLAY_OF = "summitwire_replay_of"
FLUSH_RECORDS = 500
FLUSH_BYTES = 8 * 1_048_576
"""Bounds what is held between two appends."""

Result = Literal["replayed", "superseded", "repeated", "refused", "lost"]


class UnknownDeadLetter(Exception):
    """No dead letter has this id."""


class LostOriginal(Exception):
    """The bytes that a dead letter stands for cannot be had any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which dead letters are meant: those that fit every given criterion. `since` in milliseconds since the epoch."""

    ids: frozenset[str] = frozenset()
    step: str | None = None
    error_class: str | None = None
    source: str | None = None
    since: int | None = None

    def takes(self, received: Received, dead: DeadLetter) -> bool:
        return (
            (not self.ids or dead.dead_letter_id in self.ids)
            and self.step in (None, dead.step)
            and self.error_class in (None, dead.error_class)
            and self.source in (None, dead.source_topic)
            and (self.since is None or received.timestamp >= self.since)
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one dead letter. `repeated`: its original is that of another one in this call; `lost`: the
    original is damaged or gone."""

    dead_letter_id: str
    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Letter:
    """What judging needs of a dead letter; its value stays in the topic."""

    id: str
    partition: int
    offset: int
    source: str | None
    source_partition: int | None
    source_offset: int | None
    url: str | None
    key: bytes | None
    sha256: str
    version: int | None


def dead_letters(
    topics: Topics, topic: str, decoder: Decoder, selection: Selection, unreadable: Callable[[str], None]
) -> Iterator[tuple[Received, DeadLetter]]:
    """The selected dead letters that the topic holds now. Raises TopicError, RegistryError."""
    for received in merged(topics, topic, topics.end_offsets(topic)):
        try:
            record = decoder.decode(received.value or b"")
        except RegistryError:
            raise
        except SchemaError as error:
            unreadable(f"{topic}/{received.partition}/{received.offset}: {error}")
            continue
        if isinstance(record, DeadLetter) and selection.takes(received, record):
            yield received, record


def original(dead: DeadLetter, folder: Path) -> bytes | None:
    """The original value, proved by its hash; from its file where it was too large for a topic (`folder` is where to
    look if that has moved). Raises LostOriginal."""
    if dead.value_length < 0:
        return None
    value = dead.value
    if dead.value_file is not None:
        named = Path(dead.value_file)
        try:
            path = next((path for path in (named, folder / named.name) if path.is_file()), None)
            if path is None:
                raise LostOriginal(f"its original lay in {named}, which is gone")
            value = path.read_bytes() if path.stat().st_size == dead.value_length else None
        except OSError as error:
            raise LostOriginal(f"its original in {named} cannot be read: {error.strerror}") from error
    if value is None or hashlib.sha256(value).hexdigest() != dead.value_sha256:
        raise LostOriginal("its original is not the one that its hash names: it was changed or cut")
    return value


def replay(
    topics: Topics,
    topic: str,
    decoder: Decoder,
    selection: Selection,
    *,
    folder: Path,
    dry_run: bool,
    unreadable: Callable[[str], None],
) -> Iterator[Outcome]:
    """Puts the originals of the selected dead letters back; with `dry_run` only tells what it would do.

    Outcomes come once they are durable. An original that has several dead letters (two steps failed; it was replayed
    and failed again) goes back once. One whose source topic holds a newer version of the article is superseded; each
    source topic is read once to find out. Raises UnknownDeadLetter before anything is written; TopicError,
    RegistryError.
    """
    letters: dict[str, _Letter] = {}
    for received, dead in dead_letters(topics, topic, decoder, selection, unreadable):
        letters.setdefault(dead.dead_letter_id, _letter(received, dead, decoder))
    for missing in sorted(selection.ids - letters.keys()):
        raise UnknownDeadLetter(f"{topic} holds no dead letter {missing}")
    originals: dict[tuple[str, bytes | None, str], _Letter] = {}
    for letter in letters.values():
        if letter.source is None:
            yield Outcome(letter.id, "refused", f"it came from a connector, which fetches {letter.url or 'it'} again")
            continue
        first = originals.setdefault((letter.source, letter.key, letter.sha256), letter)
        if first is not letter:
            yield Outcome(letter.id, "repeated", f"its original is that of {first.id}")
    by_source: dict[str, list[_Letter]] = defaultdict(list)
    for (source, _, _), letter in originals.items():
        by_source[source].append(letter)
    for source, group in by_source.items():
        try:
            limit = topics.max_record_bytes(source)
            reasons = _superseded(topics, source, group, decoder)
        except UnknownTopic as error:
            yield from (Outcome(letter.id, "refused", str(error)) for letter in group)
            continue
        yield from (Outcome(letter_id, "superseded", reason) for letter_id, reason in reasons.items())
        current = [letter for letter in group if letter.id not in reasons]
        judged = (_judged(dead, source, limit, folder) for dead in _again(topics, topic, current, decoder))
        for part in _bounded(judged):
            messages = [message for _, message in part if message is not None]
            if messages and not dry_run:
                topics.append(source, messages)
            yield from (outcome for outcome, _ in part)


def _letter(received: Received, dead: DeadLetter, decoder: Decoder) -> _Letter:
    headers = tuple((header.key, header.value or b"") for header in dead.headers)
    return _Letter(
        id=dead.dead_letter_id,
        partition=received.partition,
        offset=received.offset,
        source=dead.source_topic,
        source_partition=dead.source_partition,
        source_offset=dead.source_offset,
        url=dead.source_url,
        key=dead.key,
        sha256=dead.value_sha256,
        version=_version(headers, dead.value, decoder),
    )


def _version(headers: Iterable[tuple[str, bytes]], value: bytes | None, decoder: Decoder) -> int | None:
    """The article's version by its header, which is there without decoding, or by its record; None if neither tells."""
    for name, content in headers:
        if name == "version" and content.isdigit() and len(content) < 20:
            return int(content)
    try:
        record = decoder.decode(value or b"")
    except RegistryError:
        raise
    except SchemaError:
        return None
    return record.version if isinstance(record, RawArticle) else None


def _superseded(topics: Topics, source: str, letters: list[_Letter], decoder: Decoder) -> dict[str, str]:
    """Dead letter id → why it is out of date.

    An original whose version nothing tells (its bytes are broken) is out of date once a later record of its key holds
    other bytes.
    """
    by_key: dict[bytes | None, list[_Letter]] = defaultdict(list)
    for letter in letters:
        if letter.key is not None:
            by_key[letter.key].append(letter)
    reasons: dict[str, str] = {}
    if not by_key:
        return reasons
    for received in everything(topics, source):
        if received.key not in by_key:
            continue
        where = f"{source}/{received.partition}/{received.offset}"
        version = _version(received.headers, received.value, decoder)
        sha256 = hashlib.sha256(received.value or b"").hexdigest()
        for letter in by_key[received.key]:
            if letter.version is not None:
                if version is not None and version > letter.version:
                    reasons[letter.id] = f"{where} holds version {version} of its article, this is {letter.version}"
            elif (
                received.partition == letter.source_partition
                and received.offset > (letter.source_offset or 0)
                and sha256 != letter.sha256
            ):
                reasons[letter.id] = f"{where} holds a later record of its key"
    return reasons


def _again(topics: Topics, topic: str, letters: Iterable[_Letter], decoder: Decoder) -> Iterator[DeadLetter]:
    """Reads the dead letters themselves, in their order."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for letter in letters:
        wanted[letter.partition].add(letter.offset)
    for partition, offsets in sorted(wanted.items()):
        for received in topics.read(topic, partition, min(offsets), max(offsets) + 1):
            if received.offset in offsets:
                dead = decoder.decode(received.value or b"")
                assert isinstance(dead, DeadLetter)
                yield dead


def _judged(dead: DeadLetter, source: str, limit: int, folder: Path) -> tuple[Outcome, Message | None]:
    """What goes back, if it can."""
    try:
        message = _message(dead, original(dead, folder), limit)
    except LostOriginal as error:
        return Outcome(dead.dead_letter_id, "lost", str(error)), None
    if message.key is None and message.value is None:
        return Outcome(dead.dead_letter_id, "refused", "it has neither key nor value, which no topic takes"), None
    if message.size > limit:
        reason = f"its original takes {message.size} bytes, {source} accepts {limit}"
        return Outcome(dead.dead_letter_id, "refused", reason), None
    return Outcome(dead.dead_letter_id, "replayed"), message


def _bounded(
    judged: Iterable[tuple[Outcome, Message | None]],
) -> Iterator[list[tuple[Outcome, Message | None]]]:
    """In groups of at most FLUSH_RECORDS, ended early past FLUSH_BYTES."""
    group: list[tuple[Outcome, Message | None]] = []
    size = 0
    for outcome, message in judged:
        group.append((outcome, message))
        size += 0 if message is None else message.size
        if len(group) >= FLUSH_RECORDS or size >= FLUSH_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _message(dead: DeadLetter, value: bytes | None, limit: int) -> Message:
    """The original, marked with the dead letter's id where the mark fits in. An older mark gives way to it."""
    headers = tuple((header.key, header.value or b"") for header in dead.headers if header.key != REPLAY_OF)
    marked = Message(dead.key, value, (*headers, (REPLAY_OF, dead.dead_letter_id.encode())))
    return marked if marked.size <= limit else Message(dead.key, value, headers)
