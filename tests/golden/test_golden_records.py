"""The sample wire gives the records of the golden files, byte for byte, wherever and however often it is played.

The files were written by another process, with another hash seed and another port: each run here is a second one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from connectors.topics import ALL_TOPICS, CLEAN, RAW, SUMMITS
from pipeline.local import KafkaBroker
from tests.golden.played import FILES, lines_of, stand

pytestmark = pytest.mark.slow


def golden(topic: str) -> list[str]:
    return (FILES / f"{topic}.jsonl").read_text(encoding="utf-8").splitlines()


def same(found: list[str], wanted: list[str], where: str) -> None:
    """Asserts that the lines are the same; tells the first record that differs, not all of them."""
    one, other = [json.loads(line) for line in found], [json.loads(line) for line in wanted]
    assert [line["key"] for line in one] == [line["key"] for line in other], where
    differing = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    told = f"{where}: {len(differing)} records differ; `python -m tests.golden.regenerate` if they should"
    assert not differing or differing[0][0] == differing[0][1], told


def test_the_spool_holds_the_golden_records_in_their_order(tmp_path: Path) -> None:
    with stand(tmp_path / "demo") as played:
        played.play()
        for spec in ALL_TOPICS:
            same(lines_of(played.topics, spec.name), golden(spec.name), spec.name)


def test_kafka_holds_the_golden_records_in_their_order(tmp_path: Path) -> None:
    with KafkaBroker() as broker, stand(tmp_path / "demo", broker.url) as played:
        played.play()
        for spec in ALL_TOPICS:
            same(lines_of(played.topics, spec.name), golden(spec.name), spec.name)


def test_kafka_with_twelve_partitions_holds_the_golden_records_in_their_order_for_each_key(tmp_path: Path) -> None:
    def by_key(lines: list[str]) -> list[str]:
        found: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            found[_key(line)].append(line)
        return [line for key in sorted(found) for line in found[key]]

    with KafkaBroker() as broker, stand(tmp_path / "demo", broker.url, partitions=12) as played:
        played.play()
        for spec in (RAW, CLEAN, SUMMITS):  # a dead letter names its record's place, which is another one here
            same(by_key(lines_of(played.topics, spec.name)), by_key(golden(spec.name)), spec.name)


def test_no_golden_record_knows_the_port_of_the_wire() -> None:
    assert not any(".localhost:" in line for spec in ALL_TOPICS for line in golden(spec.name))


def _key(line: str) -> Any:
    return json.loads(line)["key"]
