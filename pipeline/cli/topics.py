"""Creates and lists topics.

summitwire topics create            the topics that Summitwire reads and writes, where they do not exist yet
summitwire topics list              what is there, with its number of records
summitwire topics list --json

Topics that exist are left as they are. On Kafka, created ones get 12 partitions, and as many replicas as the cluster's
own default says.
"""

from __future__ import annotations

import argparse
from contextlib import closing

from connectors.topics import ALL_TOPICS
from pipeline.cli.common import add_config, config_of, topics_of
from pipeline.cli.output import Printer


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, line in (("create", "create the topics that do not exist"), ("list", "list the topics that exist")):
        action = actions.add_parser(name, help=line, description=f"{line.capitalize()}.")
        action.add_argument("--json", action="store_true", help="JSON lines, one for each topic")
        add_config(action)


def run(args: argparse.Namespace) -> int:
    with closing(topics_of(config_of(args))) as topics:
        printer = Printer()
        if args.action == "create":
            created = topics.create(ALL_TOPICS)
            for spec in ALL_TOPICS:
                if args.json:
                    printer.json({"topic": spec.name, "created": spec.name in created})
                else:
                    printer.line(f"{spec.name:<24}  {'created' if spec.name in created else 'was there already'}")
            return 0
        infos = topics.list()
        for info in infos:
            if args.json:
                printer.json({"topic": info.name, "partitions": info.partitions, "records": info.records})
            else:
                shared = f"{info.partitions} partition{'s' if info.partitions > 1 else ''}"
                printer.line(f"{info.name:<24}  {info.records:>12,} records  {shared}")
        if not infos and not args.json:
            printer.line(f"{topics.url} has no topics; `summitwire topics create` makes them")
        return 0
