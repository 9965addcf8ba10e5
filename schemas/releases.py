"""The released schemas: `schemas/avsc/<Record>.v<generation>[.<release>].avsc`, each complete in itself.

A compatible change is a new release of the same generation (`CleanArticle.v1.1.avsc`) and goes to the same topic; an
incompatible one is a new generation and goes to a topic of that version. Full names never change: resolution compares
them. A released file never changes but for its documentation; `released.json` holds what was released.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from schemas.errors import SchemaError

_FILE = re.compile(r"(?P<record>\w+)\.v(?P<generation>\d+)(?:\.(?P<release>\d+))?\.avsc")
_RELEASED = "released.json"


@dataclass(frozen=True, slots=True)
class Release:
    """One released schema: as written (`schema`), as fastavro wants it (`parsed`), and its CRC-64-AVRO fingerprint."""

    record: str
    generation: int
    release: int
    schema: dict[str, Any]
    parsed: Any
    fingerprint: int

    @property
    def name(self) -> str:
        return f"{self.record}.v{self.generation}" + (f".{self.release}" if self.release else "")


def releases(folder: Path | None = None) -> tuple[Release, ...]:
    """All released schemas of `folder` (the contract's own where none is given), by record and oldest first.

    Raises SchemaError where a file is no Avro schema.
    """
    return _read(folder) if folder is not None else _own()


@cache
def _own() -> tuple[Release, ...]:
    return _read(None)


def _read(folder: Path | None) -> tuple[Release, ...]:
    found = []
    for entry in _folder(folder).iterdir():
        if match := _FILE.fullmatch(entry.name):
            try:
                schema = json.loads(entry.read_text(encoding="utf-8"))
                parsed = fastavro.parse_schema(schema, named_schemas={})
                crc = fingerprint_of(schema)
            except Exception as error:  # json and fastavro raise ValueError, KeyError, SchemaParseException and more
                raise SchemaError(f"{entry.name} is no Avro schema: {error}") from error
            found.append(
                Release(match["record"], int(match["generation"]), int(match["release"] or 0), schema, parsed, crc)
            )
    return tuple(sorted(found, key=lambda item: (item.record, item.generation, item.release)))


def _folder(folder: Path | None) -> Any:
    return folder if folder is not None else files("schemas").joinpath("avsc")


def fingerprint_of(schema: Any) -> int:
    """CRC-64-AVRO of the schema's canonical form. fastavro gives its bytes in hex, least significant first."""
    hexed = fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")
    return int.from_bytes(bytes.fromhex(hexed), "little")


def digest(schema: Any) -> str:
    """Hex SHA-256 of all of a schema but its documentation: the fingerprint ignores defaults and logical types."""
    bare = json.dumps(_undocumented(schema), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bare.encode()).hexdigest()


def _undocumented(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _undocumented(value) for key, value in node.items() if key != "doc"}
    return [_undocumented(item) for item in node] if isinstance(node, list) else node


def released_digests(folder: Path | None = None) -> dict[str, str]:
    """Name of each release → its digest on the day of its release. Raises SchemaError where the list is missing."""
    try:
        listed: dict[str, str] = json.loads(_folder(folder).joinpath(_RELEASED).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SchemaError(f"{_RELEASED}, the list of what was released, cannot be read: {error}") from error
    return listed


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
