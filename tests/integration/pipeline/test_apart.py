"""The process that works on a record apart: what it raises, and its limit of memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.config import Config, PipelineConfig
from pipeline.poison.apart import Apart
from pipeline.poison.errors import Crash
from pipeline.settings import settings_of

FREE = 128 * 1_048_576
LITTLE_MEMORY = f"from pipeline.poison import child; child._free_bytes = lambda: {FREE}"


@pytest.fixture
def apart() -> Iterator[Apart]:
    apart = Apart(settings_of(Config(pipeline=PipelineConfig(extractor="rules"))))
    yield apart
    apart.close()


def test_what_a_step_raises_there_is_raised_here_under_its_name(apart: Apart) -> None:
    with pytest.raises(Exception, match="no article") as caught:
        apart.run(exec, "raise ArithmeticError('no article')")
    assert type(caught.value).__name__ == "ArithmeticError"
    assert "in _attempt" in caught.value.__notes__[0]


def test_a_record_that_takes_more_memory_than_is_free_ends_its_process_and_not_the_machine(apart: Apart) -> None:
    apart.run(exec, LITTLE_MEMORY)
    apart.run(exec, f"bytearray({FREE // 4})")
    with pytest.raises(Crash, match="the process ended with status 71"):
        apart.run(exec, f"bytearray({2 * FREE})")
    apart.run(exec, f"bytearray({FREE // 4})")  # in the next child
