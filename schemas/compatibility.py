"""The rules of the contract, and the proof that every release of a generation reads every other.

Schema registries compare schemas; this writes data. For each two releases of a record's generation, in both directions,
every sample of the one (schemas.samples) is written, read with the other, and compared with what Avro's resolution says
that it means. What cannot be seen in data is checked in the schemas themselves.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, permutations
from pathlib import Path
from typing import Any

import fastavro

from schemas.errors import SchemaError
from schemas.expand import expanded, fields_within, types_within
from schemas.releases import Release, digest, released_digests, releases
from schemas.samples import samples

NAMESPACE = "summitwire"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: `problems`, one sentence each, and how many written and read `samples` found none."""

    releases: tuple[str, ...]
    samples: int
    problems: tuple[str, ...]


def check(folder: Path | None = None) -> Report:
    """Checks all releases of `folder` (the contract's own where none is given) with each other."""
    try:
        all_releases = releases(folder)
        problems = list(_unlike_released(all_releases, released_digests(folder)))
        trees = {release.name: expanded(release.parsed) for release in all_releases}
    except SchemaError as error:
        return Report((), 0, (str(error),))
    problems += _same_fingerprint(all_releases)
    read = 0
    for _, group in groupby(all_releases, key=lambda release: (release.record, release.generation)):
        generation = list(group)
        for release in generation:
            problems += _ill_formed(release, trees[release.name])
        for older, newer in pairwise(generation):
            problems += _changed(older, newer, trees[older.name], trees[newer.name])
        for written, known in [(release, release) for release in generation] + list(permutations(generation, 2)):
            count, found = _misread(written, known, trees[written.name], trees[known.name])
            read += count
            problems += found
    problems += _diverging(all_releases, trees)
    return Report(tuple(release.name for release in all_releases), read, tuple(dict.fromkeys(problems)))


def _unlike_released(all_releases: Sequence[Release], released: dict[str, str]) -> Iterator[str]:
    names = {release.name for release in all_releases}
    for name in sorted(released.keys() - names):
        yield f"{name} was released, and its file is gone"
    for release in all_releases:
        now = digest(release.schema)
        if release.name not in released:
            yield f'{release.name} is not in released.json; to release it, add "{release.name}": "{now}"'
        elif released[release.name] != now:
            yield f"{release.name} differs from what was released; a change belongs into the file of a new release"


def _same_fingerprint(all_releases: Sequence[Release]) -> Iterator[str]:
    seen: dict[int, Release] = {}
    for release in all_releases:
        other = seen.setdefault(release.fingerprint, release)
        if other is not release:
            yield (
                f"{release.name} has the fingerprint of {other.name}, which ignores defaults, documentation and "
                "logical types: readers could not tell them apart"
            )


def _ill_formed(release: Release, tree: Any) -> Iterator[str]:
    """What a schema must keep to by itself."""
    if not isinstance(tree, dict) or tree.get("type") != "record":
        yield f"{release.name} is no record"
        return
    if tree["name"] != f"{NAMESPACE}.{release.record}":
        yield f"{release.name} is named {tree['name']} and not {NAMESPACE}.{release.record}; full names never change"
    for path, field in fields_within(tree, release.name):
        if not field.get("doc", "").strip():
            yield f"{path} is not documented"
        if field.get("default", ...) is None and isinstance(field["type"], list) and field["type"][0] != "null":
            yield f"{path} has the default null, and null is not the first branch of its union"
    for path, inner in types_within(tree, release.name):
        if isinstance(inner, list) and (len(inner) != 2 or inner.count("null") != 1):
            yield f"{path} is a union of other than null and one type"
        if not isinstance(inner, dict) or "name" not in inner:
            continue
        doc = inner.get("doc", "")
        if not doc.strip():
            yield f"{path}: the type {inner['name']} is not documented"
        if inner["type"] == "enum":
            if "default" not in inner:
                yield f"{path}: the enum {inner['name']} has no default, so that no symbol could ever be added"
            for symbol in inner["symbols"]:
                if f"{symbol} =" not in doc:
                    yield f"{path}: the documentation of {inner['name']} does not say what {symbol} means"


