"""A loopback HTTP server that does what a test tells it to, and topics: on a spool in the test's folder, or on a real
Kafka."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from connectors.config import Config, parse_config
from connectors.topics import ALL_TOPICS, DEAD_LETTERS, RAW, Topics, open_topics
from pipeline.local import KafkaBroker
from schemas.codec import Decoder
from schemas.records import DeadLetter, RawArticle

FAST = {"timeout_ms": 2000}
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class Wire:
    """Documents by path (bytes, or a function that answers by itself) and the requests that came."""

    port: int = 0
    documents: dict[str, bytes | Handler] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def wire() -> Iterator[Wire]:
    told = Wire()

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            told.requests.append((self.path, dict(self.headers.items())))
            document = told.documents.get(self.path)
            if callable(document):
                document(self)
                return
            if document is None:
                self.send_error(404)
                return
            headers = told.headers.get(self.path, {})
            if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                self.send_response(304)
                self.send_header("ETag", headers["ETag"])
                self.end_headers()
                return
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()


@dataclass
class Desk:
    """A configuration with its topics, and what stands in them."""

    folder: Path
    wire: Wire
    topics: Topics

    def config(self, *feeds: dict[str, Any], **more: Any) -> Config:
        plain: dict[str, Any] = {
            "topics": {"url": self.topics.url},
            "connect": {"allow_private": ["127.0.0.1"], **more.pop("connect", {})},
            "feeds": list(feeds),
            **more,
        }
        return parse_config(plain, self.folder, "test", {})

    def raw(self) -> list[RawArticle]:
        return [one for one in self.records(RAW.name) if isinstance(one, RawArticle)]

    def dead(self) -> list[DeadLetter]:
        return [one for one in self.records(DEAD_LETTERS.name) if isinstance(one, DeadLetter)]

    def records(self, topic: str) -> list[Any]:
        """What stands in a topic, partition by partition."""
        decoder, begins, out = Decoder(), self.topics.begin_offsets(topic), []
        for partition, end in self.topics.end_offsets(topic).items():
            found = self.topics.read(topic, partition, begins[partition], end)
            out += [decoder.decode(one.value or b"") for one in found]
        return out


@pytest.fixture
def desk(tmp_path: Path, wire: Wire) -> Iterator[Desk]:
    topics = open_topics(f"spool:{tmp_path / 'spool'}")
    yield Desk(tmp_path, wire, topics)
    topics.close()


@pytest.fixture(scope="session")
def own_broker() -> Iterator[KafkaBroker]:
    """A broker that these tests may kill, and whose topics they delete."""
    with KafkaBroker() as broker:
        yield broker


@pytest.fixture
def kafka_desk(own_broker: KafkaBroker, tmp_path: Path, wire: Wire) -> Iterator[Desk]:
    patient = open_topics(own_broker.url)
    patient.create(ALL_TOPICS)
    for spec in ALL_TOPICS:
        patient.end_offsets(spec.name)  # once every partition has its leader
    patient.close()
    topics = open_topics(own_broker.url, FAST)
    yield Desk(tmp_path, wire, topics)
    topics.close()
    admin = KafkaAdminClient(bootstrap_servers=own_broker.bootstrap)
    admin.delete_topics([spec.name for spec in ALL_TOPICS])
    admin.close()
