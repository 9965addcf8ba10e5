"""Replaying while connectors and the pipeline work on the same topics, and following through an outage."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from connectors.topics import RAW, SUMMITS
from pipeline.local import KafkaBroker
from pipeline.replay import REPLAY_OF
from tests.unit.cli.desk import Desk, raw_article

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "pipeline.cli"]
SECONDS = 120


def start(desk: Desk, *argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *argv, "--config", str(desk.config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    return out


def test_connectors_pipeline_and_replays_work_on_one_topic_and_nothing_is_lost(desk: Desk) -> None:
    letters = 60
    for number in range(letters):
        desk.put(RAW.name, raw_article(f"failed-{number}"))
        desk.fail(number)
    wire = Path("incoming")
    wire.mkdir()
    for number in range(letters):
        (wire / f"story-{number:03}.txt").write_text(f"Story {number}\n\nTwo ministers met in Tromsø.\n")
    with desk.config.open("a") as config:
        config.write('[pipeline]\nextractor = "rules"\n[[folders]]\npath = "incoming"\nsource = "desk"\n')

    replays = 3
    pipeline = start(desk, "run")
    assert pipeline.stderr is not None
    assert any(" batch " in line for line in pipeline.stderr), "it works, and goes on"
    running = [
        start(desk, "connect", "--once"),
        *(start(desk, "dead-letters", "replay", "--all") for _ in range(replays)),
    ]
    outs = [finished(process) for process in running]

    pipeline.terminate()
    finished(pipeline)
    finished(start(desk, "run", "--once"))

    assert all(out.endswith(f"{letters} replayed\n") for out in outs[1:])
    messages = desk.all(RAW.name)
    assert [message.offset for message in messages] == list(range(letters * (2 + replays)))
    marks = Counter(dict(message.headers).get(REPLAY_OF) for message in messages)
    assert marks.pop(None) == 2 * letters
    assert set(marks.values()) == {replays}
    reports = desk.all(SUMMITS.name)
    assert {report.key for report in reports} == {message.key for message in messages}
    assert len({(report.key, report.value) for report in reports}) == 2 * letters, "a replay gives the same bytes"


def test_tail_follows_through_the_death_of_the_broker(
    broker: KafkaBroker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path, capsys, broker.url)
    with desk.config.open("a") as config:
        config.write("kafka = { timeout_ms = 2000 }\n")
    desk.put(RAW.name, raw_article("before"))
    process = start(desk, "tail", "raw", "-f", "-n", "1")
    assert process.stdout is not None
    assert "(before)" in process.stdout.readline()
    warned = threading.Event()

    def watch() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if "trying again in" in line:
                warned.set()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    desk.topics.close()
    broker.kill()
    assert warned.wait(SECONDS), "the outage is said"
    broker.restart()
    desk.put(RAW.name, raw_article("later"))
    assert "(later)" in process.stdout.readline()
    process.terminate()
    process.wait(SECONDS)
