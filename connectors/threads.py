"""Work in one thread that is never left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

# One: each thread that handles large documents would keep memory of its own for them (glibc's arenas).
_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="summitwire")
P = ParamSpec("P")
R = TypeVar("R")


async def to_its_end(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`asyncio.to_thread`, but in the one thread of its kind, and a cancellation is heeded only once `work` has ended.

    What it works on is closed next, and SQLite crashes the process where a connection is closed under a running
    statement. The thread is awaited as a plain future: an interrupt makes `asyncio.run` cancel every task.
    """
    running = asyncio.get_running_loop().run_in_executor(_THREAD, partial(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        raise
