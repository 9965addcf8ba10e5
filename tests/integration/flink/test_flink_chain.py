"""The chain on a real Flink (embedded) with a real Kafka: what comes out, and from where it goes on."""

from __future__ import annotations

import time

import pytest

from connectors.topics import CLEAN, DEAD_LETTERS, SUMMITS, GroupHeld, Message, TopicSpec
from pipeline.flink import rest
from pipeline.flink.job import submit
from pipeline.flink.place import Place, newest_restorable
from pipeline.flink.rest import FlinkJob
from pipeline.io.unbounded import DISORDER_SECONDS
from pipeline.settings import settings_of
from tests.integration.flink.running import articles, caught_up, flink_config, ids, left, running, running_job
from tests.integration.pipeline.desk import Desk, article, message

pytestmark = pytest.mark.timeout(900)

OUTPUTS = (CLEAN, SUMMITS, DEAD_LETTERS)


def stories() -> list[Message]:
    """Sixty articles, some in several versions, with records between them that are none."""
    out = [message(article(number)) for number in range(60)]
    out += [message(article(number, version=version)) for version in (2, 3) for number in range(0, 60, 7)]
    out[30:30] = [Message(b"torn", b"\x00\x01"), Message(b"empty", None), Message(None, b"nobody's")]
    return out


def by_key(desk: Desk, topic: TopicSpec) -> dict[bytes | None, list[bytes | None]]:
    """Key → values, in their order."""
    out: dict[bytes | None, list[bytes | None]] = {}
    for key, value in desk.pairs(topic):
        out.setdefault(key, []).append(value)
    return out


def watermarks(job: FlinkJob) -> list[float]:
    """Those of the tasks that read, in seconds since the epoch."""
    vertices = rest.ask(f"{job.rest}/jobs/{job.id}")["vertices"]
    (reading,) = [vertex["id"] for vertex in vertices if "WriteSummits" in vertex["name"]]
    metrics = f"{job.rest}/jobs/{job.id}/vertices/{reading}/metrics"
    names = [one["id"] for one in rest.ask(metrics) if one["id"].endswith(".currentOutputWatermark")]
    return [int(one["value"]) / 1000 for one in rest.ask(f"{metrics}?get={','.join(names)}")] if names else []


def test_flink_gives_what_the_local_runner_gives_byte_for_byte_and_in_the_order_of_each_article(
    flink_desk: Desk, flink: Place
) -> None:
    flink_desk.put(*stories())
    with running(flink_config(flink_desk), flink) as job:
        job.until(caught_up(flink_desk), "everything was committed")
    on_flink = [by_key(flink_desk, topic) for topic in OUTPUTS]
    left(flink_desk)
    locally = flink_desk.replay()
    assert on_flink == [by_key(locally, topic) for topic in OUTPUTS]
    assert [len(values) for values in on_flink] == [60, 60, 3]


def test_while_a_job_runs_its_group_is_refused_to_others_and_its_watermark_follows_the_clock(
    flink_desk: Desk, flink: Place
) -> None:
    flink_desk.put(message(article(1)))  # into one partition: the others stay idle
    with running(flink_config(flink_desk), flink) as job:
        job.until(caught_up(flink_desk), "the record was committed")
        with pytest.raises(GroupHeld, match="held by job 'test_while_a_job_runs"):
            flink_desk.run()
        with pytest.raises(GroupHeld, match="held by job 'test_while_a_job_runs"):
            submit(flink_desk.config, settings_of(flink_desk.config), flink)
        (found,) = [one for name in flink.rests if (one := running_job(name))]
        reached = time.time() - DISORDER_SECONDS
        job.until(lambda: min(watermarks(found), default=0) >= reached, "the watermark followed the clock")
        assert max(watermarks(found)) <= time.time()


def test_the_next_job_goes_on_where_a_savepoint_was_taken(flink_desk: Desk, flink: Place) -> None:
    flink_desk.put(*(message(article(number)) for number in range(20)))
    with running(flink_config(flink_desk), flink) as first:
        first.until(caught_up(flink_desk), "everything was committed")
        # Read, and so in the savepoint, but perhaps not committed when the job is told to end.
        flink_desk.put(*(message(article(number)) for number in range(20, 30)))
    assert first.watched is not None
    assert first.watched.savepoint == newest_restorable(flink).replace("file:///", "file:/")
    ended_with = articles(flink_desk)
    assert ended_with == ids(range(len(ended_with)))

    left(flink_desk)
    flink_desk.rewind()  # what is committed must not count
    flink_desk.put(*(message(article(number)) for number in range(30, 40)))
    with running(flink_config(flink_desk), flink, restore=first.watched.savepoint) as second:
        second.until(caught_up(flink_desk), "everything was committed")
        assert articles(flink_desk) == ids(range(40))
