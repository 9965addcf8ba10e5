"""`summitwire.toml`: one file for connectors and pipeline, validated as a whole before anything starts.

Every scalar of [topics], [registry], [connect], [stdin], [pipeline] and [flink] can be overridden by a variable
`SUMMITWIRE_<SECTION>_<KEY>` of the environment, such as SUMMITWIRE_TOPICS_URL. Relative paths count from the file's
folder. Secrets do not belong into the file: values of [topics.kafka] and of a feed's `headers` may name an environment
variable as `"env:NAME"`, or a secret of Google's Secret Manager.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.settings import (
    ConnectConfig,
    FeedConfig,
    FlinkConfig,
    FolderConfig,
    PipelineConfig,
    RegistryConfig,
    StdinConfig,
    TopicsConfig,
)
from connectors.tables import ConfigError, read_table

__all__ = [
    "DEFAULT_FILE", "Config", "ConfigError", "ConnectConfig", "FeedConfig", "FlinkConfig", "FolderConfig",
    "PipelineConfig", "RegistryConfig", "StdinConfig", "TopicsConfig", "check_flink", "kafka_settings", "load_config",
    "parse_config", "resolve_secret",
]  # fmt: skip

DEFAULT_FILE = "summitwire.toml"
GCP_SECRET = "gcp-secret:"


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


_SECTIONS: dict[str, type] = {
    "topics": TopicsConfig, "registry": RegistryConfig, "connect": ConnectConfig, "stdin": StdinConfig,
    "pipeline": PipelineConfig, "flink": FlinkConfig,
}  # fmt: skip
_TABLES: dict[str, type] = {"feeds": FeedConfig, "folders": FolderConfig}


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
    for key in plain:
        if key not in {*_SECTIONS, *_TABLES}:
            raise ConfigError(f"{where}: [{key}] is no section; there are {', '.join(sorted({*_SECTIONS, *_TABLES}))}")
    sections: dict[str, Any] = {
        name: read_table(cls, plain.get(name, {}), f"{where}: [{name}]", name, environ)
        for name, cls in _SECTIONS.items()
    }
    for name, table_cls in _TABLES.items():
        rows = plain.get(name, [])
        if not isinstance(rows, list):
            raise ConfigError(f"{where}: write [[{name}]] with two brackets, one table for each")
        sections[name] = tuple(
            read_table(table_cls, row, f"{where}: [[{name}]] number {n}", None, environ)
            for n, row in enumerate(rows, 1)
        )
    config = Config(**sections, base=base)
    _validate(config, where)
    return config


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
    ids = Counter(source.id for source in named if source.id)
    for doubled in sorted(name for name, count in ids.items() if count > 1):
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
