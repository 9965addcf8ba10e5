"""Where fetched files are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """SUMMITWIRE_CACHE, else `summitwire` in the user's cache folder (XDG base directories)."""
    if named := environ.get("SUMMITWIRE_CACHE"):
        return Path(named).expanduser().absolute()
    return Path(environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().absolute() / "summitwire"
