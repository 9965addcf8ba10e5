"""A pipeline under a steady load for a chosen time: memory, backlog and checkpoints must stay flat.

    python -m tests.faults.soak --hours 2                    local, on a Kafka of its own
    python -m tests.faults.soak --hours 2 --runner flink     on an embedded Flink

Prints a table at the end. Exit status 1 where something grew, or where something was lost.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from connectors.topics import CLEAN
from pipeline.local import KafkaBroker
from tests.faults.running import Producer, behind, caught_up, command, configured, end, until, worker_of
from tests.integration.pipeline.desk import Desk, close_desk, open_desk

SAMPLES = 120
ROWS = 12
GROWTH = 0.05
"""Most by which memory in the second half of a run may pass its most in the first half. On Flink each job's workers
have a level of their own, so that a line through a half says little."""
SLACK_MIB = 5.0
"""Least growth of memory that counts, whatever the share: below it is noise. Backlog and checkpoints have bounds."""
CHECKPOINT_MB = 8.0
"""On Flink: where the supervisor replaces a job whose checkpoints have grown (docs/flink.md). Far below the default, so
that a short soak sees it happen."""
BACKLOG_SECONDS = 30.0
"""Of the load: most that may wait in the second half."""
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """After so many seconds: memory of the processes that work on records, records not yet committed, size of the last
    checkpoint."""

    seconds: float
    memory_mib: float
    behind: int
    checkpoint_kib: float

    def values(self) -> dict[str, float]:
        return {"memory MiB": self.memory_mib, "behind": self.behind, "checkpoint KiB": self.checkpoint_kib}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=50.0, help="articles a second")
    parser.add_argument("--runner", choices=["local", "flink"], default="local")
    parser.add_argument("--json", action="store_true", help="print all samples as JSON instead of the table")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        samples, lost = soak(Path(folder), args.hours * 3600, args.rate, args.runner)
    told = grown(samples, args.rate)
    if args.json:
        print(json.dumps({"samples": [[one.seconds, *one.values().values()] for one in samples], "grown": told}))
    else:
        print("\n".join(table(samples)))
    for line in told:
        print(f"soak: {line}", file=sys.stderr)
    if lost:
        print(f"soak: {lost} records were lost", file=sys.stderr)
    return 1 if told or lost else 0


def soak(folder: Path, seconds: float, rate: float, runner: str) -> tuple[list[Sample], int]:
    """Samples of a run, and how many acknowledged articles have no clean record at its end."""
    with ExitStack() as stack:
        broker = stack.enter_context(KafkaBroker(folder / "broker"))
        desk = open_desk(broker.url, folder, group="soak")
        stack.callback(close_desk, desk)
        config = configured(desk, folder)
        with config.open("a") as file:
            file.write(f"[flink]\ncheckpoint_mb = {CHECKPOINT_MB}\n")
        args = ("run", "--runner", runner, "--config", str(config))
        process = stack.enter_context(command(*args, cwd=folder, log=folder / "log"))
        with Producer(desk, AT_ONCE, AT_ONCE / rate) as producer:
            until(lambda: sum(desk.committed().values()) > 0, "the first commit", 600)
            samples = list(_sampled(desk, folder, process, seconds))
        until(caught_up(desk, end(desk)), "the end", 600)
        written = {(key or b"").decode() for key, _ in desk.pairs(CLEAN)}
        return samples, len(producer.acknowledged - written)


def _sampled(desk: Desk, folder: Path, process: subprocess.Popen[bytes], seconds: float) -> Iterator[Sample]:
    began, worker = time.monotonic(), worker_of(process)
    for number in range(1, SAMPLES + 1):
        time.sleep(max(0.0, began + seconds * number / SAMPLES - time.monotonic()))
        if process.poll() is not None:
            raise SystemExit(f"soak: the pipeline has ended:\n{(folder / 'log').read_text()[-3000:]}")
        memory = sum(map(_memory, _working(worker)))
        yield Sample(time.monotonic() - began, memory, behind(desk), _checkpoint(folder / "data" / "flink"))


def _working(worker: int) -> list[int]:
    """The process that works on records, or on Flink the SDK workers below it."""
    found = [pid for pid in _descendants(worker) if b"pipeline.flink.worker" in _command(pid)]
    return found or [worker]


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from _descendants(child)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _memory(pid: int) -> float:
    """MiB that a process has in memory; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def _checkpoint(folder: Path) -> float:
    """KiB of the newest whole checkpoint; 0 without one."""
    whole = sorted(folder.glob("**/chk-*/_metadata"), key=lambda path: path.stat().st_mtime)
    return sum(path.stat().st_size for path in whole[-1].parent.iterdir()) / 1024 if whole else 0.0


def grown(samples: list[Sample], rate: float) -> list[str]:
    """What did not stay flat, a sentence each."""
    half = samples[len(samples) // 2 :]
    told = []
    before, after = (max(one.memory_mib for one in part) for part in (samples[: len(samples) // 2], half))
    if after - before > max(SLACK_MIB, GROWTH * before):
        told.append(f"memory grew from {before:.1f} MiB at most in the first half to {after:.1f} in the second")
    waiting = max(one.behind for one in half)
    if waiting > BACKLOG_SECONDS * rate:
        told.append(f"{waiting} records waited, more than {BACKLOG_SECONDS:.0f} s of the load")
    largest = max(one.checkpoint_kib for one in half) * 1024 / 1e6
    if largest > 1.25 * CHECKPOINT_MB:
        told.append(
            f"a checkpoint had {largest:.1f} MB, far more than the {CHECKPOINT_MB:.1f} at which a job is replaced"
        )
    return told


def slope(places: list[float], values: list[float]) -> float:
    """Of the straight line of least squares."""
    place, value = fmean(places), fmean(values)
    spread = sum((one - place) ** 2 for one in places)
    return sum((one - place) * (other - value) for one, other in zip(places, values, strict=True)) / spread


def table(samples: list[Sample]) -> list[str]:
    lines = [f"{'seconds':>8}" + "".join(f"{name:>16}" for name in samples[0].values())]
    step = max(1, len(samples) // ROWS)
    for one in samples[step - 1 :: step]:
        lines.append(f"{one.seconds:>8.0f}" + "".join(f"{value:>16,.0f}" for value in one.values().values()))
    half = samples[len(samples) // 2 :]
    hours = [one.seconds / 3600 for one in half]
    slopes = (slope(hours, [one.values()[name] for one in half]) for name in samples[0].values())
    lines.append(f"{'slope/h':>8}" + "".join(f"{value:>16,.1f}" for value in slopes))
    return lines


if __name__ == "__main__":
    sys.exit(main())
