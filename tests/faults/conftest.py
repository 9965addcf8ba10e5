from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.pipeline.conftest import brokers, new_desk
from tests.integration.pipeline.desk import Desk, open_desk

__all__ = ["brokers", "new_desk"]


@pytest.fixture
def spool_desk(tmp_path: Path) -> Desk:
    return open_desk(f"spool:{tmp_path / 'spool'}", tmp_path)
