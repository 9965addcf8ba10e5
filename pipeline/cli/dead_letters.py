"""Lists and shows dead letters, and puts their originals back.

summitwire dead-letters list --step decode --since 2d
summitwire dead-letters show wire.articles.raw.v1/0/123/decode
summitwire dead-letters show wire.articles.raw.v1/0/123/decode --raw > original
summitwire dead-letters replay --step extract --dry-run
summitwire dead-letters replay wire.articles.raw.v1/0/123/decode

A dead letter is a record that a step could not handle, with its original bytes
and the reason. Replaying appends the original to the topic that it came from,
where the pipeline takes it up like any other record.
"""

from __future__ import annotations

import argparse
import codecs
import re
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime
from time import time
from typing import Any

from connectors.config import Config
from connectors.topics import DEAD_LETTERS, Received, Topics
from pipeline.cli import CommandError
from pipeline.cli.common import add_config, config_of, decoder_of, natural, topic_name, topics_of
from pipeline.cli.hexdump import hexdump
from pipeline.cli.lines import dead_letter_parts, time_part
from pipeline.cli.output import Part, Printer
from pipeline.escape import printable
from pipeline.jsonable import appended, message_json, record_json
from pipeline.replay import LostOriginal, Result, Selection, UnknownDeadLetter, dead_letters, original, replay
from schemas.codec import Decoder
from schemas.errors import SchemaError
from schemas.records import DeadLetter

SHOWN_BYTES = 4096
"""Of an original that does not decode; `--raw` gives all of it."""

_AGE = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = actions.add_parser("list", help="one line for each", description="Lists dead letters, oldest first.")
    _add_filters(listing)
    listing.add_argument("-n", dest="count", type=natural, metavar="N", help="the last N only")
    listing.add_argument("--json", action="store_true", help="JSON lines, without key, headers and value")

    showing = actions.add_parser(
        "show", help="everything about one", description="Shows a dead letter and its original."
    )
    showing.add_argument("id", metavar="ID", help="as `list` prints it")
    form = showing.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--raw", action="store_true", help="the original's bytes, nothing else")

    replaying = actions.add_parser(
        "replay",
        help="put originals back on their topic",
        description="Puts original bytes back on the topic they came from; the pipeline takes them up again. Refused: "
        "what its topic holds a newer version of; what came from a connector, which fetches it again. Replaying twice "
        "does no harm: the pipeline writes the same records with the same ids. Exit status 1 where a dead letter named "
        "by its id was not replayed, or an original is lost.",
    )
    replaying.add_argument("ids", nargs="*", metavar="ID", help="dead letters by id, or choose them by the filters")
    replaying.add_argument("--all", action="store_true", help="every dead letter")
    _add_filters(replaying)
    replaying.add_argument("--dry-run", action="store_true", help="tell what would be done, write nothing")
    replaying.add_argument("--json", action="store_true", help="JSON lines, one for each dead letter")
    replaying.set_defaults(usage_error=replaying.error)
    for action in (listing, showing, replaying):
        add_config(action)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--step", metavar="STEP", help="fetch, parse, publish, decode, strip, extract or encode")
    parser.add_argument("--class", dest="error_class", metavar="CLASS", help="class of the error, such as WrongMagic")
    parser.add_argument("--source", metavar="TOPIC", help="topic that the original was read from")
    parser.add_argument(
        "--since", type=moment, metavar="TIME", help="written since then: 2026-01-14, 2026-01-14T09:30+09:00, 90m, 2d"
    )


def moment(text: str) -> int:
    """Milliseconds since the epoch from an ISO 8601 time (local where it names no zone) or an age such as 90m."""
    if age := _AGE.fullmatch(text):
        return int((time() - int(age[1]) * _SECONDS[age[2]]) * 1000)
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a time such as 2026-01-14T09:30 nor an age such as 90m, 12h, 2d"
        ) from None


def run(args: argparse.Namespace) -> int:
    config = config_of(args)
    action: Callable[[argparse.Namespace, Config, Topics, Decoder], int] = {
        "list": _list,
        "show": _show,
        "replay": _replay,
    }[args.action]
    with closing(topics_of(config)) as topics:
        return action(args, config, topics, decoder_of(config))


def _selection(args: argparse.Namespace, ids: frozenset[str] = frozenset()) -> Selection:
    source = topic_name(args.source) if args.source else None
    return Selection(ids=ids, step=args.step, error_class=args.error_class, source=source, since=args.since)


def _warn(place: str) -> None:
    Printer(sys.stderr).line("summitwire: left out, it does not decode: ", place)


def _list(args: argparse.Namespace, config: Config, topics: Topics, decoder: Decoder) -> int:
    printer = Printer()
    show = _print_row if args.json else _print_line
    found = _unique(dead_letters(topics, DEAD_LETTERS.name, decoder, _selection(args), _warn))
    shown = 0
    for received, dead in found if args.count is None else deque(found, maxlen=args.count):
        show(printer, received, dead)
        shown += 1
    if not shown and not args.json:
        printer.line("no dead letters")
    return 0


def _unique(found: Iterable[tuple[Received, DeadLetter]]) -> Iterator[tuple[Received, DeadLetter]]:
    """Each once, without value and headers: a batch that was run again writes its dead letters once more."""
    known: set[str] = set()
    for received, dead in found:
        if dead.dead_letter_id not in known:
            known.add(dead.dead_letter_id)
            yield replace(received, value=None, headers=()), replace(dead, value=None, headers=())


def _print_line(printer: Printer, received: Received, dead: DeadLetter) -> None:
    printer.line(time_part(received.timestamp), *dead_letter_parts(dead))


