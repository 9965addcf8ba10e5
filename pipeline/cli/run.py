"""Runs the pipeline on the configured topics: strips, extracts, writes, commits.

summitwire run                    until Ctrl-C
summitwire run --once             until it has caught up with the raw topic
summitwire run --archive avro/    and writes Avro files of all records by date
summitwire run --metrics-port 9465    and answers Prometheus at http://127.0.0.1:9465/metrics
summitwire run --runner flink     as a streaming job on Flink, which is started here unless one is named
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import threading

from pipeline.cli import CommandError, run_flink
from pipeline.cli.common import add_config, add_metrics_port, config_of

LOG_LEVEL = "info"
RUNNERS = {"local": "local", "FnApiRunner": "local", "flink": "flink", "FlinkRunner": "flink"}
log = logging.getLogger("summitwire.run")


def configure(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--once", action="store_true", help="end when the raw topic is processed up to its end")
    parser.add_argument("--archive", metavar="DIR", help="also write Avro files of the records, by date")
    parser.add_argument(
        "--skip-lost",
        action="store_true",
        help="go on behind records that retention deleted before they were processed",
    )
    add_metrics_port(parser)
    parser.add_argument("--json", action="store_true", help="print the summary at the end as JSON")
    parser.add_argument("--runner", choices=RUNNERS, default="local", help="what runs it (default: local)")
    run_flink.configure(parser)


def run(args: argparse.Namespace) -> int:
    from pipeline.drive import BatchResult, PipelineError, drive
    from pipeline.io import clients
    from pipeline.io.archive import ArchiveError
    from pipeline.metrics.endpoint import endpoint
    from pipeline.summits import ModelError

    config = config_of(args)
    stop = stop_on_signals()
    if RUNNERS[args.runner] == "flink":
        return run_flink.run(args, config, stop)
    progress = Progress()

    try:
        with endpoint(config, args.metrics_port) as metrics:

            def on_batch(result: BatchResult) -> None:
                progress.show(result.counters, result.behind, result.seconds)
                metrics.batch(result.counters, result.seconds)

            summary = drive(
                config, once=args.once, stop=stop, archive=args.archive, skip_lost=args.skip_lost, on_batch=on_batch
            )
    except (PipelineError, ArchiveError, ModelError) as error:
        raise CommandError(str(error)) from error
    finally:
        progress.end()
        clients.close()
    if args.json:
        print(json.dumps({"batches": summary.batches, "seconds": round(summary.seconds, 3), **summary.counters}))
    else:
        print(summary_line(summary.counters, summary.batches, summary.seconds))
    return 0


def stop_on_signals() -> threading.Event:
    """An event that the first SIGINT or SIGTERM sets; the second ends the process at once, which loses nothing."""
    stop = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop


class Progress:
    """A live line on a terminal, a log line a batch otherwise."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.total: dict[str, int] = {}

    def show(self, counters: dict[str, int] | object, behind: int, seconds: float) -> None:
        assert isinstance(counters, dict)
        for name, count in counters.items():
            self.total[name] = self.total.get(name, 0) + count
        if self.live:
            sys.stderr.write(f"\r\x1b[2K{counts_line(self.total)}, {behind} waiting")
            sys.stderr.flush()
        else:
            log.info("batch %s behind=%d seconds=%.3f", counts_line(counters), behind, seconds)

    def end(self) -> None:
        if self.live and self.total:
            sys.stderr.write("\n")


def counts_line(counters: dict[str, int]) -> str:
    """What was read, found and failed, in one line."""
    events = sum(count for name, count in counters.items() if name.startswith("events/"))
    failed = sum(count for name, count in counters.items() if name.startswith("failed/"))
    return f"articles={counters.get('read/records', 0)} events={events} dead_letters={failed}"


def summary_line(counters: dict[str, int], batches: int, seconds: float) -> str:
    """The counters of a run, for people."""
    if not counters:
        return "nothing to do: the raw topic is processed up to its end"
    lines = [f"{counts_line(counters)} in {batches} batches, {seconds:.1f} s"]
    # Latencies are histograms, which only Prometheus reads with ease.
    told = sorted((name, count) for name, count in counters.items() if not name.startswith("latency/"))
    lines += [f"  {name:<40} {count:>10,}" for name, count in told]
    return "\n".join(lines)
