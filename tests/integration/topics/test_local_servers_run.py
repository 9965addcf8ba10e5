"""The local servers themselves: they keep what they were given, however they end."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from connectors.topics import Message, TopicSpec, open_topics
from pipeline.local import KafkaBroker, SchemaRegistryServer, ServerError

pytestmark = pytest.mark.slow


def test_a_broker_keeps_its_topics_in_its_folder(tmp_path: Path) -> None:
    with KafkaBroker(tmp_path / "kafka") as broker:
        topics = open_topics(broker.url)
        topics.create([TopicSpec("kept.v1", partitions=1)])
        topics.append("kept.v1", [Message(b"k", b"v")])
        topics.close()
    assert not broker.answers()
    with KafkaBroker(tmp_path / "kafka") as broker:
        topics = open_topics(broker.url)
        assert [item.value for item in topics.read("kept.v1", 0, 0, 1)] == [b"v"]
        topics.close()


def test_a_broker_that_does_not_start_shows_its_log() -> None:
    elsewhere = {"listeners": "PLAINTEXT://192.0.2.1:9092,CONTROLLER://192.0.2.1:9093"}
    with pytest.raises(ServerError, match=r"Kafka ended with status 1 instead of starting.*broker\.log:\n") as caught:
        KafkaBroker(settings=elsewhere).start()
    assert "192.0.2.1" in str(caught.value)


def test_settings_that_make_no_sense_are_a_clear_error() -> None:
    with pytest.raises(ServerError, match=r"cannot be formatted: .*nonsense") as caught:
        KafkaBroker(settings={"listeners": "nonsense"}).start()
    assert "\n" not in str(caught.value)


def test_a_registry_keeps_its_schemas_when_it_is_killed(tmp_path: Path) -> None:
    schema = json.dumps({"type": "record", "name": "Kept", "fields": [{"name": "text", "type": "string"}]})
    with SchemaRegistryServer(tmp_path) as server:
        answer = call(server.url, "/subjects/kept-value/versions", {"schema": schema})
        server.kill()
        assert not server.answers()
        server.start()
        assert json.loads(call(server.url, f"/schemas/ids/{answer['id']}")["schema"]) == json.loads(schema)
        with pytest.raises(HTTPError, match="404"):
            call(server.url, "/schemas/ids/999")


def call(url: str, path: str, body: dict[str, str] | None = None) -> dict[str, str]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
    with urlopen(Request(url + path, data, headers), timeout=30) as response:
        answer: dict[str, str] = json.load(response)
    return answer
