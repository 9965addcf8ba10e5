"""`schemas check` passes on the contract, and every rule of it fires on a folder of schemas that breaks it."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

import schemas
from pipeline.cli import main
from schemas import compatibility
from schemas.expand import expanded
from schemas.releases import digest, latest
from schemas.samples import choices, samples

AVSC = Path(schemas.__file__).parent / "avsc"
Schema = dict[str, Any]


class Folder:
    """A copy of three released schemas, two of which share a type, to change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        listed = json.loads((AVSC / "released.json").read_text(encoding="utf-8"))
        kept = {name: listed[name] for name in ("CleanArticle.v1", "DeadLetter.v1", "SummitReport.v1")}
        (path / "released.json").write_text(json.dumps(kept), encoding="utf-8")
        for name in kept:
            shutil.copy(AVSC / f"{name}.avsc", path)

    def read(self, name: str) -> Schema:
        plain: Schema = json.loads((self.path / f"{name}.avsc").read_text(encoding="utf-8"))
        return plain

    def release(self, name: str, schema: Schema) -> None:
        """Writes a schema and enters it into the list of what was released."""
        (self.path / f"{name}.avsc").write_text(json.dumps(schema), encoding="utf-8")
        listed = json.loads((self.path / "released.json").read_text(encoding="utf-8"))
        (self.path / "released.json").write_text(json.dumps({**listed, name: digest(schema)}), encoding="utf-8")

    def problems(self) -> tuple[str, ...]:
        return compatibility.check(self.path).problems


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "avsc")


def field(schema: Schema, name: str) -> Schema:
    found: Schema = next(item for item in schema["fields"] if item["name"] == name)
    return found


def test_the_contract_keeps_its_own_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "check"]) == 0, capsys.readouterr().out
    assert "compatible in both directions" in capsys.readouterr().out


