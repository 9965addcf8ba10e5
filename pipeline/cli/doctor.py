"""Checks this installation one by one, and says how to mend what is wrong.

summitwire doctor
summitwire doctor --json | jq '.checks[] | select(.status == "failed")'

Python and packages, configuration, disk, clock, topics and their settings, the
pipeline's lag, the schema registry, the language model, and Java where the
extra `broker` is installed. Nothing is changed. Exit status 1 if one fails.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial

from connectors.config import Config, load_config
from pipeline.cli import installation, services
from pipeline.cli.checks import Check, Group, checked, examine
from pipeline.cli.common import add_config
from pipeline.cli.output import Printer

LOG_LEVEL = "error"
_MARK = {"ok": ("✓", "green"), "failed": ("✗", "bold red"), "skipped": ("-", "dim")}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object: ok, and the checks")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    printer = Printer()
    checks = []
    for check in all_checks(args.config):
        checks.append(check)
        if not args.json:
            show(printer, check)
    failed = [check for check in checks if check.status == "failed"]
    if args.json:
        printer.json({"ok": not failed, "checks": [asdict(check) for check in checks]}, indent=2)
    elif failed:
        names = ", ".join(check.name for check in failed)
        printer.line((f"{len(failed)} of {len(checks)} checks failed: {names}", "bold red"))
    else:
        printer.line(("all is well", "green"))
    return 1 if failed else 0


def show(printer: Printer, check: Check) -> None:
    printer.line(_MARK[check.status], f" {check.name}: {check.detail}")
    if check.mend:
        printer.line("    to mend: ", (check.mend, "bold"))
    printer.flush()


def all_checks(file: str | None) -> Iterator[Check]:
    """Every check with the configuration `file`; what needs it is left out where it cannot be read."""
    yield checked("python", installation.python_release)
    yield checked("packages", installation.packages)
    yield checked("clock", installation.clock)
    loaded: list[Config] = []

    def load() -> str:
        loaded.append(load_config(file))
        return installation.settings(loaded[0], file)

    yield checked("configuration", load)
    groups = [Group("java", lambda: [checked("java", installation.java)], 30)]
    if loaded:
        groups = [*_configured(loaded[0]), *groups]
    yield from examine(groups)


def _configured(config: Config) -> list[Group]:
    """Bounded where a network may hang; loading the model takes as long as it takes."""
    return [
        Group("disk", partial(installation.disk_checks, config), 10),
        Group("topics", partial(services.topic_checks, config), 13),
        Group("registry", lambda: [checked("registry", partial(services.registry, config))], 13),
        Group("model", lambda: [checked("model", partial(installation.model, config))], 120),
    ]
