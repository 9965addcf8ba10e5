"""Tables of TOML into dataclasses: each key known, each value of its field's type."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
_hints = cache(typing.get_type_hints)  # else nine tenths of the time that a file with thousands of feeds takes


class ConfigError(Exception):
    """The configuration is missing or wrong. The message names the file, the key, and what would be right."""


def read_table(cls: type[T], plain: Any, where: str, env_prefix: str | None, environ: Mapping[str, str]) -> T:
    """The dataclass `cls` from a table of TOML; with a prefix, variables SUMMITWIRE_<PREFIX>_<KEY> go before it.

    Raises ConfigError, which says where, for what is no table, keys that the class has not, values of other types, and
    values that are missing.
    """
    if not isinstance(plain, Mapping):
        raise ConfigError(f"{where} must be a table")
    hints = _hints(cls)  # type: ignore[arg-type]  # a class can be hashed
    fields = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]  # a dataclass
    values: dict[str, Any] = {}
    for key, value in plain.items():
        if key not in fields:
            raise ConfigError(f"{where} has no key {key!r}; it has {', '.join(fields)}")
        values[key] = _checked(value, hints[key], f"{where} {key}")
    if env_prefix:
        for key in fields:
            variable = f"SUMMITWIRE_{env_prefix}_{key}".upper()
            if variable in environ:
                values[key] = _from_text(environ[variable], hints[key], variable)
    for key, item in fields.items():
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        if required and not values.get(key):
            raise ConfigError(f"{where} needs {key}")
    return cls(**values)


def _checked(value: Any, hint: Any, where: str) -> Any:
    kind = typing.get_origin(hint) or hint
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is tuple:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise ConfigError(f"{where} must be a list of strings, not {value!r}")
    if kind is not bool and isinstance(value, bool):
        raise ConfigError(f"{where} must be a {_name(kind)}, not {value!r}")
    expected: Any = Mapping if kind in (Mapping, dict) or "Mapping" in str(kind) else kind
    if isinstance(expected, types.GenericAlias) or not isinstance(value, expected):
        raise ConfigError(f"{where} must be a {_name(kind)}, not {value!r}")
    return value


def _from_text(text: str, hint: Any, variable: str) -> Any:
    try:
        if hint is int:
            return int(text)
        if hint is float:
            return float(text)
    except ValueError:
        raise ConfigError(f"environment variable {variable} must be a {_name(hint)}, not {text!r}") from None
    if hint is str:
        return text
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    raise ConfigError(f"environment variable {variable}: this setting can only stand in the file")


def _name(kind: Any) -> str:
    return {str: "string", int: "whole number", float: "number", bool: "true or false"}.get(kind, "table")
