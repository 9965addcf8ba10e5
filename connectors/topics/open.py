"""From an address to topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.topics.model import TopicError, Topics


def open_topics(url: str, kafka: Mapping[str, Any] | None = None) -> Topics:
    """Topics at `spool:PATH` or `kafka://HOST:PORT[,…]`.

    `kafka` holds further settings of kafka-python (security_protocol, sasl_mechanism, …). Raises TopicError for an
    address of neither kind, or where the broker does not answer.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "spool" and rest:
        from connectors.topics.spool import Spool

        return Spool(rest)
    if scheme == "kafka" and rest.startswith("//") and len(rest) > 2:
        from connectors.topics.kafka import KafkaTopics

        return KafkaTopics(rest[2:].rstrip("/"), dict(kafka or {}))
    raise TopicError(f"topics address {url!r} is neither spool:PATH nor kafka://HOST:PORT")
