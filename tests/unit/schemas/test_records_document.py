"""docs/records.md names every field as the schemas do, and its consumers are as short as promised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.topics import ALL_TOPICS
from pipeline.cli.schemas import type_in_words
from schemas.expand import expanded, types_within
from schemas.records import RECORDS
from schemas.releases import latest

DOCUMENT = Path(__file__).parents[3] / "docs" / "records.md"
NAMED = {
    inner["name"].rpartition(".")[2]: inner
    for name in RECORDS
    for _, inner in types_within(expanded(latest(name.rpartition(".")[2]).parsed), "")
    if isinstance(inner, dict) and "name" in inner
}


def table(name: str) -> str:
    """The section of a record or an enum: its documentation, and for a record a row for each field."""
    schema = NAMED[name]
    lines = [f"### {name}", schema["doc"]]
    if schema["type"] == "record":
        lines += ["", "| field | type | meaning |", "|---|---|---|"]
        lines += [f"| `{f['name']}` | {type_in_words(f['type'])} | {f['doc']} |" for f in schema["fields"]]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", NAMED)
def test_every_type_stands_in_the_document_as_its_schema_says(name: str) -> None:
    assert table(name) in DOCUMENT.read_text(encoding="utf-8"), f"docs/records.md lacks this section:\n{table(name)}"


def test_every_topic_stands_in_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for spec in ALL_TOPICS:
        assert f"| `{spec.name}` |" in text


def test_the_consumers_have_at_most_15_lines_and_import_nothing_of_ours() -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 2
    for block in blocks:
        assert len([line for line in block.splitlines() if line.strip()]) <= 15
        assert not re.search(
            r"\b(schemas|connectors|pipeline|summitwire)\b *import|import +(schemas|connectors)", block
        )


def test_the_readme_shows_the_same_consumer() -> None:
    (first, _) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
    assert f"```python\n{first}```" in (DOCUMENT.parents[1] / "README.md").read_text(encoding="utf-8")
