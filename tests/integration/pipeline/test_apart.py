"""The process that works on a record apart, at the limit of memory."""

from __future__ import annotations

from contextlib import closing

import pytest

from connectors.config import Config, PipelineConfig
from pipeline.poison.apart import Apart
from pipeline.poison.errors import Crash
from pipeline.settings import settings_of

FREE = 128 * 1_048_576
LITTLE_MEMORY = f"import sys; sys.modules['__main__']._free_bytes = lambda: {FREE}"
"""In the child, whose main module is the one that asks how much is free."""


def test_a_record_that_takes_more_memory_than_is_free_ends_its_process_and_not_the_machine() -> None:
    settings = settings_of(Config(pipeline=PipelineConfig(extractor="rules")))
    with closing(Apart(settings)) as apart:
        apart.run(exec, LITTLE_MEMORY)
        apart.run(exec, f"bytearray({FREE // 4})")
        with pytest.raises(Crash, match="the process ended with status 71"):
            apart.run(exec, f"bytearray({2 * FREE})")
        apart.run(exec, f"bytearray({FREE // 4})")  # in the next child
