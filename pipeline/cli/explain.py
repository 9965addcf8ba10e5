"""Writes one HTML page that shows what the cleaner made of a file: what went, tinted by label, with its rule on hover.

Example: summitwire explain story.html --output story.explained.html
"""

from __future__ import annotations

import argparse
import html
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from pipeline.boilerplate.model import CleanText
from pipeline.cli import CommandError
from pipeline.cli.clean import add_reading, clean_file
from schemas.records import SummitEvent


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="text or HTML; - reads standard input")
    parser.add_argument(
        "--output", metavar="FILE", help="where to write (default: FILE.explained.html; - for standard output)"
    )
    add_reading(parser)


def run(args: argparse.Namespace) -> int:
    clean = clean_file(args.file, args)
    page = explain(args.file, clean, find_events(clean, args))
    if args.output == "-":
        print(page)
        return 0
    target = Path(args.output or ("stdin" if args.file == "-" else args.file) + ".explained.html")
    try:
        target.write_text(page, encoding="utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"cannot write {target}: {error.strerror or error}") from error
    print(f"wrote {target}", file=sys.stderr)
    return 0


def find_events(clean: CleanText, args: argparse.Namespace) -> Sequence[SummitEvent]:
    """The summit events of the clean text."""
    from pipeline.summits import extract

    return extract(clean.text, published=args.published, headline=args.headline, dateline=clean.dateline)


def explain(name: str, clean: CleanText, events: Sequence[SummitEvent]) -> str:
    """One self-contained page: no script, nothing loaded, all text escaped."""
    evidence = _evidence(clean, events)
    labels = sorted({span.label for span in clean.spans} - {"body", "heading"})
    legend = "".join(f'<li class="removed {label}">{label}</li>' for label in labels)
    parts = []
    for span in clean.spans:
        if span.label in ("body", "heading"):
            parts.append(_kept(clean.source, span.start, span.end, evidence, heading=span.label == "heading"))
        else:
            words = _escaped(clean.source[span.start : span.end])
            parts.append(f'<del class="removed {span.label}" title="{span.label}: {_escaped(span.rule)}">{words}</del>')
    template = (files("pipeline.cli") / "explain.html").read_text("utf-8")
    values = {
        "name": _escaped(name),
        "facts": _facts(clean, events),
        "legend": legend,
        "text": "".join(parts),
        "events": "".join(_event(number, event) for number, event in enumerate(events, 1)),
    }
    for key, value in values.items():
        template = template.replace(f"{{{{{key}}}}}", value.replace("{{", "&#123;&#123;"))
    return template


def _escaped(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"), quote=True)


def _facts(clean: CleanText, events: Sequence[SummitEvent]) -> str:
    kept, whole = len(clean.text), len(clean.source)
    facts = [f"{kept:,} of {whole:,} characters kept"]
    if clean.dateline is not None:
        given = (clean.dateline.place, clean.dateline.date, clean.dateline.agency)
        facts.append("dateline: " + _escaped(", ".join(part for part in given if part)))
    if clean.story_date is not None:
        facts.append(f"story date: {clean.story_date.isoformat()}")
    facts += [f"flag: {_escaped(flag)}" for flag in clean.flags]
    facts.append(f"{len(events)} event{'' if len(events) == 1 else 's'}")
    return "".join(f"<li>{fact}</li>" for fact in facts)


def _evidence(clean: CleanText, events: Sequence[SummitEvent]) -> list[int]:
    """For each character of the source, the number of the first event that it is evidence of, else 0."""
    marks = [0] * len(clean.source)
    at = {}
    for run in clean.kept:
        for offset in range(run.length):
            at[run.clean_start + offset] = run.source_start + offset
    for number, event in enumerate(events, 1):
        for span in event.evidence:
            for position in range(span.start, span.end):
                source = at.get(position)
                if source is not None and not marks[source]:
                    marks[source] = number
    return marks


def _kept(source: str, start: int, end: int, evidence: Sequence[int], *, heading: bool) -> str:
    out = []
    at = start
    while at < end:
        stop = at + 1
        while stop < end and evidence[stop] == evidence[at]:
            stop += 1
        words = _escaped(source[at:stop])
        number = evidence[at]
        out.append(f'<mark title="evidence of event {number}">{words}<sup>{number}</sup></mark>' if number else words)
        at = stop
    text = "".join(out)
    return f"<b>{text}</b>" if heading else text


def _event(number: int, event: SummitEvent) -> str:
    date = event.date and (event.date.start if event.date.end is None else f"{event.date.start} to {event.date.end}")
    place = event.place and ", ".join(part for part in (event.place.name, event.place.country) if part)
    rows = [
        ("what", f"{event.kind}, {event.status}, {event.level}"),
        ("parties", ", ".join(event.parties)),
        ("who", "; ".join(person.name for person in event.participants if person.name)),
        ("when", date),
        ("where", place),
        ("topics", "; ".join(span.text for span in event.topics)),
        ("outcomes", "; ".join(span.text for span in event.outcomes)),
    ]
    cells = "".join(f"<dt>{key}</dt><dd>{_escaped(value)}</dd>" for key, value in rows if value)
    return f"<section><h2>Event {number}</h2><dl>{cells}</dl></section>"
