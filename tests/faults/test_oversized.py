"""Records around and beyond the limits of the topics: none is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.topics import ALL_TOPICS, DEAD_LETTERS, RAW, Message
from tests.integration.pipeline.conftest import OpenDesk
from tests.integration.pipeline.desk import Desk, article, message

MIB = 1_048_576
GENEROUS = tuple(
    replace(spec, partitions=1, max_record_bytes=20 * MIB if spec.name == RAW.name else spec.max_record_bytes)
    for spec in ALL_TOPICS
)
"""A raw topic that takes more than the topics of the results."""


def sized(desk: Desk, number: int, field: str, size: int) -> Message:
    """A message of exactly `size` bytes, filled up in one field of its article."""
    length = size
    while True:
        made = message(article(number, **{field: "https://wire.example/" + "x" * length}))
        if made.size == size:
            return made
        length -= made.size - size


@pytest.mark.parametrize("share", [0.9, 1.0, 1.1, 8.0])
@pytest.mark.parametrize("field", ["ed_note", "url"])
def test_a_record_of_this_share_of_the_limit_is_processed_or_becomes_a_dead_letter(
    new_desk: OpenDesk, field: str, share: float
) -> None:
    """An editor's note goes into no result; an address goes into both, so that they exceed their limit as well."""
    desk = new_desk(GENEROUS)
    limit = desk.topics.max_record_bytes("wire.articles.clean.v1")
    large = sized(desk, 1, field, int(limit * share))
    desk.put(article(0), large, article(2))
    desk.run()
    letters = [one.value == large.value for one in desk.dead_letters()]
    assert letters in ([], [True])
    fits = not letters
    if share != 1:  # at the limit itself it depends on what else the results say
        assert fits == (field == "ed_note" or share < 1)
    flags = () if fits else ("encode_failed",)
    for records in (desk.clean(), desk.reports()):
        assert [one.article_id for one in records] == [article(number).article_id for number in range(3)]
        assert "encode_failed" not in (*records[0].flags, *records[2].flags)
        assert tuple(flag for flag in records[1].flags if flag == "encode_failed") == flags


def test_an_original_too_large_for_the_dead_letter_topic_lies_in_a_file(new_desk: OpenDesk) -> None:
    desk = new_desk(GENEROUS)
    large = sized(desk, 1, "url", DEAD_LETTERS.max_record_bytes + 1000)
    damaged = Message(b"damaged", b"\x7f" * (DEAD_LETTERS.max_record_bytes + 1000))
    desk.put(large, damaged, article(2))
    desk.run()
    letters = desk.dead_letters()
    assert [one.step for one in letters] == ["encode", "decode"]
    for letter, original in zip(letters, (large, damaged), strict=True):
        assert letter.value is None
        assert letter.value_length == len(original.value or b"")
        assert Path(letter.value_file or "").read_bytes() == original.value
    assert len(desk.reports()) == 2
