"""The Python records and the Avro schemas say the same, field by field."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

import pytest

from schemas import records
from schemas.expand import expanded, types_within
from schemas.records import RECORDS
from schemas.releases import latest

AVRO_RECORDS = {
    inner["name"].rpartition(".")[2]: inner
    for name in RECORDS
    for _, inner in types_within(expanded(latest(name.rpartition(".")[2]).parsed), "")
    if isinstance(inner, dict) and inner["type"] == "record"
}
PYTHON_OF_AVRO = {"string": str, "int": int, "long": int, "double": float, "bytes": bytes}


@pytest.mark.parametrize("name", AVRO_RECORDS)
def test_fields_are_the_same(name: str) -> None:
    python = [field.name for field in dataclasses.fields(getattr(records, name))]
    assert python == [field["name"] for field in AVRO_RECORDS[name]["fields"]]


@pytest.mark.parametrize("name", AVRO_RECORDS)
def test_types_are_the_same(name: str) -> None:
    hints = typing.get_type_hints(getattr(records, name))
    for field in AVRO_RECORDS[name]["fields"]:
        assert same(hints[field["name"]], field["type"]), (name, field["name"])


@pytest.mark.parametrize("name", AVRO_RECORDS)
def test_defaults_agree_where_both_have_one(name: str) -> None:
    python = {field.name: field.default for field in dataclasses.fields(getattr(records, name))}
    for field in AVRO_RECORDS[name]["fields"]:
        default = python[field["name"]]
        if "default" in field and default is not dataclasses.MISSING:
            assert default == (tuple(field["default"]) if isinstance(field["default"], list) else field["default"])


def same(hint: Any, schema: Any) -> bool:
    if isinstance(schema, list):
        arms = typing.get_args(hint)
        return (
            typing.get_origin(hint) in (typing.Union, types.UnionType)
            and type(None) in arms
            and same(next(arm for arm in arms if arm is not type(None)), schema[1])
        )
    if isinstance(schema, str):
        return bool(hint is PYTHON_OF_AVRO[schema])
    match schema["type"]:
        case "array":
            arms = typing.get_args(hint)
            return typing.get_origin(hint) is tuple and arms[1] is Ellipsis and same(arms[0], schema["items"])
        case "enum":
            return list(typing.get_args(hint)) == schema["symbols"]
        case "record":
            return bool(hint.__name__ == schema["name"].rpartition(".")[2])
        case _:
            return bool(hint.__name__ == "datetime" and schema["logicalType"] == "timestamp-micros")
