"""`summitwire run --runner flink` as a process: on a Flink that it starts itself, and on a cluster."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from connectors.topics import CLEAN
from pipeline.flink import rest
from pipeline.local.flink import FlinkCluster, WorkerPool
from pipeline.local.process import free_ports
from pipeline.metrics.families import flink_name
from tests.integration.flink.running import PATIENCE, caught_up, running_job
from tests.integration.pipeline.desk import Desk, article, message

pytestmark = pytest.mark.timeout(900)
REPORTED = ("read/records", "read/bytes", f"written/{CLEAN.name}", "latency/appended/le/inf", "events/meeting/planned")
"""Some of the pipeline's counters."""


def command(desk: Desk, folder: Path, *options: str) -> subprocess.Popen[str]:
    config = folder / "summitwire.toml"
    config.write_text(
        f'[topics]\nurl = "{desk.config.topics.url}"\n'
        f'[pipeline]\ngroup = "{desk.config.pipeline.group}"\nextractor = "rules"\n'
    )
    call = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        "--runner",
        "flink",
        "--config",
        str(config),
        "--json",
        *options,
    ]
    return subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(reached: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.2)


def distinct(desk: Desk) -> int:
    return len({clean.article_id for clean in desk.clean()})


def reported(port: int) -> dict[str, float]:
    """What the Prometheus reporter at this port tells: metric → its sum."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        lines = response.read().decode().splitlines()
    sums: dict[str, float] = {}
    for name, value in (found.groups() for line in lines if (found := re.fullmatch(r"(\w+)\{.*\} (\S+)", line))):
        sums[name] = sums.get(name, 0.0) + float(value)
    return sums


def test_one_command_starts_all_that_is_needed_and_sigterm_ends_it_with_a_savepoint(
    flink_desk: Desk, tmp_path: Path
) -> None:
    flink_desk.put(*(message(article(number)) for number in range(20)))
    with command(flink_desk, tmp_path) as process:
        try:
            until(caught_up(flink_desk), process)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0, err
    told = json.loads(out)
    assert Path(told["savepoint"].removeprefix("file:"), "_metadata").is_file()
    assert told["restarts"] == {"failed": 0, "no_reader": 0, "grown": 0}
    assert len(flink_desk.clean()) == distinct(flink_desk) == 20


def test_a_job_on_a_cluster_outlives_its_command_and_a_task_manager(flink_desk: Desk, tmp_path: Path) -> None:
    flink_desk.put(*(message(article(number)) for number in range(20)))
    ports = free_ports(2)  # of the job manager, and of the task manager
    reporter = {
        "metrics.reporters": "prom",
        "metrics.reporter.prom.factory.class": "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
        "metrics.reporter.prom.port": ",".join(map(str, ports)),
    }
    with FlinkCluster(tmp_path / "cluster", settings=reporter) as cluster, WorkerPool() as pool:
        there = ("--flink-master", cluster.master, "--flink-workers", pool.address, "--detached")
        with command(flink_desk, tmp_path, *there) as process:
            _, err = process.communicate(timeout=3 * PATIENCE)
        assert process.returncode == 0, err
        until(caught_up(flink_desk))
        told = reported(ports[0]) | reported(ports[1])
        assert {flink_name(counter) for counter in REPORTED} <= set(told)
        assert told[flink_name("read/records")] == told[flink_name(f"written/{CLEAN.name}")] == 20
        assert told["flink_jobmanager_job_numRestarts"] == 0
        cluster.task_managers[0].kill()
        flink_desk.put(*(message(article(number)) for number in range(20, 40)))
        cluster.task_managers[0].start()
        until(caught_up(flink_desk))
        until(lambda: len(pool.workers()) == 2)  # those of the dead task manager have ended
        job = running_job(cluster.rest)
        assert job is not None
        with suppress(rest.RestError):
            rest.cancel(job)
    assert distinct(flink_desk) == 40
    assert len(set(flink_desk.pairs(CLEAN))) == 40
