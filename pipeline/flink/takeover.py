"""Ends what a killed `summitwire run` has left at Flink: its job runs on there, holds the group, and nobody watches it.

That nobody watches it cannot be seen from the job. It is for those who know that the command runs once at a time: one
replica, and the old one gone before the new one starts.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator

from connectors.topics import GroupHeld
from connectors.topics.kafka import KafkaTopics
from pipeline.flink import rest
from pipeline.flink.rest import FlinkJob, RestError

log = logging.getLogger("summitwire.flink")

FREE_SECONDS = 60.0
"""How long the group may take to become free: its members leave it, or are missed after 10 s."""
AGAIN_SECONDS = 1.0


def take_over(topics: KafkaTopics, address: str, group: str, topic: str, savepoints: str) -> None:
    """Ends every job of the group at the Flink whose REST interface is at `address`, with a savepoint where that goes,
    and waits until the group is free. Raises RestError, and GroupHeld where somebody else holds it."""
    for job in left_over(address, group):
        log.warning("ending job %s, which was left running", job.id)
        try:
            where = rest.stop(job, savepoints, FREE_SECONDS)
            log.info("its savepoint is %s", where)
        except RestError as error:
            log.warning("it is cancelled, for it cannot be stopped with a savepoint: %s", error)
            rest.cancel(job)
    deadline = time.monotonic() + FREE_SECONDS
    while True:
        try:
            with topics.lease(group, topic):
                return
        except GroupHeld:
            if time.monotonic() > deadline:
                raise
            time.sleep(AGAIN_SECONDS)


def left_over(address: str, group: str) -> Iterator[FlinkJob]:
    """The group's jobs there that have not ended. Raises RestError."""
    name = re.compile(f"{re.escape(group)}-[0-9a-f]{{8}}")
    for job in rest.ask(f"{address}/jobs/overview")["jobs"]:
        if job["state"] not in rest.ENDED and name.fullmatch(job["name"]):
            yield FlinkJob(address, job["jid"])
