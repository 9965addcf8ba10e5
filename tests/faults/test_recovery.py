"""`summitwire run` as a process: its worker is killed under load, and it goes on by itself."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from connectors.topics import CLEAN, SUMMITS
from tests.faults.oracle import check, undisturbed
from tests.faults.rounds import TOLD
from tests.faults.running import Producer, behind, caught_up, command, configured, end, until, worker_of
from tests.faults.tier import LONG
from tests.integration.pipeline.desk import Desk

KILLS = 20 if LONG else 1


def test_a_worker_that_is_killed_under_load_is_succeeded_and_nothing_is_lost(either_desk: Desk, tmp_path: Path) -> None:
    desk = either_desk
    config = configured(desk, tmp_path, batch_records=200)
    told = TOLD[f"run's worker, {desk.topics.url.split(':')[0]}"]
    chance = random.Random(29)
    log = tmp_path / "log"
    with command("run", "--config", str(config), cwd=tmp_path, log=log) as run, Producer(desk, every=0.25) as producer:
        for _ in range(KILLS):
            before = desk.committed()
            until(lambda before=before: desk.committed() != before, "progress")  # type: ignore[misc]
            time.sleep(chance.random())
            goal, since = end(desk), time.monotonic()
            told.in_flight.append(behind(desk))
            os.kill(worker_of(run), signal.SIGKILL)
            left = desk.committed()
            until(caught_up(desk, goal), "recovery")
            told.recovery.append(time.monotonic() - since)
            # Where the dead one had left nothing to do, the one that follows it is still on its way.
            until(lambda left=left: desk.committed() != left, "a successor's progress")  # type: ignore[misc]
        assert run.poll() is None
    assert run.returncode == 0, log.read_text()
    desk.run()
    check(desk, undisturbed(desk, tmp_path / "reference"))
    for topic in (CLEAN, SUMMITS):
        assert {key.decode() for key, _ in desk.pairs(topic) if key} == producer.acknowledged
    assert log.read_text().count("was ended by SIGKILL; it starts again") == KILLS
