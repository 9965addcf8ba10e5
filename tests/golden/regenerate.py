"""Writes the golden files anew: `python -m tests.golden.regenerate`. What they say is then to be read in the diff."""

from __future__ import annotations

import tempfile
from pathlib import Path

from connectors.topics import ALL_TOPICS
from tests.golden.played import FILES, lines_of, stand


def main() -> None:
    FILES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, stand(Path(folder) / "demo") as played:
        played.play()
        for spec in ALL_TOPICS:
            lines = lines_of(played.topics, spec.name)
            (FILES / f"{spec.name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            print(f"{spec.name}: {len(lines)} records")


if __name__ == "__main__":
    main()
