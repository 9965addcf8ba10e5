"""Records that end their process, or never end: set aside after a bounded time, and everything else goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from connectors.topics import CLEAN, RAW, SUMMITS, Message
from schemas.records import RawArticle
from tests.faults.oracle import told
from tests.faults.running import POISONED
from tests.faults.tier import LONG
from tests.integration.pipeline.desk import Desk, article, message

SECONDS = 1.0


def run(desk: Desk, folder: Path, seconds: float = SECONDS, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """`summitwire run --once`, whose steps heed what headlines say."""
    config = folder / "summitwire.toml"
    config.write_text(
        f"[topics]\nurl = '{desk.topics.url}'\n[pipeline]\ngroup = '{desk.config.pipeline.group}'\n"
        f"extractor = 'rules'\nbatch_records = 16\nrecord_seconds = {seconds}\n"
    )
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "run", "--once", "--config", str(config)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([POISONED, os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


POISONS = {
    # kind and step, and what the dead letter calls it
    "regex strip": "Deadline",
    "segfault extract": "Crash",
    "recursion extract": "RecursionError",
    "killed decode": "Crash",
    **(
        {
            "abort strip": "Crash",
            "loop extract": "Deadline",
            "wait encode": "Deadline",
            "stack encode": "Crash",
            "exit extract": "Crash",
            "segfault strip": "Crash",
            "regex decode": "Deadline",
        }
        if LONG
        else {}
    ),
}


def filled(desk: Desk, healthy: int) -> dict[int, tuple[str, str]]:
    """Puts a poison record behind each so many healthy ones; offset → kind and step."""
    raws: list[RawArticle | Message] = []
    poisons = {}
    for poison in POISONS:
        raws += [article(len(raws) + more) for more in range(healthy)]
        kind, step = poison.split()
        poisons[len(raws)] = (kind, step)
        whole = article(len(raws), headline=f"poison {poison}")
        raws.append(replace(message(whole), key=f"poison {poison}".encode()) if step == "decode" else whole)
    desk.put(*raws, *(article(len(raws) + more) for more in range(healthy)))
    return poisons


def test_poison_records_are_dead_letters_and_the_rest_flows(spool_desk: Desk, tmp_path: Path) -> None:
    desk = spool_desk
    poisons = filled(desk, 7)
    done = run(desk, tmp_path)
    assert done.returncode == 0, done.stderr

    raws = desk.read(RAW)
    letters = {one.source_offset or 0: one for one in desk.dead_letters()}
    assert {place: (one.step, one.error_class) for place, one in letters.items()} == {
        place: (step, POISONS[f"{kind} {step}"]) for place, (kind, step) in poisons.items()
    }
    assert all(one.value == raws[place].value for place, one in letters.items())
    undecoded = {place for place, (_, step) in poisons.items() if step == "decode"}
    expected = {raw.key for raw in raws if raw.offset not in undecoded}
    for topic, steps in ((CLEAN, ("strip", "encode")), (SUMMITS, ("strip", "extract", "encode"))):
        pairs = set(desk.pairs(topic))
        assert len(pairs) == len(expected), "one version has two contents"
        assert {key for key, _ in pairs} == expected
        records = desk.clean() if topic is CLEAN else desk.reports()
        flags = {one.article_id.encode(): one.flags for one in records}
        for place, (_, step) in poisons.items():
            if step in steps:
                assert f"{step}_failed" in flags[raws[place].key or b""]
        assert sum(any(flag.endswith("_failed") for flag in found) for found in flags.values()) == sum(
            step in steps for _, step in poisons.values()
        )
    assert desk.committed() == desk.topics.end_offsets(RAW.name)
    assert list((tmp_path / "data" / "in-hand").glob("*.hand")) == []

    written = told(desk)
    desk.rewind()
    assert "ended by" not in run(desk, tmp_path).stderr, "what is known of a record is known to the next run"
    assert told(desk) == written
