"""The same pipeline as a streaming job on Flink: docs/flink.md."""
