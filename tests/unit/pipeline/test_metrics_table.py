"""Metrics, their documentation, the alert rules and Flink's names: one table, and all agree with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from connectors.metrics import exposition
from connectors.state import FeedState
from connectors.summary import Counts
from connectors.topics import CLEAN, DEAD_LETTERS, SUMMITS
from pipeline.metrics.families import FAMILIES, FLINK_SCOPE, flink_name, of_counter
from pipeline.metrics.latency import BUCKETS, SINCE

ROOT = Path(__file__).parents[3]
PROMETHEUS = ROOT / "deploy" / "prometheus"
PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
FEED = FeedState("norvik", "https://norvik.example/", last_ok=1.0, next_poll=2.0, lag=3.0)
CONNECTORS = exposition([FEED], Counts(published={"new": 1}), 0)
COUNTERS = [
    "read/records",
    "read/bytes",
    "duplicates",
    "failed/decode/WrongMagic",
    "failed/strip/LookupError",
    "failed/extract/_Odd_Error",
    "events/meeting/held",
    *(f"{what}/{spec.name}" for what in ("written", "written_bytes") for spec in (CLEAN, SUMMITS, DEAD_LETTERS)),
    *(f"latency/{since}/le/{bucket}" for since in SINCE for bucket in BUCKETS),
]
"""Beam counters, each kind of name that the pipeline gives them."""


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without the quotes of code."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in table[2:]]


def test_the_page_names_every_metric_of_the_pipeline_and_no_other() -> None:
    expected = [
        [
            family.name,
            family.kind,
            ", ".join(family.labels),
            family.text,
            family.counter,
            flink_name(family.counter).removeprefix(FLINK_SCOPE) if family.counter else "",
        ]
        for family in FAMILIES
    ]
    assert rows("Of the pipeline") == expected


def test_the_page_names_every_metric_of_the_connectors_and_no_other() -> None:
    told = re.findall(r"# HELP (\S+) (.+)\n# TYPE \S+ (\S+)\n[^{\n]+(?:\{(\w+)=)?", CONNECTORS)
    assert rows("Of the connectors") == [[name, kind, label, text] for name, text, kind, label in told]


def test_every_counter_has_a_family_whose_labels_are_those_of_the_table() -> None:
    for counter in COUNTERS:
        told = of_counter(counter)
        assert told is not None, counter
        family, labels = told
        assert tuple(labels) == family.labels
    assert {told[0].name for told in map(of_counter, COUNTERS) if told} == {
        family.name for family in FAMILIES if family.counter
    }
    assert of_counter("read/offsets/3") is None


def relabelled(name: str) -> dict[str, str]:
    """What Prometheus makes of a series of this name by the rules of flink.yml (all are of its action `replace`)."""
    scrape = yaml.safe_load((PROMETHEUS / "flink.yml").read_text(encoding="utf-8"))
    labels = {"__name__": name}
    for rule in scrape["scrape_configs"][0]["metric_relabel_configs"]:
        assert rule["source_labels"] == ["__name__"]
        if found := re.fullmatch(rule["regex"], labels["__name__"]):
            template = re.sub(r"\$\{(\d)\}", r"\\g<\1>", rule["replacement"])
            labels[rule["target_label"]] = found.expand(template)
    return labels


@pytest.mark.parametrize("counter", COUNTERS)
def test_what_flink_exports_is_relabelled_to_what_a_local_run_tells(counter: str) -> None:
    told = of_counter(counter)
    assert told is not None
    family, labels = told
    assert relabelled(flink_name(counter)) == {"__name__": family.name, **labels}


def test_flinks_own_metrics_are_left_as_they_are() -> None:
    for name, _ in rows("Of Flink itself"):
        assert relabelled(name) == {"__name__": name}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def selectors(expression: Any) -> Iterator[Any]:
    """The vector selectors of a parsed expression."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    elif isinstance(expression, promql_parser.MatrixSelector):
        yield expression.vector_selector
    elif isinstance(expression, promql_parser.BinaryExpr):
        yield from selectors(expression.lhs)
        yield from selectors(expression.rhs)
    elif isinstance(expression, promql_parser.Call):
        for one in expression.args:
            yield from selectors(one)
    elif isinstance(expression, promql_parser.ParenExpr | promql_parser.AggregateExpr | promql_parser.SubqueryExpr):
        yield from selectors(expression.expr)


LABELS = {
    **{family.name: {*family.labels, "job"} for family in FAMILIES},
    **{name: {label, "job"} for name, _, label, _ in rows("Of the connectors")},
    **{row[0]: set() for row in rows("Of Flink itself")},
    "up": {"job", "instance"},
}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    asked = [*selectors(promql_parser.parse(rule["expr"]))]
    assert asked
    for selector in asked:
        assert {matcher.name for matcher in selector.matchers.matchers} <= LABELS[selector.name]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_what_it_means_and_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
    assert set(rule["annotations"]) == {"summary", "description"}
    (documented,) = [row for row in rows("Alerts") if rule["alert"] in row[0].split(", ")]
    assert documented[1] == rule["labels"]["severity"]


def test_the_page_names_no_alert_that_does_not_exist() -> None:
    documented = [name for row in rows("Alerts") for name in row[0].split(", ")]
    assert sorted(documented) == sorted(rule["alert"] for rule in rules())


def test_the_jobs_that_alerts_ask_for_are_those_of_the_page() -> None:
    known = {"summitwire-connect", "summitwire-run", "flink"}
    asked = {
        matcher.value
        for rule in rules()
        for selector in selectors(promql_parser.parse(rule["expr"]))
        for matcher in selector.matchers.matchers
        if matcher.name == "job"
    }
    assert asked == known
    assert all(f"`{job}`" in PAGE for job in known)
