"""A schema registry (Apicurio, which speaks Confluent's interface) as a child process, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from types import TracebackType
from urllib.request import urlopen

from pipeline.local.cache import cache_folder
from pipeline.local.errors import ServerError
from pipeline.local.jars import Pin, fetch, pins
from pipeline.local.java import find_java
from pipeline.local.process import ServerProcess, free_ports

JAVA = 21
"""What Apicurio 3.3 is compiled for."""
START_SECONDS = 120
"""Much more than the 4 seconds that a start takes: the machine may be busy."""


class SchemaRegistryServer:
    """A registry that keeps its schemas in `folder`, or in a temporary one that goes with it."""

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="registry-") if folder is None else None
        self.folder = Path(self._temporary.name if self._temporary else folder or "").absolute()
        self.port, self._management_port = free_ports(2)
        self._process: ServerProcess | None = None

    @property
    def url(self) -> str:
        """The address of its Confluent-compatible interface."""
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    @property
    def log(self) -> Path:
        """What the registry has printed."""
        return self.folder / "registry.log"

    @property
    def pid(self) -> int:
        """Raises ServerError where the registry was not started."""
        return self._running().pid

    def start(self) -> None:
        """Returns once the registry answers. Raises ServerError, with the end of the registry's log."""
        java = find_java(JAVA)
        program = _unpacked(*pins("registry"))
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            *(str(java), "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            f"-Dquarkus.http.port={self.port}",
            "-Dquarkus.http.host=127.0.0.1",
            # Health and metrics; else on port 9000 of every address, where a second registry finds it taken.
            f"-Dquarkus.management.port={self._management_port}",
            "-Dquarkus.management.host=127.0.0.1",
            *("-jar", str(program / "quarkus-run.jar")),
        ]
        storage = {
            "APICURIO_STORAGE_KIND": "sql",
            # Written with each commit: by default a schema that was just registered does not survive a kill.
            "APICURIO_DATASOURCE_URL": f"jdbc:h2:file:{self.folder / 'schemas'};WRITE_DELAY=0",
        }
        self._process = ServerProcess("The schema registry", command, self.log, {**os.environ, **storage})
        self._process.wait_until(self.answers, START_SECONDS)

    def stop(self) -> None:
        """Ends the registry in order."""
        self._running().stop()

    def kill(self) -> None:
        """Ends the registry at once, as kill -9 does."""
        self._running().kill()

    def answers(self) -> bool:
        """Whether the registry answers a request."""
        try:
            with urlopen(f"{self.url}/subjects", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def __enter__(self) -> SchemaRegistryServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process and self._process.running:
            self._process.stop()
        if self._temporary:
            self._temporary.cleanup()

    def _running(self) -> ServerProcess:
        if self._process is None:
            raise ServerError("the schema registry was not started")
        return self._process


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
