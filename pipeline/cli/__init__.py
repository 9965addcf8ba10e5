"""The `summitwire` command.

Each subcommand is a module with `configure(parser)` and `run(args) -> int`, imported only when it is called:
`summitwire connect` loads neither Beam nor spaCy.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module, one line of help)
    "init": ("pipeline.cli.init", "write a summitwire.toml to start from"),
    "doctor": ("pipeline.cli.doctor", "check configuration, topics, registry, model and disk"),
    "demo": ("pipeline.cli.demo", "run everything on a bundled sample wire"),
    "up": ("pipeline.cli.up", "connectors and pipeline in one process group"),
    "connect": ("pipeline.cli.connect", "connectors only: wires into the raw topic"),
    "feeds": ("pipeline.cli.feeds", "add, list, import and export feeds, and how they are"),
    "run": ("pipeline.cli.run", "pipeline only: raw topic to clean articles and summits"),
    "extract": ("pipeline.cli.extract", "print the summit events of files"),
    "clean": ("pipeline.cli.clean", "print files without their boilerplate"),
    "explain": ("pipeline.cli.explain", "write a page that shows what was removed from a file, and why"),
    "tail": ("pipeline.cli.tail", "print a topic's records, decoded"),
    "export": ("pipeline.cli.export", "write events as CSV, JSON lines, Parquet or GeoJSON"),
    "topics": ("pipeline.cli.topics", "create and list topics"),
    "schemas": ("pipeline.cli.schemas", "check, show and register the schemas"),
    "dead-letters": ("pipeline.cli.dead_letters", "list, show and replay dead letters"),
}

SUPERVISED = ("run",)
"""Commands whose work a record may crash: from a shell they are started again (pipeline.cli.supervise)."""

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class CommandError(Exception):
    """Ends a command with one sentence on standard error and exit status 1."""


def parse(args: Sequence[str]) -> tuple[argparse.ArgumentParser, ModuleType | None, argparse.Namespace]:
    """The parser, the module of the called subcommand, and its arguments. Exits with status 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        prog="summitwire",
        description="News wires in, summit events out.",
        epilog="summitwire COMMAND --help tells more. Start with: summitwire demo",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument(
        "--log-level", choices=["debug", "info", "warning", "error"], help="default: info for what runs on"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    called = _called(args)
    module = None
    for name, (path, line) in COMMANDS.items():
        sub = commands.add_parser(name, help=line, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == called:
            module = importlib.import_module(path)
            sub.description = module.__doc__
            module.configure(sub)
    return parser, module, parser.parse_args(args)


def _called(args: Sequence[str]) -> str | None:
    return next((arg for arg in args if arg in COMMANDS), None)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; its exit status: 0 done, 1 failed with a sentence, 2 wrong usage, 130 interrupted.

    Without `argv` it is the process' own command."""
    args = list(sys.argv[1:] if argv is None else argv)
    if argv is None and _called(args) in SUPERVISED:
        from pipeline.cli.supervise import supervised

        return supervised(lambda: main(args))
    parser, module, parsed = parse(args)
    if parsed.version:
        from importlib.metadata import version

        print(f"summitwire {version('summitwire')}")
        return 0
    if parsed.command is None or module is None:
        parser.print_help()
        return 2
    level = parsed.log_level or getattr(module, "LOG_LEVEL", "warning")
    logging.basicConfig(level=level.upper(), format=LOG_FORMAT, stream=sys.stderr)
    # Beam says at every import that its extra for Google Cloud is not installed.
    logging.getLogger().addFilter(lambda record: "apitools not found" not in record.getMessage())
    for name in ("apache_beam", "kafka"):
        # Their records tell about their insides, Beam's errors with the traceback of what we explain in a sentence.
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.CRITICAL)
    try:
        status = int(module.run(parsed) or 0)
        sys.stdout.flush()  # here, where a reader that has gone is no error
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except _expected() as error:
        from pipeline.escape import printable

        print(f"summitwire: {printable(str(error))}", file=sys.stderr)
        return 1


def _expected() -> tuple[type[BaseException], ...]:
    """The errors whose message is meant for the user; anything else is a defect and keeps its traceback."""
    from connectors.config import ConfigError
    from connectors.topics.model import TopicError
    from pipeline.local.errors import ServerError
    from schemas.errors import SchemaError

    return (CommandError, ConfigError, ServerError, TopicError, SchemaError)
