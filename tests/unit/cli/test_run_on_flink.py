"""`summitwire run --runner flink`: what the command line and the configuration may say; no Flink is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.flink.place import Place, newest_restorable
from pipeline.local import ServerError


def error_of(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["run", "--runner", "flink", *options]) == 1
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--once"], "--once is for the local runner: a job on Flink has no end"),
        (["--detached"], "--detached needs a cluster and a pool of SDK workers that outlive this command"),
        (["--detached", "--flink-master", "flink:8081"], "--detached needs a cluster and a pool of SDK workers"),
        (["--flink-master", "http://flink:8081"], "command line: master 'http://flink:8081' must be HOST:PORT"),
        (["--flink-workers", "here"], "command line: workers 'here' must be HOST:PORT"),
        (["--parallelism", "0"], "command line: parallelism must be more than 0"),
        (["--checkpoint-seconds", "-1"], "command line: checkpoint_seconds must be more than 0"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_started(
    capsys: pytest.CaptureFixture[str], options: list[str], complaint: str
) -> None:
    assert complaint in error_of(capsys, *options)


def test_the_spool_is_no_source_of_a_job_on_flink(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "summitwire.toml"
    config.write_text('[topics]\nurl = "spool:spool"\n')
    assert "a job on Flink reads from Kafka, not from spool:" in error_of(capsys, "--config", str(config))


def test_the_configuration_may_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "summitwire.toml"
    config.write_text("[flink]\nlinger_seconds = -1.0\n")
    assert "[flink]: linger_seconds must be 0 or more" in error_of(capsys, "--config", str(config))


def test_a_savepoint_and_restore_are_not_given_both(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--runner", "flink", "--restore", "--savepoint-path", "file:///s"])
    assert "not allowed with argument" in capsys.readouterr().err


def test_restore_takes_the_newest_that_is_whole(tmp_path: Path) -> None:
    place = Place("", "", [], f"{tmp_path.as_uri()}/checkpoints", f"{tmp_path.as_uri()}/savepoints")
    with pytest.raises(ServerError, match="holds no checkpoint to go on from"):
        newest_restorable(place)
    for age, whole in enumerate(["checkpoints/b2/chk-7", "savepoints/savepoint-a1-00", "checkpoints/a1/chk-12"]):
        (tmp_path / whole).mkdir(parents=True)
        (tmp_path / whole / "_metadata").touch()
        os.utime(tmp_path / whole / "_metadata", (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "checkpoints" / "b2" / "chk-8").mkdir()
    assert newest_restorable(place) == (tmp_path / "checkpoints" / "b2" / "chk-7").as_uri()


def test_what_lies_elsewhere_must_be_named() -> None:
    with pytest.raises(ServerError, match="name one as --savepoint-path"):
        newest_restorable(Place("", "", [], "s3://wire/checkpoints", "s3://wire/savepoints"))
