"""A process that has a record in hand for too long is ended, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.poison import watch
from pipeline.poison.journal import Journal

ABOUT = {"topic": "raw", "steps": ["decode", "strip"]}
HANGS = """
import os, re, subprocess, sys
from pathlib import Path
from pipeline.poison import watch
from pipeline.poison.journal import Journal
journal = Journal(Path(sys.argv[1]), {"topic": "raw", "steps": ["decode", "strip"]})
subprocess.Popen([sys.executable, "-I", "-S", watch.__file__, str(os.getpid()), str(journal.path), "0.3"])
slot = journal.slot()
slot.enter(2, 40, 2)
re.match(r"(a+)+$", "a" * 64 + "b")
"""


def test_a_loop_that_holds_the_interpreters_lock_is_ended(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGS, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -9
    assert "raw/2/40 is in strip for more than 0.3 s" in done.stderr


def test_only_what_is_in_hand_for_too_long_is_overdue(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ABOUT)
    slot = journal.slot()
    assert watch.overdue(journal.cells, 0) is None
    slot.enter(1, 2, 1)
    time.sleep(0.002)
    assert watch.overdue(journal.cells, 0.001) == (1, 2, 1)
    assert watch.overdue(journal.cells, 60) is None
    slot.leave()
    assert watch.overdue(journal.cells, 0.001) is None


def test_a_watch_ends_with_the_process_that_it_watches(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ABOUT)
    watch.main(os.getppid() + 1, str(journal.path), 60)  # as if that had ended


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_process_that_somebody_has_stopped_is_told_apart() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    assert not watch.stopped(process.pid)
    process.send_signal(19)
    while not watch.stopped(process.pid):
        pass
    process.kill()
    process.wait()
    assert not watch.stopped(1 << 30)
