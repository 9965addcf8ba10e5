"""Records in the frames of a schema registry, by a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.envelope import headers_for
from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, Message
from pipeline.local import SchemaRegistryServer
from schemas.codec import CONFLUENT_MAGIC, SINGLE_OBJECT_MAGIC, Decoder, Encoder
from schemas.errors import RegistryUnavailable
from schemas.records import CleanArticle, DeadLetter, SummitReport
from schemas.registry import Registry
from tests.integration.pipeline.desk import article, close_desk, open_desk

pytestmark = pytest.mark.slow


def test_with_a_registry_records_are_framed_with_its_ids_and_either_frame_is_read(
    registry: SchemaRegistryServer, tmp_path: Path
) -> None:
    desk = open_desk(f"spool:{tmp_path / 'spool'}", tmp_path, registry=registry.url)
    client = Registry(registry.url)
    framed = article(1)
    value = Encoder(client).encode(framed, RAW.name)
    unknown = CONFLUENT_MAGIC + (987_654).to_bytes(4, "big") + b"\x00"
    desk.put(
        article(0), Message(framed.article_id.encode(), value, headers_for(framed)), Message(b"unknown id", unknown)
    )
    desk.run()
    for topic, cls, count in ((CLEAN, CleanArticle, 2), (SUMMITS, SummitReport, 2), (DEAD_LETTERS, DeadLetter, 1)):
        values = [value or b"" for _, value in desk.pairs(topic)]
        assert len(values) == count
        assert all(value.startswith(CONFLUENT_MAGIC) for value in values)
        assert {type(Decoder(client).decode(value)) for value in values} == {cls}
    dead = Decoder(client).decode(desk.pairs(DEAD_LETTERS)[0][1] or b"")
    assert isinstance(dead, DeadLetter)
    assert (dead.error_class, dead.value) == ("UnknownSchema", unknown)
    close_desk(desk)


def test_without_a_registry_records_carry_their_schemas_fingerprint(tmp_path: Path) -> None:
    desk = open_desk(f"spool:{tmp_path / 'spool'}", tmp_path)
    desk.put(article(0))
    desk.run()
    assert (desk.pairs(CLEAN)[0][1] or b"").startswith(SINGLE_OBJECT_MAGIC)
    close_desk(desk)


def test_while_the_registry_is_away_nothing_becomes_a_dead_letter_and_nothing_is_committed(tmp_path: Path) -> None:
    desk = open_desk(f"spool:{tmp_path / 'spool'}", tmp_path, registry="http://127.0.0.1:9")
    desk.put(article(0), article(1))
    with pytest.raises(RegistryUnavailable):
        desk.run()
    assert desk.committed() == {0: 0}
    assert desk.pairs(DEAD_LETTERS) == []
    close_desk(desk)
