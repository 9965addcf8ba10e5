"""Where dead letters cannot be written, nothing is committed: a record that failed is never passed over."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.topics import DEAD_LETTERS, Message, TopicError, UnknownTopic
from pipeline.drive import drive
from tests.integration.pipeline.desk import Desk, article


def spoilt(desk: Desk) -> Desk:
    desk.put(article(0), Message(b"damaged", b"no record"), article(1))
    return desk


def test_without_the_dead_letter_topic_the_pipeline_does_not_start(spool_desk: Desk, tmp_path: Path) -> None:
    desk = spoilt(spool_desk)
    shutil.rmtree(tmp_path / "spool" / DEAD_LETTERS.name)
    with pytest.raises(UnknownTopic, match=DEAD_LETTERS.name):
        desk.run()
    assert desk.committed() == {0: 0}


def test_where_the_dead_letter_topic_goes_while_the_pipeline_runs_the_offsets_stay(
    spool_desk: Desk, tmp_path: Path
) -> None:
    desk = spool_desk
    desk.put(article(3))
    folder, aside = tmp_path / "spool" / DEAD_LETTERS.name, tmp_path / "aside"

    def remove_it(result: object) -> None:
        if folder.exists():
            folder.rename(aside)
            spoilt(desk)

    with pytest.raises(TopicError, match=DEAD_LETTERS.name):
        drive(desk.config, once=True, on_batch=remove_it)
    assert desk.committed() == {0: 1}
    aside.rename(folder)
    desk.run()
    assert [one.key for one in desk.dead_letters()] == [b"damaged"]
    assert desk.committed() == {0: 4}


def test_where_an_original_cannot_be_set_aside_the_offsets_stay(spool_desk: Desk, tmp_path: Path) -> None:
    desk = spool_desk
    small = replace(DEAD_LETTERS, max_record_bytes=20_000)
    shutil.rmtree(tmp_path / "spool" / DEAD_LETTERS.name)
    desk.topics.create([small])
    desk.put(article(0), Message(b"damaged", b"\x7f" * 20_000))
    (tmp_path / "dead-letters").write_text("no folder")
    with pytest.raises(TopicError, match=r"cannot be set aside in .*dead-letters: File exists"):
        desk.run()
    assert desk.committed() == {0: 0}
    (tmp_path / "dead-letters").unlink()
    desk.run()
    assert [one.value_length for one in desk.dead_letters()] == [20_000]
