"""What is wrong is said in one sentence, with exit status 1, before anything is read."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from connectors.topics import CLEAN
from pipeline.cli import main
from tests.integration.pipeline.desk import open_desk


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[topics", "cannot be read"),
        ("[topic]\nurl = 'spool:x'", "[topic] is no section"),
        ("[topics]\nurl = 'nats://localhost'", "neither spool:PATH nor kafka://HOST:PORT"),
        ("[pipeline]\nbatch_records = 0", "batch_records must be at least 1"),
        ("[pipeline]\nbatch_seconds = -1", "batch_seconds must be more than 0"),
        ("[pipeline]\nbatch_size = 7", "no key 'batch_size'"),
        ("[pipeline]\nextractor = 'guess'", "extractor must be model or rules"),
        ("[topics.kafka]\npassword = 'env:SUMMITWIRE_TEST_UNSET'", "SUMMITWIRE_TEST_UNSET, which is not set"),
        ("[topics]\nurl = 'spool:empty'", "there is no topic wire."),
        ("[pipeline]\nextractor = 'model'\nmodel = 'no_such_model'", "no_such_model"),
    ],
)
def test_a_wrong_configuration_ends_run_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], toml: str, expected: str
) -> None:
    if "model" in toml:
        open_desk(f"spool:{tmp_path / 'data' / 'spool'}", tmp_path)
    config = tmp_path / "summitwire.toml"
    config.write_text(toml)
    assert main(["run", "--once", "--config", str(config)]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert told[0].startswith("summitwire: ")
    assert expected in told[0]


def test_a_configuration_that_does_not_exist_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--config", str(tmp_path / "nowhere.toml")]) == 1
    assert "nowhere.toml does not exist; `summitwire init` writes one" in capsys.readouterr().err


def test_a_missing_output_topic_is_named_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = open_desk(f"spool:{tmp_path / 'data' / 'spool'}", tmp_path)
    (tmp_path / "data" / "spool" / CLEAN.name / "topic.json").unlink()
    (tmp_path / "summitwire.toml").write_text("")
    assert main(["run", "--once", "--config", str(tmp_path / "summitwire.toml")]) == 1
    told = capsys.readouterr().err
    assert f"there is no topic {CLEAN.name} in {desk.topics.url}" in told
    assert "summitwire topics create" in told


def test_a_broker_that_is_down_at_the_start_is_an_error_of_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"127.0.0.1:{free_port()}"
    config = tmp_path / "summitwire.toml"
    config.write_text(f"[topics]\nurl = 'kafka://{address}'\n[topics.kafka]\ntimeout_ms = 1000\n")
    assert main(["run", "--config", str(config)]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"summitwire: Kafka at {address} does not answer")
