"""A schema without references: every name replaced by its definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.errors import SchemaError


def expanded(parsed: Any) -> Any:
    """The schema (as fastavro parses it, with full names). Raises SchemaError where a record contains itself."""
    return _expanded(parsed, {}, ())


def _expanded(schema: Any, known: dict[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_expanded(arm, known, inside) for arm in schema]
    if isinstance(schema, str):
        if schema in inside:
            raise SchemaError(f"{schema} contains itself; no record of the contract may")
        return known.get(schema, schema)
    out = {key: value for key, value in schema.items() if not key.startswith("__")}
    for key in ("items", "values"):
        if key in out:
            out[key] = _expanded(out[key], known, inside)
    if out["type"] == "record":
        within = (*inside, out["name"])
        out["fields"] = [{**field, "type": _expanded(field["type"], known, within)} for field in out["fields"]]
    if "name" in out:
        known[out["name"]] = out
    return out


def types_within(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every type of an expanded schema with its path, such as `SummitReport.events[].date`; the schema itself first."""
    yield path, schema
    if isinstance(schema, list):
        for arm in schema:
            if arm != "null":
                yield from types_within(arm, path)
    elif isinstance(schema, dict):
        if "items" in schema:
            yield from types_within(schema["items"], f"{path}[]")
        if "values" in schema:
            yield from types_within(schema["values"], f"{path}{{}}")
        for field in schema.get("fields", ()):
            yield from types_within(field["type"], f"{path}.{field['name']}")


def fields_within(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of an expanded schema, also of the records inside of it, with its path."""
    for place, inner in types_within(schema, path):
        if isinstance(inner, dict):
            for field in inner.get("fields", ()):
                yield f"{place}.{field['name']}", field
