"""A network between a client and a server that may be slow, hang or break."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Literal

Mode = Literal["pass", "slow", "hang", "break"]
SLOW_SECONDS = 0.05
"""For each piece of at most 64 KiB, in either direction."""


class Proxy:
    """Listens on a free port of the loopback address and hands everything on to `target`, as `mode` says: at once;
    slowly; not at all, while connections stay open; or by closing each connection, old or new."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._mode: Mode = "pass"
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        with self._changed:
            self._mode = mode
            self._changed.notify_all()
        if mode == "break":
            self._close_all()

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.close()
        self.mode = "break"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            self._open |= {client, server}
            for source, goal in ((client, server), (server, client)):
                threading.Thread(target=self._hand_on, args=(source, goal), daemon=True).start()
            if self._mode == "break":
                self._close_all()

    def _hand_on(self, source: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                with self._changed:
                    self._changed.wait_for(lambda: self._mode != "hang")
                if self._mode == "slow":
                    time.sleep(SLOW_SECONDS)
                goal.sendall(piece)
        for end in (source, goal):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.discard(end)

    def _close_all(self) -> None:
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
