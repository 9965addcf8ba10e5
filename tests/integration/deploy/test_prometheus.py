"""Prometheus' configuration by its own tool, where that is installed; tests/unit/pipeline/test_metrics_table.py holds
the rules to our metrics, and needs no tool."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.integration.deploy.deploy_files import DEPLOY, run

PROMETHEUS = DEPLOY / "prometheus"


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("needs promtool, which comes with Prometheus (Debian: apt-get install prometheus)")
    return found


def test_promtool_accepts_the_rules(promtool: str) -> None:
    told = run([promtool, "check", "rules", str(PROMETHEUS / "alerts.yml")])
    assert told.returncode == 0, told.stdout + told.stderr


def test_promtool_accepts_the_configuration(promtool: str, tmp_path: Path) -> None:
    """As one file: a promtool before 2.43 does not know files of scrape configurations."""
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    for name in config.pop("scrape_config_files"):
        config["scrape_configs"] += yaml.safe_load((PROMETHEUS / name).read_text())["scrape_configs"]
    for name in config["rule_files"]:
        shutil.copy(PROMETHEUS / name, tmp_path)
    whole = tmp_path / "prometheus.yml"
    whole.write_text(yaml.safe_dump(config))
    told = run([promtool, "check", "config", str(whole)])
    assert told.returncode == 0, told.stdout + told.stderr
