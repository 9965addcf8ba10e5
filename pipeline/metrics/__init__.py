"""What the pipeline counts, and how Prometheus gets it: docs/metrics.md."""

from pipeline.metrics.tally import METRICS, Tally

__all__ = ["METRICS", "Tally"]
