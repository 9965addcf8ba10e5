"""What a run of the pipeline needs to know: a small frozen value that travels to the workers.

It holds no secrets: settings of the form `env:NAME` are looked up on the worker.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.config import Config
from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Addresses and topics of a run. Paths are absolute."""

    topics_url: str
    kafka: tuple[tuple[str, str | int | float | bool], ...] = ()
    registry_url: str = ""
    raw: str = RAW.name
    clean: str = CLEAN.name
    summits: str = SUMMITS.name
    dead_letters: str = DEAD_LETTERS.name
    archive: str = ""
    archive_codec: str = "deflate"
    dead_letter_files: str = ""
    in_hand: str = ""
    record_seconds: float = 60.0
    dedup_seconds: float = 0.0
    extractor: str = "model"
    model: str = ""


def settings_of(config: Config, archive: str | None = None) -> Settings:
    """The settings that a configuration gives; `archive` overrides its folder."""
    folder = config.pipeline.archive if archive is None else archive
    return Settings(
        topics_url=config.topics_url(),
        kafka=tuple(sorted(config.topics.kafka.items())),
        registry_url=config.registry.url,
        archive=str(config.path(folder)) if folder else "",
        archive_codec=config.pipeline.archive_codec,
        dead_letter_files=str(config.path(config.pipeline.dead_letter_files)),
        in_hand=str(config.path(config.pipeline.in_hand)),
        record_seconds=config.pipeline.record_seconds,
        dedup_seconds=config.pipeline.dedup_seconds,
        extractor=config.pipeline.extractor,
        model=config.pipeline.model,
    )
