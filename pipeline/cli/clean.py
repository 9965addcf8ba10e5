"""Prints files without their boilerplate.

Example: summitwire clean story.txt page.html
         curl -s https://example.org/story | summitwire clean - --removed
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.boilerplate.model import CleanText
from pipeline.cli import CommandError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="text or HTML; - reads standard input")
    add_reading(parser)
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="one JSON object a file: text, spans, dateline, flags")
    output.add_argument("--removed", action="store_true", help="list what went: label, rule, offsets, words")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """The options that say how a file is read, which `explain` shares."""
    parser.add_argument(
        "--as",
        dest="kind",
        choices=["auto", "text", "page", "fragment"],
        default="auto",
        help="plain text, a whole page, or a fragment as feeds carry it (default: told from the file)",
    )
    parser.add_argument(
        "--published", type=_day, metavar="YYYY-MM-DD", help="day of publication: the year of datelines"
    )
    parser.add_argument("--headline", help="the story's headline, where the file does not say")


def run(args: argparse.Namespace) -> int:
    for name in args.files:
        clean = clean_file(name, args)
        if args.json:
            print(json.dumps({"file": name, **_plain(clean)}, ensure_ascii=False))
        elif args.removed:
            for span in clean.spans:
                if span.label not in ("body", "heading"):
                    words = " ".join(clean.source[span.start : span.end].split())
                    print(f"{span.label}\t{span.rule}\t{span.start}-{span.end}\t{words}")
        else:
            print(clean.text)
        if "not_cleaned" in clean.flags:
            print(f"summitwire: {name}: more than half would have gone, so nothing was removed", file=sys.stderr)
    return 0


def clean_file(name: str, args: argparse.Namespace) -> CleanText:
    """A file (or - for standard input), cleaned as the options of `add_reading` say. Raises CommandError."""
    from pipeline.boilerplate import clean_html, clean_text
    from schemas.markup import decode, is_document, is_markup

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror or error}") from error
    text = decode(data)
    kind = args.kind
    if kind == "auto":
        kind = "page" if is_document(text) else "fragment" if is_markup(text) else "text"
    if kind == "text":
        return clean_text(text, headline=args.headline, published=args.published)
    return clean_html(text, kind=kind, headline=args.headline, published=args.published)


def _plain(clean: CleanText) -> dict[str, Any]:
    return {
        "text": clean.text,
        "dateline": dataclasses.asdict(clean.dateline) if clean.dateline else None,
        "story_date": clean.story_date.isoformat() if clean.story_date else None,
        "flags": list(clean.flags),
        "spans": [{**dataclasses.asdict(span), "text": clean.source[span.start : span.end]} for span in clean.spans],
    }


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is not a day written YYYY-MM-DD") from None
