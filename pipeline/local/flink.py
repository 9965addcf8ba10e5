"""Flink as child processes on free loopback ports: a job server (by itself a whole Flink, or in front of a cluster), a
cluster of one job manager and its task managers, and a pool of SDK workers.

The jars are Beam's Flink runner 2.62.0 for Flink 1.19 with all that it needs, which is all of Flink. They run on the
Java runtime of the extra `broker` (Java 25) as on older ones.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import urlopen

import grpc

from pipeline.local.jars import fetch, pins
from pipeline.local.java import find_java
from pipeline.local.process import free_ports
from pipeline.local.server import Server

JAVA = 11
EMBEDDED = "[local]"
"""The job server runs Flink itself."""
EMBEDDED_JOBS = 4
"""At a time: each job has a Flink of its own, and a port for its REST interface."""
LOOPBACK = "127.0.0.1"

SETTINGS: Mapping[str, str] = {
    "state.backend.type": "hashmap",
    # In the job manager's memory a checkpoint could take 5 MB, and would not outlive it.
    "state.checkpoint-storage": "filesystem",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    # The newest that the supervisor has seen is needed when Flink is gone: its REST interface tells of it 3 s late.
    "state.checkpoints.num-retained": "10",
    "restart-strategy.type": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": "1000",
    "restart-strategy.fixed-delay.delay": "1 s",
    "heartbeat.interval": "2000",
    "heartbeat.timeout": "10000",
    # Beam is on the cluster's own class path.
    "classloader.resolve-order": "parent-first",
}
"""Of flink-conf.yaml; those that are given on making a cluster or a job server override them."""
TASK_MANAGER: Mapping[str, str] = {
    # Flink's launch script computes these; there is none here.
    "taskmanager.cpu.cores": "2",
    "taskmanager.memory.task.heap.size": "300m",
    "taskmanager.memory.task.off-heap.size": "0b",
    "taskmanager.memory.managed.size": "128m",
    "taskmanager.memory.network.min": "64m",
    "taskmanager.memory.network.max": "64m",
    "taskmanager.memory.framework.heap.size": "128m",
    "taskmanager.memory.framework.off-heap.size": "128m",
    "taskmanager.memory.jvm-metaspace.size": "256m",
    "taskmanager.memory.jvm-overhead.min": "192m",
    "taskmanager.memory.jvm-overhead.max": "192m",
}
_OPENED = (
    *("java.io", "java.lang", "java.lang.reflect", "java.net", "java.nio", "java.text", "java.time", "java.util"),
    *("java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks", "sun.nio.ch"),
)
"""What Flink and Beam reach into."""
_JVM = (
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
)


class WorkerPool(Server):
    """A pool of SDK workers (pipeline.flink.pool)."""

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        super().__init__("the pool of SDK workers", "worker-pool", folder)
        (self.port,) = free_ports(1)

    @property
    def address(self) -> str:
        """HOST:PORT, as Beam's option --environment_config takes it."""
        return f"{LOOPBACK}:{self.port}"

    def workers(self) -> list[int]:
        """The process ids of the workers that run now. Linux only."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sorted(int(pid) for task in tasks for pid in (task / "children").read_text().split())

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", "pipeline.flink.pool", "--host", LOOPBACK, "--port", str(self.port)]

    def answers(self) -> bool:
        return serves_grpc(self.address)


class JobServer(Server):
    """Beam's job server. With `master` EMBEDDED it runs Flink itself, one for each job; else it hands the jobs to the
    cluster that has its REST interface there (HOST:PORT).

    `jar`: another job server's, for another release of Beam or Flink. `settings` override SETTINGS.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        master: str = EMBEDDED,
        jar: str | os.PathLike[str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__("Beam's job server", "job-server", folder)
        self.port, self._artifact_port, self._expansion_port, *rests = free_ports(3 + EMBEDDED_JOBS)
        self.rests = [f"http://{LOOPBACK}:{port}" for port in rests]
        """Where embedded Flinks have their REST interfaces, each while its job runs."""
        self.checkpoints = self.folder / "checkpoints"
        self._master, self._jar = master, jar
        own = {
            "state.checkpoints.dir": self.checkpoints.as_uri(),
            "rest.address": LOOPBACK,
            "rest.bind-address": LOOPBACK,
            "rest.bind-port": ",".join(map(str, rests)),
        }
        self._settings = {**SETTINGS, **own, **(settings or {})}

    @property
    def endpoint(self) -> str:
        """HOST:PORT, as Beam's option --job_endpoint takes it."""
        return f"{LOOPBACK}:{self.port}"

    def restore(self, savepoint: str) -> None:
        """The next job of an embedded Flink goes on from there (a URI), or with an empty one begins anew. Beam heeds
        --savepoint_path for clusters alone, but its settings are read again for each job."""
        settings = {**self._settings, "execution.savepoint.path": savepoint} if savepoint else self._settings
        _configuration(self.folder, settings)

    def command(self) -> Sequence[str]:
        driver = _program("org.apache.beam.runners.flink.FlinkJobServerDriver")
        return [
            *_java("-Xmx1g"),
            *(["-jar", str(self._jar)] if self._jar else driver),
            *("--flink-master", self._master, "--flink-conf-dir", _configuration(self.folder, self._settings)),
            *("--job-host", LOOPBACK, "--job-port", str(self.port)),
            *("--artifact-port", str(self._artifact_port), "--expansion-port", str(self._expansion_port)),
            *("--artifacts-dir", str(self.folder / "artifacts")),
        ]

    def answers(self) -> bool:
        return serves_grpc(self.endpoint)


class JobManager(Server):
    """Flink's job manager, without a standby: jobs are gone when it is."""

    def __init__(self, folder: Path, rest: str) -> None:
        super().__init__("Flink's job manager", "job-manager", folder)
        self._rest = rest

    def command(self) -> Sequence[str]:
        entry = _program("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint")
        return [*_java("-Xmx512m"), *entry, "--configDir", str(self.folder / "conf"), "--executionMode", "cluster"]

    def answers(self) -> bool:
        return answer(f"{self._rest}/overview") is not None


class TaskManager(Server):
    """One of Flink's task managers."""

    def __init__(self, folder: Path, rest: str, number: int) -> None:
        super().__init__("Flink's task manager", f"task-manager-{number}", folder)
        self._rest = rest
        self._known: set[str] = set()

    def start(self) -> None:
        # One that was killed stays registered until its heartbeats are missed; the new one has a name of its own.
        self._known = self._registered()
        super().start()

    def command(self) -> Sequence[str]:
        runner = _program("org.apache.flink.runtime.taskexecutor.TaskManagerRunner")
        sizes = [part for key, value in TASK_MANAGER.items() for part in ("-D", f"{key}={value}")]
        options = ("-Xmx512m", "-XX:MaxDirectMemorySize=300m")
        return [*_java(*options), *runner, "--configDir", str(self.folder / "conf"), *sizes]

    def answers(self) -> bool:
        return bool(self._registered() - self._known)

    def _registered(self) -> set[str]:
        found = answer(f"{self._rest}/taskmanagers") or {"taskmanagers": []}
        return {row["id"] for row in found["taskmanagers"]}


class FlinkCluster:
    """A job manager and its task managers, each a server that can be killed and started again. `settings` override
    SETTINGS."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        task_managers: int = 1,
        slots: int = 2,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = Path(folder).absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoints = self.folder / "checkpoints"
        rpc, rest = free_ports(2)
        self.master = f"{LOOPBACK}:{rest}"
        """HOST:PORT of the REST interface, as a job server takes it."""
        self.rest = f"http://{self.master}"
        own = {
            "jobmanager.rpc.address": LOOPBACK,
            "jobmanager.rpc.port": str(rpc),
            "jobmanager.bind-host": LOOPBACK,
            "jobmanager.memory.heap.size": "512m",
            "taskmanager.host": LOOPBACK,
            "taskmanager.bind-host": LOOPBACK,
            "taskmanager.numberOfTaskSlots": str(slots),
            "parallelism.default": str(task_managers * slots),
            "rest.address": LOOPBACK,
            "rest.bind-address": LOOPBACK,
            "rest.port": str(rest),
            "state.checkpoints.dir": self.checkpoints.as_uri(),
        }
        _configuration(self.folder, {**SETTINGS, **own, **(settings or {})})
        self.job_manager = JobManager(self.folder, self.rest)
        self.task_managers = [TaskManager(self.folder, self.rest, number) for number in range(task_managers)]
        self._stack = ExitStack()

    def __enter__(self) -> FlinkCluster:
        """Returns once all task managers are registered. Raises ServerError, with the end of a log."""
        with ExitStack() as stack:
            for server in (self.job_manager, *self.task_managers):
                stack.enter_context(server)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()


def answer(url: str) -> Any:
    """What a REST interface of Flink says; None where there is none."""
    try:
        with urlopen(url, timeout=5) as response:
            return json.load(response)
    except (OSError, ValueError):
        return None


def _java(*options: str) -> list[str]:
    return [str(find_java(JAVA)), *options, *_JVM]


def _program(main_class: str) -> list[str]:
    return ["-cp", os.pathsep.join(map(str, fetch(pins("flink")))), main_class]


def _configuration(folder: Path, settings: Mapping[str, str]) -> str:
    """The folder of a flink-conf.yaml with these settings."""
    temporary = folder / "tmp"
    conf = folder / "conf"
    for needed in (temporary, conf):
        needed.mkdir(exist_ok=True)
    lines = [f"{key}: {value}\n" for key, value in {"io.tmp.dirs": str(temporary), **settings}.items()]
    (conf / "flink-conf.yaml").write_text("".join(lines))
    return str(conf)


def serves_grpc(address: str) -> bool:
    """Whether a gRPC server is there."""
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=1)
        except grpc.FutureTimeoutError:
            return False
    return True
