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

from schemas.bounds import refuse_unbounded
from schemas.errors import (
    BodyError,
    NotRegistered,
    SchemaError,
    TooShort,
    TrailingBytes,
    TruncatedBody,
    UnknownSchema,
    WrongMagic,
)
from schemas.records import RECORDS, ContractRecord, from_avro, to_avro
from schemas.releases import by_fingerprint, latest

SINGLE_OBJECT_MAGIC = b"\xc3\x01"
CONFLUENT_MAGIC = b"\x00"
_SINGLE_OBJECT_FRAME = 10
_CONFLUENT_FRAME = 5
_MESSAGE_LIMIT = 300


class SchemaIds(Protocol):
    """What the codec asks of a schema registry; `schemas.registry.Registry` is the REST one."""

    def register(self, subject: str, schema: dict[str, Any]) -> int:
        """The id of this schema under this subject, registering it where it is new. Raises RegistryError."""

    def schema(self, schema_id: int) -> Any:
        """The schema of an id. Raises NotRegistered where the registry knows none, RegistryError where it fails."""


class Encoder:
    """Frames records for topics. With a registry the value's subject is `<topic>-value`."""

    def __init__(self, registry: SchemaIds | None = None) -> None:
        self._registry = registry
        self._frames: dict[tuple[type, str], bytes] = {}

    def encode(self, record: ContractRecord, topic: str) -> bytes:
        """Raises SchemaError where the record does not fit its schema, RegistryError where the registry fails."""
        frame = self._frames.get((type(record), topic)) or self._frame(type(record), topic)
        out = io.BytesIO()
        out.write(frame)
        try:
            fastavro.schemaless_writer(out, latest(type(record).__name__).parsed, to_avro(record))
        except Exception as error:  # fastavro raises ValueError, TypeError, OverflowError, UnicodeEncodeError and more
            raise SchemaError(f"{type(record).__name__} does not fit its schema: {_brief(error)}") from error
        return out.getvalue()

    def _frame(self, cls: type, topic: str) -> bytes:
        release = latest(cls.__name__)
        if self._registry is None:
            frame = SINGLE_OBJECT_MAGIC + struct.pack("<Q", release.fingerprint)
        else:
            frame = CONFLUENT_MAGIC + struct.pack(">I", self._registry.register(f"{topic}-value", release.schema))
        self._frames[cls, topic] = frame
        return frame


class Decoder:
    """Reads either framing, resolving the writer's schema to the newest release that this code knows."""

    def __init__(self, registry: SchemaIds | None = None) -> None:
        self._registry = registry
        self._registered_schemas: dict[int, Any] = {}

    def decode(self, data: bytes) -> ContractRecord:
        """Raises FramingError where the bytes are no framed record, BodyError where the body is not what the schema
        says, SchemaError where the schema is none of the contract, RegistryError where the registry fails."""
        if len(data) < _CONFLUENT_FRAME:
            raise TooShort(f"{len(data)} bytes are too few for a framed record")
        if data[:2] == SINGLE_OBJECT_MAGIC:
            if len(data) < _SINGLE_OBJECT_FRAME:
                raise TooShort(f"{len(data)} bytes are too few for a single-object frame")
            (fingerprint,) = struct.unpack_from("<Q", data, 2)
            release = by_fingerprint(fingerprint)
            if release is None:
                raise UnknownSchema(f"schema fingerprint {fingerprint:016x} is of no released schema")
            return _read(data, _SINGLE_OBJECT_FRAME, release.parsed)
        if data[:1] == CONFLUENT_MAGIC:
            (schema_id,) = struct.unpack_from(">I", data, 1)
            return _read(data, _CONFLUENT_FRAME, self._registered(schema_id))
        raise WrongMagic(f"first bytes {data[:2].hex()} are neither c301 (single object) nor 00 (registry)")

    def _registered(self, schema_id: int) -> Any:
        writer = self._registered_schemas.get(schema_id)
        if writer is not None:
            return writer
        if self._registry is None:
            raise UnknownSchema(f"schema id {schema_id} cannot be looked up: no schema registry is configured")
        try:
            schema = self._registry.schema(schema_id)
        except NotRegistered as error:
            raise UnknownSchema(str(error)) from error
        try:
            writer = fastavro.parse_schema(schema, named_schemas={})
            refuse_unbounded(writer)
        except SchemaError:
            raise
        except Exception as error:  # SchemaParseException, ValueError, KeyError, TypeError, RecursionError and more
            raise SchemaError(f"schema id {schema_id} does not parse: {_brief(error)}") from error
        self._registered_schemas[schema_id] = writer
        return writer


def _read(data: bytes, start: int, writer: Any) -> ContractRecord:
    name = writer.get("name") if isinstance(writer, dict) else writer
    cls = RECORDS.get(name) if isinstance(name, str) else None
    if cls is None:
        raise SchemaError(f"schema {str(name)[:_MESSAGE_LIMIT]} is no record of the contract")
    stream = io.BytesIO(data)
    stream.seek(start)
    try:
        plain = fastavro.schemaless_reader(stream, writer, latest(cls.__name__).parsed)
    except (EOFError, IndexError) as error:  # IndexError: also an enum or union without such a branch
        raise TruncatedBody(f"body of {name} ends too early, or is damaged: {_brief(error)}") from error
    except Exception as error:  # fastavro raises UnicodeDecodeError, OverflowError, SchemaResolutionError and more
        raise BodyError(f"body does not decode as {name}: {type(error).__name__}: {_brief(error)}") from error
    rest = len(data) - stream.tell()
    if rest:
        raise TrailingBytes(f"{rest} bytes follow the {name}")
    return from_avro(cls, plain)  # type: ignore[arg-type]  # the schema is a record's, so it is a dict


def _brief(error: Exception) -> str:
    """fastavro quotes the whole value in some messages, or its address in memory."""
    text = str(error).split(" from <", 1)[0] or type(error).__name__
    return text if len(text) <= _MESSAGE_LIMIT else text[: _MESSAGE_LIMIT - 1] + "…"
