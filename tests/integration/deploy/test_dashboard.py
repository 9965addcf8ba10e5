"""Grafana's dashboard: its structure, and that every query parses and names metrics that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
import yaml

from tests.integration.deploy.deploy_files import DEPLOY, ROOT

GRAFANA = DEPLOY / "grafana"
BOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards/summitwire.json").read_text())
PANELS: list[dict[str, Any]] = BOARD["panels"]
COLUMNS = 24
PROMETHEUS_OWN = {"ALERTS"}


def documented() -> dict[str, set[str]]:
    """Metric → its labels, as docs/metrics.md has them; a test holds that page to the code."""
    found = {}
    for line in (ROOT / "docs/metrics.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch("`[a-z]+_[a-zA-Z_]+`", cells[0]):
            found[cells[0].strip("`")] = set(re.findall("`(.+?)`", cells[2])) if len(cells) > 2 else set()
    return found


METRICS = documented()


def queries() -> Iterator[tuple[str, str, str]]:
    """Title, query and legend of everything that asks Prometheus."""
    for panel in PANELS:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"], target["legendFormat"]
    for annotation in BOARD["annotations"]["list"]:
        yield annotation["name"], annotation["expr"], annotation["titleFormat"]


QUERIES = list(queries())


def selectors(expression: object) -> Iterator[promql_parser.VectorSelector]:
    """The series that an expression selects."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for part in ("expr", "lhs", "rhs", "vector_selector", "args"):
        inner = getattr(expression, part, None)
        for one in inner if isinstance(inner, list) else [inner]:
            if one is not None and not isinstance(one, str):
                yield from selectors(one)


def parsed(query: str) -> object:
    return promql_parser.parse(query.replace("$__rate_interval", "1m"))


@pytest.mark.parametrize(("title", "query", "legend"), QUERIES, ids=[title for title, _, _ in QUERIES])
def test_each_query_parses_and_asks_for_metrics_and_labels_that_there_are(title: str, query: str, legend: str) -> None:
    names = [selector.name for selector in selectors(parsed(query))]
    assert names
    assert set(names) <= METRICS.keys() | PROMETHEUS_OWN
    known = set().union(*(METRICS.get(str(name), set()) for name in names))
    for label in set(re.findall(r"\{\{(\w+)\}\}", legend)) | {
        label for by in re.findall(r"by \(([^)]+)\)", query) for label in by.split(", ")
    }:
        assert label in known | {"instance", "job_name", "alertname"}, label


def test_every_metric_that_is_no_detail_of_a_feed_is_shown() -> None:
    shown = {selector.name for _, query, _ in QUERIES for selector in selectors(parsed(query))}
    details = {
        "summitwire_topics_reachable",  # an alert's
        "summitwire_committed_offset",
        "summitwire_batches_total",
        "summitwire_items_total",
        "process_cpu_seconds_total",
    }
    left = {name for name in METRICS if not name.startswith("summitwire_feed_")} - shown
    assert left == details


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in PANELS]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        assert 0 <= at["x"] <= at["x"] + at["w"] <= COLUMNS
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_panel_says_what_it_shows_and_asks_the_provisioned_source() -> None:
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    wanted = {"type": source["type"], "uid": source["uid"]}
    for panel in PANELS:
        if panel["type"] == "row":
            continue
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        for asked in (panel, *panel["targets"]):
            assert asked["datasource"] == wanted
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == sorted(set(letters))
    assert BOARD["uid"] == "summitwire"
    assert BOARD["schemaVersion"] >= 36


def test_grafana_finds_the_dashboard_where_compose_puts_it() -> None:
    (provider,) = yaml.safe_load((GRAFANA / "provisioning/dashboards/summitwire.yml").read_text())["providers"]
    mounts = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["grafana"]["volumes"]
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in mounts
    assert "./grafana/provisioning:/etc/grafana/provisioning:ro" in mounts
