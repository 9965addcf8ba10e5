"""Servers as child processes: a Kafka broker and a schema registry for the demo, the tests and the benchmarks.

    with KafkaBroker() as broker:
        open_topics(broker.url)

Neither docker nor an installed Java is needed: the Java runtime is the one of the extra `broker`, the servers' files
are fetched once, checked against their pinned hashes, and kept in the cache folder.
"""

from pipeline.local.errors import ServerError
from pipeline.local.kafka import KafkaBroker
from pipeline.local.registry import SchemaRegistryServer

__all__ = ["KafkaBroker", "SchemaRegistryServer", "ServerError"]
