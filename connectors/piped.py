"""Documents of a wire piped in: standard input, cut into documents by what ends them.

nul     a NUL byte ends each document: neither XML nor JSON nor text can hold one
lines   the end of the line ends each document, as in JSON Lines
whole   the end of the input ends the only document

Nothing is taken before its end has come: what still stands unended when the input ends (its writer died) is refused.
A pipe cannot be read twice: what was read and not yet written when the process ends before its input is lost. That is
no more than a batch, since reading waits for writing. Who must not lose it delivers to a folder.
"""

from __future__ import annotations

import asyncio
import os
import select
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass

from connectors.folder import LARGEST
from connectors.formats import FeedError

FRAMINGS = {"nul": b"\0", "lines": b"\n", "whole": None}
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Piece:
    """One document, or what of it was kept and why it cannot be taken."""

    data: bytes
    error: FeedError | None = None


class Cutter:
    """Cuts what comes, in chunks of any size, into documents. Empty ones are passed over."""

    def __init__(self, framing: str) -> None:
        self._end = FRAMINGS[framing]
        self._kept = bytearray()
        self._length = 0

    def take(self, chunk: bytes) -> Iterator[Piece]:
        """The documents that end within the chunk."""
        *ended, rest = [chunk] if self._end is None else chunk.split(self._end)
        for part in ended:
            self._keep(part)
            yield from self._cut(None)
        self._keep(rest)

    def end(self) -> Iterator[Piece]:
        """What is left at the end of the input."""
        missing = f"the input ended within a document: there is no {self._end!r} behind it"
        yield from self._cut(None if self._end is None else FeedError(missing))

    def _keep(self, part: bytes) -> None:
        self._kept += part[: LARGEST - len(self._kept)]
        self._length += len(part)

    def _cut(self, error: FeedError | None) -> Iterator[Piece]:
        data, length = bytes(self._kept), self._length
        self._kept, self._length = bytearray(), 0
        if length > LARGEST:
            error = FeedError(f"the document has {length:,} bytes, more than {LARGEST:,}, which alone are kept")
        if data.strip():
            yield Piece(data, error)


async def documents(file: int, framing: str) -> AsyncIterator[Piece]:
    """The documents that come from an open file, one at a time, until its end. Raises OSError.

    The thread that reads is a daemon, so that a process whose input is silent can end.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Piece | OSError | None] = asyncio.Queue(1)

    def put(one: Piece | OSError | None) -> None:
        putting = queue.put(one)
        try:
            asyncio.run_coroutine_threadsafe(putting, loop).result()
        except RuntimeError:  # the loop is closed
            putting.close()
            raise CancelledError from None

    def read() -> None:
        cutter = Cutter(framing)
        try:
            try:
                while chunk := _next_chunk(file):
                    for piece in cutter.take(chunk):
                        put(piece)
            except OSError as error:
                put(error)
            for piece in cutter.end():
                put(piece)
            put(None)
        except CancelledError:  # nobody waits for documents any more
            return

    threading.Thread(target=read, name="standard input", daemon=True).start()
    while (one := await queue.get()) is not None:
        if isinstance(one, OSError):
            raise one
        yield one


def _next_chunk(file: int) -> bytes:
    select.select([file], [], [])  # whoever shares the file may have made it non-blocking
    return os.read(file, _CHUNK)
