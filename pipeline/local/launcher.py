"""Runs a command that ends when its parent does: launcher.py PARENT_PID COMMAND...

A script of its own rather than a preexec_fn, which may deadlock in a process with threads. On Linux only; elsewhere a
parent that is killed leaves its child behind.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the parent has ended already")
os.execv(sys.argv[2], sys.argv[2:])
