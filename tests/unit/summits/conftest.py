"""The model, loaded once; and back to it after a test that chose another mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.summits import load


@pytest.fixture(autouse=True)
def _model() -> Iterator[None]:
    load()
    yield
    load()
