"""`summitwire doctor`, on what is in order and on what is not."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.topics import ALL_TOPICS, RAW, TopicSpec, open_topics
from pipeline.cli import installation
from pipeline.cli.checks import Check, Group, Skipped, Wrong, checked, examine
from tests.unit.cli.desk import Desk, raw_article


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading it takes seconds; tests/integration/cli does it once."""
    monkeypatch.setenv("SUMMITWIRE_PIPELINE_EXTRACTOR", "rules")


def found(desk: Desk) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(desk.run("doctor", "--json").out)["checks"]}


def test_an_installation_in_order_passes_every_check(desk: Desk) -> None:
    said = desk.run("doctor")
    assert said.status == 0
    assert "✗" not in said.out
    assert said.out.endswith("all is well\n")
    for name in ("python", "packages", "configuration", "clock", "disk: spool", "topics", "lag"):
        assert f"✓ {name}: " in said.out
    for spec in ALL_TOPICS:
        assert f"✓ topic {spec.name}: 1 partition, records of up to {spec.max_record_bytes:,} bytes" in said.out


def test_json_tells_each_check_with_its_status(desk: Desk) -> None:
    said = desk.run("doctor", "--json")
    told = json.loads(said.out)
    assert told["ok"] is True
    assert {check["status"] for check in told["checks"]} == {"ok", "skipped"}


def test_a_broken_configuration_is_said_and_the_rest_is_checked(desk: Desk) -> None:
    desk.config.write_text("[topics\n")
    said = desk.run("doctor")
    assert said.status == 1
    assert "✗ configuration: " in said.out
    assert "✓ packages: " in said.out
    assert said.out.splitlines()[-1].endswith("checks failed: configuration")


def test_a_secret_that_is_not_set_is_said(desk: Desk) -> None:
    desk.config.write_text('[[feeds]]\nurl = "https://wire.example/a"\nheaders = { Authorization = "env:NO_SUCH" }\n')
    assert found(desk)["configuration"]["detail"].endswith("names the environment variable NO_SUCH, which is not set")


def test_a_missing_topic_is_said_with_the_command_that_makes_it(desk: Desk) -> None:
    desk.config.write_text('[topics]\nurl = "spool:other"\n')
    said = desk.run("doctor")
    assert said.status == 1
    assert "✗ topic wire.summits.v1: does not exist\n    to mend: summitwire topics create\n" in said.out


def test_a_topic_that_takes_too_small_records_is_said(desk: Desk) -> None:
    open_topics("spool:small").create([TopicSpec(spec.name, max_record_bytes=1000) for spec in ALL_TOPICS])
    desk.config.write_text('[topics]\nurl = "spool:small"\n')
    check = found(desk)[f"topic {RAW.name}"]
    assert (check["status"], check["mend"]) == ("failed", "raise its max.message.bytes")
    assert "takes records of 1,000 bytes, it should take 1,048,576" in check["detail"]


def test_the_lag_counts_what_the_pipeline_has_not_processed(desk: Desk) -> None:
    for name in "abc":
        desk.put(RAW.name, raw_article(name))
    assert found(desk)["lag"]["detail"] == "group 'summitwire' is 3 records behind; it has not begun"
    desk.topics.commit("summitwire", RAW.name, {0: 2})
    assert found(desk)["lag"]["detail"] == "group 'summitwire' is 1 record behind"


def test_offsets_behind_the_end_of_a_topic_that_was_made_anew_are_said(desk: Desk) -> None:
    desk.topics.commit("summitwire", RAW.name, {0: 50})
    check = found(desk)["lag"]
    assert check["status"] == "failed"
    assert "50 is committed: the topic was made anew" in check["detail"]


def test_a_record_from_the_future_shows_that_a_clock_is_wrong(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"), at=int((time.time() + 7200) * 1000))
    check = found(desk)["newest record"]
    assert check["status"] == "failed"
    assert "s in the future" in check["detail"]


def test_a_folder_that_cannot_be_written_is_said(desk: Desk) -> None:
    desk.config.write_text('[pipeline]\narchive = "/dev/null/archive"\n')
    check = found(desk)["disk: archive"]
    assert check["status"] == "failed"
    assert check["detail"].startswith("/dev/null cannot be written: ")


def test_a_disk_that_is_nearly_full_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    full = type("Usage", (), {"free": 100_000_000})
    monkeypatch.setattr(installation, "disk_usage", lambda path: full)
    check = found(desk)["disk: spool"]
    assert (check["status"], check["mend"]) == ("failed", "make room there")
    assert "has 100 MB left, less than 537 MB" in check["detail"]


def test_a_package_that_is_too_old_or_missing_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = installation.metadata.version

    def version(name: str) -> str:
        if name == "lxml":
            raise installation.metadata.PackageNotFoundError(name)
        return "0.1" if name == "fastavro" else versions(name)

    monkeypatch.setattr(installation.metadata, "version", version)
    check = found(desk)["packages"]
    assert check["status"] == "failed"
    assert "fastavro is 0.1, not >=1.12" in check["detail"]
    assert "lxml is missing" in check["detail"]


def test_a_clock_that_is_behind_the_installed_files_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "installation.py"
    installed.touch()
    os.utime(installed, (time.time() + 5 * 86_400,) * 2)
    monkeypatch.setattr(installation, "__file__", str(installed))
    assert "files of Summitwire are newer" in checked("clock", installation.clock).detail


def test_wrong_usage_gives_status_2(desk: Desk) -> None:
    assert desk.run("doctor", "--fast").status == 2


# how checks are run


def test_a_check_is_ok_failed_or_skipped_by_what_it_raises() -> None:
    def raising(error: Exception) -> Callable[[], str]:
        def look() -> str:
            raise error

        return look

    assert checked("a", lambda: "fine") == Check("a", "ok", "fine")
    assert checked("a", raising(Wrong("broken", "mend it"))) == Check("a", "failed", "broken", "mend it")
    assert checked("a", raising(Skipped("not here"))) == Check("a", "skipped", "not here")
    assert checked("a", raising(ZeroDivisionError("x"))) == Check("a", "failed", "ZeroDivisionError: x")


def test_a_group_that_hangs_is_left_behind_and_what_it_found_counts() -> None:
    never = threading.Event()

    def hangs() -> Iterator[Check]:
        yield Check("first", "ok", "fine")
        never.wait()

    groups = [
        Group("hanging", hangs, 0.2),
        Group("failing", lambda: [1 / 0], 5),  # type: ignore[list-item]
        Group("quick", lambda: [Check("quick", "ok", "fine")], 5),
    ]
    assert list(examine(groups)) == [
        Check("first", "ok", "fine"),
        Check("hanging", "failed", "not done within 0 s"),
        Check("failing", "failed", "ZeroDivisionError: division by zero"),
        Check("quick", "ok", "fine"),
    ]
    never.set()
