"""Polls the configured feeds and folders and publishes what is new to the raw topic.

summitwire connect            until Ctrl-C
summitwire connect --once     every feed once
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys

from pipeline.cli import CommandError
from pipeline.cli.common import add_config, config_of, topics_of

LOG_LEVEL = "info"
log = logging.getLogger("summitwire.connect")


def configure(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--once", action="store_true", help="poll every feed once, whenever it is due, and end")
    parser.add_argument("--json", action="store_true", help="print the summary at the end as JSON")


def run(args: argparse.Namespace) -> int:
    from connectors.run import ConnectSummary, Run
    from connectors.state import StateError
    from schemas.codec import Decoder, Encoder

    config = config_of(args)
    if not config.feeds and not config.folders:
        raise CommandError("no feeds are configured; `summitwire feeds add URL` adds one")
    topics = topics_of(config)

    async def main() -> ConnectSummary:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        registry = None
        if config.registry.url:
            from schemas.registry import Registry

            registry = Registry(config.registry.url)
        return await Run(config, topics, once=args.once, encoder=Encoder(registry), decoder=Decoder(registry)).main(
            stop
        )

    try:
        summary = asyncio.run(main())
    except StateError as error:
        raise CommandError(str(error)) from error
    finally:
        topics.close()
    if args.json:
        print(json.dumps(summary.to_dict(), ensure_ascii=False))
    else:
        print_summary(summary)
    return 1 if args.once and summary.failed and len(summary.failed) == len(summary.feeds) else 0


def print_summary(summary: object) -> None:
    """A line for each feed, and one for all."""
    from connectors.run import ConnectSummary

    assert isinstance(summary, ConnectSummary)
    for name, counts in sorted(summary.feeds.items()):
        error = summary.failed.get(name)
        told = ", ".join(f"{count} {change}" for change, count in sorted(counts.published.items())) or "nothing new"
        more = "".join(
            f", {count} {what}"
            for count, what in ((counts.unchanged, "unchanged"), (counts.held, "held"), (counts.dead, "dead letters"))
            if count
        )
        print(f"{name}: {told}{more}" + (f"; failed: {error}" if error else ""))
    total = summary.total
    print(f"{len(summary.feeds)} feeds, {total.items} items, {total.total} published, {len(summary.failed)} failed")
    sys.stdout.flush()
