"""Both framings, and an error with a name for everything that is no framed record."""

from __future__ import annotations

import copy
import io
import struct
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_strategies import SEEDED, records

from schemas.codec import Decoder, Encoder
from schemas.errors import (
    BodyError,
    NotRegistered,
    RegistryUnavailable,
    SchemaError,
    TooShort,
    TrailingBytes,
    TruncatedBody,
    UnknownSchema,
    WrongMagic,
)
from schemas.records import RECORDS, ContractRecord, RawArticle, SummitReport
from schemas.releases import latest


class OneRegistry:
    """Ids in order of registration, in memory: what the codec asks of a registry, without HTTP."""

    def __init__(self, *schemas: Any) -> None:
        self.schemas = list(schemas)
        self.subjects: list[str] = []

    def register(self, subject: str, schema: dict[str, Any]) -> int:
        self.subjects.append(subject)
        self.schemas.append(schema)
        return len(self.schemas)

    def schema(self, schema_id: int) -> Any:
        if not 0 < schema_id <= len(self.schemas):
            raise NotRegistered(f"no schema {schema_id}")
        return self.schemas[schema_id - 1]


@pytest.mark.parametrize("record", [name.rpartition(".")[2] for name in RECORDS])
@given(data=st.data())
@settings(SEEDED, max_examples=40)
def test_every_record_comes_back_from_both_framings(record: str, data: st.DataObject) -> None:
    value: ContractRecord = data.draw(records(record))
    assert Decoder().decode(Encoder().encode(value, "t")) == value
    registry = OneRegistry()
    assert Decoder(registry).decode(Encoder(registry).encode(value, "t")) == value


def test_a_registry_frame_is_zero_then_the_id_big_endian_then_avro(article: RawArticle) -> None:
    registry = OneRegistry(*["string"] * 0x0102)
    framed = Encoder(registry).encode(article, "wire.articles.raw.v1")
    assert framed[:5] == b"\x00\x00\x00\x01\x03"
    assert registry.subjects == ["wire.articles.raw.v1-value"]
    body = io.BytesIO(framed[5:])
    plain = fastavro.schemaless_reader(body, fastavro.parse_schema(latest("RawArticle").schema), None)
    assert isinstance(plain, dict)
    assert plain["item_id"] == "urn:harbour:77"
    assert body.read() == b""


def test_an_encoder_registers_once_for_each_topic(article: RawArticle) -> None:
    registry = OneRegistry()
    encoder = Encoder(registry)
    for topic in ("a", "b", "a", "b"):
        encoder.encode(article, topic)
    assert registry.subjects == ["a-value", "b-value"]


def test_a_decoder_with_a_registry_reads_single_objects_too(report: SummitReport) -> None:
    assert Decoder(OneRegistry()).decode(Encoder().encode(report, "t")) == report


def test_what_is_no_framed_record_has_an_error_with_a_name(article: RawArticle) -> None:
    whole = Encoder().encode(article, "t")
    for data, error in [
        (b"", TooShort),
        (b"\x00\x00\x00\x01", TooShort),
        (whole[:9], TooShort),
        (b"PK\x03\x04 and so on", WrongMagic),
        (b"\xc3\x02" + whole[2:], WrongMagic),
        (b"\xc3\x01" + bytes(8) + whole[10:], UnknownSchema),
        (b"\x00\x00\x00\x00\x01" + whole[10:], UnknownSchema),
        (whole[:10], TruncatedBody),
        (whole[:-1], TruncatedBody),
        (whole + b"\x00", TrailingBytes),
        (whole[:11] + b"\xff\xfe" + whole[13:], BodyError),
    ]:
        with pytest.raises(SchemaError) as caught:
            Decoder().decode(data)
        assert type(caught.value) is error, (data[:16], caught.value)


def test_an_id_that_the_registry_does_not_know_is_an_unknown_schema() -> None:
    with pytest.raises(UnknownSchema, match="no schema 7"):
        Decoder(OneRegistry()).decode(b"\x00\x00\x00\x00\x07body")


def test_a_registry_that_is_down_is_not_the_records_fault() -> None:
    class Down(OneRegistry):
        def schema(self, schema_id: int) -> Any:
            raise RegistryUnavailable("down")

    with pytest.raises(RegistryUnavailable):
        Decoder(Down()).decode(b"\x00\x00\x00\x00\x07body")


