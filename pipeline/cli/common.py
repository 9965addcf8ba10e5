"""What several commands share."""

from __future__ import annotations

import argparse

from connectors.config import Config, kafka_settings, load_config
from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, Topics, open_topics
from schemas.codec import Decoder

ALIASES = {"raw": RAW.name, "clean": CLEAN.name, "summits": SUMMITS.name, "dead-letters": DEAD_LETTERS.name}
"""What topics are called on the command line."""


def add_config(parser: argparse.ArgumentParser) -> None:
    """The option `--config FILE`."""
    parser.add_argument(
        "--config", metavar="FILE", help="configuration (default: ./summitwire.toml where there is one)"
    )


def add_metrics_port(parser: argparse.ArgumentParser) -> None:
    """The option `--metrics-port PORT`."""
    parser.add_argument(
        "--metrics-port",
        type=_port,
        metavar="PORT",
        help="answer Prometheus at this port (default: metrics_port of the configuration)",
    )


def config_of(args: argparse.Namespace) -> Config:
    """The configuration that the call names. Raises ConfigError."""
    return load_config(args.config)


def topics_of(config: Config) -> Topics:
    """The configured topics. Raises TopicError where they cannot be reached."""
    return open_topics(config.topics_url(), kafka_settings(config.topics.kafka))


def decoder_of(config: Config) -> Decoder:
    """Reads records in either framing, with the configured registry where there is one."""
    from pipeline.io import clients
    from pipeline.settings import settings_of

    return clients.decoder(settings_of(config))


def topic_name(name: str) -> str:
    """A topic's full name, from that or from its alias."""
    return ALIASES.get(name, name)


def natural(text: str) -> int:
    """An argument that is a whole number from 0 up."""
    if not text.isdecimal() or not text.isascii():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    return int(text)


def _port(text: str) -> int:
    port = natural(text)
    if port > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return port