def test_a_problem_ends_the_check_with_exit_status_1(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.path / "DeadLetter.v1.avsc").unlink()
    report = compatibility.check(folder.path)
    monkeypatch.setattr(compatibility, "check", lambda: report)
    assert main(["schemas", "check"]) == 1
    assert "DeadLetter.v1 was released, and its file is gone" in capsys.readouterr().out
    assert main(["schemas", "check", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"] == list(report.problems)


def test_a_compatible_release_passes_and_is_proven_in_both_directions(folder: Folder) -> None:
    before = compatibility.check(folder.path)
    later = folder.read("CleanArticle.v1")
    later["fields"].append({"name": "mood", "type": ["null", "string"], "default": None, "doc": "Mood, or null."})
    field(later, "change")["type"]["symbols"].append("reissue")
    field(later, "change")["type"]["doc"] += " reissue = sent again."
    folder.release("CleanArticle.v1.1", later)
    other = folder.read("SummitReport.v1")
    field(other, "change")["type"] = field(later, "change")["type"]
    folder.release("SummitReport.v1.1", other)
    after = compatibility.check(folder.path)
    assert after.problems == ()
    assert "CleanArticle.v1.1" in after.releases
    assert after.samples > 2 * before.samples


def rename_record(schema: Schema) -> None:
    schema["name"] = "TidyArticle"


def rename_enum(schema: Schema) -> None:
    field(schema, "change")["type"]["name"] = "WhatChanged"


def rename_inner_record(schema: Schema) -> None:
    field(schema, "removed")["type"]["items"]["name"] = "GoneSpan"


def add_without_default(schema: Schema) -> None:
    schema["fields"].append({"name": "mood", "type": "string", "doc": "Mood."})


def add_without_default_inside(schema: Schema) -> None:
    field(schema, "kept")["type"]["items"]["fields"].append({"name": "mood", "type": "string", "doc": "Mood."})


def remove_required(schema: Schema) -> None:
    schema["fields"].remove(field(schema, "text"))


def change_type(schema: Schema) -> None:
    field(schema, "version")["type"] = "string"


def widen_type(schema: Schema) -> None:
    field(field(schema, "kept")["type"]["items"], "length")["type"] = "long"


def make_optional(schema: Schema) -> None:
    field(schema, "cleaner")["type"] = ["null", "string"]


def add_branch(schema: Schema) -> None:
    field(schema, "url")["type"] = ["null", "string", "long"]


def add_symbol_without_default(schema: Schema) -> None:
    del field(schema, "change")["type"]["default"]
    field(schema, "change")["type"]["symbols"].append("reissue")


def drop_logical_type(schema: Schema) -> None:
    field(schema, "published")["type"] = ["null", "long"]


def change_default(schema: Schema) -> None:
    field(schema, "flags")["default"] = ["new"]


def only_document(schema: Schema) -> None:
    field(schema, "flags")["doc"] = "Flags, in other words."


def undocumented_field(schema: Schema) -> None:
    schema["fields"].append({"name": "mood", "type": ["null", "string"], "default": None})


def undocumented_type(schema: Schema) -> None:
    del field(schema, "kept")["type"]["items"]["doc"]


def undocumented_symbol(schema: Schema) -> None:
    field(schema, "change")["type"]["symbols"].append("reissue")


def null_default_of_a_later_branch(schema: Schema) -> None:
    schema["fields"].append({"name": "mood", "type": ["string", "null"], "default": None, "doc": "Mood."})


def contain_itself(schema: Schema) -> None:
    schema["fields"].append(
        {"name": "before", "type": ["null", "CleanArticle"], "default": None, "doc": "Version before."}
    )


def unknown_type(schema: Schema) -> None:
    field(schema, "url")["type"] = "Address"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (rename_record, "is named summitwire.TidyArticle and not summitwire.CleanArticle"),
        (rename_enum, ".change is named summitwire.WhatChanged and was summitwire.Change"),
        (rename_inner_record, ".removed[] is named summitwire.GoneSpan and was summitwire.RemovedSpan"),
        (add_without_default, ".mood was added without a default"),
        (add_without_default_inside, ".kept[].mood was added without a default"),
        (remove_required, "lacks CleanArticle.v1.text, which has no default"),
        (change_type, "CleanArticle.v1.1 cannot read CleanArticle.v1: "),
        (change_type, "CleanArticle.v1 cannot read CleanArticle.v1.1: "),
        (widen_type, "CleanArticle.v1 cannot read CleanArticle.v1.1: "),
        (make_optional, "CleanArticle.v1 cannot read CleanArticle.v1.1: "),
        (add_branch, "CleanArticle.v1.1.url is a union of other than null and one type"),
        (add_symbol_without_default, "adds the symbol reissue to an enum without a default"),
        (add_symbol_without_default, "the enum summitwire.Change has no default"),
        (drop_logical_type, ".published has another logical type than in CleanArticle.v1"),
        (drop_logical_type, "CleanArticle.v1.1 has the fingerprint of CleanArticle.v1"),
        (change_default, ".flags has another default than in CleanArticle.v1"),
        (change_default, "CleanArticle.v1.1 has the fingerprint of CleanArticle.v1"),
        (only_document, "CleanArticle.v1.1 has the fingerprint of CleanArticle.v1"),
        (undocumented_field, "CleanArticle.v1.1.mood is not documented"),
        (undocumented_type, ".kept[]: the type summitwire.KeptSpan is not documented"),
        (undocumented_symbol, "the documentation of summitwire.Change does not say what reissue means"),
        (undocumented_symbol, "both define summitwire.Change, and differ"),
        (null_default_of_a_later_branch, ".mood has the default null, and null is not the first branch"),
        (contain_itself, "summitwire.CleanArticle contains itself"),
        (unknown_type, "CleanArticle.v1.1.avsc is no Avro schema"),
    ],
    ids=lambda value: value.__name__ if callable(value) else value[:25],
)
def test_a_release_that_breaks_a_rule_is_refused(folder: Folder, change: Callable[[Schema], None], reason: str) -> None:
    later = folder.read("CleanArticle.v1")
    change(later)
    folder.release("CleanArticle.v1.1", later)
    problems = folder.problems()
    assert any(reason in problem for problem in problems), problems


