"""Processes that are killed again and again, without a start of the interpreter for each."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]

# Loads everything once and forks a process for each line that it reads. Says a child's id when it is forked, and how
# it has ended.
SOURCE = """
import os, sys
{prepare}
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.close(0)
        os.setsid()
        print(os.getpid(), flush=True)
        os._exit(work(line.rstrip("\\n")))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

RUN = """
import pipeline.boilerplate, pipeline.drive, pipeline.summits
from pipeline.cli import main
pipeline.summits.load("", "rules")
pipeline.boilerplate.clean_text("Two ministers met.")
def work(line):
    return main(["run", "--config", sys.argv[1], "--archive", "avro"])
"""

CONNECT = """
from connectors.config import load_config
from connectors.run import connect
from connectors.topics import open_topics
config = load_config(sys.argv[1])
def work(line):
    connect(config, open_topics(config.topics_url()), once=False)
    return 0
"""


class Zygote:
    """`prepare` is Python that defines `work(line) -> int`; `args` are its sys.argv[1:]."""

    def __init__(self, prepare: str, *args: str) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed with the zygote
        self._process = subprocess.Popen(
            [sys.executable, "-c", SOURCE.format(prepare=prepare), *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()
        self._log.close()

    def fork(self, line: str = "") -> int:
        """The process id of a child that works on `line`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._said())

    def wait(self) -> int:
        """The child's exit status, or minus the signal that ended it."""
        return int(self._said())

    def _said(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise AssertionError(self._log.read().decode(errors="replace")[-4000:])
        return line
