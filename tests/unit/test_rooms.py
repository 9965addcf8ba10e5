"""Imports point one way: schemas ◄ connectors ◄ pipeline, and the pure parts of the pipeline know no Beam."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imports_of(folder: str) -> dict[str, set[str]]:
    """Module file → top-level packages that it imports, anywhere in it."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
        found[str(path.relative_to(ROOT))] = names
    return found


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("schemas", {"connectors", "pipeline", "kafka", "apache_beam", "feedparser", "spacy"}),
        ("connectors", {"pipeline", "apache_beam", "spacy"}),
        ("pipeline/boilerplate", {"apache_beam", "kafka"}),
        ("pipeline/summits", {"apache_beam", "kafka"}),
    ],
)
def test_a_room_imports_only_what_it_may(folder: str, forbidden: set[str]) -> None:
    modules = imports_of(folder)
    assert modules
    assert {module: names & forbidden for module, names in modules.items() if names & forbidden} == {}


def test_the_command_line_loads_neither_beam_nor_spacy_for_connectors() -> None:
    check = (
        "import sys; from pipeline.cli import main\n"
        "try: main(['connect', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'apache_beam', 'spacy', 'kafka'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[]"
