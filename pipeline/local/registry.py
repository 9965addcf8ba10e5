"""A schema registry (Apicurio, which speaks Confluent's interface) as a child process, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

from pipeline.local.cache import cache_folder
from pipeline.local.errors import ServerError
from pipeline.local.jars import Pin, fetch, pins
from pipeline.local.java import find_java
from pipeline.local.process import free_ports
from pipeline.local.server import Server

JAVA = 21
"""What Apicurio 3.3 is compiled for."""


class SchemaRegistryServer(Server):
    """A registry that keeps its schemas in `folder`, or in a temporary one that goes with it."""

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        super().__init__("the schema registry", "registry", folder)
        self.port, self._management_port = free_ports(2)

    @property
    def url(self) -> str:
        """The address of its Confluent-compatible interface."""
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def command(self) -> Sequence[str]:
        java = find_java(JAVA)
        program = _unpacked(*pins("registry"))
        return [
            *(str(java), "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            f"-Dquarkus.http.port={self.port}",
            "-Dquarkus.http.host=127.0.0.1",
            # Health and metrics; else on port 9000 of every address, where a second registry finds it taken.
            f"-Dquarkus.management.port={self._management_port}",
            "-Dquarkus.management.host=127.0.0.1",
            *("-jar", str(program / "quarkus-run.jar")),
        ]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "APICURIO_STORAGE_KIND": "sql",
            # Written with each commit: by default a schema that was just registered does not survive a kill.
            "APICURIO_DATASOURCE_URL": f"jdbc:h2:file:{self.folder / 'schemas'};WRITE_DELAY=0",
        }

    def answers(self) -> bool:
        """Whether the registry answers a request."""
        try:
            with urlopen(f"{self.url}/subjects", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


def _unpacked(pin: Pin) -> Path:
    """The folder of the archive's content, unpacked once: under its final name it is whole."""
    folder = cache_folder() / f"registry-{pin.sha256[:16]}"
    if folder.exists():
        return folder
    (archive,) = fetch([pin])
    scratch = Path(tempfile.mkdtemp(dir=cache_folder(), prefix="unpack-"))
    try:
        with tarfile.open(archive) as packed:
            packed.extractall(scratch, filter="data")
        (program,) = (found.parent for found in scratch.rglob("quarkus-run.jar"))
        os.rename(program, folder)
    except (tarfile.TarError, OSError, ValueError) as error:
        if not folder.exists():
            raise ServerError(f"{archive} cannot be unpacked: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    archive.unlink(missing_ok=True)
    return folder
