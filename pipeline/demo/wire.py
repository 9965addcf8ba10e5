"""The bundled sample wire, read from its documents (data/wire.toml says which)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from connectors.formats import FeedError, Item, parse
from connectors.formats.files import read
from schemas.records import article_id


@dataclass(frozen=True, slots=True)
class WireFeed:
    """A feed of an agency. `documents` and `modified`, the times that its server tells, go by state: what is served
    first, what later; the last one stays."""

    id: str
    source: str
    host: str
    path: str
    content_type: str
    documents: tuple[bytes, ...]
    modified: tuple[datetime, ...]

    def url(self, port: int) -> str:
        return f"http://{self.host}{'' if port == 80 else f':{port}'}{self.path}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file that an agency delivers into a watched folder."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SampleWire:
    """`deliveries`: what comes into the watched folder before the first poll, and what before the second."""

    feeds: tuple[WireFeed, ...]
    folder_id: str
    folder_source: str
    deliveries: tuple[tuple[Delivered, ...], ...]


def sample_wire() -> SampleWire:
    """The wire that comes with the package."""
    root = files("pipeline.demo").joinpath("data")
    plan = tomllib.loads(root.joinpath("wire.toml").read_text(encoding="utf-8"))

    def feed(table: dict[str, Any]) -> WireFeed:
        documents = tuple(root.joinpath(name).read_bytes() for name in table["documents"])
        return WireFeed(**{**table, "documents": documents, "modified": tuple(table["modified"])})

    def delivery(name: str) -> tuple[Delivered, ...]:
        found = sorted(root.joinpath(name).iterdir(), key=lambda file: file.name)
        return tuple(Delivered(file.name, file.read_bytes()) for file in found if file.is_file())

    folder = plan["folder"]
    return SampleWire(
        tuple(map(feed, plan["feeds"])), folder["id"], folder["source"], tuple(map(delivery, folder["deliveries"]))
    )


@dataclass(frozen=True, slots=True)
class Story:
    """An article of the wire, under the headline that it had first."""

    article_id: str
    source: str
    item_id: str
    headline: str


def stories(wire: SampleWire) -> list[Story]:
    """Every article of the wire once, whatever became of it later."""
    found: dict[str, Story] = {}
    for source, item in _items(wire):
        key = article_id(source, item.item_id)
        found.setdefault(key, Story(key, source, item.item_id, item.headline or ""))
    return list(found.values())


def _items(wire: SampleWire) -> Iterator[tuple[str, Item]]:
    for feed in wire.feeds:
        for document in feed.documents:
            try:
                items = parse(document, content_type=feed.content_type, url=feed.url(80))
            except FeedError:
                continue  # the broken one
            yield from ((feed.source, item) for item in items)
    for delivery in wire.deliveries:
        yield from ((wire.folder_source, read(file.data, file.name)) for file in delivery)
