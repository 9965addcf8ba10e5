"""All metrics of the pipeline, in one table: which Beam counter each is made of, and what Prometheus calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from connectors.exposition import Sample

FLINK_SCOPE = "flink_taskmanager_job_task_operator_summitwire_"
"""What Flink's Prometheus reporter puts before the name of a counter of our namespace."""


@dataclass(frozen=True, slots=True)
class Family:
    """A metric. `counter` is the Beam counter behind it, with the labels in brackets; empty: the process that drives
    the pipeline measures it itself."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    counter: str = ""
    labels: tuple[str, ...] = ()


FAMILIES = (
    Family("summitwire_read_records_total", "counter", "Raw records read.", "read/records"),
    Family("summitwire_read_bytes_total", "counter", "Bytes of keys and values read.", "read/bytes"),
    Family(
        "summitwire_failed_records_total",
        "counter",
        "Records that a step dead-lettered, by the class of its error.",
        "failed/<step>/<error>",
        ("step", "error"),
    ),
    Family("summitwire_duplicates_total", "counter", "Repeated deliveries that were dropped.", "duplicates"),
    Family("summitwire_events_total", "counter", "Events found.", "events/<kind>/<status>", ("kind", "status")),
    Family(
        "summitwire_written_records_total", "counter", "Records written and durable.", "written/<topic>", ("topic",)
    ),
    Family("summitwire_written_bytes_total", "counter", "Their bytes.", "written_bytes/<topic>", ("topic",)),
    Family(
        "summitwire_latency_seconds_bucket",
        "histogram",
        "From publication, fetch and append to the raw topic until the report is durable.",
        "latency/<since>/le/<le>",
        ("since", "le"),
    ),
    Family("summitwire_batches_total", "counter", "Micro-batches that were committed (local runner)."),
    Family("summitwire_batch_seconds_total", "counter", "Seconds that they took (local runner)."),
    Family(
        "summitwire_job_restarts_total",
        "counter",
        "Jobs that were submitted to Flink in place of another, by the reason.",
        "",
        ("reason",),
    ),
    Family("summitwire_job_checkpoint_bytes", "gauge", "Size of the newest checkpoint of the job on Flink."),
    Family("summitwire_topics_reachable", "gauge", "1 where topics and committed offsets could be read, else 0."),
    Family(
        "summitwire_lag_records",
        "gauge",
        "Records of the raw topic that the group has not committed.",
        "",
        ("partition",),
    ),
    Family(
        "summitwire_lag_seconds",
        "gauge",
        "Age of the oldest record that the group has not committed; 0 without any.",
        "",
        ("partition",),
    ),
    Family("summitwire_committed_offset", "gauge", "Offset that the group has committed.", "", ("partition",)),
    Family("process_resident_memory_bytes", "gauge", "Memory of the process that drives the pipeline."),
    Family("process_cpu_seconds_total", "counter", "Its processor time."),
)


def of_counter(counter: str) -> tuple[Family, dict[str, str]] | None:
    """The family and the labels of a Beam counter; None for one that is no metric, such as the offsets reached."""
    for family in FAMILIES:
        if family.counter and (found := _pattern(family.counter).fullmatch(counter)):
            labels = found.groupdict()
            if labels.get("le") == "inf":
                labels["le"] = "+Inf"
            return family, labels
    return None


def flink_name(counter: str) -> str:
    """What Flink's Prometheus reporter makes of a Beam counter's name, or of a pattern in the table."""
    return FLINK_SCOPE + re.sub(r"[^a-zA-Z0-9:_<>]", "_", counter)


def by_family(counters: Mapping[str, int]) -> dict[str, list[Sample]]:
    """Family name → samples, in a fixed order."""
    out: dict[str, list[Sample]] = {}
    for counter, count in sorted(counters.items()):
        if told := of_counter(counter):
            out.setdefault(told[0].name, []).append((told[1], count))
    return out


@cache
def _pattern(counter: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", counter))
