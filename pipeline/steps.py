"""The steps as plain functions: what they take, what they give. Nothing here knows Beam.

    decode   Received → Decoded      bytes of the raw topic become a RawArticle
    strip    Decoded  → Stripped     the boilerplate goes
    extract  Stripped → Extracted    the summit events are read
    encode   Extracted → Encoded     messages for the output topics

Where strip, extract or encode fails, the record goes on without the step's result and flagged, besides the dead letter:
an outdated version must not stay standing in a topic where the highest version counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.envelope import headers_for
from connectors.topics import Message, Received
from pipeline.failures import InputError
from schemas.codec import Decoder, Encoder
from schemas.records import CleanArticle, RawArticle, SummitReport

FAILED_STRIP = "strip_failed"
FAILED_EXTRACT = "extract_failed"
FAILED_ENCODE = "encode_failed"


@dataclass(frozen=True, slots=True)
class Decoded:
    origin: Received
    article: RawArticle


@dataclass(frozen=True, slots=True)
class Stripped:
    origin: Received
    article: RawArticle
    clean: CleanArticle


@dataclass(frozen=True, slots=True)
class Extracted:
    origin: Received
    article: RawArticle
    clean: CleanArticle
    report: SummitReport


@dataclass(frozen=True, slots=True)
class Encoded:
    """`article`, `clean_record` and `report` stay for the archive, which writes records and not frames."""

    origin: Received
    article: RawArticle
    clean_record: CleanArticle
    report: SummitReport
    clean: Message
    summits: Message


def decode(received: Received, decoder: Decoder) -> Decoded:
    """Raises InputError or SchemaError for what is no framed RawArticle."""
    if received.value is None:
        raise InputError("null value: nothing in this topic may be deleted by key")
    record = decoder.decode(received.value)
    if not isinstance(record, RawArticle):
        raise InputError(f"a {type(record).__name__} where a RawArticle belongs")
    return Decoded(received, record)


def strip(decoded: Decoded) -> Stripped:
    from pipeline.boilerplate import clean_article

    return Stripped(decoded.origin, decoded.article, clean_article(decoded.article))


def unstripped(decoded: Decoded, flag: str = FAILED_STRIP) -> Stripped:
    """What goes on where strip failed."""
    from pipeline.boilerplate.article import clean_record
    from pipeline.boilerplate.model import CleanText

    return Stripped(decoded.origin, decoded.article, clean_record(decoded.article, CleanText("", ""), flag))


def extract(stripped: Stripped) -> Extracted:
    if FAILED_STRIP in stripped.clean.flags:
        return unextracted(stripped, FAILED_STRIP)
    from pipeline.summits import report

    return Extracted(stripped.origin, stripped.article, stripped.clean, report(stripped.article, stripped.clean))


def unextracted(stripped: Stripped, flag: str = FAILED_EXTRACT) -> Extracted:
    """What goes on where extract failed, or had nothing to work on."""
    from pipeline.summits.report import report_of

    article, clean = stripped.article, stripped.clean
    return Extracted(stripped.origin, article, clean, report_of(article, clean, flags=(flag,)))


@dataclass(frozen=True, slots=True)
class Outputs:
    """Output topics with their limits in bytes."""

    clean: str
    clean_limit: int
    summits: str
    summits_limit: int


def encode(extracted: Extracted, encoder: Encoder, outputs: Outputs) -> Encoded:
    """Raises SchemaError where a record does not fit its schema, InputError where it does not fit its topic."""
    clean = _message(extracted.clean, encoder, outputs.clean, outputs.clean_limit)
    summits = _message(extracted.report, encoder, outputs.summits, outputs.summits_limit)
    return Encoded(extracted.origin, extracted.article, extracted.clean, extracted.report, clean, summits)


def unencodable(extracted: Extracted, encoder: Encoder, outputs: Outputs) -> Encoded:
    """What goes on where encode failed: both records with the article's identity and times alone, and flagged. Raises
    as `encode` does, where the identity itself is too large."""
    bare = Decoded(extracted.origin, replace(extracted.article, headline=None, url=None, language=None))
    return encode(unextracted(unstripped(bare, FAILED_ENCODE), FAILED_ENCODE), encoder, outputs)


def _message(record: CleanArticle | SummitReport, encoder: Encoder, topic: str, limit: int) -> Message:
    message = Message(record.article_id.encode(), encoder.encode(record, topic), headers_for(record))
    if message.size > limit:
        raise InputError(
            f"its {type(record).__name__} takes {message.size} bytes, more than the {limit} that {topic} accepts"
        )
    return message
