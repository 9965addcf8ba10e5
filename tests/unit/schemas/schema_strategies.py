"""Hypothesis strategies made from a schema: what a record may hold is read from the contract, not repeated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from schemas.expand import expanded
from schemas.records import RECORDS, ContractRecord, from_avro
from schemas.releases import latest

SEEDED = settings(derandomize=True, deadline=None)
"""The same examples in every run, however busy the machine."""

_PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False),
    "bytes": st.binary(max_size=50),
    "string": st.text(max_size=30),
}


def records(record: str) -> st.SearchStrategy[ContractRecord]:
    """Python records, by the short name of their schema."""
    cls = RECORDS[f"summitwire.{record}"]
    return plain(expanded(latest(record).parsed)).map(lambda value: from_avro(cls, value))


def plain(schema: Any) -> st.SearchStrategy[Any]:
    """What fastavro reads for a schema with names expanded."""
    if isinstance(schema, list):
        return st.one_of(*map(plain, schema))
    if isinstance(schema, str):
        return _PRIMITIVES[schema]
    match schema["type"]:
        case "record":
            return st.fixed_dictionaries({field["name"]: plain(field["type"]) for field in schema["fields"]})
        case "enum":
            return st.sampled_from(schema["symbols"])
        case "array":
            return st.lists(plain(schema["items"]), max_size=3)
        case "long" if schema.get("logicalType") == "timestamp-micros":
            return st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants bounds without a zone
        case other:
            return _PRIMITIVES[other]
