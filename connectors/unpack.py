"""Content encodings undone within limits, so that no small answer becomes a large one."""

from __future__ import annotations

import zlib
from io import BytesIO

import brotli  # type: ignore[import-untyped]  # it has none
import zstandard

ACCEPTED = "gzip, deflate, br, zstd"
_CHUNK = 65_536
_STEP = 1_048_576
_WINDOW = 8 * 1_048_576


class UnpackError(Exception):
    """The body is not what its Content-Encoding says, or unpacks to more than is allowed."""


def unpack(data: bytes, encoding: str, *, limit: int, ratio: int) -> bytes:
    """The body without its content encodings (RFC 9110, 8.4.1), at most `limit` bytes, and above 1 MiB at most
    `ratio` times the bytes that came. Raises UnpackError."""
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if len(names) > 2:
        raise UnpackError(f"{len(names)} content encodings on top of each other")
    most = min(limit, max(1_048_576, ratio * len(data)))
    for name in reversed(names):
        data = _unpack(data, name, most)
    if not names and data[:3] == b"\x1f\x8b\x08":  # a .gz file served as it lies there
        data = _unpack(data, "gzip", most)
    return data


def _unpack(data: bytes, name: str, most: int) -> bytes:
    if name in ("gzip", "x-gzip") and data[:2] != b"\x1f\x8b":
        return data  # said to be packed, and is not: some servers do
    try:
        if name in ("gzip", "x-gzip"):
            out = _inflate(data, 31, most)
        elif name == "deflate":
            try:
                out = _inflate(data, 15, most)
            except zlib.error:
                out = _inflate(data, -15, most)  # raw deflate, as many servers send it
        elif name == "br":
            out = _brotli(data, most)
        elif name == "zstd":
            reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(
                BytesIO(data), read_across_frames=True
            )
            out = _read(reader, most)
        else:
            raise UnpackError(f"content encoding {name[:40]!r} is not known")
    except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
        raise UnpackError(f"the body is broken {name}: {error}") from error
    return out


def _inflate(data: bytes, bits: int, most: int) -> bytes:
    """All members of it (gzip may hold several), in small steps: a step's output stands in memory twice."""
    out = bytearray()
    while data and len(out) <= most:
        inflater = zlib.decompressobj(bits)
        while not inflater.eof and len(out) <= most:
            step = inflater.decompress(data, _STEP)
            data = inflater.unconsumed_tail
            if not step and not data:
                break
            out += step
        if not inflater.eof:
            if len(out) > most:
                break
            raise zlib.error("cut short")
        data = inflater.unused_data.lstrip(b"\0")
    return _within(out, most)


def _within(out: bytearray, most: int) -> bytes:
    if len(out) > most:
        raise UnpackError(f"the body unpacks to more than {most:,} bytes")
    return bytes(out)


def _brotli(data: bytes, most: int) -> bytes:
    decompressor = brotli.Decompressor()
    out = bytearray(decompressor.process(data, output_buffer_limit=_CHUNK))
    while not decompressor.is_finished() and len(out) <= most:
        if decompressor.can_accept_more_data():
            raise EOFError("cut short")
        out += decompressor.process(b"", output_buffer_limit=_CHUNK)
    return _within(out, most)


def _read(reader: zstandard.ZstdDecompressionReader, most: int) -> bytes:
    out = bytearray()
    while len(out) <= most:
        chunk = reader.read(_CHUNK)
        if not chunk:
            break
        out += chunk
    return _within(out, most)
