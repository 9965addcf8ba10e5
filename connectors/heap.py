"""Memory of large documents goes back to the system as soon as they are done with."""

from __future__ import annotations

import ctypes
from contextlib import suppress

BLOCK = 1_048_576
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h


def give_back_large_blocks() -> None:
    """Tells glibc's allocator to map blocks of a megabyte and more by themselves, as it does until the first of them is
    freed; from then on it keeps up to 64 MB of them, in pieces. Elsewhere it does nothing."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, BLOCK)
        mallopt(_TRIM_THRESHOLD, BLOCK)
