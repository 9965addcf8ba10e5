"""What the local servers have in common: a folder, a log, and a process that can be ended and started again."""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.local.errors import ServerError
from pipeline.local.process import ServerProcess

START_SECONDS = 180
"""Much more than the 2 to 6 seconds that a start takes: the machine may be busy."""


class Server(ABC):
    """A server with its files in `folder`, or in a temporary one that goes with it. Ports stay the same from one start
    to the next, so that clients find it again. `name` is what errors call it, `short` names folder and log."""

    def __init__(self, name: str, short: str, folder: str | os.PathLike[str] | None) -> None:
        self.name = name
        self._temporary = tempfile.TemporaryDirectory(prefix=f"{short}-") if folder is None else None
        self.folder = Path(self._temporary.name if self._temporary else folder or "").absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / f"{short}.log"
        """What it has printed."""
        self._process: ServerProcess | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What runs it. Raises ServerError where something is missing."""

    def environment(self) -> dict[str, str] | None:
        """Its environment; None for that of this process."""
        return None

    @abstractmethod
    def answers(self) -> bool:
        """Whether it is there for its clients."""

    @property
    def pid(self) -> int:
        """Raises ServerError where it was not started."""
        return self._started().pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Returns once it answers. Raises ServerError, with the end of its log."""
        self._process = ServerProcess(self.name, self.command(), self.log, self.environment())
        self._process.wait_until(self.answers, START_SECONDS)

    def stop(self) -> None:
        """Ends it in order."""
        self._started().stop()

    def kill(self) -> None:
        """Ends it at once, as kill -9 does."""
        self._started().kill()

    def restart(self) -> None:
        """Starts it again, after `stop` or `kill` or in their stead."""
        if self.running:
            self.stop()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.running:
            self.stop()
        if self._temporary:
            self._temporary.cleanup()

    def _started(self) -> ServerProcess:
        if self._process is None:
            raise ServerError(f"{self.name} was not started")
        return self._process
