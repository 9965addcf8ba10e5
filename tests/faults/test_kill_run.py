"""kill -9 of `summitwire run` at random moments."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connectors.topics import RAW, Message
from pipeline.cli import main
from tests.faults.oracle import OUTPUTS, check, undisturbed
from tests.integration.pipeline.desk import Desk, article

ROUNDS = int(os.environ.get("SUMMITWIRE_KILLS", "50"))
LONGEST = 0.5
"""Seconds: a few batches."""

# Loads everything once and forks a process for each line that it reads: to start Beam anew takes seconds. Says a
# child's id when it is forked, and `dead` when it has ended.
ZYGOTE = """
import os, sys
import pipeline.boilerplate, pipeline.drive, pipeline.summits
from pipeline.cli import main
pipeline.summits.load("", "rules")
pipeline.boilerplate.clean_text("Two ministers met.")
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(main(["run", "--config", sys.argv[1], "--archive", "avro"]))
    print(child, flush=True)
    os.waitpid(child, 0)
    print("dead", flush=True)
"""


def wait_for_a_commit(desk: Desk, before: dict[int, int]) -> None:
    """Every second kill falls into work, however slow the machine is."""
    deadline = time.monotonic() + 60
    while desk.committed() == before:
        assert time.monotonic() < deadline, "the pipeline commits nothing"
        time.sleep(0.01)


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_and_leave_a_spool_that_reads(spool_desk: Desk, tmp_path: Path) -> None:
    config = tmp_path / "summitwire.toml"
    config.write_text(
        f"[topics]\nurl = '{spool_desk.topics.url}'\n"
        f"[pipeline]\ngroup = '{spool_desk.config.pipeline.group}'\nextractor = 'rules'\nbatch_records = 4\n"
        f"dead_letter_files = '{tmp_path / 'dead-letters'}'\n"
    )
    moments = random.Random(3)
    number = 0
    progress = set()
    with subprocess.Popen(
        [sys.executable, "-c", ZYGOTE, str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as zygote:
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        for place in range(ROUNDS):
            spool_desk.put(*(article(number + more) for more in range(6)), Message(b"damaged", b"%d" % number))
            number += 6
            zygote.stdin.write("\n")
            zygote.stdin.flush()
            child = int(zygote.stdout.readline())
            if place % 2:
                wait_for_a_commit(spool_desk, spool_desk.committed())
            time.sleep(moments.random() * LONGEST)
            os.kill(child, signal.SIGKILL)
            assert zygote.stdout.readline() == "dead\n"
            for topic in (RAW, *OUTPUTS):
                spool_desk.read(topic)
            progress.add(spool_desk.committed()[0])
        zygote.stdin.close()
    assert len(progress) > ROUNDS / 3, "the rounds were too short to test anything"
    assert main(["run", "--once", "--config", str(config), "--archive", "avro"]) == 0
    check(spool_desk, undisturbed(spool_desk, tmp_path / "reference"))
    leftovers = [path for path in (tmp_path / "spool").rglob("*.tmp") if "groups" not in path.parts]
    assert leftovers == []
