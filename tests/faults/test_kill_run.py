"""kill -9 of `summitwire run` at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from connectors.topics import RAW, Message
from pipeline.cli import main
from tests.faults.oracle import OUTPUTS, check, undisturbed
from tests.faults.zygote import RUN, Zygote
from tests.integration.pipeline.desk import Desk, article

ROUNDS = int(os.environ.get("SUMMITWIRE_KILLS", "25"))
LONGEST = 0.5
"""Seconds: a few batches."""


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
    with Zygote(RUN, str(config)) as zygote:
        for place in range(ROUNDS):
            spool_desk.put(*(article(number + more) for more in range(6)), Message(b"damaged", b"%d" % number))
            number += 6
            child = zygote.fork()
            if place % 2:
                wait_for_a_commit(spool_desk, spool_desk.committed())
            time.sleep(moments.random() * LONGEST)
            os.kill(child, signal.SIGKILL)
            assert zygote.wait() == -signal.SIGKILL
            for topic in (RAW, *OUTPUTS):
                spool_desk.read(topic)
            progress.add(spool_desk.committed()[0])
    assert len(progress) > ROUNDS / 3, "the rounds were too short to test anything"
    assert main(["run", "--once", "--config", str(config), "--archive", "avro"]) == 0
    check(spool_desk, undisturbed(spool_desk, tmp_path / "reference"))
    leftovers = [path for path in (tmp_path / "spool").rglob("*.tmp") if "groups" not in path.parts]
    assert leftovers == []
