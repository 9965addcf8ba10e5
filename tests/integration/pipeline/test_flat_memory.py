"""What a record leaves behind in memory: nothing."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.integration.pipeline.desk import article, open_desk

RECORDS = 150


@pytest.mark.slow
def test_no_objects_pile_up_as_records_go_through(tmp_path: Path) -> None:
    desk = open_desk(f"spool:{tmp_path / 'spool'}", tmp_path)
    alive = []
    for first in range(0, 3 * RECORDS, RECORDS):
        desk.put(*(article(number) for number in range(first, first + RECORDS)))
        desk.run(batch_records=RECORDS)
        gc.collect()
        alive.append(len(gc.get_objects()))
    assert alive[2] - alive[1] < RECORDS, f"{alive[2] - alive[1]} objects more after {RECORDS} more records"
