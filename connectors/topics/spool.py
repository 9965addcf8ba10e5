"""The spool: topics as folders of immutable Avro files, for one machine and any number of its processes.

Each append is one file and stands as a whole or not at all; small files are merged as they pile up. One partition a
topic. Topics are never compacted: a compacted topic keeps every record, and readers keep the highest version anyway.
Offsets are committed as they are given, even backwards, as in Kafka; the lease keeps a second pipeline away.
"""

from __future__ import annotations

import errno
import json
import os
import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from pathlib import Path

from connectors.durable import sync_folder
from connectors.topics import groups, segments
from connectors.topics.container import Corrupt, Segment, decode, encode
from connectors.topics.model import (
    Lease,
    Message,
    Received,
    StorageFull,
    TopicError,
    TopicInfo,
    TopicSpec,
    UnknownTopic,
    check_messages,
    check_start,
)
from connectors.topics.upkeep import tidy

_TOPIC_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,248}")
"""Kafka's rule, without a leading dot."""


class Spool:
    """Topics in the folder `path`; implements `Topics`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._root = Path(path).expanduser().absolute()
        self._specs: dict[str, tuple[tuple[int, int], TopicSpec]] = {}
        self._held: set[tuple[str, str]] = set()
        self._unmergeable: set[Path] = set()

    @property
    def url(self) -> str:
        return f"spool:{self._root}"

    def create(self, specs: Iterable[TopicSpec]) -> list[str]:
        created = []
        for spec in specs:
            folder = self._folder(spec.name)
            with self._explained(f"create topic {spec.name}"):
                (folder / "groups").mkdir(parents=True, exist_ok=True)
                (folder / "lock").touch()
                with segments.locked(folder, exclusive=True):
                    if (folder / "topic.json").exists():
                        continue
                    segments.replace_durably(folder / "topic.json", json.dumps(asdict(spec), indent=1).encode() + b"\n")
                for above in (self._root, self._root.parent):
                    sync_folder(above)
            created.append(spec.name)
        return created

    def list(self) -> list[TopicInfo]:
        with self._explained("list topics"):
            names = sorted(os.listdir(self._root)) if self._root.exists() else []
        infos = []
        for name in names:
            if _TOPIC_NAME.fullmatch(name) and (self._root / name / "topic.json").exists():
                live = self._segments(self._topic(name))
                infos.append(TopicInfo(name, 1, segments.end_of(live) - segments.begin_of(live)))
        return infos

    def max_record_bytes(self, topic: str) -> int:
        return self._spec(topic).max_record_bytes

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        spec = self._spec(topic)
        check_messages(topic, messages, spec.max_record_bytes)
        if not messages:
            return
        folder = self._root / topic
        with self._explained(f"append to topic {topic}"), segments.locked(folder, exclusive=True):
            live, leftovers = segments.segments(folder)
            for path in leftovers:
                path.unlink(missing_ok=True)
            now = time.time_ns() // 1_000_000
            first = segments.end_of(live)
            blocks = encode(messages, first, now)
            segment = segments.named(folder, first, len(messages))
            segments.add(segment, blocks, "append.tmp")
            tidy(folder, [*live, segment], spec, now, self._unmergeable)

    def begin_offsets(self, topic: str) -> dict[int, int]:
        return {0: segments.begin_of(self._segments(self._topic(topic)))}

    def end_offsets(self, topic: str) -> dict[int, int]:
        return {0: segments.end_of(self._segments(self._topic(topic)))}

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Received]:
        folder = self._topic(topic)
        if partition != 0:
            raise UnknownTopic(f"topic {topic} in {self.url} has one partition, 0; there is no partition {partition}")
        live = self._segments(folder)
        check_start(topic, 0, start, segments.begin_of(live))
        return self._read(folder, live, start, min(end, segments.end_of(live)))

    def read_ranges(self, topic: str, ranges: Mapping[int, tuple[int, int]]) -> dict[int, Iterator[Received]]:
        return {partition: self.read(topic, partition, *bounds) for partition, bounds in ranges.items()}

    def committed(self, group: str, topic: str) -> dict[int, int]:
        folder = self._topic(topic)
        with self._explained(f"read the offsets of group {group!r}"):
            return groups.committed(folder, group)

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        folder = self._topic(topic)
        for partition, offset in offsets.items():
            if partition != 0 or offset < 0:
                raise TopicError(f"offset {offset} of partition {partition} cannot be committed for topic {topic}")
        with self._explained(f"commit offsets of group {group!r}"):
            if (group, topic) in self._held:
                groups.commit(folder, group, offsets)
            else:
                with closing(groups.take(folder, group)):
                    groups.commit(folder, group, offsets)

    @contextmanager
    def lease(self, group: str, topic: str) -> Iterator[Lease]:
        folder = self._topic(topic)
        with self._explained(f"take the lease of group {group!r}"):
            lease = groups.take(folder, group)
        self._held.add((group, topic))
        try:
            yield lease
        finally:
            self._held.discard((group, topic))
            lease.close()

    def close(self) -> None:
        """Nothing stays open between calls."""

    def _read(self, folder: Path, live: Sequence[Segment], start: int, end: int) -> Iterator[Received]:
        position = start
        listed_at = -1
        while position < end:
            place = bisect_right(live, position, key=lambda segment: segment.end)
            if place == len(live) or live[place].first > position:
                missing = end if place == len(live) else live[place].first
                raise Corrupt(f"{folder} has no file with the offsets {position} to {missing - 1}")
            with self._explained(f"read topic {folder.name}"):
                try:
                    for received in decode(live[place], folder.name, position, end):
                        yield received
                        position = received.offset + 1
                except FileNotFoundError:
                    # It was merged, or retention passed it, since the folder was listed.
                    if listed_at == position:
                        raise
                    listed_at = position
                    live = self._segments(folder)
                    check_start(folder.name, 0, position, segments.begin_of(live))

    def _folder(self, topic: str) -> Path:
        if not _TOPIC_NAME.fullmatch(topic):
            raise TopicError(f"{topic!r} is no topic name: letters, digits, dot, hyphen and underscore, 249 at most")
        return self._root / topic

    def _topic(self, topic: str) -> Path:
        self._spec(topic)
        return self._root / topic

    def _spec(self, topic: str) -> TopicSpec:
        path = self._folder(topic) / "topic.json"
        with self._explained(f"open topic {topic}"):
            try:
                stat = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                raise UnknownTopic(
                    f"there is no topic {topic} in {self.url}; `summitwire topics create` makes the topics"
                ) from None
            version = (stat.st_mtime_ns, stat.st_size)
            known = self._specs.get(topic)
            if known is None or known[0] != version:
                known = version, _parse_spec(topic, path)
                self._specs[topic] = known
        return known[1]

    def _segments(self, folder: Path) -> Sequence[Segment]:
        with self._explained(f"list the files of topic {folder.name}"), segments.locked(folder, exclusive=False):
            return segments.segments(folder)[0]

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Makes one clear sentence of an OSError."""
        try:
            yield
        except OSError as error:
            where = error.filename or self._root
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(f"cannot {doing}: no room is left where {where} lies; make room there") from error
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise TopicError(f"cannot {doing}: this user may not read or write {where}") from error
            raise TopicError(f"cannot {doing}: {where}: {error.strerror or error}") from error


def _parse_spec(topic: str, path: Path) -> TopicSpec:
    try:
        plain = json.loads(path.read_bytes())
        known = {item.name for item in fields(TopicSpec)}
        return TopicSpec(**{key: value for key, value in plain.items() if key in known} | {"name": topic})
    except (ValueError, AttributeError, TypeError) as error:
        raise TopicError(f"{path}, the settings of topic {topic}, is damaged: {error}") from error
