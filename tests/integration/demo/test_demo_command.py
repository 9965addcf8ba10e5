"""`summitwire demo` as it is called."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from connectors.config import load_config
from connectors.topics import SUMMITS, open_topics
from pipeline.cli import main
from pipeline.demo import wire

pytestmark = pytest.mark.slow
STAGE = "polling the wire"


def started(folder: Path, *options: str) -> subprocess.Popen[str]:
    """The command in a session of its own, in `folder`."""
    command = [sys.executable, "-m", "pipeline.cli", "demo", *options]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def said(stream: IO[str] | None, words: str) -> None:
    """Waits for a line that begins so."""
    assert stream is not None
    for line in stream:
        if line.startswith(words):
            return
    raise AssertionError(f"ended without saying {words!r}")


def servers(folder: Path) -> list[int]:
    """The processes that have a file of `folder` in their command line, as a broker has its settings."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if str(folder).encode() in line.read_bytes():
                found.append(int(line.parent.name))
    return found


def test_it_tells_what_was_found_where_it_lies_and_what_to_type_next_and_runs_again(tmp_path: Path) -> None:
    for _ in range(2):
        demo = started(tmp_path)
        out, progress = demo.communicate(timeout=250)
        assert demo.returncode == 0, progress
    assert "\x1b" not in out + progress
    assert "2026-03-10  Tallinn, EE" in out
    assert "Aino Lehtovaara (FI), Priit Saarmets (EE)" in out
    assert "wire.summits.v1           31 records" in out
    assert "parse   FeedError:" in out
    assert "decode  TruncatedBody:" in out
    assert "summitwire tail summits" in out
    assert progress.startswith(STAGE)

    config = load_config(tmp_path / "summitwire-demo" / "summitwire.toml")
    topics = open_topics(config.topics_url())
    assert sum(topics.end_offsets(SUMMITS.name).values()) == 31
    topics.close()
    assert sorted(path.name for path in config.path("incoming/processed").iterdir())[:2] == [
        "aconcagua-climbers.html",
        "balkans-summit.txt",
    ]


def test_json_holds_the_whole_outcome_on_a_real_kafka(tmp_path: Path) -> None:
    demo = started(tmp_path, "--kafka", "--json", "--dir", "here")
    out, progress = demo.communicate(timeout=250)
    assert demo.returncode == 0, progress
    told = json.loads(out)
    assert told["topics_url"].startswith("kafka://")
    assert [(one["records"], one["partitions"]) for one in told["topics"]] == [(32, 12), (31, 12), (31, 12), (2, 12)]
    assert [poll["failed"] for poll in told["polls"]] == [{"harbour": "this is a web page, not a feed"}] * 2
    assert {dead["step"] for dead in told["dead_letters"]} == {"parse", "decode"}
    assert told["missing"] == []
    assert len(told["summits"]) > 15
    assert servers(tmp_path) == []


@pytest.mark.parametrize("options", [(), ("--kafka",)])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_all_that_it_started(tmp_path: Path, options: tuple[str, ...], number: int) -> None:
    demo = started(tmp_path, *options)
    said(demo.stderr, STAGE)
    demo.send_signal(number)
    out, progress = demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert "Traceback" not in progress
    assert out == ""
    assert servers(tmp_path) == []


def test_a_signal_ends_a_broker_that_is_still_starting(tmp_path: Path) -> None:
    demo = started(tmp_path, "--kafka")
    deadline = time.monotonic() + 120
    while not servers(tmp_path):
        assert time.monotonic() < deadline
        assert demo.poll() is None
        time.sleep(0.01)
    demo.terminate()
    demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert servers(tmp_path) == []


def test_kept_running_it_serves_the_wire_until_it_is_interrupted(tmp_path: Path) -> None:
    demo = started(tmp_path, "--keep", "--dir", "kept")
    said(demo.stdout, "Next")
    said(demo.stdout, "  summitwire up")
    config = load_config(tmp_path / "kept" / "summitwire.toml")
    assert len(config.feeds) == len(wire.sample_wire().feeds)
    polled = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "connect", "--once", "--json", "--config", "kept/summitwire.toml"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    feeds = json.loads(polled.stdout)["feeds"]
    assert sorted(feeds) == sorted([*(feed.id for feed in config.feeds), "polder"])
    assert not any(one["published"] for one in feeds.values())
    demo.send_signal(signal.SIGINT)
    _, progress = demo.communicate(timeout=60)
    assert demo.returncode == 0, progress


def test_a_missing_story_is_told_with_exit_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = wire.stories
    lost = wire.Story("0" * 32, "kestrel", "lost", "Nobody has heard of it")
    monkeypatch.setattr(wire, "stories", lambda sample: [*known(sample), lost])
    assert main(["demo", "--dir", str(tmp_path / "demo")]) == 1
    told = capsys.readouterr().err
    assert "1 of the wire's stories are missing from the output topics, such as 'Nobody has heard of it'" in told


def test_a_folder_that_is_not_its_own_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("two years of work")
    assert main(["demo", "--dir", str(tmp_path)]) == 1
    assert "--dir" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").exists()
