"""Whatever the bytes, decoding ends soon, in little memory, with a record or an error of the contract."""

from __future__ import annotations

import random
import time
import tracemalloc
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_strategies import SEEDED, records

from schemas.codec import Decoder, Encoder
from schemas.errors import BodyError, SchemaError
from schemas.records import RawArticle, Subject, SummitReport
from schemas.releases import latest

RECORD_NAMES = ["RawArticle", "CleanArticle", "SummitEvent", "SummitReport", "DeadLetter"]
SECONDS = 2.0
BYTES_PER_BYTE = 400
"""Python objects against the bytes they are read from: an empty optional field takes 1 byte, its object up to 100."""


def decode(data: bytes) -> None:
    with suppress(SchemaError):
        Decoder().decode(data)


def frame(record: str) -> bytes:
    return b"\xc3\x01" + latest(record).fingerprint.to_bytes(8, "little")


def varint(value: int) -> bytes:
    """A number as Avro writes it."""
    zigzag = (value << 1) ^ (value >> 63)
    out = bytearray()
    while zigzag > 0x7F:
        out.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    out.append(zigzag)
    return bytes(out)


@given(st.binary(max_size=200))
@settings(SEEDED)
def test_random_bytes_raise_nothing_unexpected(data: bytes) -> None:
    decode(data)


@given(st.sampled_from(RECORD_NAMES), st.binary(max_size=400))
@settings(SEEDED, max_examples=400)
def test_random_bodies_raise_nothing_unexpected(record: str, body: bytes) -> None:
    decode(frame(record) + body)


@pytest.mark.slow
@given(st.sampled_from(RECORD_NAMES).flatmap(records), st.data())
@settings(SEEDED, max_examples=300)
def test_damaged_records_raise_nothing_unexpected(record: RawArticle, data: st.DataObject) -> None:
    damaged = bytearray(Encoder().encode(record, "t"))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    decode(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_record_cut_anywhere_does_not_decode(article: RawArticle, cut: int) -> None:
    whole = Encoder().encode(article, "t")
    if cut < len(whole):
        with pytest.raises(SchemaError):
            Decoder().decode(whole[:cut])


HOSTILE_NUMBERS = [-1, -5, 2**31, 10**9, 2**40, 2**62, -(2**40), -(2**62), -(2**63), 2**63 - 1]


@pytest.mark.parametrize("number", HOSTILE_NUMBERS)
@pytest.mark.parametrize("tail", [b"", b"\x00" * 64, b"\x02a" * 500])
def test_lengths_and_counts_beyond_the_data_neither_allocate_nor_hang(
    report: SummitReport, number: int, tail: bytes
) -> None:
    string = frame("RawArticle") + varint(number) + tail
    whole = Encoder().encode(report, "t")
    events = whole.index(b"\x02" + varint(len("0:3:0")) + b"0:3:0")
    array = whole[:events] + varint(number) + tail
    block = whole[:events] + varint(-1) + varint(number) + tail
    tracemalloc.start()
    began = time.perf_counter()
    for data in (string, array, block):
        with pytest.raises(BodyError):
            Decoder().decode(data)
    assert time.perf_counter() - began < SECONDS
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_number_that_never_ends_is_an_error() -> None:
    with pytest.raises(BodyError):
        Decoder().decode(frame("RawArticle") + b"\xff" * 1_000_000)


@pytest.mark.slow
def test_a_megabyte_of_noise_decodes_within_bounds() -> None:
    noise = random.Random(7)
    for record in RECORD_NAMES:
        for fill in (b"\x00", b"\x02", b"\xff", b"\x04", None):
            body = noise.randbytes(1_000_000) if fill is None else fill * 1_000_000
            tracemalloc.start()
            began = time.perf_counter()
            decode(frame(record) + body)
            assert time.perf_counter() - began < 10 * SECONDS
            assert tracemalloc.get_traced_memory()[1] < BYTES_PER_BYTE * len(body)
            tracemalloc.stop()


@pytest.mark.slow
def test_many_tiny_items_stay_in_proportion_to_their_bytes(article: RawArticle) -> None:
    data = Encoder().encode(replace(article, subjects=(Subject(),) * 100_000), "t")
    tracemalloc.start()
    began = time.perf_counter()
    decode(data)
    assert time.perf_counter() - began < 10 * SECONDS
    assert tracemalloc.get_traced_memory()[1] < BYTES_PER_BYTE * len(data)
    tracemalloc.stop()
