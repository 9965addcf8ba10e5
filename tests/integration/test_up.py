"""`summitwire up`: two processes that live and end as one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.topics import RAW, SUMMITS
from connectors.topics.spool import Spool

pytestmark = pytest.mark.slow
WAIT = 120.0

STORY = (
    "VIENNA, March 9 (Kestrel) - Austrian Chancellor Leopold Wiesinger met Slovenian Prime Minister Neja Kovacic in "
    "Vienna on Monday to talk about lorry queues at the Karawanks tunnel.\n"
)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "story.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "summitwire.toml").write_text('[[folders]]\npath = "in"\nsource = "kestrel"\n', encoding="utf-8")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "pipeline.cli", "up"], cwd=tmp_path, stderr=log, stdout=log)
    yield process
    process.kill()
    process.wait()


def until(condition: object, tmp_path: Path) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, (tmp_path / "log").read_text(encoding="utf-8")
        time.sleep(0.1)  # between looks; what is waited for is the condition


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def reports(tmp_path: Path) -> int:
    spool = Spool(tmp_path / "data" / "spool")
    if SUMMITS.name not in {topic.name for topic in spool.list()}:
        return 0
    return spool.end_offsets(SUMMITS.name)[0]


def test_a_story_goes_all_the_way_and_the_first_interrupt_ends_both(
    up: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    until(lambda: reports(tmp_path) == 1, tmp_path)
    children = children_of(up.pid)
    assert len(children) == 2
    up.send_signal(signal.SIGINT)
    assert up.wait(WAIT) == 0, (tmp_path / "log").read_text(encoding="utf-8")
    assert not any(map(alive, children))
    assert Spool(tmp_path / "data" / "spool").committed("summitwire", RAW.name) == {0: 1}


def test_killed_outright_it_leaves_neither_running(up: subprocess.Popen[bytes], tmp_path: Path) -> None:
    until(lambda: len(children_of(up.pid)) == 2, tmp_path)
    children = children_of(up.pid)
    os.kill(up.pid, signal.SIGKILL)
    until(lambda: not any(map(alive, children)), tmp_path)


def test_when_one_half_dies_the_other_ends_and_says_so(up: subprocess.Popen[bytes], tmp_path: Path) -> None:
    until(lambda: reports(tmp_path) == 1, tmp_path)
    os.kill(children_of(up.pid)[0], signal.SIGKILL)
    assert up.wait(WAIT) == 1
    assert "ended with status" in (tmp_path / "log").read_text(encoding="utf-8")