def _changed(older: Release, newer: Release, old: Any, new: Any) -> Iterator[str]:
    """What a release may not change, said in words; the data prove the rest."""
    old_fields, new_fields = dict(fields_within(old, "")), dict(fields_within(new, ""))
    for path in sorted(new_fields.keys() - old_fields.keys()):
        if path.rpartition(".")[0] in _records(old) and "default" not in new_fields[path]:
            yield f"{newer.name}{path} was added without a default: older records have no value for it"
    for path in sorted(old_fields.keys() - new_fields.keys()):
        if path.rpartition(".")[0] in _records(new) and "default" not in old_fields[path]:
            yield f"{newer.name} lacks {older.name}{path}, which has no default: older readers need it"
    for path in sorted(old_fields.keys() & new_fields.keys()):
        before, after = old_fields[path], new_fields[path]
        if "default" in before and "default" in after and before["default"] != after["default"]:
            yield f"{newer.name}{path} has another default than in {older.name}: old records would change their meaning"
    old_types, new_types = dict(_types(old)), dict(_types(new))
    for place in sorted(old_types.keys() & new_types.keys()):
        before, after = old_types[place], new_types[place]
        if before.get("name") != after.get("name"):
            yield f"{newer.name}{place} is named {after.get('name')} and was {before.get('name')}; names never change"
        if before.get("logicalType") != after.get("logicalType"):
            yield f"{newer.name}{place} has another logical type than in {older.name}"
        added = [symbol for symbol in after.get("symbols", ()) if symbol not in before.get("symbols", ())]
        if added and ("default" not in before or "default" not in after):
            yield f"{newer.name}{place} adds the symbol {added[0]} to an enum without a default: older readers fail"


def _records(tree: Any) -> list[str]:
    """Paths of all records. A field counts as added or removed only where its record stands in both releases."""
    return [path for path, inner in types_within(tree, "") if isinstance(inner, dict) and inner["type"] == "record"]


def _types(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path → type, unions left out: their one type stands at the same path. Primitives as {"type": name}."""
    for path, inner in types_within(tree, ""):
        if not isinstance(inner, list):
            yield path, inner if isinstance(inner, dict) else {"type": inner}


def _misread(written: Release, known: Release, written_tree: Any, known_tree: Any) -> tuple[int, list[str]]:
    """How many samples of `written` came through `known` with their meaning, and the first that did not."""
    count = 0
    if not isinstance(written_tree, dict) or written_tree.get("type") != "record":
        return 0, []
    for sample in samples(written_tree):
        out = io.BytesIO()
        try:
            fastavro.schemaless_writer(out, written.parsed, sample)
            out.seek(0)
            read = fastavro.schemaless_reader(out, written.parsed, known.parsed)
            expected = _resolved(sample, written_tree, known_tree)
        except Exception as error:  # fastavro raises SchemaResolutionError, ValueError, KeyError and more
            reason = " ".join(str(error).split())[:200]
            return count, [f"{known.name} cannot read {written.name}: {type(error).__name__}: {reason}"]
        if read != expected or out.read(1):
            place = next((name for name in expected if read.get(name) != expected[name]), "its end")  # type: ignore[union-attr]  # a record
            return count, [f"{known.name} reads another value than {written.name} wrote, at {place}"]
        count += 1
    return count, []


def _resolved(value: Any, written: Any, known: Any) -> Any:
    """What a value written with one schema means to the reader of another: Avro's schema resolution, for a record,
    an optional type, an array and an enum; all else keeps its value."""
    if isinstance(written, list) and isinstance(known, list):
        arms = [[arm for arm in union if arm != "null"] for union in (written, known)]
        return value if value is None else _resolved(value, arms[0][0], arms[1][0])
    kind = written["type"] if isinstance(written, dict) else written
    if kind == "record":
        before = {field["name"]: field for field in written["fields"]}
        return {
            field["name"]: _resolved(value[field["name"]], before[field["name"]]["type"], field["type"])
            if field["name"] in before
            else field["default"]
            for field in known["fields"]
        }
    if kind == "array":
        return [_resolved(item, written["items"], known["items"]) for item in value]
    if kind == "enum":
        return value if value in known["symbols"] else known["default"]
    return value


def _diverging(all_releases: Sequence[Release], trees: dict[str, Any]) -> Iterator[str]:
    """Types that several records share are the same in the newest release of each."""
    newest = {(release.record, release.generation): release for release in all_releases}
    shared: dict[tuple[int, str], tuple[str, str]] = {}
    for release in newest.values():
        for path, inner in types_within(trees[release.name], release.name):
            if isinstance(inner, dict) and "name" in inner:
                key = (release.generation, inner["name"])
                first_path, first_digest = shared.setdefault(key, (path, digest(inner)))
                if digest(inner) != first_digest:
                    yield f"{path} and {first_path} both define {inner['name']}, and differ"
