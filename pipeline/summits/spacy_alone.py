"""spaCy without its command line, which its package imports for the sake of one function, `spacy.info`.

The command line brings typer, jinja2, httpx and requests: two fifths of the time that importing spaCy takes (0.6 of
1.5 s), and 20 MB.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_COMMAND_LINE = ("spacy.cli", "spacy.cli.info")


def import_spacy() -> Any:
    """The module `spacy`. Whoever imports its command line afterwards gets it whole, and `spacy.info` works."""
    if "spacy" in sys.modules:
        return sys.modules["spacy"]
    stand_ins = {name: ModuleType(name) for name in _COMMAND_LINE}
    stand_ins["spacy.cli.info"].__dict__["info"] = _info
    sys.modules.update(stand_ins)
    try:
        return import_module("spacy")
    finally:
        for name in _COMMAND_LINE:
            del sys.modules[name]


def _info(*args: Any, **options: Any) -> Any:
    return import_module("spacy.cli.info").info(*args, **options)
