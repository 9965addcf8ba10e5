"""What the process that drives the pipeline tells Prometheus: its counters, and its group's lag."""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from connectors.config import Config, ConfigError, kafka_settings
from connectors.exposition import Sample, metric, served
from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, TopicError, Topics, open_topics
from pipeline.metrics.families import FAMILIES, by_family
from pipeline.metrics.lag import LagMeter

NETWORK_MS = 5_000
"""How long a scrape waits for a broker: Prometheus itself gives up after 10 s."""
LAG_SECONDS = 5.0
"""How long a measured lag is told again, so that many scrapes do not ask the broker more often."""


class RunMetrics:
    """What a run has counted; the driving thread adds, the endpoint's thread reads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        # From the start, at 0: an increase from nothing to 1 is none to Prometheus.
        self._counters = {"read/records": 0, "read/bytes": 0}
        for spec in (CLEAN, SUMMITS, DEAD_LETTERS):
            self._counters |= {f"written/{spec.name}": 0, f"written_bytes/{spec.name}": 0}
        self._batches = 0
        self._seconds = 0.0
        self._job: dict[str, list[Sample]] = {}
        self._topics: Topics | None = None
        self._meter: LagMeter | None = None
        self._lag: tuple[float, dict[str, list[Sample]]] | None = None

    def batch(self, counters: Mapping[str, int], seconds: float) -> None:
        """Counts a micro-batch that is committed."""
        with self._lock:
            for name, count in counters.items():
                self._counters[name] = self._counters.get(name, 0) + count
            self._batches += 1
            self._seconds += seconds

    def job(self, restarts: Mapping[str, int], checkpoint_bytes: int) -> None:
        """How a job on Flink is: restarts by their reason, size of its newest checkpoint."""
        with self._lock:
            self._job = {
                "summitwire_job_restarts_total": [({"reason": reason}, count) for reason, count in restarts.items()],
                "summitwire_job_checkpoint_bytes": [({}, checkpoint_bytes)],
            }

    def exposition(self) -> str:
        """All metrics as text. Those of topics that cannot be reached are missing."""
        with self._lock:
            samples = by_family(self._counters)
            samples["summitwire_batches_total"] = [({}, self._batches)]
            samples["summitwire_batch_seconds_total"] = [({}, self._seconds)]
            samples |= self._job
        samples |= self._measured() | _process()
        lines: list[str] = []
        for family in FAMILIES:
            lines += metric(family.name, family.kind, family.text, samples.get(family.name, []))
        return "\n".join(lines) + "\n"

    def close(self) -> None:
        if self._topics is not None:
            self._topics.close()
            self._topics = None

    def _measured(self) -> dict[str, list[Sample]]:
        now = time.monotonic()
        if self._lag is None or now - self._lag[0] >= LAG_SECONDS:
            self._lag = now, self._measure()
        return self._lag[1]

    def _measure(self) -> dict[str, list[Sample]]:
        try:
            if self._topics is None:
                # Its own, for the run's are in use; and impatient, for a scrape is.
                kafka = {**kafka_settings(self._config.topics.kafka), "timeout_ms": NETWORK_MS}
                self._topics = open_topics(self._config.topics_url(), kafka)
                self._meter = LagMeter(self._topics, self._config.pipeline.group, RAW.name)
            assert self._meter is not None
            lags = self._meter.measure()
        except (TopicError, ConfigError):
            return {"summitwire_topics_reachable": [({}, 0)]}
        told: dict[str, list[Sample]] = {"summitwire_topics_reachable": [({}, 1)]}
        for name in ("records", "seconds", "committed"):
            family = "summitwire_committed_offset" if name == "committed" else f"summitwire_lag_{name}"
            told[family] = [({"partition": str(partition)}, getattr(lag, name)) for partition, lag in lags.items()]
        return told


def _process() -> dict[str, list[Sample]]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    told: dict[str, list[Sample]] = {"process_cpu_seconds_total": [({}, used.ru_utime + used.ru_stime)]}
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as stream:
            pages = int(stream.read().split()[1])
        told["process_resident_memory_bytes"] = [({}, pages * resource.getpagesize())]
    return told


@contextmanager
def endpoint(config: Config, port: int | None = None) -> Iterator[RunMetrics]:
    """Serves the metrics of a run while it lasts, at `port` or at [pipeline] metrics_port; at 0 it serves none.

    Raises ConfigError where the port is taken.
    """
    host = config.pipeline.metrics_host
    port = config.pipeline.metrics_port if port is None else port
    metrics = RunMetrics(config)
    with ExitStack() as stack:
        stack.callback(metrics.close)
        if port:
            try:
                stack.enter_context(served(port, metrics.exposition, host))
            except OSError as error:
                raise ConfigError(f"{host}:{port} for metrics cannot be used: {error.strerror or error}") from error
        yield metrics
