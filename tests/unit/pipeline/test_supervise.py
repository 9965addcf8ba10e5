"""The supervisor: what it starts again, what it does not, and what it passes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

# The work counts its lives in a file and does in each of them what its argument says.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from pipeline.cli import supervise
supervise.FIRST_WAIT = float(sys.argv[3])
lives = Path(sys.argv[1])
plan = sys.argv[2].split(",")
def work():
    with lives.open("a") as file:
        file.write(f"{os.getpid()}\\n")
    now = plan[len(lives.read_text().split()) - 1]
    if now == "wait":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print("waiting", flush=True)
        while True:
            signal.pause()
    if now == "dies when told":
        signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        print("waiting", flush=True)
        signal.pause()
    if now.startswith("SIG"):
        os.kill(os.getpid(), getattr(signal, now))
    return int(now)
sys.exit(supervise.supervised(work))
"""


def started(folder: Path, plan: str, wait: float = 0.01) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder / "lives"), plan, str(wait)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lives(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "lives").read_text().split()]


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ("0", 0),
        ("1", 1),
        ("2", 2),
        ("130", 130),
        ("SIGSEGV,0", 0),
        ("SIGKILL,SIGABRT,1", 1),
        ("3,0", 0),  # native code that gives up
        ("SIGTERM", -signal.SIGTERM),
        ("SIGINT", -signal.SIGINT),
    ],
)
def test_what_crashes_is_started_again_and_what_ends_is_not(tmp_path: Path, plan: str, status: int) -> None:
    process = started(tmp_path, plan)
    _, told = process.communicate(timeout=60)
    assert process.returncode == status
    assert len(lives(tmp_path)) == len(plan.split(","))
    assert told.count("it starts again") == len(plan.split(",")) - 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_passed_on_once_and_the_exit_status_comes_back(tmp_path: Path, number: signal.Signals) -> None:
    process = started(tmp_path, "wait,0")
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (0 if number == signal.SIGTERM else -number)
    assert len(lives(tmp_path)) == 1


def test_a_worker_ends_with_its_supervisor_however_that_ends(tmp_path: Path) -> None:
    process = started(tmp_path, "wait")
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate(timeout=60)  # its pipes are closed when the last process that has them is on its way out
    (worker,) = lives(tmp_path)
    deadline = time.monotonic() + 60
    while runs(int(worker)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs(pid: int) -> bool:
    """Whether the process is more than an entry that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_that_is_killed_while_it_stops_is_not_started_again_and_its_supervisor_ends_likewise(
    tmp_path: Path,
) -> None:
    process = started(tmp_path, "dies when told")
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (-signal.SIGKILL, "")
    assert len(lives(tmp_path)) == 1


def test_a_stop_while_it_waits_to_start_again_ends_it(tmp_path: Path) -> None:
    process = started(tmp_path, "SIGKILL,0", wait=60)
    assert process.stderr is not None
    assert "starts again" in process.stderr.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(lives(tmp_path)) == 1


def test_the_supervisor_loads_neither_beam_nor_spacy() -> None:
    code = (
        "import sys, pipeline.cli.supervise; print([m for m in ('apache_beam', 'spacy', 'numpy') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
