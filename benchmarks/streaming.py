"""The pipeline as a stream: latency from append in the raw topic to readable in the topic of summits, and backlogs.

    python -m benchmarks.streaming latency [--systems local spool …] [--rate 100] [--seconds 30]
    python -m benchmarks.streaming drain   [--systems local spool …] [--articles 10000]

The wire is plain text of about 1.5 kB an article; one in ten tells of an encounter. Beside the pipeline, in the same
run and on a broker of its own each: the floors (kafka-python that consumes and produces, Beam with nothing in
between), and the same functions under quix-streams and bytewax, where those are installed. `flink-W-C` is Flink with W
workers and a checkpoint every C seconds.

Latency is by the clock, so that other work on the machine counts in it; CPU is processor time of all processes of the
system, without broker and load. The load is open: it appends at its rate, whatever becomes of it. Everything stays on
the loopback and ends by itself.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.common import fill
from benchmarks.streaming_load import Arrivals, append_steadily, messages, statistics
from benchmarks.streaming_systems import SYSTEMS
from connectors.topics import ALL_TOPICS, open_topics
from pipeline.local.process import tied

WARM_UP = 200
"""Articles before the clock counts: models are loaded and clients connected."""
START_SECONDS = 180
FINISH_SECONDS = 120
INSTALLED = {"quix-streams": "quixstreams", "bytewax": "bytewax"}
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


@contextmanager
def fresh_topics(system: str) -> Iterator[str]:
    """The address of empty topics: a broker's own, or a spool's."""
    with ExitStack() as stack:
        if system == "spool":
            url = f"spool:{stack.enter_context(tempfile.TemporaryDirectory())}/spool"
        else:
            from pipeline.local import KafkaBroker

            url = f"kafka://{stack.enter_context(KafkaBroker()).bootstrap}"
        with closing(open_topics(url)) as topics:
            topics.create(ALL_TOPICS)
        yield url


@contextmanager
def running(system: str, url: str, extractor: str) -> Iterator[subprocess.Popen[bytes]]:
    """The system's process; what they print goes into a file that is shown where they end by themselves."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+b") as log:
        command = [sys.executable, "-m", "benchmarks.streaming_systems", system, url, "--extractor", extractor]
        process = tied(command, stdout=log, stderr=log, cwd=folder, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
        try:
            yield process
        except SystemExit:
            if process.poll() is not None:
                log.seek(0)
                print(log.read()[-3000:].decode(errors="replace"), file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait()


def tree(pid: int) -> Iterator[int]:
    """The process and all its descendants."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from tree(int(child))


def used(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """Processor time in seconds (that of descendants which have ended included), and resident memory in MiB."""
    seconds = memory = 0.0
    for pid in tree(process.pid):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds += sum(map(int, fields[11:15])) / TICKS
        memory += int(fields[21]) * PAGE / 1_048_576
    return seconds, memory


def latency(system: str, args: argparse.Namespace) -> dict[str, Any]:
    """Appends at the rate, and waits for what comes of it."""
    wanted = messages(WARM_UP + round(args.rate * args.seconds))
    with ExitStack() as stack:
        url = stack.enter_context(fresh_topics(system))
        topics = stack.enter_context(closing(open_topics(url)))
        arrivals = stack.enter_context(Arrivals(url))
        process = stack.enter_context(running(system, url, args.extractor))
        append_steadily(topics, wanted[:WARM_UP], args.rate)
        if not arrivals.wait(WARM_UP, START_SECONDS, lambda: process.poll() is None):
            sys.exit(f"{system}: of {WARM_UP} articles {len(arrivals.seen)} came within {START_SECONDS} s")
        before, _ = used(process)
        began = time.monotonic()
        put = append_steadily(topics, wanted[WARM_UP:], args.rate)
        arrivals.wait(len(wanted), FINISH_SECONDS, lambda: process.poll() is None)
        took = time.monotonic() - began
        after, memory = used(process)
    told = statistics(put, arrivals.seen)
    cpu = after - before
    return {**told, "repeated": arrivals.repeated, "cpu_ms": 1000 * cpu / len(put), "busy": cpu / took, "mib": memory}


def drain(system: str, args: argparse.Namespace) -> dict[str, Any]:
    """Fills the raw topic, then starts the system. Counts from the first arrival on, when it is warm; by quarters."""
    with fresh_topics(system) as url:
        with closing(open_topics(url)) as topics:
            fill(topics, iter(messages(args.articles)))
        with Arrivals(url) as arrivals, running(system, url, args.extractor) as process:
            if not arrivals.wait(1, START_SECONDS, lambda: process.poll() is None):
                sys.exit(f"{system}: nothing came within {START_SECONDS} s")
            marks = []
            for share in (0.0, 0.25, 0.5, 0.75, 1.0):
                wait_for(arrivals, round(share * args.articles), process, marks)
    first, last = marks[0], marks[-1]
    speeds = [(later[0] - earlier[0]) / max(later[2] - earlier[2], 1e-9) for earlier, later in pairwise(marks)]
    articles = last[0] - first[0]
    return {
        "articles": articles,
        "per_second": articles / max(last[1] - first[1], 1e-9),
        "cpu_us": 1e6 * (last[2] - first[2]) / max(articles, 1),
        "quarters": [1e6 / speed if speed else 0.0 for speed in speeds],
        "mib": [mark[3] for mark in marks[1:]],
    }


def wait_for(
    arrivals: Arrivals, count: int, process: subprocess.Popen[bytes], marks: list[tuple[int, float, float, float]]
) -> None:
    """Notes (articles, clock, processor time, memory) once so many have arrived."""
    seen, moved = -1, time.monotonic()
    while (now := len(arrivals.seen)) < count:
        if now != seen:
            seen, moved = now, time.monotonic()
        if time.monotonic() - moved > FINISH_SECONDS:
            sys.exit(f"nothing came for {FINISH_SECONDS} s after {now} articles")
        time.sleep(0.05)
    marks.append((len(arrivals.seen), time.monotonic(), *used(process)))


def show_latency(system: str, told: dict[str, Any]) -> None:
    if "p50" not in told:
        print(f"{system:14} nothing arrived")
        return
    print(
        f"{system:14}{told['p50']:8.2f}{told['p99']:8.2f}{told['max']:8.2f}{told['cpu_ms']:13.2f}{told['busy']:8.0%}"
        f"{told['mib']:8.0f}{told['lost']:6}{told['repeated']:6}",
        flush=True,
    )


def show_drain(system: str, told: dict[str, Any]) -> None:
    quarters = " ".join(f"{cost:,.0f}" for cost in told["quarters"])
    memory = " ".join(f"{size:,.0f}" for size in told["mib"])
    print(
        f"{system:14}{told['articles']:10,}{told['per_second']:12,.0f}{told['cpu_us']:16,.0f}   {quarters:24}{memory}",
        flush=True,
    )


MEASURES: dict[str, tuple[Callable[..., dict[str, Any]], Callable[..., None], str]] = {
    "latency": (
        latency,
        show_latency,
        f"{'':14}{'p50 s':>8}{'p99 s':>8}{'max s':>8}{'CPU ms each':>13}{'busy':>8}{'MiB':>8}{'lost':>6}{'twice':>6}",
    ),
    "drain": (
        drain,
        show_drain,
        f"{'':14}{'articles':>10}{'articles/s':>12}{'CPU µs each':>16}   {'by quarter':24}MiB at each quarter",
    ),
}


def installed() -> list[str]:
    return [name for name in SYSTEMS if name not in INSTALLED or importlib.util.find_spec(INSTALLED[name])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=installed())
    parser.add_argument("--rate", type=float, default=100.0, help="articles a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--extractor", choices=["model", "rules"], default="model")
    args = parser.parse_args()
    measure, show, heading = MEASURES[args.measure]
    what = (
        f"{args.rate:g} articles/s for {args.seconds:g} s"
        if args.measure == "latency"
        else f"{args.articles:,} articles"
    )
    print(f"{what}, extractor {args.extractor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    print(heading, flush=True)
    for system in args.systems:
        show(system, measure(system, args))
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
