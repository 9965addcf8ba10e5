"""The sample wire through connectors and pipeline, with nothing left that varies from run to run.

The clock stands still. The agencies have port 80: names below localhost are resolved to the port on which the wire is
served this time, so that no record holds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aiohttp.abc import ResolveResult

from connectors import guard
from connectors.config import Config
from connectors.topics import ALL_TOPICS, Received, Topics, open_topics
from pipeline.demo.folder import SPOOL, work_folder
from pipeline.demo.play import Played, configure, play
from pipeline.demo.server import WireServer
from pipeline.demo.wire import SampleWire, sample_wire
from pipeline.escape import json_text
from pipeline.io import clients
from pipeline.jsonable import bytes_json, record_json
from pipeline.tailing import everything
from schemas.codec import Decoder

FILES = Path(__file__).parent / "records"
WHEN = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


class Stand:
    """The wire's server, topics and a configuration on them, before or after they were played."""

    def __init__(self, wire: SampleWire, server: WireServer, config: Config, topics: Topics) -> None:
        self.wire = wire
        self.server = server
        self.config = config
        self.topics = topics

    def play(self) -> Played:
        return play(self.config, self.topics, self.wire, self.server, clock=lambda: WHEN)

    def pairs(self) -> dict[str, list[tuple[bytes | None, bytes | None]]]:
        """Topic → its (key, value) pairs in order, partition after partition."""
        return {spec.name: [(one.key, one.value) for one in everything(self.topics, spec.name)] for spec in ALL_TOPICS}


@contextmanager
def stand(folder: Path, url: str = SPOOL, partitions: int = 1) -> Iterator[Stand]:
    """A stand in an empty folder, its topics made anew with this many partitions."""
    wire = sample_wire()
    with work_folder(folder), WireServer(wire) as server, patch.object(guard, "_loopback", _at(server.port)):
        config = configure(folder.absolute(), url, wire, 80, live=True)
        topics = open_topics(config.topics_url())
        try:
            topics.create([replace(spec, partitions=partitions) for spec in ALL_TOPICS])
            yield Stand(wire, server, config, topics)
        finally:
            topics.close()
            clients.close()


_resolve = guard._loopback


def _at(port: int) -> Callable[[str, int], ResolveResult]:
    return lambda host, asked: _resolve(host, port)


def lines_of(topics: Topics, topic: str) -> list[str]:
    """A topic as it stands in its golden file: a JSON line for each record, with the hash of its bytes."""
    decoder = Decoder()
    return [_line(received, decoder) for received in everything(topics, topic)]


def _line(received: Received, decoder: Decoder) -> str:
    value = received.value or b""
    try:
        record: dict[str, Any] | None = record_json(decoder.decode(value))
    except Exception as error:  # what the demo spoiled
        record = {"undecodable": str(error)}
    return json_text({"key": bytes_json(received.key), "sha256": hashlib.sha256(value).hexdigest(), "record": record})
