"""A Kafka broker (KRaft, broker and controller in one) as a child process, on free loopback ports."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.local.errors import ServerError
from pipeline.local.jars import fetch, pins
from pipeline.local.java import find_java
from pipeline.local.process import free_ports
from pipeline.local.server import Server

JAVA = 17
"""Kafka 4's brokers need it."""
MEMORY = ("-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "num.partitions": "3",
    "default.replication.factor": "1",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "10485760",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # After a kill the controller keeps the dead broker's registration for this long; with the default of 9 s a restart
    # takes 12 s, so 5 s.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
}

LOGGING = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


class KafkaBroker(Server):
    """A broker that keeps its log in `folder`, or in a temporary one that goes. `settings` override SETTINGS."""

    def __init__(self, folder: str | os.PathLike[str] | None = None, settings: Mapping[str, str] | None = None) -> None:
        super().__init__("Kafka", "broker", folder)
        self.port, self._controller_port = free_ports(2)
        self._settings = dict(settings or {})
        self._command: list[str] = []

    @property
    def bootstrap(self) -> str:
        """HOST:PORT."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address as `open_topics` takes it."""
        return f"kafka://{self.bootstrap}"

    def command(self) -> Sequence[str]:
        if not self._command:
            self._prepare()
        return [*self._command, "kafka.Kafka", str(self._properties)]

    def answers(self) -> bool:
        """Whether the broker answers a request. (A look at its log would depend on how logging is set up.)"""
        # Size, then: API key 18 (ApiVersions), version 0, correlation id 7, no client id.
        request = bytes.fromhex("0000000a 0012 0000 00000007 ffff")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(request)
                return connection.recv(8)[4:] == bytes.fromhex("00000007")
        except OSError:
            return False

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _prepare(self) -> None:
        """Writes the settings, and formats the log folder where it is new."""
        java = find_java(JAVA)
        jars = fetch(pins("kafka"))
        logging_file = self.folder / "log4j2.properties"
        logging_file.write_text(LOGGING)
        data = self.folder / "data"
        listeners = f"PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self._controller_port}"
        settings = SETTINGS | {
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "listeners": listeners,
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "log.dirs": str(data),
        }
        settings |= self._settings
        self._properties.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        class_path = os.pathsep.join(map(str, jars))
        options = [*MEMORY, f"-Dlog4j2.configurationFile={logging_file}", "-cp", class_path]
        if not (data / "meta.properties").exists():
            # It must not begin with a hyphen, which the tool would take for an option.
            cluster = base64.urlsafe_b64encode(b"summitwire" + secrets.token_bytes(6)).decode().rstrip("=")
            tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties)]
            done = subprocess.run([java, *options, *tool], capture_output=True, text=True, check=False)
            if done.returncode:
                reason = (done.stderr or done.stdout).partition("\n")[0]
                raise ServerError(f"Kafka's log folder {data} cannot be formatted: {reason}")
        self._command = [str(java), *options]
