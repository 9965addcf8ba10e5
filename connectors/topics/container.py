"""The spool's files: Avro object container files of envelopes, in zstandard blocks with a checksum.

Any Avro library reads them. They are written and checked here rather than by fastavro's container classes because
every file must begin with the same bytes (so that files are merged by copying blocks), because each block's zstandard
frame carries a checksum of its content, and because a reader must be able to pass over blocks undecoded.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO

import fastavro
import zstandard

from connectors.topics.model import Message, Received, TopicError

BLOCK_BYTES = 131_072
"""Uncompressed size at which a block is closed: the memory of a reader, and how much is decoded to find one record."""
LARGEST_BLOCK = 1 << 30
"""No block holds more, uncompressed: neither must that size decide about memory."""
ENVELOPE_BYTES = 32
"""What an envelope takes beside key, value and headers, about: bounds the records of a block of empty ones."""
LEVEL = 1
"""Of zstandard. Level 3 made blocks of 3 KB articles 1 % smaller."""
SYNC = b"Summitwire spool"
"""The 16 bytes between blocks; fixed, so that the same records make the same file."""


class Corrupt(TopicError):
    """A file of the spool does not hold what its name says."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A file with the records first ≤ offset < first + count."""

    path: Path
    first: int
    count: int

    @property
    def end(self) -> int:
        return self.first + self.count


@cache
def header() -> bytes:
    """The first bytes of every file: magic, schema, codec, sync marker. Part of the format, and pinned by a test."""
    meta = {b"avro.schema": _schema_text(), b"avro.codec": b"zstandard"}
    entries = b"".join(_varint(len(key)) + key + _varint(len(value)) + value for key, value in meta.items())
    return b"Obj\x01" + _varint(len(meta)) + entries + b"\x00" + SYNC


def encode(messages: Sequence[Message], first: int, now: int) -> Iterator[bytes]:
    """Blocks of `messages`, which get the offsets from `first` on, and `now` for a timestamp where they have none."""
    compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
    envelopes: list[dict[str, Any]] = []
    size = 0
    for offset, message in enumerate(messages, first):
        envelopes.append(
            {
                "offset": offset,
                "timestamp": now if message.timestamp is None else message.timestamp,
                "key": message.key,
                "headers": [{"name": name, "value": value} for name, value in message.headers],
                "value": message.value,
            }
        )
        size += message.size + ENVELOPE_BYTES
        if size >= BLOCK_BYTES:
            yield _block(len(envelopes), compress(_encode(envelopes)))
            envelopes = []
            size = 0
    if envelopes:
        yield _block(len(envelopes), compress(_encode(envelopes)))


def decode(segment: Segment, topic: str, start: int, end: int) -> Iterator[Received]:
    """The records of a file with start ≤ offset < end.

    Raises FileNotFoundError before the first record, or never; Corrupt for a damaged file.
    """
    decompress = zstandard.ZstdDecompressor().decompress
    path = segment.path
    for base, records, data in blocks(segment, start):
        if base >= end:
            return
        for offset, envelope in enumerate(_decode(_inflate(decompress, data, path), records, path), base):
            if envelope["offset"] != offset:
                raise Corrupt(f"{path} is damaged: offset {envelope['offset']} stands where {offset} belongs")
            if start <= offset < end:
                yield Received(
                    topic,
                    0,
                    offset,
                    envelope["timestamp"],
                    envelope["key"],
                    envelope["value"],
                    tuple((item["name"], item["value"]) for item in envelope["headers"]),
                )


def merge(run: Sequence[Segment]) -> Iterator[bytes]:
    """Blocks of adjacent files together, small blocks joined; every checksum is verified."""
    compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
    decompress = zstandard.ZstdDecompressor().decompress
    bodies: list[bytes] = []
    records = 0
    size = 0
    for segment in run:
        for _, block_records, data in blocks(segment, segment.first):
            body = _inflate(decompress, data, segment.path)
            if not bodies and len(body) >= BLOCK_BYTES // 2:
                yield _block(block_records, data)
                continue
            bodies.append(body)
            records += block_records
            size += len(body)
            if size >= BLOCK_BYTES:
                yield _block(records, compress(b"".join(bodies)))
                bodies, records, size = [], 0, 0
    if bodies:
        yield _block(records, compress(b"".join(bodies)))


def blocks(segment: Segment, start: int) -> Iterator[tuple[int, int, bytes]]:
    """(offset of its first record, number of records, compressed data) of the blocks that end behind `start`.

    Raises Corrupt where the file is not framed as it should be, or does not hold as many records as its name says.
    """
    path = segment.path
    with path.open("rb") as stream:
        if stream.read(len(header())) != header():
            raise Corrupt(f"{path} is damaged: it does not begin as a file of the spool")
        length = os.fstat(stream.fileno()).st_size
        base = segment.first
        while (records := _read_varint(stream, path)) is not None:
            size = _read_varint(stream, path)
            # A damaged size must not decide how much memory is asked for.
            if size is None or not 0 < size <= length - stream.tell() or records <= 0:
                raise _cut(path)
            wanted = base + records > start
            data = stream.read(size) if wanted else b""
            if not wanted:
                stream.seek(size, io.SEEK_CUR)
            if stream.read(len(SYNC)) != SYNC:
                raise _cut(path)
            if wanted:
                yield base, records, data
            base += records
        if base != segment.end:
            raise Corrupt(f"{path} is damaged: it holds {base - segment.first} records")


def _cut(path: Path) -> Corrupt:
    return Corrupt(f"{path} is damaged: a block is cut off or overwritten")


def _block(records: int, data: bytes) -> bytes:
    return _varint(records) + _varint(len(data)) + data + SYNC


def _encode(envelopes: list[dict[str, Any]]) -> bytes:
    """A block's body is an Avro array without its leading count and its closing zero: one call encodes it all."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, _array(), envelopes)
    return out.getvalue()[len(_varint(len(envelopes))) : -1]


def _decode(body: bytes, records: int, path: Path) -> Any:
    stream = io.BytesIO(_varint(records) + body + b"\x00")
    try:
        envelopes: Any = fastavro.schemaless_reader(stream, _array())
    except Exception as error:  # fastavro raises EOFError, IndexError, UnicodeDecodeError, OverflowError and more
        raise Corrupt(f"{path} is damaged: a block does not decode ({type(error).__name__}: {error})") from error
    if stream.read(1):
        raise Corrupt(f"{path} is damaged: a block holds more than its {records} records")
    return envelopes


def _inflate(decompress: Any, data: bytes, path: Path) -> bytes:
    try:
        if not 0 <= zstandard.frame_content_size(data) <= LARGEST_BLOCK:
            raise Corrupt(f"{path} is damaged: a block has no size, or an impossible one")
        body: bytes = decompress(data)
    except (zstandard.ZstdError, MemoryError) as error:
        raise Corrupt(f"{path} is damaged: a block does not decompress ({error})") from error
    return body


@cache
def _schema_text() -> bytes:
    return files("connectors.topics").joinpath("envelope.avsc").read_bytes().strip()


@cache
def _array() -> Any:
    return fastavro.parse_schema({"type": "array", "items": json.loads(_schema_text())})


def _varint(number: int) -> bytes:
    """Avro's long, of a number that is not negative."""
    number <<= 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(stream: BinaryIO, path: Path) -> int | None:
    """Avro's long; None at the end of the file."""
    number = shift = 0
    while byte := stream.read(1):
        number |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return (number >> 1) ^ -(number & 1)
        shift += 7
        if shift > 63:
            break
    if not byte and not shift:
        return None
    raise _cut(path)
