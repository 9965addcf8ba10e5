"""Records made from a schema alone, always the same ones, to prove compatibility with.

Every field has a list of choices: each branch of a union, each symbol of an enum, extremes of numbers, times and
strings, arrays without items, with one and with many. The samples of a record bring together every pair of choices of
every two fields: they are the rows of an orthogonal array of strength 2 (Bush 1952): for a prime p not below the number
of columns less one and the number of choices, row (i, j) has i + j·k mod p in column k, and j in the last one. Records
inside of a record bring every choice of every field, alone: their own pairs would square the number again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_ITEMS_PER_ARRAY = 4
_INT = (0, 1, -1, 2**31 - 1, -(2**31))
_LONG = (0, 1, -1, 2**63 - 1, -(2**63))
_CHOICES: dict[str, tuple[Any, ...]] = {
    "null": (None,),
    "boolean": (False, True),
    "int": _INT,
    "long": _LONG,
    "float": (0.0, 1.5, -1.5),
    "double": (0.0, 0.1, -0.1, 1.7976931348623157e308, 5e-324),
    "bytes": (b"", b"\x00\xc3\x01\xff", bytes(range(256))),
    "string": ("", "a", "Zürich 東京 🤝\t\n\x00", "é" * 200),
}
_TIMES = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 13, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
)


def samples(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The samples of a record (schema with names expanded) as the plain dicts that fastavro writes."""
    names = [field["name"] for field in record["fields"]]
    columns = [choices(field["type"]) for field in record["fields"]]
    if not columns:
        yield {}
        return
    prime = _prime(max(2, len(columns) - 1, *map(len, columns)))
    last = len(columns) - 1
    for i in range(prime):
        for j in range(prime):
            places = [(i + j * k) % prime if k < last else j for k in range(len(columns))]
            yield {
                name: column[place % len(column)] for name, column, place in zip(names, columns, places, strict=True)
            }


def choices(schema: Any) -> list[Any]:
    """What a value of this type (with names expanded) may be."""
    if isinstance(schema, list):
        return [choice for arm in schema for choice in choices(arm)]
    if isinstance(schema, str):
        return list(_CHOICES[schema])
    match schema["type"]:
        case "record":
            return _each_choice(schema)
        case "enum":
            return list(schema["symbols"])
        case "array":
            return _arrays(choices(schema["items"]))
        case "map":
            values = choices(schema["values"])
            return [{}, {str(place): value for place, value in enumerate(values)}]
        case "fixed":
            return [bytes(schema["size"]), b"\xff" * schema["size"]]
        case "long" if schema.get("logicalType") == "timestamp-micros":
            return list(_TIMES)
        case other:
            return choices(other)


def _each_choice(record: dict[str, Any]) -> list[dict[str, Any]]:
    columns = [(field["name"], choices(field["type"])) for field in record["fields"]]
    rows = max((len(column) for _, column in columns), default=1)
    return [
        {name: column[(row + place) % len(column)] for place, (name, column) in enumerate(columns)}
        for row in range(rows)
    ]


def _arrays(items: list[Any]) -> list[list[Any]]:
    """None, one, and then all of them, in arrays of bounded length."""
    full = [items[start : start + _ITEMS_PER_ARRAY] for start in range(0, len(items), _ITEMS_PER_ARRAY)]
    return [[], items[:1], *full]


def _prime(least: int) -> int:
    number = least
    while any(number % divisor == 0 for divisor in range(2, int(number**0.5) + 1)):
        number += 1
    return number
