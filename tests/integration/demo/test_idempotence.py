"""Doing something again changes nothing: polling, running, and processing all of it anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.run import connect
from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS
from pipeline.drive import drive
from tests.golden.played import WHEN, Stand, stand

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample wire, played once; the tests here leave what its topics hold as it is, or add the same again."""
    with stand(tmp_path_factory.mktemp("idempotence") / "demo") as at:
        at.play()
        yield at


def test_polling_again_publishes_nothing_new(played: Stand) -> None:
    before = played.pairs()
    asked = len(played.server.requests)

    summary = connect(played.config, played.topics, once=True, clock=lambda: WHEN)

    assert summary.total.published == {}
    assert summary.total.dead == 0
    assert played.pairs() == before
    assert sorted(played.server.requests[asked:]) == [
        ("harbour", 200),  # what was no feed is not remembered as one, and not refused twice
        ("kestrel-world", 304),
        ("littorale-international", 304),
        ("sundial-asia", 304),
    ]


def test_polling_with_lost_state_publishes_nothing_new(played: Stand) -> None:
    before = played.pairs()
    for file in played.config.base.glob("state.sqlite*"):
        file.unlink()

    summary = connect(played.config, played.topics, once=True, clock=lambda: WHEN)

    after = played.pairs()
    assert summary.recovered == len(before[RAW.name]) - 1  # all but the spoiled one
    assert summary.total.published == {}
    assert after[RAW.name] == before[RAW.name]
    assert set(after[DEAD_LETTERS.name]) == set(before[DEAD_LETTERS.name])  # what was refused, refused once more


def test_running_again_processes_nothing(played: Stand) -> None:
    before = played.pairs()
    assert drive(played.config, once=True).counters == {}
    assert played.pairs() == before


def test_processing_everything_anew_gives_the_same_records(played: Stand) -> None:
    before = played.pairs()
    again = replace(played.config, pipeline=replace(played.config.pipeline, group="again"))

    drive(again, once=True)

    after = played.pairs()
    for spec in (CLEAN, SUMMITS):
        assert after[spec.name] == before[spec.name] * 2
    assert len(after[DEAD_LETTERS.name]) == len(before[DEAD_LETTERS.name]) + 1
    assert set(after[DEAD_LETTERS.name]) == set(before[DEAD_LETTERS.name])
    assert after[RAW.name] == before[RAW.name]
