"""What connectors ask of their process."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator

import pytest

from connectors.process import NEW_OBJECTS, collect_rarely, open_more_files


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    files, thresholds = resource.getrlimit(resource.RLIMIT_NOFILE), gc.get_threshold()
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, files)
    gc.set_threshold(*thresholds)


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, soft), hard))
    open_more_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


def test_cycles_are_looked_for_when_many_objects_are_new() -> None:
    gc.set_threshold(700, 10, 10)
    collect_rarely()
    assert gc.get_threshold() == (NEW_OBJECTS, 10, 10)
    assert gc.isenabled()
