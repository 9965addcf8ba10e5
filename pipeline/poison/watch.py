"""Ends a process that has a record in hand for too long: watch.py PID JOURNAL SECONDS

A process of its own, because a loop in C code holds the interpreter's lock, and then no thread of the process that
hangs can do anything. It needs nothing but the standard library's core, and ends with the process that it watches.
"""

import json
import mmap
import os
import signal
import sys
import time

HEADER = 1024
CELLS = 4
LONGEST_NAP = 1.0


def stopped(pid: int) -> bool:
    """Whether somebody has stopped the process, with Ctrl-Z or in a debugger. Only Linux tells."""
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rpartition(")")[2].split()[0] in "Tt"
    except OSError:
        return False


def overdue(cells: "memoryview[int]", seconds: float) -> "tuple[int, int, int] | None":
    """Partition, offset and step of a record that is in hand for longer than this."""
    latest = time.monotonic_ns() - int(seconds * 1e9)
    for at in range(HEADER // 8, len(cells) - CELLS + 1, CELLS):
        since = cells[at]
        if 0 < since < latest:
            found = cells[at + 1], cells[at + 2], cells[at + 3]
            if cells[at] == since:
                return found
    return None


def main(pid: int, journal: str, seconds: float) -> None:
    try:
        with open(journal, "rb") as stream:
            view = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        return
    about = json.loads(view[:HEADER].rstrip(b"\0"))
    cells = memoryview(view).cast("q")
    while os.getppid() == pid:
        found = overdue(cells, seconds)
        if found and not stopped(pid):
            partition, offset, step = found
            sys.stderr.write(
                f"summitwire: {about['topic']}/{partition}/{offset} is in {about['steps'][step - 1]} for more than "
                f"{seconds:g} s; ending process {pid}, and the next one works on that record apart\n"
            )
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(min(LONGEST_NAP, seconds / 5))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
