"""The registry client, the codec and `schemas register` against Apicurio's Confluent interface."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.topics import ALL_TOPICS
from pipeline.cli import main
from pipeline.local import SchemaRegistryServer
from schemas.codec import Decoder, Encoder
from schemas.errors import IncompatibleSchema, NotRegistered, RegistryUnavailable, UnknownSchema
from schemas.records import RawArticle
from schemas.registry import Registry
from schemas.releases import latest

pytestmark = pytest.mark.slow

ARTICLE = RawArticle(
    article_id="0" * 32,
    source_id="harbour-wire",
    version=1,
    change="new",
    feed_id="harbour-wire",
    item_id="77",
    format="rss",
    body="Ministers met in Lumio – 東京.",
    fetched_at=datetime(2026, 3, 2, tzinfo=UTC),
    content_sha256="0" * 64,
)


@pytest.fixture(scope="module")
def server() -> Iterator[SchemaRegistryServer]:
    """A registry of this module's own: `schemas register` uses the subjects of our topics."""
    with SchemaRegistryServer() as server:
        yield server


def with_field(kind: Any, **more: Any) -> dict[str, Any]:
    schema = copy.deepcopy(latest("RawArticle").schema)
    schema["fields"].append({"name": "mood", "type": kind, "doc": "Mood.", **more})
    return schema


def test_register_puts_every_topics_schema_into_the_registry_and_is_repeatable(
    server: SchemaRegistryServer, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for _ in range(2):
        assert main(["schemas", "register", "--url", server.url, "--json"]) == 0
        outputs.append(json.loads(capsys.readouterr().out))
    assert outputs[0] == outputs[1]
    assert [row["subject"] for row in outputs[0]] == [f"{spec.name}-value" for spec in ALL_TOPICS]
    registry = Registry(server.url)
    for row in outputs[0]:
        found = registry.latest(row["subject"])
        assert (found.version, found.schema_id) == (1, row["id"])
        assert found.schema == latest(row["release"].partition(".")[0]).schema
        assert registry.compatibility(row["subject"]) == "FULL_TRANSITIVE"


def test_register_says_why_a_subject_does_not_take_our_schema(
    server: SchemaRegistryServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = {"taken-by-another": "RawArticle"}
    monkeypatch.setattr("pipeline.cli.schemas.RECORD_OF_TOPIC", taken)
    foreign = {"type": "record", "name": "Other", "fields": [{"name": "a", "type": "string"}]}
    Registry(server.url).register("taken-by-another-value", foreign)
    assert main(["schemas", "register", "--url", server.url]) == 1
    error = capsys.readouterr().err
    assert "RawArticle.v1 is not compatible with the schemas under taken-by-another-value" in error
    assert error.count("\n") == 1


def test_records_come_back_through_the_registry(server: SchemaRegistryServer) -> None:
    framed = Encoder(Registry(server.url)).encode(ARTICLE, "through")
    assert framed[:1] == b"\x00"
    assert Decoder(Registry(server.url)).decode(framed) == ARTICLE


def test_a_record_of_a_later_release_is_read_through_the_registry(server: SchemaRegistryServer) -> None:
    registry = Registry(server.url)
    registry.register("later-value", latest("RawArticle").schema)
    registry.set_compatibility("later-value")
    later = registry.register("later-value", with_field(["null", "string"], default=None))
    body = Encoder().encode(ARTICLE, "later")[10:]
    assert Decoder(Registry(server.url)).decode(b"\x00" + later.to_bytes(4, "big") + body + b"\x02\x08calm") == ARTICLE


def test_the_registry_refuses_what_breaks_full_transitive_compatibility(server: SchemaRegistryServer) -> None:
    registry = Registry(server.url)
    registry.register("guarded-value", latest("RawArticle").schema)
    registry.set_compatibility("guarded-value")
    broken = with_field("string")
    assert registry.incompatibilities("guarded-value", broken)
    with pytest.raises(IncompatibleSchema, match="guarded-value"):
        registry.register("guarded-value", broken)
    assert registry.incompatibilities("guarded-value", with_field(["null", "string"], default=None)) == []
    assert registry.latest("guarded-value").version == 1


def test_what_the_registry_does_not_know_is_named(server: SchemaRegistryServer) -> None:
    registry = Registry(server.url)
    with pytest.raises(NotRegistered):
        registry.schema(999_999)
    with pytest.raises(NotRegistered):
        registry.latest("nobody-value")
    with pytest.raises(UnknownSchema):
        Decoder(registry).decode(b"\x00" + (999_999).to_bytes(4, "big") + b"body")


def test_a_registry_that_dies_is_unavailable_and_known_schemas_go_on() -> None:
    with SchemaRegistryServer() as server:
        encoder, decoder = Encoder(Registry(server.url)), Decoder(Registry(server.url))
        framed = encoder.encode(ARTICLE, "mortal")
        assert decoder.decode(framed) == ARTICLE
        server.kill()
        assert encoder.encode(ARTICLE, "mortal") == framed
        assert decoder.decode(framed) == ARTICLE
        with pytest.raises(RegistryUnavailable):
            encoder.encode(ARTICLE, "another")
        with pytest.raises(RegistryUnavailable):
            Decoder(Registry(server.url)).decode(framed)