def test_compatibility_is_transitive(folder: Folder) -> None:
    """Each step is compatible, the first and the last release are not: a field goes and comes back as another type."""
    first = folder.read("CleanArticle.v1")
    second = copy.deepcopy(first)
    second["fields"].remove(field(second, "url"))
    third = copy.deepcopy(second)
    third["fields"].append({"name": "url", "type": ["null", "long"], "default": None, "doc": "Number of the page."})
    folder.release("CleanArticle.v1.1", second)
    folder.release("CleanArticle.v1.2", third)
    problems = folder.problems()
    assert any(problem.startswith("CleanArticle.v1.2 cannot read CleanArticle.v1:") for problem in problems)
    assert not any("CleanArticle.v1.1 cannot" in problem for problem in problems)


def test_generations_need_not_read_each_other(folder: Folder) -> None:
    second = folder.read("DeadLetter.v1")
    second["fields"].append({"name": "mood", "type": "string", "doc": "Mood."})
    folder.release("DeadLetter.v2", second)
    assert folder.problems() == ()


def test_a_released_file_must_not_change(folder: Folder) -> None:
    changed = folder.read("DeadLetter.v1")
    field(changed, "headers")["default"] = [{"key": "a"}]
    (folder.path / "DeadLetter.v1.avsc").write_text(json.dumps(changed), encoding="utf-8")
    assert folder.problems() == (
        "DeadLetter.v1 differs from what was released; a change belongs into the file of a new release",
    )


def test_the_documentation_of_a_released_file_may_change(folder: Folder) -> None:
    changed = folder.read("DeadLetter.v1")
    field(changed, "headers")["doc"] = "Headers, in other words."
    (folder.path / "DeadLetter.v1.avsc").write_text(json.dumps(changed), encoding="utf-8")
    assert folder.problems() == ()


def test_a_file_that_was_never_released_is_named_with_what_to_add(folder: Folder) -> None:
    schema = folder.read("DeadLetter.v1")
    (folder.path / "DeadLetter.v2.avsc").write_text(json.dumps(schema), encoding="utf-8")
    assert any(f'add "DeadLetter.v2": "{digest(schema)}"' in problem for problem in folder.problems())


@pytest.mark.parametrize("content", ["", "[1", "17", '{"type": "record"}'])
def test_a_broken_file_is_one_sentence(folder: Folder, content: str) -> None:
    (folder.path / "DeadLetter.v1.avsc").write_text(content, encoding="utf-8")
    (problem,) = folder.problems()
    assert problem.startswith("DeadLetter.v1")


def test_samples_bring_together_every_pair_of_choices() -> None:
    tree = expanded(latest("SummitEvent").parsed)
    rows = list(samples(tree))
    columns = {item["name"]: [repr(choice) for choice in choices(item["type"])] for item in tree["fields"]}
    shown = [{name: repr(row[name]) for name in columns} for row in rows]
    for one, other in combinations(columns, 2):
        met = {(row[one], row[other]) for row in shown}
        assert met == set(product(columns[one], columns[other])), (one, other)


def test_samples_hold_every_branch_symbol_and_size_of_array() -> None:
    tree = expanded(latest("SummitReport").parsed)
    rows = list(samples(tree))
    assert {row["change"] for row in rows} == set(field(tree, "change")["type"]["symbols"])
    assert {len(row["events"]) for row in rows} >= {0, 1, 4}
    assert any(row["headline"] is None for row in rows)
    events = [event for row in rows for event in row["events"]]
    assert {event["status"] for event in events} == set(
        field(field(tree, "events")["type"]["items"], "status")["type"]["symbols"]
    )
    assert any(event["place"] is None for event in events)
    assert any(event["place"] and event["place"]["latitude"] is not None for event in events)
