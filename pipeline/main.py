"""The whole pipeline, in one chain:

read → decode → strip → extract → encode → write
         └────────┴────────┴────────┴────→ dead letters
"""

from __future__ import annotations

import apache_beam as beam

from connectors.topics import Topics
from pipeline.duplicates import DropDuplicates
from pipeline.io.archive import WriteArchive
from pipeline.io.write import WriteTopic
from pipeline.metrics.latency import timed
from pipeline.settings import Settings
from pipeline.steps import Outputs
from pipeline.transforms import Decode, Encode, EncodeFailures, Extract, Strip


def limits_of(topics: Topics, settings: Settings) -> dict[str, int]:
    """Topic that the pipeline writes → bytes that one record may take there. Raises TopicError."""
    return {
        topic: topics.max_record_bytes(topic) for topic in (settings.clean, settings.summits, settings.dead_letters)
    }


def build(pipeline: beam.Pipeline, source: beam.PTransform, settings: Settings, limits: dict[str, int]) -> None:
    """Puts the chain behind `source`, which gives `Received`.

    `limits`: as `limits_of` gives them. Between read and write nothing shuffles (but to drop
    duplicates, where that is asked for): that keeps the order of an article's versions. The labels are stable: a
    running job's state is matched by them.
    """
    outputs = Outputs(settings.clean, limits[settings.clean], settings.summits, limits[settings.summits])
    received = pipeline | "Read" >> source
    if settings.dedup_seconds:
        received |= "DropDuplicates" >> DropDuplicates(settings.dedup_seconds)
    decoded = received | "Decode" >> Decode(settings)
    stripped = decoded.ok | "Strip" >> Strip(settings)
    extracted = stripped.ok | "Extract" >> Extract(settings)
    encoded = extracted.ok | "Encode" >> Encode(settings, outputs)

    (
        encoded.ok
        | "CleanMessages" >> beam.Map(lambda element: element.clean)
        | "WriteClean" >> WriteTopic(settings.clean, settings)
    )
    (encoded.ok | "SummitMessages" >> beam.Map(timed) | "WriteSummits" >> WriteTopic(settings.summits, settings))
    if settings.archive:
        encoded.ok | "Archive" >> WriteArchive(settings)

    (
        (decoded.failures, stripped.failures, extracted.failures, encoded.failures)
        | "Failures" >> beam.Flatten()
        | "EncodeFailures" >> EncodeFailures(settings, limits[settings.dead_letters])
        | "WriteDeadLetters" >> WriteTopic(settings.dead_letters, settings)
    )
