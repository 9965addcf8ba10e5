"""Fingerprints against the Avro project's published vectors, and against the specification's algorithm written out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastavro.schema import to_parsing_canonical_form

from schemas.codec import Encoder
from schemas.records import RawArticle
from schemas.releases import by_fingerprint, fingerprint_of, releases

# From the test data that all of Avro's implementations share (share/test/data/schema-tests.txt), as signed 64-bit.
PUBLISHED: list[tuple[Any, int]] = [
    ("null", 7195948357588979594),
    ("boolean", -6970731678124411036),
    ("int", 8247732601305521295),
    ("long", -3434872931120570953),
    ("float", 5583340709985441680),
    ("double", -8181574048448539266),
    ("bytes", 5746618253357095269),
    ("string", -8142146995180207161),
    (["int", "boolean"], 5392556393470105090),
    ({"type": "record", "name": "foo", "namespace": "x.y", "fields": []}, 5916914534497305771),
    ({"type": "enum", "name": "foo", "namespace": "x.y.z", "symbols": ["A1", "A2"]}, -4448647247586288245),
    ({"type": "fixed", "name": "foo", "size": 15}, 1756455273707447556),
    ({"type": "map", "values": "string"}, -8732877298790414990),
]


def crc_64_avro(data: bytes) -> int:
    """The specification's definition, bit by bit."""
    empty = 0xC15D213AA4D7A795
    value = empty
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (empty if value & 1 else 0)
    return value


@pytest.mark.parametrize(("schema", "published"), PUBLISHED, ids=[json.dumps(schema)[:30] for schema, _ in PUBLISHED])
def test_fingerprints_are_those_that_avro_publishes(schema: Any, published: int) -> None:
    assert fingerprint_of(schema) == published % 2**64


def test_fingerprints_of_our_releases_follow_the_specifications_algorithm() -> None:
    for release in releases():
        assert release.fingerprint == crc_64_avro(to_parsing_canonical_form(release.schema).encode())
        assert by_fingerprint(release.fingerprint) is release


def test_a_single_object_frame_holds_the_fingerprint_least_significant_byte_first(article: RawArticle) -> None:
    (release,) = [release for release in releases() if release.name == "RawArticle.v1"]
    frame = Encoder().encode(article, "t")[:10]
    assert frame[:2] == b"\xc3\x01"
    assert [frame[2 + place] for place in range(8)] == [release.fingerprint >> 8 * place & 0xFF for place in range(8)]
