"""Commands as a shell runs them: pipes that close, Ctrl-C, a terminal of 80 columns."""

from __future__ import annotations

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

from connectors.topics import RAW, SUMMITS
from tests.unit.cli.desk import Desk, raw_article, summit_report

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "pipeline.cli"]
STYLE = re.compile(r"\x1b\[[0-9;]*m")
SECONDS = 30
"""Much more than any of these processes takes."""


def start(desk: Desk, *argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *argv, "--config", str(desk.config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def on_terminal(desk: Desk, *argv: str) -> str:
    """What a command writes to a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [*COMMAND, *argv, "--config", str(desk.config)], stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # Linux's end of a terminal whose last writer has gone
            break
        if not more:
            break
        written += more
    os.close(ours)
    assert process.wait(SECONDS) == 0
    return written.decode()


def test_tail_follows_what_is_appended_and_ctrl_c_ends_it_cleanly(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("first"))
    process = start(desk, "tail", "raw", "-f")
    assert process.stdout is not None
    assert "(first)" in process.stdout.readline()
    desk.put(RAW.name, raw_article("second"))
    assert "(second)" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (0, "", "")


def test_tail_waits_without_using_the_processor(desk: Desk) -> None:
    process = start(desk, "tail", "raw", "-f")
    desk.put(RAW.name, raw_article("first"))
    assert process.stdout is not None
    process.stdout.readline()
    used = _cpu_seconds(process.pid)
    time.sleep(2)
    assert _cpu_seconds(process.pid) - used < 0.2
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_tail_notices_that_its_reader_has_gone_though_nothing_comes(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("first"))
    process = start(desk, "tail", "raw", "-f")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(SECONDS) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


@pytest.mark.parametrize("argv", [("tail", "summits", "--from-beginning", "--json"), ("export", "--format", "jsonl")])
def test_a_closed_pipe_ends_a_long_output_cleanly(desk: Desk, argv: tuple[str, ...]) -> None:
    for number in range(300):  # far more than a pipe holds
        desk.put(SUMMITS.name, summit_report(f"story-{number}"))
    process = start(desk, *argv)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(SECONDS) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_pipe_that_is_closed_before_the_first_line_is_no_error(desk: Desk) -> None:
    process = start(desk, "dead-letters", "list")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(SECONDS) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_terminal_gets_colours_whole_lines_and_nothing_of_the_data_that_it_would_obey(desk: Desk) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07[red]\u202e" + "long " * 40
    desk.put(RAW.name, raw_article("first", headline=evil))
    shown = on_terminal(desk, "tail", "raw")
    assert STYLE.search(shown)
    plain = STYLE.sub("", shown)
    (line,) = plain.splitlines()
    assert len(line) <= 80
    assert line.endswith("…")
    assert r"\x1b[2J\x1b]0;owned" in line
    assert line.isprintable()


def test_a_terminal_gets_a_csv_without_control_characters(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("first", headline="\x1b[2J\u202ex"))
    shown = on_terminal(desk, "export")
    assert r"\x1b[2J\u202ex" in shown
    assert "\x1b" not in shown


def test_parquet_is_not_written_to_a_terminal(desk: Desk) -> None:
    with pytest.raises(AssertionError, match="1 == 0"):
        on_terminal(desk, "export", "--format", "parquet")


def test_parquet_goes_through_a_pipe(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("first"))
    argv = [*COMMAND, "export", "--format", "parquet", "--config", str(desk.config)]
    out = subprocess.run(argv, capture_output=True, check=True, timeout=SECONDS).stdout
    assert (out[:4], out[-4:]) == (b"PAR1", b"PAR1")


def test_a_pipe_in_a_locale_that_is_not_utf_8_gets_what_it_can(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("first"))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for argv in (("tail", "summits"), ("tail", "summits", "--json"), ("doctor",)):
        process = subprocess.run(
            [*COMMAND, *argv, "--config", str(desk.config)],
            capture_output=True,
            timeout=SECONDS,
            env={**environment, "SUMMITWIRE_PIPELINE_EXTRACTOR": "rules"},
            check=True,
        )
        assert process.stdout.isascii()
        assert process.stdout
