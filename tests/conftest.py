"""What only `tests/unit` can be is fast: everything else counts as slow, and `make test-fast` leaves it out."""

from pathlib import Path

import pytest

UNIT = Path(__file__).parent / "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.path.is_relative_to(UNIT):
            item.add_marker("slow")
