"""How often the local pipeline looks for new records."""

from __future__ import annotations

from threading import Event

import pytest

from pipeline.drive import BatchResult, drive
from tests.integration.pipeline.conftest import OpenDesk
from tests.integration.pipeline.desk import article

POLL_SECONDS = 300.0


class Impatient(Event):
    """Takes note of how long it is to wait, and is set then."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        self.set()
        return True


@pytest.mark.parametrize(("cap", "batches"), [(100, 1), (1, 3)])
def test_it_goes_on_at_once_where_a_batch_left_records_and_else_waits(
    new_desk: OpenDesk, cap: int, batches: int
) -> None:
    desk = new_desk().with_pipeline(poll_seconds=POLL_SECONDS, batch_records=cap)
    desk.put(*[article(5)] * 3)
    stop = Impatient()
    seen: list[BatchResult] = []
    drive(desk.config, once=False, stop=stop, on_batch=seen.append)
    assert [result.behind for result in seen] == [*range(batches - 1, -1, -1)]
    (waited,) = stop.waits
    assert 0 < (waited or 0) < POLL_SECONDS


def test_with_once_it_never_waits(new_desk: OpenDesk) -> None:
    desk = new_desk().with_pipeline(poll_seconds=POLL_SECONDS)
    desk.put(article(1))
    stop = Impatient()
    drive(desk.config, once=True, stop=stop)
    assert stop.waits == []
