"""What is made of the answers of Flink's REST interface."""

from __future__ import annotations

import pytest

from pipeline.failures import plain
from pipeline.flink.rest import FlinkJob, RestError, find, innermost, status

PYTHON = """\
java.io.IOException: Could not perform checkpoint 7 for operator [12]{Read, Decode} (2/2)#0.
\tat org.apache.flink.streaming.runtime.tasks.StreamTask.triggerCheckpointOnBarrier(StreamTask.java:1370)
Caused by: java.lang.RuntimeException: Error from SDK harness: Traceback (most recent call last):
  File "kafka_tail.py", line 118, in _told
    yield
kafka.errors.OffsetOutOfRangeError: [Error 1] OffsetOutOfRangeError: {3: 4}

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "common.py", line 1562, in process
    raise new_exn
connectors.topics.model.OffsetsGone: raw/3: offsets 4 to 9 were deleted [while running 'Read/Follow']

\tat org.apache.beam.runners.fnexecution.control.FnApiControlClient.lambda$handle$0(FnApiControlClient.java:182)
\t... 1 more
"""
JAVA = """\
org.apache.flink.runtime.JobException: Recovery is suppressed
\tat org.apache.flink.runtime.ExecutionFailureHandler.handleFailure(ExecutionFailureHandler.java:176)
Caused by: java.util.concurrent.TimeoutException: Heartbeat of TaskManager with id 127.0.0.1:1 timed out.
\t... 3 more
"""


def test_the_error_of_a_worker_is_the_last_that_python_raised() -> None:
    assert innermost(PYTHON).startswith("connectors.topics.model.OffsetsGone: raw/3: offsets 4 to 9 were deleted")


def test_an_error_of_flinks_own_is_its_last_cause() -> None:
    assert innermost(JAVA).endswith("TimeoutException: Heartbeat of TaskManager with id 127.0.0.1:1 timed out.")
    assert innermost("") == ""


def test_a_message_is_told_without_beams_note_of_the_step() -> None:
    assert plain("raw/3 is gone [while running 'Read/Follow']") == "raw/3 is gone"


def test_an_interface_that_does_not_answer_has_no_job_and_is_an_error_where_one_is_asked_for() -> None:
    nowhere = "http://127.0.0.1:9"
    assert find([nowhere], "job") is None
    with pytest.raises(RestError, match=r"^http://127.0.0.1:9/jobs/1 does not answer"):
        status(FlinkJob(nowhere, "1"))
