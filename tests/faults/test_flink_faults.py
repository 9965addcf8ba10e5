"""`summitwire run --runner flink` on a cluster of processes, each of which is killed under load."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connectors.topics import ALL_TOPICS, CLEAN, RAW, SUMMITS
from pipeline.local import KafkaBroker
from pipeline.local.flink import FlinkCluster, WorkerPool
from tests.faults.oracle import duplicates, undisturbed
from tests.faults.rounds import TOLD
from tests.faults.running import POISONED, Producer, behind, caught_up, command, configured, end, until
from tests.faults.tier import LONG
from tests.integration.pipeline.desk import Desk, article, close_desk, open_desk

pytestmark = pytest.mark.skipif(not LONG, reason="takes minutes: a part of `make faults`")
ROUNDS = 3
PARTITIONS = 4
PATIENCE = 240.0
"""Seconds; a job is submitted anew within 20 on a quiet machine."""
OUTAGE = 5.0
EVERY = 0.2
AT_ONCE = 5


POISONS = {"segfault strip": ("strip", "Crash"), "regex extract": ("extract", "Deadline")}
PER_CHECKPOINT = 400
"""Records that a fault may cause to be written again: some seconds of them, until Flink has noticed."""


@dataclass
class Plant:
    """A cluster with all that belongs to it, and a pipeline that runs there."""

    desk: Desk
    broker: KafkaBroker
    cluster: FlinkCluster
    pool: WorkerPool
    config: Path
    log: Path
    stack: ExitStack
    process: subprocess.Popen[bytes] | None = None

    def run(self, *more: str) -> None:
        """Starts `summitwire run`, as a user would."""
        args = ("run", "--runner", "flink", "--config", str(self.config), *more)
        running = command(*args, cwd=self.config.parent, log=self.log)
        self.process = self.stack.enter_context(running)

    def ended(self) -> int:
        """Asks the pipeline to end, and waits for it."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)

    # ------------------------------------------------------------ faults
    def worker(self) -> None:
        os.kill(random.Random(len(TOLD)).choice(self.pool.workers()), signal.SIGKILL)

    def task_manager(self) -> None:
        (server,) = self.cluster.task_managers
        server.kill()
        server.start()

    def broker_outage(self) -> None:
        self.broker.kill()
        time.sleep(OUTAGE)  # the outage itself
        self.broker.start()

    def submitter(self) -> None:
        """Its job goes on without it, until another one takes the group over."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.run("--take-over")

    def job_manager_and_submitter(self) -> None:
        assert self.process is not None
        self.cluster.job_manager.kill()
        self.process.kill()
        self.process.wait()
        self.cluster.job_manager.start()
        self.run("--take-over")  # the job's workers hold the group until Flink misses their job manager

    def upgrade(self) -> None:
        """An orderly end with a savepoint, and the next release goes on there."""
        assert self.ended() == 0, self.log.read_text()
        self.run("--restore")


FAULTS: dict[str, Callable[[Plant], None]] = {
    "SDK worker": Plant.worker,
    "task manager": Plant.task_manager,
    f"broker for {OUTAGE:.0f} s": Plant.broker_outage,
    "submitter": Plant.submitter,
    "job manager and submitter": Plant.job_manager_and_submitter,
    "upgrade with savepoint": Plant.upgrade,
}


@pytest.fixture
def plant(own_broker: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([POISONED, os.environ.get("PYTHONPATH", "")]))
        specs = [replace(spec, partitions=PARTITIONS) for spec in ALL_TOPICS]
        desk = open_desk(own_broker.url, tmp_path, group="flink-faults", specs=specs)
        with ExitStack() as stack:
            cluster = stack.enter_context(FlinkCluster(tmp_path / "cluster"))
            pool = stack.enter_context(WorkerPool(tmp_path / "pool"))
            config = configured(desk, tmp_path, record_seconds=5.0)
            with config.open("a") as file:
                file.write(
                    f"[flink]\nmaster = '{cluster.master}'\nworkers = '{pool.address}'\nparallelism = 2\n"
                    f"checkpoint_seconds = 1.0\ncheckpoints = '{tmp_path / 'state'}'\n"
                )
            yield Plant(desk, own_broker, cluster, pool, config, tmp_path / "run.log", stack)
        close_desk(desk)


def test_whatever_is_killed_on_flink_nothing_is_lost_and_the_job_goes_on(plant: Plant, tmp_path: Path) -> None:
    desk = plant.desk
    plant.run()
    poisons = [article(1_000_000 + place, headline=f"poison {what}") for place, what in enumerate(POISONS)]
    with Producer(desk, AT_ONCE, EVERY) as producer:
        until(lambda: all(offset > 0 for offset in desk.committed().values()), "a commit everywhere", PATIENCE)
        for _ in range(ROUNDS):
            for name, fault in FAULTS.items():
                before = desk.committed()
                until(lambda before=before: desk.committed() != before, "progress", PATIENCE)  # type: ignore[misc]
                told = TOLD[f"Flink: {name}"]
                goal, since = end(desk), time.monotonic()
                told.in_flight.append(behind(desk))
                fault(plant)
                until(caught_up(desk, goal), f"recovery of {name}", PATIENCE)
                told.recovery.append(time.monotonic() - since)
        desk.put(*poisons)
        goal = end(desk)
        until(caught_up(desk, goal), "recovery from poison", PATIENCE)
    until(caught_up(desk, end(desk)), "everything", PATIENCE)
    assert plant.ended() == 0, plant.log.read_text()

    letters = {one.source_offset: (one.step, one.error_class) for one in desk.dead_letters()}
    assert sorted(letters.values()) == sorted(POISONS.values())
    for topic in (CLEAN, SUMMITS):
        keys = {(key or b"").decode() for key, _ in desk.pairs(topic)}
        assert keys == producer.acknowledged | {one.article_id for one in poisons}
    assert len(set(desk.pairs(RAW))) == len(producer.acknowledged) + len(poisons)
    # A checkpoint a second, and the bundles that were open when the fault came.
    assert max(duplicates(desk).values()) <= (ROUNDS * len(FAULTS) + 2 * len(POISONS)) * PER_CHECKPOINT
    check_all_but_poison(desk, tmp_path)


def check_all_but_poison(desk: Desk, tmp_path: Path) -> None:
    """The oracle's process is not poisoned: what is told of these records is compared above."""
    reference = undisturbed(desk, tmp_path / "reference")
    poisoned = {one.key for one in desk.dead_letters()}
    for topic in (CLEAN, SUMMITS):
        here, there = ({pair for pair in at.pairs(topic) if pair[0] not in poisoned} for at in (desk, reference))
        assert here == there
