"""The demo's outcome, for people and as JSON."""

from __future__ import annotations

import shlex
import shutil
import sys
import textwrap
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS
from pipeline.cli.lines import STATUS_STYLES, dates_of, place_of, who
from pipeline.cli.output import Part, Printer
from pipeline.demo.folder import INCOMING
from pipeline.demo.play import Played
from pipeline.demo.report import Outcome
from pipeline.demo.wire import Story
from pipeline.rows import rows_of
from schemas.records import DeadLetter, SummitEvent, SummitReport

_TOPICS = {
    RAW.name: "every version of every story",
    CLEAN.name: "without boilerplate",
    SUMMITS.name: "a report for each version",
    DEAD_LETTERS.name: "what failed, with its bytes",
}
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
    _show_dead_letters(printer, shown.outcome.dead)
    _show_next(printer, shown)


def _title(printer: Printer, text: str, note: str = "") -> None:
    printer.line()
    printer.line((text, "bold underline"), (note, "dim"))


def _show_summits(printer: Printer, reports: tuple[tuple[Story, SummitReport], ...]) -> None:
    events = [event for _, report in reports for event in report.events]
    place = max((len(place_of(event)) for event in events), default=0)
    what = max((len(f"{event.kind} {event.status}") for event in events), default=0)
    telling = sum(bool(report.events) for _, report in reports)
    note = "   ● what the story is about   ○ told as background"
    _title(printer, f"{len(events)} summits in {telling} stories", note)
    for story, report in reports:
        if not report.events:
            continue
        printer.line((report.headline or story.headline, "bold"), (f"  {_origin(report)}", "dim"), crop=True)
        for event in report.events:
            _show_event(printer, event, place, what)
    _title(printer, f"{len(reports) - telling} stories without one")
    for story, report in reports:
        if not report.events:
            notes = ", ".join(report.flags)
            told: Part = (f"  {_origin(report)}{f', {notes}' if notes else ''}", "dim")
            printer.line(f"  {report.headline or story.headline}", told, crop=True)


def _show_event(printer: Printer, event: SummitEvent, place: int, what: int) -> None:
    """`place` and `what` are widths. Where the line is too long for a terminal, the names get a second one."""
    style = "" if event.prominence == "primary" else "dim"
    front = f"  {_PROMINENCE.get(event.prominence, '  ')}"
    start = f"{dates_of(event):<10}  {place_of(event):<{place}}  "
    status = f"{event.kind} {event.status}"
    names = who(event)
    whole = len(front) + len(start) + what + 2 + len(names)
    first: tuple[Part, ...] = ((front + start, style), (status, STATUS_STYLES.get(event.status, style)))
    if whole <= _columns(printer):
        printer.line(*first, (f"{'':<{what - len(status)}}  {names}", style))
    else:
        printer.line(*first)
        printer.line((f"{'':<16}{names}", style), crop=True)


def _origin(report: SummitReport) -> str:
    return report.source_id if report.change == "new" else f"{report.source_id}, {report.change}"


def _show_topics(printer: Printer, shown: Shown) -> None:
    infos = shown.outcome.topics
    shared = f", {infos[0].partitions} partitions each" if infos[0].partitions > 1 else ""
    _title(printer, "Topics", f"   {shown.topics_url}{shared}")
    for info in infos:
        printer.line(f"  {info.name:<23} {info.records:>4} records", (f"   {_TOPICS[info.name]}", "dim"))
    published = Counter(shown.played.first.total.published) + Counter(shown.played.second.total.published)
    told = ", ".join(f"{count} {change}" for change, count in published.most_common())
    printer.line((f"  The raw topic: {told}, 1 spoiled on purpose", "dim"))


def _show_dead_letters(printer: Printer, letters: tuple[DeadLetter, ...]) -> None:
    """Those with one reason together: a defect of a step makes one of each record."""
    by_reason: dict[tuple[str, str, str], list[DeadLetter]] = defaultdict(list)
    for dead in letters:
        by_reason[dead.step, dead.error_class, dead.message].append(dead)
    for (step, error_class, message), alike in by_reason.items():
        first, *more = _wrapped(printer, f"{error_class}: {message}", 10)
        printer.line(f"  {step:<8}", (first, "red"))
        for line in more:
            printer.line(f"          {line}")
        others = f", and {len(alike) - 1} more" if len(alike) > 1 else ""
        printer.line((f"          {_origin_of(alike[0])}{others}", "dim"), crop=True)


def _origin_of(dead: DeadLetter) -> str:
    if dead.source_topic is None:
        return f"{dead.source_url}, {dead.value_length} bytes"
    return f"{dead.source_topic}, partition {dead.source_partition}, offset {dead.source_offset}"


def _wrapped(printer: Printer, text: str, indent: int) -> list[str]:
    """The text in lines that fit a terminal behind `indent` columns; one line elsewhere."""
    return textwrap.wrap(text, max(20, _columns(printer) - indent)) or [""]


def _columns(printer: Printer) -> int:
    """How much a line may hold: a terminal's width; elsewhere anything."""
    return shutil.get_terminal_size().columns if printer.stream.isatty() else sys.maxsize


def _show_next(printer: Printer, shown: Shown) -> None:
    folder = shlex.quote(str(shown.folder))
    steps = [
        ("summitwire tail summits", "the reports with their events"),
        ("summitwire tail raw --json", "what came from the wires"),
        ("summitwire dead-letters list", "show and replay them too"),
        ("summitwire export -o events.csv", "or .parquet, .geojson, .jsonl"),
        (f"summitwire extract {INCOMING}/processed/*.txt", "files alone, without topics"),
        ("summitwire up", f"goes on with stories in {INCOMING}/"),
    ]
    if shown.kafka and not shown.keep:
        steps = [(f"summitwire demo --kafka --keep --dir {folder}", "so the broker stays")]
        _title(printer, "Next")
    else:
        _title(printer, "Next", "   in another terminal; Ctrl-C ends the wire here" if shown.keep else "")
        steps.insert(0, (f"cd {folder}", ""))
    if shutil.which("summitwire") is None:
        steps.insert(0, (f"export PATH=$PATH:{shlex.quote(str(Path(sys.executable).parent))}", ""))
    width = max(len(command) for command, why in steps if why)
    for command, why in steps:
        if why:
            printer.line("  ", (f"{command:<{width}}", "bold"), (f"  {why}", "dim"), crop=True)
        else:
            printer.line("  ", (command, "bold"))
    printer.line()
    printer.line((f"{shown.seconds:.1f} s in all", "dim"))
