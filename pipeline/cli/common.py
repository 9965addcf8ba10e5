"""What several commands share."""

from __future__ import annotations

import argparse

from connectors.config import Config, load_config, resolve_secret
from connectors.topics import Topics, open_topics


def add_config(parser: argparse.ArgumentParser) -> None:
    """The option `--config FILE`."""
    parser.add_argument(
        "--config", metavar="FILE", help="configuration (default: ./summitwire.toml where there is one)"
    )


def config_of(args: argparse.Namespace) -> Config:
    """The configuration that the call names. Raises ConfigError."""
    return load_config(args.config)


def topics_of(config: Config) -> Topics:
    """The configured topics. Raises TopicError where they cannot be reached."""
    kafka = {key: resolve_secret(value, f"[topics.kafka] {key}") for key, value in config.topics.kafka.items()}
    return open_topics(config.topics_url(), kafka)
