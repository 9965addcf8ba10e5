"""Topics: one small interface, on Kafka and on the local spool.

`open_topics(url)` gives an implementation: `spool:PATH`, or `kafka://HOST:PORT[,HOST:PORT…]`.
"""

from connectors.topics.model import (
    ALL_TOPICS,
    CLEAN,
    DEAD_LETTERS,
    RAW,
    SUMMITS,
    GroupHeld,
    Lease,
    Message,
    OffsetsGone,
    Received,
    RecordTooLarge,
    StorageFull,
    TopicChanged,
    TopicError,
    TopicInfo,
    Topics,
    TopicSpec,
    UnknownTopic,
)
from connectors.topics.open import open_topics

__all__ = [
    "ALL_TOPICS",
    "CLEAN",
    "DEAD_LETTERS",
    "RAW",
    "SUMMITS",
    "GroupHeld",
    "Lease",
    "Message",
    "OffsetsGone",
    "Received",
    "RecordTooLarge",
    "StorageFull",
    "TopicChanged",
    "TopicError",
    "TopicInfo",
    "TopicSpec",
    "Topics",
    "UnknownTopic",
    "open_topics",
]
