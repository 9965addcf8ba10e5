"""A disk that fills up: the pipeline stops with a sentence, loses nothing, and goes on when there is room again."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.topics import RAW, StorageFull
from pipeline.cli import main
from tests.faults.oracle import check, undisturbed
from tests.integration.pipeline.desk import Desk, article, open_desk


def mount(folder: Path, options: str) -> bool:
    """False where this user may not mount."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "size=400k"):
        pytest.skip("only root may mount a small disk; the injected error is tested all the same")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def configured(desk: Desk, folder: Path) -> str:
    path = folder / "summitwire.toml"
    path.write_text(
        f"[topics]\nurl = '{desk.topics.url}'\n"
        f"[pipeline]\ngroup = '{desk.config.pipeline.group}'\nextractor = 'rules'\nbatch_records = 40\n"
    )
    return str(path)


def test_a_full_disk_stops_the_pipeline_and_it_goes_on_when_there_is_room(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = open_desk(f"spool:{small_disk / 'spool'}", tmp_path)
    number = 0
    chance = random.Random(1)  # what cannot be compressed fills a disk with few records
    with contextlib.suppress(StorageFull):
        while True:
            desk.put(*(article(number + place, ed_note=chance.randbytes(2000).hex()) for place in range(20)))
            number += 20
    assert sum(desk.topics.end_offsets(RAW.name).values()) == number, "an append that failed left something"
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(4096))

    config = configured(desk, tmp_path)
    for _ in range(2):
        assert main(["run", "--once", "--config", config]) == 1
        told = capsys.readouterr().err.strip().splitlines()[-1]
        assert told.startswith("summitwire: cannot ")
        assert "no room is left" in told
    assert desk.committed()[0] < number

    filler.unlink()
    assert mount(small_disk, "remount,size=64m")
    assert main(["run", "--once", "--config", config]) == 0
    check(desk, undisturbed(desk, tmp_path / "reference"))


@pytest.mark.parametrize("calls", [1, 4, 6, 9, 12])
def test_wherever_the_disk_is_full_the_pipeline_stops_and_goes_on_when_there_is_room(
    spool_desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], calls: int
) -> None:
    """The error comes from the system's fsync: in an append, in a commit, in a file of the archive."""
    desk = spool_desk
    desk.put(*(article(number) for number in range(50)))
    config = configured(desk, tmp_path)
    real, left = os.fsync, calls

    def fsync(descriptor: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", fsync)
        assert main(["run", "--once", "--config", config, "--archive", "avro"]) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert "no room is left" in told or "No space left on device" in told
    assert main(["run", "--once", "--config", config, "--archive", "avro"]) == 0
    check(desk, undisturbed(desk, tmp_path / "reference"))
