"""Polls the configured feeds and folders and publishes what is new to the raw topic.

summitwire connect                        until Ctrl-C
summitwire connect --once                 every feed once
summitwire connect --once < wire.nul      with [stdin] source set: documents ended by NUL bytes
summitwire connect --metrics-port 9464    and answers Prometheus at http://127.0.0.1:9464/metrics
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.config import Config
from pipeline.cli import CommandError
from pipeline.cli.common import add_config, add_metrics_port, config_of, topics_of

if TYPE_CHECKING:
    from rich.table import Table

    from connectors.run import Run
    from connectors.summary import ConnectSummary
    from connectors.topics import Topics

LOG_LEVEL = "info"
ROWS = 20
log = logging.getLogger("summitwire.connect")


def configure(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--once", action="store_true", help="poll every feed once, read all piped input, and end")
    add_metrics_port(parser)
    parser.add_argument("--json", action="store_true", help="print the summary at the end as JSON")


def run(args: argparse.Namespace) -> int:
    from connectors.state import StateError

    config = config_of(args)
    if not config.has_sources:
        raise CommandError("no feeds are configured; `summitwire feeds add URL` adds one")
    topics = topics_of(config)
    try:
        summary = asyncio.run(_connect(config, topics, args))
    except StateError as error:
        raise CommandError(str(error)) from error
    finally:
        topics.close()
    print(json.dumps(summary.to_dict(), ensure_ascii=False) if args.json else summary_text(summary))
    return 1 if args.once and summary.failed and len(summary.failed) == len(summary.feeds) else 0


async def _connect(config: Config, topics: Topics, args: argparse.Namespace) -> ConnectSummary:
    from connectors.exposition import serve
    from connectors.metrics import exposition
    from connectors.run import Run
    from schemas.codec import Decoder, Encoder

    registry = None
    if config.registry.url:
        from schemas.registry import Registry

        registry = Registry(config.registry.url)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    going = Run(config, topics, once=args.once, encoder=Encoder(registry), decoder=Decoder(registry))
    with _live(going):
        host = config.connect.metrics_host
        port = config.connect.metrics_port if args.metrics_port is None else args.metrics_port
        if not port:
            return await going.main(stop)
        try:
            server = await serve(port, lambda: exposition(going.feeds.values(), going.total, going.held), host)
        except OSError as error:
            raise CommandError(f"{host}:{port} for metrics cannot be used: {error.strerror or error}") from error
        async with server:
            return await going.main(stop)


@contextlib.contextmanager
def _live(going: Run) -> Iterator[None]:
    """A live table on a terminal; elsewhere the log tells."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.live import Live
    from rich.logging import RichHandler

    console = Console(stderr=True)
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, [RichHandler(console=console, show_path=False)]
    try:
        with Live(console=console, get_renderable=lambda: _table(going), refresh_per_second=2, transient=True):
            yield
    finally:
        root.handlers = handlers


def _table(going: Run) -> Table:
    from rich.table import Table

    total = going.total
    told = ", ".join(f"{count} {change}" for change, count in sorted(total.published.items())) or "nothing yet"
    table = Table(title=f"{len(going.feeds)} feeds; published: {told}; held: {going.held}; dead letters: {total.dead}")
    for column in ("feed", "polls", "304", "items", "published", "error"):
        table.add_column(column, overflow="ellipsis", no_wrap=True)
    latest = sorted(going.feeds.values(), key=lambda feed: (-(feed.last_poll or 0.0), feed.feed_id))[:ROWS]
    for feed in latest:
        share = f"{100 * feed.unchanged // feed.polls}%" if feed.polls else ""
        table.add_row(feed.feed_id, str(feed.polls), share, str(feed.items), str(feed.published), feed.error or "")
    return table


def summary_text(summary: ConnectSummary) -> str:
    """A line for each feed, and one for all."""
    lines = []
    for name, counts in sorted(summary.feeds.items()):
        error = summary.failed.get(name)
        told = ", ".join(f"{count} {change}" for change, count in sorted(counts.published.items())) or "nothing new"
        more = "".join(
            f", {count} {what}"
            for count, what in ((counts.unchanged, "unchanged"), (counts.held, "held"), (counts.dead, "dead letters"))
            if count
        )
        lines.append(f"{name}: {told}{more}" + (f"; failed: {error}" if error else ""))
    total = summary.total
    failed = len(summary.failed)
    lines.append(f"{len(summary.feeds)} feeds, {total.items} items, {total.total} published, {failed} failed")
    return "\n".join(lines)
