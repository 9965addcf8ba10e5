"""Writes a summitwire.toml to start from, with every setting explained.

summitwire init
summitwire init --feed https://wire.example/a.rss --feed https://b.example/b.xml
summitwire init --kafka broker.example:9092 --config /etc/summitwire.toml

It makes the folders that the file names, and on the spool, the default, the
topics too; on Kafka `summitwire topics create` makes them.
"""

from __future__ import annotations

import argparse
import json
import os
import tomllib
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from connectors.config import DEFAULT_FILE, Config, ConfigError, TopicsConfig, load_config, parse_config
from connectors.durable import write_durably
from connectors.topics import ALL_TOPICS
from pipeline.cli import CommandError
from pipeline.cli.common import topics_of
from pipeline.cli.output import Printer


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kafka", metavar="HOST:PORT", help="topics on this broker instead of the local spool")
    parser.add_argument("--feed", metavar="URL", action="append", default=[], help="a feed to begin with; repeatable")
    parser.add_argument("--force", action="store_true", help="overwrite the file where there is one")
    parser.add_argument(
        "--config", metavar="FILE", default=DEFAULT_FILE, help=f"file to write (default {DEFAULT_FILE})"
    )


def run(args: argparse.Namespace) -> int:
    path = Path(args.config)
    text = template(f"kafka://{args.kafka}" if args.kafka else TopicsConfig().url, args.feed)
    _check(text, path)
    _write(path, text, args.force)
    config = load_config(path)
    folders = [config.path(config.connect.state).parent, config.path(config.pipeline.dead_letter_files)]
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be made: {error.strerror}") from error
    spool = config.topics_url().startswith("spool:")
    if spool:
        with closing(topics_of(config)) as topics:
            topics.create(ALL_TOPICS)
    _tell(path, config, spool)
    return 0


def template(topics_url: str, feeds: list[str]) -> str:
    """The configuration as text."""
    text = files("pipeline.cli").joinpath("template.toml").read_text(encoding="utf-8")
    tables = "".join(f"\n[[feeds]]\nurl = {_quoted(feed)}\n" for feed in dict.fromkeys(feeds))
    return text.replace("@TOPICS_URL@", _quoted(topics_url)) + tables


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's, with DEL escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _check(text: str, path: Path) -> None:
    """What was given on the command line is checked before anything is written."""
    try:
        parse_config(tomllib.loads(text.encode().decode()), path.absolute().parent, "summitwire init", {})
    except (tomllib.TOMLDecodeError, UnicodeEncodeError) as error:
        raise ConfigError(f"summitwire init: an address cannot be written into TOML: {error}") from error


def _write(path: Path, text: str, force: bool) -> None:
    target = path.resolve()
    if target.exists() and not force:
        raise CommandError(f"{path} exists already; --force overwrites it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_durably(target, text.encode())
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error


def _tell(path: Path, config: Config, spool: bool) -> None:
    printer = Printer()
    option = "" if path.absolute() == Path(DEFAULT_FILE).absolute() else f" --config {path}"
    printer.line(f"wrote {path}")
    printer.line(f"topics: {config.topics_url()}" + (" (made)" if spool else ""))
    steps = []
    if not config.has_sources:
        steps.append((f"edit {os.fspath(path)}", "add your wires under [[feeds]] and [[folders]]"))
    if not spool:
        steps.append((f"summitwire topics create{option}", "make the topics on the broker"))
    steps.append((f"summitwire doctor{option}", "check that everything is in place"))
    steps.append((f"summitwire up{option}", "fetch the wires and extract, until Ctrl-C"))
    steps.append((f"summitwire tail summits -f{option}", "see what comes, in another terminal"))
    printer.line()
    printer.line("Next:")
    for command, why in steps:
        printer.line("  ", (command, "bold"))
        printer.line("      ", why)