@pytest.mark.parametrize(
    "schema",
    [
        "string",
        ["null", "string"],
        {"type": "record", "name": "Other", "fields": []},
        {"type": "record", "name": "summitwire.Unheard", "fields": []},
        {"type": "record"},
        {"type": "record", "name": "summitwire.RawArticle", "fields": [{"name": "article_id", "type": "int"}]},
        {"type": "record", "name": "summitwire.RawArticle", "fields": [{"name": "x", "type": "Nowhere"}]},
        {
            "type": "record",
            "name": "summitwire.RawArticle",
            "fields": [{"name": "x", "type": ["null", "summitwire.RawArticle"]}],
        },
        {
            "type": "record",
            "name": "summitwire.RawArticle",
            "fields": [{"name": "x", "type": {"type": "array", "items": "null"}}],
        },
        17,
        None,
        {},
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_a_foreign_schema_of_the_registry_is_refused(schema: Any) -> None:
    hostile_count = b"\xfe\xff\xff\xff\x0f"
    with pytest.raises(SchemaError):
        Decoder(OneRegistry(schema)).decode(b"\x00\x00\x00\x00\x01" + hostile_count)


def test_a_later_writers_new_field_and_new_symbol_are_read(article: RawArticle) -> None:
    later = copy.deepcopy(latest("RawArticle").schema)
    later["fields"].append({"name": "mood", "type": ["null", "string"], "default": None, "doc": "."})
    change = next(field for field in later["fields"] if field["name"] == "change")
    change["type"]["symbols"].append("reissue")
    plain = {**_plain(article), "mood": "calm", "change": "reissue"}
    out = io.BytesIO(b"\x00\x00\x00\x00\x01")
    out.seek(5)
    fastavro.schemaless_writer(out, fastavro.parse_schema(later), plain)
    assert Decoder(OneRegistry(later)).decode(out.getvalue()) == replace(article, change="unknown")


def _plain(article: RawArticle) -> dict[str, Any]:
    stream = io.BytesIO(Encoder().encode(article, "t")[10:])
    plain = fastavro.schemaless_reader(stream, latest("RawArticle").parsed, None)
    assert isinstance(plain, dict)
    return plain


@pytest.mark.parametrize(
    "changes",
    [
        {"headline": "half a pair: \ud83e"},
        {"quality": "salvaged"},
        {"fetched_at": datetime(2026, 1, 1)},  # noqa: DTZ001  # the missing zone is the point
        {"body": None},
        {"change": "reissue"},
        {"urgency": 2**31},
        {"version": 2**63},
        {"subjects": ("diplomacy",)},
        {"http": "200"},
        {"body": b"bytes"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_does_not_fit_the_schema_is_not_encoded(article: RawArticle, changes: dict[str, Any]) -> None:
    with pytest.raises(SchemaError, match="RawArticle does not fit its schema"):
        Encoder().encode(replace(article, **changes), "t")


def test_a_time_keeps_its_moment_whatever_its_zone(article: RawArticle) -> None:
    tokyo = datetime(2026, 3, 2, 17, 30, tzinfo=timezone(timedelta(hours=9)))
    decoded = Decoder().decode(Encoder().encode(replace(article, updated=tokyo), "t"))
    assert isinstance(decoded, RawArticle)
    assert decoded.updated == tokyo
    assert decoded.updated is not None
    assert decoded.updated.utcoffset() == timedelta(0)


def test_encoding_is_the_same_bytes_every_time(article: RawArticle, report: SummitReport) -> None:
    for record in (article, report):
        assert Encoder().encode(record, "t") == Encoder().encode(copy.deepcopy(record), "t")


def test_the_id_is_read_big_endian(article: RawArticle) -> None:
    registry = OneRegistry(latest("RawArticle").schema)
    body = Encoder().encode(article, "t")[10:]
    assert Decoder(registry).decode(b"\x00" + struct.pack(">I", 1) + body) == article
    with pytest.raises(UnknownSchema):
        Decoder(registry).decode(b"\x00" + struct.pack("<I", 1) + body)
