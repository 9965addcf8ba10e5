"""Prints a topic's last records, decoded: one line each, or as JSON lines.

summitwire tail summits                  the last ten reports, with their events
summitwire tail raw -f                   and then what comes, until Ctrl-C
summitwire tail clean --key 3f2a9c01     the versions of one article
summitwire tail dead-letters -n 100 --json
summitwire tail summits --from-beginning --json > reports.jsonl

What does not decode is shown as such. Times at the beginning of a line tell
when a record was appended. In JSON lines bytes are text where they are UTF-8,
{"base64": "..."} otherwise; times are ISO 8601 in the zone the wire told.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from connectors.topics import Received, Topics
from pipeline.cli.common import add_config, config_of, decoder_of, natural, topic_name, topics_of
from pipeline.cli.lines import lines_of
from pipeline.cli.output import Printer
from pipeline.jsonable import bytes_json, message_json, record_json
from pipeline.tailing import Seen, follow, last, merged, seen


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", metavar="TOPIC", help="a topic's name, or raw, clean, summits, dead-letters")
    parser.add_argument("--json", action="store_true", help="JSON lines with every field")
    parser.add_argument("-f", "--follow", action="store_true", help="go on with new records until Ctrl-C")
    parser.add_argument("-n", dest="count", type=natural, default=10, metavar="N", help="records to show (default 10)")
    parser.add_argument("--from-beginning", action="store_true", help="show all records instead of the last N")
    parser.add_argument("--key", metavar="ARTICLE_ID", help="only records whose key begins so; reads the whole topic")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    config = config_of(args)
    topic = topic_name(args.topic)
    decoder = decoder_of(config)
    printer = Printer()
    show = show_json if args.json else show_lines
    with closing(topics_of(config)) as topics:
        try:
            for received in _records(topics, topic, args, printer):
                show(printer, seen(received, decoder))
                if args.follow:
                    printer.flush()
        except KeyboardInterrupt:
            if not args.follow:
                raise
    return 0


def _records(topics: Topics, topic: str, args: argparse.Namespace, printer: Printer) -> Iterator[Received]:
    wanted = _keyed(args.key)
    end = topics.end_offsets(topic)
    if args.from_beginning:
        yield from filter(wanted, merged(topics, topic, end))
    else:
        yield from last(topics, topic, args.count, end, wanted)
    if args.follow:
        printer.flush()
        yield from filter(wanted, follow(topics, topic, end, printer.wait))


def _keyed(key: str | None) -> Callable[[Received], bool]:
    if key is None:
        return lambda received: True
    beginning = key.encode("utf-8", "surrogateescape")
    return lambda received: received.key is not None and received.key.startswith(beginning)


def show_lines(printer: Printer, seen: Seen) -> None:
    for line in lines_of(seen):
        printer.line(*line, crop=True)


def show_json(printer: Printer, seen: Seen) -> None:
    printer.json(seen_json(seen))


def seen_json(seen: Seen) -> dict[str, Any]:
    """A message as JSON: `record` names what `value` is; null for a tombstone and for what does not decode, which has
    its bytes in `value` and the reason in `error`."""
    out = message_json(seen.received)
    if seen.record is None:
        return {**out, "record": None, "value": bytes_json(seen.received.value), "error": seen.error}
    return {**out, "record": type(seen.record).__name__, "value": record_json(seen.record), "error": None}
