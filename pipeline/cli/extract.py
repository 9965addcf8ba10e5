"""Prints the summit events of files: who met whom, where, when, to what end.

Example: summitwire extract story.txt --published 2026-01-14
         curl -s https://example.org/story | summitwire extract - --json

Dates count from the day of publication. Without --published that is the day which the text or its dateline states;
where neither does, weekdays and days without a year stay open.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from datetime import date

from pipeline.boilerplate.model import CleanText
from pipeline.cli import CommandError
from pipeline.cli.clean import add_reading, clean_file
from pipeline.cli.common import add_config, config_of
from pipeline.cli.lines import dates_of, place_of
from pipeline.cli.output import Part, Printer
from schemas.records import SummitEvent

_LABEL_WIDTH = 11


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="text or HTML; - reads standard input")
    add_reading(parser)
    add_config(parser)
    parser.add_argument(
        "--json", action="store_true", help="one JSON object an event: its fields, its file, what read it"
    )


def run(args: argparse.Namespace) -> int:
    from pipeline.summits import ModelError, extract, extractor_used, load
    from pipeline.summits.language import is_english

    settings = config_of(args).pipeline
    try:
        load(settings.model, settings.extractor)
    except ModelError as error:
        raise CommandError(str(error)) from error
    used = extractor_used()
    printer = Printer()
    for name in args.files:
        clean = clean_file(name, args)
        published = args.published or _stated_day(clean)
        if published is None:
            _note(f"{name}: no day of publication is known; --published gives the dates their year")
        if clean.text.strip() and not is_english(clean.text):
            _note(f"{name}: not English, so nothing was read")
            continue
        events = extract(clean.text, published=published, headline=args.headline, dateline=clean.dateline)
        if args.json:
            for number, event in enumerate(events):
                plain = {**dataclasses.asdict(event), "extractor": dataclasses.asdict(used)}
                printer.json({"file": name, "n": number, **plain})
            continue
        _story(printer, name, events)
    return 0


def _stated_day(clean: CleanText) -> date | None:
    """The day that the text states, else its dateline's."""
    if clean.story_date is not None:
        return clean.story_date
    return date.fromisoformat(clean.dateline.date) if clean.dateline and clean.dateline.date else None


def _story(printer: Printer, name: str, events: list[SummitEvent]) -> None:
    """A file's events as cards, an empty line between two."""
    count = {0: "no summit event", 1: "1 summit event"}.get(len(events), f"{len(events)} summit events")
    printer.line((name, "bold"), f": {count}")
    for event in events:
        printer.line()
        for line in card(event):
            printer.line(*line)
    if events:
        printer.line()


def card(event: SummitEvent) -> Iterator[tuple[Part, ...]]:
    """An event's readable lines: what and when first, then who, then what it was about, then where the text says so."""
    heading = f"{event.kind} {event.status}"
    yield (f"  {dates_of(event)}  ", (heading, "bold"), f"  {place_of(event)}")
    yield _row("parties", f"{', '.join(event.parties)} ({event.level} level, {event.prominence})")
    if event.gathering:
        yield _row("gathering", event.gathering)
    for person in event.participants:
        title = ", ".join(word for word in (person.title, person.country) if word)
        yield _row("who", f"{person.name or '(not named)'}, {title}" if title else person.name or "(not named)")
    for topic in event.topics:
        yield _row("topic", topic.text)
    for outcome in event.outcomes:
        yield _row("outcome", outcome.text)
    for quote in event.quotes:
        yield _row("quote", f"“{quote.text}” ({quote.speaker or 'speaker unknown'})")
    if event.attribution:
        yield _row("according", event.attribution)
    for span in event.evidence[:1]:
        yield _row("evidence", f"{' '.join(span.text.split())} [{span.start}-{span.end}]", "dim")
    yield _row("confidence", f"{event.confidence:.2f}", "dim")


def _row(label: str, text: str, style: str = "") -> tuple[Part, ...]:
    return (f"    {label:<{_LABEL_WIDTH}}", (text, style))


def _note(text: str) -> None:
    from pipeline.escape import printable

    print(f"summitwire: {printable(text)}", file=sys.stderr)
