"""Bytes as offsets, hex digits and ASCII."""

from __future__ import annotations

WIDTH = 16


def hexdump(data: bytes) -> str:
    """Sixteen bytes a line, like `hexdump -C`: 76 columns."""
    return "\n".join(_line(start, data[start : start + WIDTH]) for start in range(0, len(data), WIDTH))


def _line(start: int, row: bytes) -> str:
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
    return f"{start:08x}  {row.hex(' '):<{3 * WIDTH - 1}}  {shown}"
