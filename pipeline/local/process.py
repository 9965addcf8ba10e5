"""A server as a child process: started, waited for, ended by its process id."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeline.local.errors import ServerError

LAST_LINES = 25
"""Of the server's log, in the error when it fails to start."""
POLL_SECONDS = 0.05
LOWEST_PORT = 10_000
LAUNCHER = Path(__file__).with_name("launcher.py")

_starter = ThreadPoolExecutor(1, thread_name_prefix="starter")
"""All such children are started from this thread, which lives as long as the process: Linux counts a child as orphaned
once the thread that started it has ended."""


def tied(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """A child process that ends when this one does, however this one ends; `options` are those of Popen."""
    launch = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *command]
    process: subprocess.Popen[bytes] = _starter.submit(lambda: subprocess.Popen(launch, **options)).result()
    return process


class ServerProcess:
    """One run of a server. It is not in the terminal's process group: Ctrl-C reaches the parent alone, which then ends
    the server in its own time."""

    def __init__(self, name: str, command: Sequence[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self._name = name
        self._log = log
        with log.open("ab") as output:
            self._process = tied(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Raises ServerError, with the end of the log, where the server ends or is not ready in `timeout` seconds.
        Whatever is raised, the server runs no more."""
        deadline = time.monotonic() + timeout
        try:
            while not ready():
                if not self.running:
                    raise self._failure(f"ended with status {self._process.returncode} instead of starting")
                if time.monotonic() > deadline:
                    raise self._failure(f"was not ready after {timeout:.0f} s")
                time.sleep(POLL_SECONDS)
        except BaseException:
            self.kill()
            raise

    def stop(self, timeout: float = 30) -> None:
        """Asks the server to end; kills it where it has not done so in `timeout` seconds."""
        self._process.terminate()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _failure(self, what: str) -> ServerError:
        lines = self._log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return ServerError("\n".join([f"{self._name} {what}; the end of its log, {self._log}:", *lines]))


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody uses, below those that the system gives to outgoing connections: a
    client that tries again and again to reach a stopped server there would in the end be connected to itself, and the
    server could not come back."""
    try:
        lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        lowest = 49_152
    lowest = max(lowest, 2 * LOWEST_PORT)
    span = lowest - LOWEST_PORT
    first = secrets.randbelow(span)
    ports: list[int] = []
    for step in range(span):
        port = LOWEST_PORT + (first + step) % span
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise ServerError("no free port is left on the loopback address")
