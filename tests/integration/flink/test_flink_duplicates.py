"""The one step with state on a real Flink: what it drops, and what of it a checkpoint keeps."""

from __future__ import annotations

import pytest

from pipeline.flink import rest
from pipeline.flink.place import Place, newest_restorable
from tests.integration.flink.running import articles, caught_up, ids, left, running, running_job
from tests.integration.pipeline.desk import Desk, article, message

pytestmark = pytest.mark.timeout(900)


def test_repeated_deliveries_are_dropped_and_also_those_behind_a_checkpoint_that_a_cancelled_job_has_left(
    flink_desk: Desk, flink: Place
) -> None:
    desk = flink_desk.with_pipeline(dedup_seconds=3600.0)
    deliveries = [message(article(number)) for number in range(20)]
    desk.put(*deliveries, *deliveries)
    with running(desk.config, flink) as first:
        first.until(caught_up(desk), "everything was committed")
        (job,) = [one for name in flink.rests if (one := running_job(name))]
        rest.cancel(job)
    checkpoint = newest_restorable(flink)  # as --restore finds it; Flink's REST interface may be three seconds behind
    assert articles(desk) == ids(range(20))

    left(desk)
    desk.rewind()  # what is committed must not count
    desk.put(*deliveries, message(article(20)))
    with running(desk.config, flink, restore=checkpoint) as second:
        second.until(caught_up(desk), "everything was committed")
    assert articles(desk) == ids(range(21))
