"""Several commands on one spool at a time, and two pipelines in one group."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connectors.topics import RAW, Message
from pipeline.cli import main
from tests.faults.oracle import check, undisturbed
from tests.integration.pipeline.conftest import OpenDesk
from tests.integration.pipeline.desk import Desk, article

COMMAND = [sys.executable, "-m", "pipeline.cli"]
STORIES = 40


def configured(desk: Desk, folder: Path) -> str:
    path = folder / "summitwire.toml"
    path.write_text(
        f"[topics]\nurl = '{desk.topics.url}'\n"
        f"[pipeline]\ngroup = '{desk.config.pipeline.group}'\nextractor = 'rules'\nbatch_records = 7\n"
        "[[folders]]\npath = 'incoming'\nsource = 'desk'\n"
    )
    return str(path)


def replayed(config: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "dead-letters", "replay", "--all", "--config", config], stdout=subprocess.DEVNULL
    )


@pytest.mark.slow
def test_connect_run_and_replay_work_side_by_side(spool_desk: Desk, tmp_path: Path) -> None:
    desk = spool_desk
    config = configured(desk, tmp_path)
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for number in range(STORIES):
        (incoming / f"{number:03}.txt").write_text(f"Story {number}\n\nNothing was signed on day {number}.\n")
    desk.put(*(Message(b"%d" % number, b"no record %d" % number) for number in range(STORIES)))
    desk.run()
    assert len(desk.dead_letters()) == STORIES

    running = subprocess.Popen([*COMMAND, "run", "--config", config], stderr=subprocess.PIPE)
    connecting = subprocess.Popen([*COMMAND, "connect", "--once", "--config", config], stdout=subprocess.DEVNULL)
    replaying = replayed(config)
    assert connecting.wait(120) == 0
    assert replaying.wait(120) == 0
    desk.put(*(article(number) for number in range(STORIES)))
    assert running.stderr is not None
    assert any(b" batch " in line for line in running.stderr), "the pipeline never had a batch"
    running.terminate()
    running.communicate(timeout=120)
    assert running.returncode == 0

    assert main(["run", "--once", "--config", config]) == 0
    raws = desk.read(RAW)
    assert len(raws) == 4 * STORIES
    assert len(desk.dead_letters()) == 2 * STORIES
    assert {one.value for one in desk.dead_letters()} == {b"no record %d" % number for number in range(STORIES)}
    assert len({one.article_id for one in desk.reports()}) == 2 * STORIES
    check(desk, undisturbed(desk, tmp_path / "reference"))


def test_a_second_pipeline_of_a_group_is_refused_in_one_sentence(
    new_desk: OpenDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = new_desk()
    config = configured(desk, tmp_path)
    group = desk.config.pipeline.group
    with desk.topics.lease(group, RAW.name):
        assert main(["run", "--once", "--config", config]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"summitwire: group {group!r} is held by process ")
    assert main(["run", "--once", "--config", config]) == 0