def _print_row(printer: Printer, received: Received, dead: DeadLetter) -> None:
    record = {name: value for name, value in record_json(dead).items() if name not in ("key", "headers", "value")}
    printer.json({"written": appended(received.timestamp).isoformat(timespec="milliseconds"), **record})


def _show(args: argparse.Namespace, config: Config, topics: Topics, decoder: Decoder) -> int:
    selection = Selection(ids=frozenset([args.id]))
    found = deque(dead_letters(topics, DEAD_LETTERS.name, decoder, selection, _warn), maxlen=1)
    if not found:
        raise CommandError(
            f"{DEAD_LETTERS.name} holds no dead letter {args.id}; `summitwire dead-letters list` shows them all"
        )
    received, dead = found[0]
    lost = ""
    try:
        value = original(dead, config.path(config.pipeline.dead_letter_files))
    except LostOriginal as error:
        value, lost = None, str(error)
    if args.raw:
        sys.stdout.buffer.write(value or b"")
        sys.stdout.buffer.flush()
    elif args.json:
        record = None if value is None else _decoded(value, decoder)
        Printer().json({**message_json(received), "value": record_json(dead), "original": record}, indent=2)
    else:
        printer = Printer()
        _show_text(printer, received, dead)
        if value is not None:
            _show_original(printer, value, decoder)
    if lost:
        raise CommandError(f"{args.id}: {lost}")
    return 0


def _show_text(printer: Printer, received: Received, dead: DeadLetter) -> None:
    def told(name: str, *parts: Part) -> None:
        printer.line((f"{name:<12}", "dim"), *parts)

    told("dead letter", (dead.dead_letter_id, "cyan"))
    told("written", f"{appended(received.timestamp).astimezone():%Y-%m-%d %H:%M:%S %z}")
    told("lies in", f"{received.topic}, partition {received.partition}, offset {received.offset}")
    told("step", dead.step)
    told("error", (f"{dead.error_class}: ", "red"), dead.message)
    if dead.source_topic is not None:
        told("came from", f"{dead.source_topic}, partition {dead.source_partition}, offset {dead.source_offset}")
    else:
        told("came from", dead.source_url or "a connector")
    told("key", "none" if dead.key is None else dead.key.decode("utf-8", "backslashreplace"))
    for header in dead.headers:
        told("header", f"{header.key}: {(header.value or b'').decode('utf-8', 'backslashreplace')}")
    told("original", "null" if dead.value_length < 0 else f"{dead.value_length:,} bytes")
    told("SHA-256", dead.value_sha256)
    if dead.value_file is not None:
        told("in file", dead.value_file)
    for name, content in received.headers:
        if not name.startswith("ce_") and name != "content-type":
            told(name.removeprefix("summitwire_"))
            printer.block(content.decode("utf-8", "backslashreplace").rstrip())


def _show_original(printer: Printer, value: bytes, decoder: Decoder) -> None:
    record = _decoded(value, decoder)
    if record is not None:
        printer.json(record, indent=2)
        return
    printer.block(_text(value) or hexdump(value[:SHOWN_BYTES]))
    if len(value) > SHOWN_BYTES:
        printer.line(f"and {len(value) - SHOWN_BYTES:,} bytes more; --raw gives them all")


def _text(value: bytes) -> str:
    """The beginning as text; empty where it is none, or holds control characters."""
    try:
        text, _ = codecs.utf_8_decode(value[:SHOWN_BYTES], "strict", len(value) <= SHOWN_BYTES)
    except UnicodeDecodeError:
        return ""
    text = text.replace("\r\n", "\n")
    return text if printable(text, keep="\n\t") == text else ""


def _decoded(value: bytes, decoder: Decoder) -> dict[str, Any] | None:
    try:
        record = decoder.decode(value)
    except SchemaError:
        return None
    return {"record": type(record).__name__, **record_json(record)}


def _replay(args: argparse.Namespace, config: Config, topics: Topics, decoder: Decoder) -> int:
    filtered = any(value is not None for value in (args.step, args.error_class, args.source, args.since))
    if sum((bool(args.ids), args.all, filtered)) != 1:
        args.usage_error("give ids, or filters (--step, --class, --source, --since), or --all: one of these three")
    printer = Printer()
    folder = config.path(config.pipeline.dead_letter_files)
    results: Counter[Result] = Counter()
    selection = _selection(args, frozenset(args.ids))
    replayed = "replayable" if args.dry_run else "replayed"
    try:
        for outcome in replay(
            topics, DEAD_LETTERS.name, decoder, selection, folder=folder, dry_run=args.dry_run, unreadable=_warn
        ):
            results[outcome.result] += 1
            if args.json:
                printer.json({**asdict(outcome), "dry_run": args.dry_run})
            else:
                result = replayed if outcome.result == "replayed" else outcome.result
                style = "green" if outcome.result == "replayed" else "yellow"
                reason = f"  {outcome.reason}" if outcome.reason else ""
                printer.line((f"{result:<10}", style), "  ", (outcome.dead_letter_id, "cyan"), reason)
    except UnknownDeadLetter as error:
        raise CommandError(f"{error}; `summitwire dead-letters list` shows them all") from error
    if not args.json:
        names = {"replayed": replayed}
        counts = ", ".join(f"{count} {names.get(result, result)}" for result, count in sorted(results.items()))
        printer.line(counts or "no dead letter fits", "; nothing was written" if args.dry_run else "")
    failed = results["lost"] + (results["superseded"] + results["refused"] if args.ids else 0)
    return 1 if failed else 0
