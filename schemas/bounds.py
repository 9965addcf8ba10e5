"""Refuses schemas under which a few bytes could ask for endless work.

Reading an array trusts its count and stops where the data end, so that every item must take at least a byte; a record
that contains itself could nest as deep as the data are long. Neither stands in the contract; a registry may hold both.
"""

from __future__ import annotations

from typing import Any

from schemas.errors import SchemaError


def refuse_unbounded(schema: Any) -> None:
    """Raises SchemaError for a schema with a recursive record, or with an array whose items take no bytes."""
    _least_bytes(schema, {}, ())


def _least_bytes(schema: Any, known: dict[str, int], inside: tuple[str, ...]) -> int:
    """How many bytes a value takes at least; `known` by name of the types that are complete."""
    if isinstance(schema, list):
        return 1 + min((_least_bytes(arm, known, inside) for arm in schema), default=0)
    if isinstance(schema, str):
        if schema in inside:
            raise SchemaError(f"{schema} contains itself; no record of the contract does")
        return known.get(schema, 0 if schema == "null" else 1)
    match schema["type"]:
        case "record" | "error":
            within = (*inside, schema["name"])
            size = sum(_least_bytes(field["type"], known, within) for field in schema["fields"])
        case "fixed":
            size = schema["size"]
        case "array" | "map":
            if schema["type"] == "array" and not _least_bytes(schema["items"], known, inside):
                raise SchemaError("a schema has an array whose items take no bytes")
            if schema["type"] == "map":
                _least_bytes(schema["values"], known, inside)
            size = 1
        case other:
            size = _least_bytes(other, known, inside) if not isinstance(other, str) else int(other != "null")
    if "name" in schema:
        known[schema["name"]] = size
    return size
