"""What loading the extractor does to its process."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from pipeline.summits import load

ALONE = """
import sys
from pipeline.summits.spacy_alone import import_spacy
spacy = import_spacy()
assert "spacy.cli" not in sys.modules and "typer" not in sys.modules
assert import_spacy() is spacy
assert spacy.info(silent=True)["spacy_version"] == spacy.__version__
from spacy.cli import app
assert type(app).__module__.startswith("typer")
"""


def test_what_was_loaded_is_not_looked_through_for_garbage() -> None:
    load()
    assert gc.get_freeze_count() > 100_000


@pytest.mark.slow
def test_spacys_command_line_is_loaded_only_by_who_asks_for_it() -> None:
    subprocess.run([sys.executable, "-c", ALONE], check=True, timeout=60)
