"""The headers of a record's message: CloudEvents 1.0 in Kafka's binary content mode.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md, 3.2. Everything here is
a function of the record: a replay gives the same headers.
"""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import quote

from schemas.records import CleanArticle, DeadLetter, RawArticle, SummitReport

Headers = tuple[tuple[str, bytes], ...]


@cache
def _type(name: str) -> tuple[tuple[str, bytes], ...]:
    """What all records of one type share. avro/binary is the content type that CloudEvents' Avro users agree on."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", f"summitwire.{name}".encode()),
        ("content-type", b"avro/binary"),
    )


@lru_cache(maxsize=4096)
def _source(source_id: str) -> bytes:
    return quote(source_id, ":/").encode()


def headers_for(record: RawArticle | CleanArticle | SummitReport | DeadLetter) -> Headers:
    """CloudEvents headers of a record.

    `ce_id` with `ce_source` names the event and is the same at each replay: `article_id:version`, or a dead letter's
    own id. Records with a version have it in the header `version` too, and what it does in `change`, so that a
    consumer can drop outdated ones without decoding them.
    """
    common = _type(type(record).__name__)
    if isinstance(record, DeadLetter):
        source = record.source_topic or record.source_url or "connectors"
        return (*common, ("ce_id", record.dead_letter_id.encode()), ("ce_source", quote(source, ":/?&=%").encode()))
    version = str(record.version)
    return (
        *common,
        ("ce_id", f"{record.article_id}:{version}".encode()),
        ("ce_source", _source(record.source_id)),
        ("version", version.encode()),
        ("change", record.change.encode()),
    )
