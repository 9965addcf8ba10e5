"""What commands print."""

from __future__ import annotations

import json
import select
import sys
import time
from typing import Any, TextIO

from pipeline.escape import json_text, printable

Part = str | tuple[str, str]
"""Text, or text with a style of rich's."""


class Printer:
    """Lines to a stream: coloured through rich on a terminal, plain otherwise.

    Every text is escaped on its way (`printable`), so callers pass data as they are.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self._console: Any = None
        if self.stream.isatty():
            from rich.console import Console

            self._console = Console(file=self.stream, highlight=False, markup=False, emoji=False)
        elif hasattr(self.stream, "reconfigure"):
            self.stream.reconfigure(errors="backslashreplace")  # a pipe in a locale that is not UTF-8

    def line(self, *parts: Part, crop: bool = False) -> None:
        """Prints one line. `crop` cuts it at a terminal's right edge; without a terminal it stays whole."""
        clean = [(printable(part), "") if isinstance(part, str) else (printable(part[0]), part[1]) for part in parts]
        if self._console is None:
            self.stream.write("".join(text for text, _ in clean) + "\n")
            return
        from rich.text import Text

        text = Text.assemble(*clean)
        if crop:
            self._console.print(text, no_wrap=True, overflow="ellipsis")
        else:
            self._console.print(text, soft_wrap=True)

    def block(self, text: str) -> None:
        """Prints a text of several lines; line ends and tabs stay."""
        self.stream.write(printable(text, keep="\n\t") + "\n")

    def json(self, value: Any, indent: int | None = None) -> None:
        """Prints a JSON value, on one line without `indent`."""
        text = json_text(value, indent)
        if (self.stream.encoding or "utf-8").lower().replace("-", "") != "utf8":
            text = json.dumps(value, allow_nan=False, indent=indent)
        self.stream.write(text + "\n")

    def flush(self) -> None:
        self.stream.flush()

    def wait(self, seconds: float) -> bool:
        """Waits. False, and at once, where whoever read the stream has gone: a `head` that has seen enough."""
        try:
            descriptor = self.stream.fileno()
        except (OSError, ValueError):
            time.sleep(seconds)
            return True
        poller = select.poll()
        poller.register(descriptor, 0)  # errors and hang-ups only, which are always reported
        return not poller.poll(seconds * 1000)


class Counting:
    """A live count on standard error while work takes long; nothing where that is no terminal."""

    AFTER = 0.5
    EVERY = 0.1
    """Seconds until it is first shown, and between two refreshes."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + self.AFTER if sys.stderr.isatty() else float("inf")
        self._shown = False

    def __enter__(self) -> Counting:
        return self

    def show(self, count: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self.EVERY
            self._shown = True
            sys.stderr.write(f"\r\x1b[2K{count:,} {self._what}")
            sys.stderr.flush()

    def __exit__(self, *error: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
