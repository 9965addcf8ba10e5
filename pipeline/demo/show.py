"""The demo's outcome, for people and as JSON."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS
from pipeline.cli.lines import dates_of, place_of, who
from pipeline.cli.output import Part, Printer
from pipeline.demo.folder import INCOMING
from pipeline.demo.play import Played
from pipeline.demo.report import Outcome
from pipeline.demo.wire import Story
from pipeline.rows import rows_of
from schemas.records import DeadLetter, SummitReport

_TOPICS = {
    RAW.name: "every version of every story",
    CLEAN.name: "without boilerplate",
    SUMMITS.name: "a report of the summits in each version",
    DEAD_LETTERS.name: "what could not be handled, with its bytes",
}
_STATUS = {"held": "green", "cancelled": "red", "declined": "red", "postponed": "yellow"}
_PROMINENCE = {"primary": "● ", "background": "○ "}


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown. `seconds`: how long all of it took."""

    folder: Path
    topics_url: str
    played: Played
    outcome: Outcome
    seconds: float
    keep: bool

    @property
    def kafka(self) -> bool:
        return self.topics_url.startswith("kafka:")

    def to_dict(self) -> dict[str, Any]:
        outcome = self.outcome
        return {
            "folder": str(self.folder),
            "topics_url": self.topics_url,
            "topics": [
                {"topic": info.name, "partitions": info.partitions, "records": info.records} for info in outcome.topics
            ],
            "polls": [self.played.first.to_dict(), self.played.second.to_dict()],
            "counters": dict(sorted(self.played.counters.items())),
            "summits": [row for _, report in outcome.reports for row in rows_of(report)],
            "dead_letters": [
                {"id": dead.dead_letter_id, "step": dead.step, "class": dead.error_class, "message": dead.message}
                for dead in outcome.dead
            ],
            "missing": [story.headline for story in outcome.missing],
            "seconds": round(self.seconds, 3),
        }


def show(printer: Printer, shown: Shown) -> None:
    """Prints the summits, the topics, the dead letters, and what to type next."""
    _show_summits(printer, shown.outcome.reports)
    _show_topics(printer, shown)
    _title(printer, "Dead letters")
    for dead in shown.outcome.dead:
        _show_dead_letter(printer, dead)
    _show_next(printer, shown)


def _title(printer: Printer, text: str, note: str = "") -> None:
    printer.line()
    printer.line((text, "bold underline"), (note, "dim"))


def _show_summits(printer: Printer, reports: tuple[tuple[Story, SummitReport], ...]) -> None:
    events = [event for _, report in reports for event in report.events]
    place = max((len(place_of(event)) for event in events), default=0)
    what = max((len(f"{event.kind} {event.status}") for event in events), default=0)
    _title(printer, f"{len(events)} summits", "   ● what the story is about   ○ told as background")
    for story, report in reports:
        if not report.events:
            continue
        printer.line((report.headline or story.headline, "bold"), (f"  {_origin(report)}", "dim"), crop=True)
        for event in report.events:
            style = "" if event.prominence == "primary" else "dim"
            printer.line(
                (f"  {_PROMINENCE.get(event.prominence, '  ')}", style),
                (f"{dates_of(event):<10}  {place_of(event):<{place}}  ", style),
                (f"{f'{event.kind} {event.status}':<{what}}  ", _STATUS.get(event.status, style)),
                (who(event), style),
                crop=True,
            )
    _title(printer, f"{sum(not report.events for _, report in reports)} stories without one")
    for story, report in reports:
        if not report.events:
            notes = ", ".join(report.flags)
            told: Part = (f"  {_origin(report)}{f', {notes}' if notes else ''}", "dim")
            printer.line(f"  {report.headline or story.headline}", told, crop=True)


def _origin(report: SummitReport) -> str:
    return report.source_id if report.change == "new" else f"{report.source_id}, {report.change}"


def _show_topics(printer: Printer, shown: Shown) -> None:
    _title(printer, "Topics", f"   {shown.topics_url}")
    for info in shown.outcome.topics:
        shared = f", {info.partitions} partitions" if info.partitions > 1 else ""
        printer.line(
            f"  {info.name:<23} {info.records:>4} records", (f"   {_TOPICS[info.name]}{shared}", "dim"), crop=True
        )
    published = Counter(shown.played.first.total.published) + Counter(shown.played.second.total.published)
    told = ", ".join(f"{count} {change}" for change, count in published.most_common())
    printer.line((f"  The raw topic holds {told}, and one that was spoiled on purpose.", "dim"))


def _show_dead_letter(printer: Printer, dead: DeadLetter) -> None:
    where = dead.source_url or f"{dead.source_topic}, partition {dead.source_partition}, offset {dead.source_offset}"
    printer.line(f"  {dead.step:<8}", (f"{dead.error_class}: ", "red"), dead.message)
    printer.line((f"          {where}, {dead.value_length} bytes", "dim"), crop=True)


def _show_next(printer: Printer, shown: Shown) -> None:
    steps = [
        ("summitwire tail summits", "the reports, one line for each event"),
        ("summitwire tail raw --json", "what came from the wires, every field"),
        ("summitwire dead-letters list", "and `show`, `replay`"),
        ("summitwire export -o events.csv", "or .parquet, .geojson, .jsonl"),
        (f"summitwire extract {INCOMING}/processed/*.txt", "the summits in files, without topics"),
        ("summitwire up", f"goes on: put a story into {INCOMING}/, feeds into summitwire.toml"),
    ]
    if shown.kafka and not shown.keep:
        steps = [(f"summitwire demo --kafka --keep --dir {shown.folder}", "the broker has ended; so it stays")]
        _title(printer, "Next")
    else:
        _title(printer, "Next", "   in another terminal; Ctrl-C ends the wire here" if shown.keep else "")
        steps.insert(0, (f"cd {shown.folder}", ""))
    if shutil.which("summitwire") is None:
        steps.insert(0, (f"export PATH=$PATH:{Path(sys.argv[0]).absolute().parent}", ""))
    width = max(len(command) for command, why in steps if why)
    for command, why in steps:
        if why:
            printer.line("  ", (f"{command:<{width}}", "bold"), (f"  {why}", "dim"), crop=True)
        else:
            printer.line("  ", (command, "bold"))
    printer.line()
    printer.line((f"{shown.seconds:.1f} s in all", "dim"))
