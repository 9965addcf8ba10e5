"""Runs connectors and pipeline side by side until Ctrl-C: `summitwire connect` and `summitwire run` as two processes.

summitwire up
summitwire up --archive avro/
summitwire up --metrics-port 9464    and answers Prometheus, the connectors at 9464 and the pipeline at 9465
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading

from pipeline.cli.common import add_config, add_metrics_port, config_of
from pipeline.cli.run import stop_on_signals
from pipeline.local.process import LAUNCHER

LOG_LEVEL = "info"
GRACE = 30.0
"""Seconds for a process to end its work after it was asked to; a micro-batch takes far less."""
log = logging.getLogger("summitwire.up")


def configure(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--archive", metavar="DIR", help="also write Avro files of the records, by date")
    add_metrics_port(parser)


def run(args: argparse.Namespace) -> int:
    config_of(args)
    common = ["--config", args.config] if args.config else []
    archive = ["--archive", args.archive] if args.archive else []
    connect_port, run_port = (
        ["--metrics-port", str(args.metrics_port + place)] if args.metrics_port else [] for place in (0, 1)
    )
    stop = stop_on_signals()
    command = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), sys.executable, "-m", "pipeline.cli"]
    # Sessions of their own: Ctrl-C reaches this process alone, which then ends them in order. The launcher ends them
    # where this process is killed: half of it running on would hold feeds and group.
    children = {
        name: subprocess.Popen([*command, name, *common, *extra], start_new_session=True)
        for name, extra in (("connect", connect_port), ("run", [*archive, *run_port]))
    }
    for name, child in children.items():
        threading.Thread(target=_watch, args=(name, child, stop), daemon=True).start()
    stop.wait()
    for name, child in children.items():
        _end(name, child)
    return next((1 for child in children.values() if child.returncode not in (0, -signal.SIGTERM)), 0)


def _watch(name: str, child: subprocess.Popen[bytes], stop: threading.Event) -> None:
    """When one ends by itself, the other ends too: half of it running would look like all of it."""
    status = child.wait()
    if not stop.is_set():
        log.error("%s ended with status %d; ending the other one too", name, status)
    stop.set()


def _end(name: str, child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        log.error("%s did not end within %.0f s; killed (nothing is lost: it goes on where it committed)", name, GRACE)
        child.kill()
        child.wait()
