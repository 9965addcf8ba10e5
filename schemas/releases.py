"""The released schemas: `schemas/avsc/<Record>.v<generation>[.<release>].avsc`.

A compatible change is a new release of the same generation (`CleanArticle.v1.1.avsc`) and goes to the same topic; an
incompatible one is a new generation and goes to a topic of that version. Full names never
change: resolution compares them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from schemas.errors import SchemaError
from schemas.records import RECORDS

_FILE = re.compile(r"(?P<record>\w+)\.v(?P<generation>\d+)(?:\.(?P<release>\d+))?\.avsc")


@dataclass(frozen=True, slots=True)
class Release:
    """One released schema. `composed` is self-contained: what to register, and what a container file holds."""

    record: str
    generation: int
    release: int
    composed: dict[str, Any]
    parsed: Any
    fingerprint: int

    @property
    def name(self) -> str:
        return f"{self.record}.v{self.generation}" + (f".{self.release}" if self.release else "")


@cache
def releases() -> tuple[Release, ...]:
    """All released schemas, oldest first. Raises SchemaError where one does not parse."""
    found: list[tuple[str, int, int, dict[str, Any]]] = []
    for entry in files("schemas").joinpath("avsc").iterdir():
        if match := _FILE.fullmatch(entry.name):
            plain = json.loads(entry.read_text(encoding="utf-8"))
            found.append((match["record"], int(match["generation"]), int(match["release"] or 0), plain))
    found.sort(key=lambda item: item[:3])
    out = []
    for record, generation, release, plain in found:
        composed = _compose(plain, generation, found, set())
        try:
            parsed = fastavro.parse_schema(composed, named_schemas={})
        except Exception as error:
            raise SchemaError(f"{record}.v{generation} does not parse: {error}") from error
        out.append(
            Release(
                record=record,
                generation=generation,
                release=release,
                composed=composed,
                parsed=parsed,
                fingerprint=int.from_bytes(bytes.fromhex(_crc64(composed)), "little"),
            )
        )
    return tuple(out)


def _crc64(schema: dict[str, Any]) -> str:
    """CRC-64-AVRO of the canonical form as fastavro gives it: hex, least significant byte first."""
    return str(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


def _compose(node: Any, generation: int, found: list[tuple[str, int, int, dict[str, Any]]], defined: set[str]) -> Any:
    """The schema with the records of other files put in at their first use."""
    if isinstance(node, list):
        return [_compose(arm, generation, found, defined) for arm in node]
    if isinstance(node, dict):
        if node.get("type") in ("record", "enum", "fixed"):
            defined.add(node["name"])
        return {
            key: _compose(value, generation, found, defined) if key in ("type", "items", "fields") else value
            for key, value in node.items()
        }
    if isinstance(node, str) and f"summitwire.{node}" in RECORDS and node not in defined:
        same = [item for item in found if item[0] == node and item[1] == generation]
        if not same:
            raise SchemaError(f"{node}.v{generation}.avsc is missing")
        return _compose(same[-1][3], generation, found, defined)
    return node


@cache
def latest(record: str) -> Release:
    """The newest release of a record, by its short name. Raises SchemaError where there is none."""
    of_record = [release for release in releases() if release.record == record]
    if not of_record:
        raise SchemaError(f"no schema of {record} is released")
    return of_record[-1]


@cache
def _index() -> dict[int, Release]:
    return {release.fingerprint: release for release in releases()}


def by_fingerprint(value: int) -> Release | None:
    """The release whose CRC-64-AVRO fingerprint this is."""
    return _index().get(value)
