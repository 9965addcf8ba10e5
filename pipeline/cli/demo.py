"""Runs everything on a bundled sample wire, with topics of its own.

summitwire demo                    in ./summitwire-demo, topics on a spool there
summitwire demo --kafka            on a real Kafka broker, started for it
summitwire demo --keep             then the wire goes on, until Ctrl-C, to play with
summitwire demo --dir /tmp/sw --json

Agencies, persons and events of the wire are invented. It polls its feeds and a
folder twice, with news, an update, a correction and a withdrawal in between,
spoils a record, runs the pipeline, and shows what came of it. Exit status 1
where a story is missing. The folder is emptied when the demo runs again.
"""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from pipeline.cli import CommandError
from pipeline.cli.output import Printer

LOG_LEVEL = "error"
"""What goes wrong in the demo goes wrong on purpose, and is told at its end."""
FOLDER = "summitwire-demo"
TOLD = 3
"""Missing stories that are named."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kafka", action="store_true", help="on a Kafka broker, which ends with the demo")
    parser.add_argument("--dir", metavar="DIR", default=FOLDER, help=f"work folder (default ./{FOLDER})")
    parser.add_argument("--keep", action="store_true", help="then leave the wire (and broker) running until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(args: argparse.Namespace) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return _run(args)
    except Exception as error:  # not for Ctrl-C: what _failures imports takes seconds
        if isinstance(error, _failures()):
            raise CommandError(str(error)) from error
        raise


_interrupted = threading.Event()


def _interrupt(number: int, frame: object) -> None:
    """Ends the demo in order. An exception that comes while an object is being deleted is lost, so it is noted too."""
    _interrupted.set()
    raise KeyboardInterrupt


def _failures() -> tuple[type[Exception], ...]:
    from connectors.state import StateError
    from pipeline.demo.folder import FolderError
    from pipeline.drive import PipelineError
    from pipeline.local import ServerError
    from pipeline.summits import ModelError

    return (FolderError, ServerError, StateError, PipelineError, ModelError)


def _run(args: argparse.Namespace) -> int:
    from connectors.topics import open_topics
    from pipeline.demo.folder import SPOOL, work_folder, write_configuration
    from pipeline.demo.play import configure as configured
    from pipeline.demo.play import play
    from pipeline.demo.report import outcome
    from pipeline.demo.server import WireServer
    from pipeline.demo.show import Shown, show
    from pipeline.demo.wire import sample_wire, stories
    from pipeline.io import clients

    began = time.monotonic()
    wire = sample_wire()
    with ExitStack() as stack:
        folder = stack.enter_context(work_folder(Path(args.dir)))
        url = _start_kafka(stack, folder) if args.kafka else SPOOL
        server = stack.enter_context(WireServer(wire))
        config = configured(folder, url, wire, server.port, live=True)
        stack.callback(clients.close)
        topics = stack.enter_context(closing(open_topics(config.topics_url())))
        try:
            played = play(config, topics, wire, server, stage=stage)
            result = outcome(topics, stories(wire))
        finally:
            if not args.keep:
                write_configuration(folder, url, wire, server.port, live=False)
        shown = Shown(folder, config.topics_url(), played, result, time.monotonic() - began, keep=args.keep)
        printer = Printer()
        if args.json:
            printer.json(shown.to_dict(), indent=2)
        else:
            show(printer, shown)
        printer.flush()
        if args.keep:
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
    if result.missing:
        first = ", ".join(repr(story.headline) for story in result.missing[:TOLD])
        raise CommandError(
            f"{len(result.missing)} of the wire's stories are missing from the output topics, such as {first}; "
            "the dead letters may tell why"
        )
    return 0


def _start_kafka(stack: ExitStack, folder: Path) -> str:
    from pipeline.local import KafkaBroker

    broker = stack.push(KafkaBroker(folder / "kafka"))  # before it starts: an interrupt then ends it too
    with stage("starting a Kafka broker"):
        broker.start()
    return broker.url


@contextmanager
def stage(what: str) -> Iterator[None]:
    """Shows on standard error what is being done, live on a terminal, and how long it took."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False)
    began = time.monotonic()
    with console.status(what):
        yield
    if _interrupted.is_set():
        raise KeyboardInterrupt
    console.print(f"{what:<40} {time.monotonic() - began:5.1f} s", soft_wrap=True)
