"""One client of each kind in a process: connections are slow to make, and a micro-batch is short."""

from __future__ import annotations

from functools import cache
from typing import Any

from connectors.config import kafka_settings
from connectors.topics import Topics, open_topics
from pipeline.settings import Settings
from schemas.codec import Decoder, Encoder
from schemas.registry import Registry


def topics(settings: Settings) -> Topics:
    """The topics of a run. Raises TopicError where they cannot be reached, ConfigError for an unset secret."""
    address = (settings.topics_url, settings.kafka)
    if address not in _open:
        _open[address] = open_topics(settings.topics_url, kafka_settings(dict(settings.kafka)))
    return _open[address]


def close() -> None:
    """Closes the topics that this process has open; the next use opens them again."""
    while _open:
        _open.popitem()[1].close()


def encoder(settings: Settings) -> Encoder:
    return _codec(settings.registry_url)[0]


def decoder(settings: Settings) -> Decoder:
    return _codec(settings.registry_url)[1]


_open: dict[tuple[str, tuple[tuple[str, Any], ...]], Topics] = {}


@cache
def _codec(registry_url: str) -> tuple[Encoder, Decoder]:
    registry = Registry(registry_url) if registry_url else None
    return Encoder(registry), Decoder(registry)
