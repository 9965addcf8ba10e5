"""Clients of kafka-python: made with the settings of [topics.kafka], and their errors in one sentence."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaConfigurationError, KafkaError
from kafka.net.compat import KafkaNetClient

from connectors.topics.model import TopicError

TIMEOUT_MS = 30_000
"""How long a call tries before it gives up; `timeout_ms` in [topics.kafka]."""
CONNECT_MS = 10_000
"""How long a new client tries to reach a broker."""
RECONNECT_MS = 1_000
"""The longest wait between two tries to connect: a broker that is back is found within it."""
BATCH_BYTES = 131_072
REQUEST_BYTES = 64 * 1_048_576
"""kafka-python's own limit is one for all topics; the topics' own limits are checked before sending."""

_RESERVED = {
    "acks",
    "auto_offset_reset",
    "bootstrap_servers",
    "client_id",
    "enable_auto_commit",
    "enable_idempotence",
    "group_id",
    "isolation_level",
    "kafka_client",
    "key_deserializer",
    "key_serializer",
    "partition_assignment_strategy",
    "partitioner",
    "transactional_id",
    "value_deserializer",
    "value_serializer",
}
"""What this code's promises rest on, or what has its place elsewhere in the configuration."""
_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_NET_LOG = logging.getLogger("kafka.net.manager")
_FAILURE = re.compile(r"(?:Connection|Bootstrap (?:connection|attempt) to .+?) failed: (.+?)(?: \(backoff.*)?$")


class Clients:
    """Makes clients for one cluster. Raises TopicError for settings that kafka-python does not know."""

    def __init__(self, servers: str, settings: Mapping[str, Any]) -> None:
        self.url = f"kafka://{servers}"
        self._servers = [server.strip() for server in servers.split(",")]
        self._settings = dict(settings)
        timeout_ms = self._settings.pop("timeout_ms", TIMEOUT_MS)
        if not isinstance(timeout_ms, int) or timeout_ms < 1000:
            raise TopicError(f"[topics.kafka] timeout_ms is {timeout_ms!r}; it must be a number, 1000 or more")
        self.timeout = timeout_ms / 1000
        known = {*KafkaAdminClient.DEFAULT_CONFIG, *KafkaConsumer.DEFAULT_CONFIG, *KafkaProducer.DEFAULT_CONFIG}
        for key in self._settings:
            if key in _RESERVED:
                raise TopicError(f"[topics.kafka] {key} cannot be set: Summitwire sets it")
            if key not in known:
                raise TopicError(f"[topics.kafka] {key} is no setting of kafka-python")
        protocol = self._settings.get("security_protocol", "PLAINTEXT")
        if protocol not in _PROTOCOLS:
            # kafka-python would take it for PLAINTEXT, and send the password in the clear.
            raise TopicError(f"[topics.kafka] security_protocol is {protocol!r}; it must be one of {_PROTOCOLS}")
        _quieten()

    def admin(self) -> Any:
        return self._connected(KafkaAdminClient, {})

    def producer(self) -> Any:
        timeout_ms = int(self.timeout * 1000)
        linger_ms = 5
        ours = {
            "acks": "all",
            "enable_idempotence": True,
            "linger_ms": linger_ms,
            "batch_size": BATCH_BYTES,
            "max_request_size": REQUEST_BYTES,
            "max_block_ms": timeout_ms,
            "delivery_timeout_ms": timeout_ms,
            "request_timeout_ms": timeout_ms // 2 - linger_ms,
        }
        return self._connected(KafkaProducer, ours)

    def consumer(self, **ours: Any) -> Any:
        """With `auto_offset_reset` none: where an offset is gone it raises, and never jumps."""
        settings = {
            "enable_auto_commit": False,
            "auto_offset_reset": "none",
            "isolation_level": "read_committed",
            "allow_auto_create_topics": False,
        }
        return self._connected(KafkaConsumer, {**settings, **ours})

    def _connected(self, kind: Any, ours: Mapping[str, Any]) -> Any:
        """Raises TopicError where no broker answers, with the reason that kafka-python only logs."""
        common = {
            "bootstrap_timeout_ms": min(CONNECT_MS, int(self.timeout * 1000)),
            "request_timeout_ms": int(self.timeout * 1000),
            "reconnect_backoff_max_ms": RECONNECT_MS,
            "client_id": "summitwire",
        }
        settings = {**common, **ours, **self._settings}
        made: list[Any] = []

        def net_client(**config: Any) -> Any:
            made.append(KafkaNetClient(**config))
            return made[-1]

        known = {key: value for key, value in settings.items() if key in kind.DEFAULT_CONFIG}
        with _LastComplaint() as complaint:
            try:
                return kind(bootstrap_servers=self._servers, kafka_client=net_client, **known)
            except Exception as error:
                # Their threads would go on looking for the broker for ever.
                for client in made:
                    client.close()
                raise self._not_connected(error, complaint.text) from error

    def _not_connected(self, error: Exception, complaint: str) -> TopicError:
        where = f"Kafka at {','.join(self._servers)}"
        if isinstance(error, KafkaConfigurationError) or not isinstance(error, KafkaError | OSError):
            return TopicError(f"[topics.kafka] is not right: {explain(error)}")
        if "socket disconnected" in complaint or "AuthenticationFailed" in complaint:
            # With a wrong password, which some answers name and some do not, or where the protocol is another one.
            return TopicError(
                f"{where} closes the connection; are security_protocol and password in [topics.kafka] right?"
            )
        return TopicError(
            f"{where} does not answer ({complaint or explain(error)}); "
            "is the broker running, and are [topics] url and [topics.kafka] right?"
        )


def explain(error: BaseException) -> str:
    """What kafka-python says, in one line."""
    text = " ".join(str(error).split())
    return text or type(error).__name__


def close(client: Any, **options: Any) -> None:
    """A client that fails even in closing is of no more interest."""
    with suppress(KafkaError, OSError, RuntimeError):
        if client is not None:
            client.close(**options)


def _quieten() -> None:
    """Keeps kafka-python from telling, many times over, what the TopicErrors tell; not where more is asked for."""
    log = logging.getLogger("kafka")
    if log.level == logging.NOTSET and log.getEffectiveLevel() >= logging.WARNING:
        log.setLevel(logging.CRITICAL)
    if not _NET_LOG.isEnabledFor(logging.WARNING):
        # For `_LastComplaint` alone.
        _NET_LOG.setLevel(logging.WARNING)
        _NET_LOG.propagate = False
        _NET_LOG.addHandler(logging.NullHandler())


class _LastComplaint(logging.Handler):
    """Keeps the last failure that kafka-python logs: its exceptions of connecting say only that time is up.

    The log is one for all clients of a process, and each client has a thread: those that were there before belong to
    others, which may be looking for another broker in vain."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""
        self._others = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread in self._others:
            return
        found = _FAILURE.match(record.getMessage())
        # The last try is cut short by the end of the time, and says nothing of why the earlier ones failed.
        if found and not (self.text and "timed out" in found[1]):
            self.text = found[1].rstrip(".")

    def __enter__(self) -> _LastComplaint:
        _NET_LOG.addHandler(self)
        return self

    def __exit__(self, *unused: object) -> None:
        _NET_LOG.removeHandler(self)
