"""Records to bytes and back, in the two framings of the contract.

Without a registry: Avro single-object encoding, `C3 01`, the CRC-64-AVRO fingerprint of the writer's schema in its
canonical form (8 bytes, little endian), the body (Avro specification 1.12, "Single-object encoding").
With a registry: Confluent's frame, `00`, the schema's id (4 bytes, big endian), the body.
A `Decoder` recognises both.
"""

from __future__ import annotations

import io
import struct
from typing import Any, Protocol

import fastavro

from schemas.errors import FramingError, SchemaError
from schemas.records import RECORDS, ContractRecord, from_avro, to_avro
from schemas.releases import by_fingerprint, latest

SINGLE_OBJECT_MAGIC = b"\xc3\x01"
CONFLUENT_MAGIC = b"\x00"


class SchemaIds(Protocol):
    """What the codec asks of a schema registry; `schemas.registry.Registry` is the REST one."""

    def register(self, subject: str, schema: dict[str, Any]) -> int:
        """The id of this schema under this subject, registering it where it is new."""

    def schema(self, schema_id: int) -> dict[str, Any]:
        """The schema of an id. Raises SchemaError where the registry knows none."""


class Encoder:
    """Frames records for topics. With a registry the value's subject is `<topic>-value`."""

    def __init__(self, registry: SchemaIds | None = None) -> None:
        self._registry = registry
        self._prefixes: dict[tuple[type, str], bytes] = {}

    def encode(self, record: ContractRecord, topic: str) -> bytes:
        """Raises SchemaError where the record does not fit its schema."""
        release = latest(type(record).__name__)
        prefix = self._prefixes.get((type(record), topic))
        if prefix is None:
            if self._registry is None:
                prefix = SINGLE_OBJECT_MAGIC + struct.pack("<Q", release.fingerprint)
            else:
                prefix = CONFLUENT_MAGIC + struct.pack(
                    ">I", self._registry.register(f"{topic}-value", release.composed)
                )
            self._prefixes[type(record), topic] = prefix
        out = io.BytesIO()
        out.write(prefix)
        try:
            fastavro.schemaless_writer(out, release.parsed, to_avro(record))
        except Exception as error:  # fastavro raises ValueError, TypeError, KeyError, struct.error and more
            raise SchemaError(f"{type(record).__name__} does not fit its schema: {error}") from error
        return out.getvalue()


class Decoder:
    """Reads either framing, resolving the writer's schema to the newest release that this code knows."""

    def __init__(self, registry: SchemaIds | None = None) -> None:
        self._registry = registry
        self._writers: dict[int, Any] = {}

    def decode(self, data: bytes) -> ContractRecord:
        """Raises FramingError where the bytes are no framed record, SchemaError where the body does not fit."""
        if data[:2] == SINGLE_OBJECT_MAGIC and len(data) >= 10:
            (fingerprint,) = struct.unpack_from("<Q", data, 2)
            release = by_fingerprint(fingerprint)
            if release is None:
                raise FramingError(f"schema fingerprint {fingerprint:016x} is of no released schema")
            writer, body = release.parsed, 10
        elif data[:1] == CONFLUENT_MAGIC and len(data) >= 5:
            (schema_id,) = struct.unpack_from(">I", data, 1)
            writer, body = self._registered(schema_id), 5
        elif len(data) < 5:
            raise FramingError(f"{len(data)} bytes are too few for a framed record")
        else:
            raise FramingError(f"first bytes {data[:2].hex()} are neither c301 (single object) nor 00 (registry)")
        name = writer.get("name")
        cls = RECORDS.get(name) if isinstance(name, str) else None
        if cls is None:
            raise SchemaError(f"schema {name} is no record of the contract")
        stream = io.BytesIO(data)
        stream.seek(body)
        try:
            plain = fastavro.schemaless_reader(stream, writer, latest(cls.__name__).parsed)
            rest = len(data) - stream.tell()
            if rest:
                raise SchemaError(f"{rest} bytes follow the record")
            return from_avro(cls, plain)  # type: ignore[arg-type]  # a record, not a union
        except SchemaError:
            raise
        except Exception as error:  # fastavro raises EOFError, IndexError, UnicodeDecodeError, OverflowError and more
            raise SchemaError(f"body does not decode as {name}: {type(error).__name__}: {error}") from error

    def _registered(self, schema_id: int) -> Any:
        writer = self._writers.get(schema_id)
        if writer is None:
            if self._registry is None:
                raise FramingError(f"schema id {schema_id} cannot be looked up without a schema registry")
            writer = fastavro.parse_schema(self._registry.schema(schema_id), named_schemas={})
            self._writers[schema_id] = writer
        return writer
