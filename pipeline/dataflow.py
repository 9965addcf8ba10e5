"""The same pipeline as a streaming job on Google Cloud Dataflow, launched from a Flex Template: docs/dataflow.md.

    python -m pipeline.dataflow metadata > deploy/dataflow/metadata.json

The launcher builds the pipeline, hands it over, and ends: it must not wait for the job.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions

from connectors.config import Config, ConfigError, parse_config
from connectors.topics import TopicError, Topics
from connectors.topics.kafka import KafkaTopics
from pipeline.io import clients
from pipeline.io.unbounded import Following, FollowTopic, kafka_topics
from pipeline.main import build, limits_of
from pipeline.offsets import starts
from pipeline.settings import Settings, settings_of

AT_LEAST_ONCE = "streaming_mode_at_least_once"
"""Dataflow's cheaper streaming mode. Exactly-once within Dataflow would not make the writes to Kafka so, and what we
write twice has the same keys and values."""
WORKER_FOLDER = Path("/tmp/summitwire")
"""Where relative paths of the configuration lie on a worker."""


class LaunchError(Exception):
    """The job cannot be launched as asked. The message names the parameter, and what would be right."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the template. `pattern` is an extended regular expression that a value must match as a whole;
    `overrides`: the setting of summitwire.toml that it takes the place of, as an environment variable names it."""

    name: str
    label: str
    help: str
    pattern: str
    required: bool = False
    kind: str = "TEXT"
    choices: tuple[str, ...] = ()
    overrides: str = ""


PARAMETERS = (
    Parameter(
        "topics_url",
        "Kafka brokers",
        "Address of the brokers that hold the topics, such as kafka://broker-1:9092,broker-2:9092",
        "^kafka://[^/ ]+/?$",
        required=True,
        overrides="SUMMITWIRE_TOPICS_URL",
    ),
    Parameter(
        "sdk_container_image",
        "Image of the workers",
        "The image that this template is built of: the same Python and the same packages launch the job and run it",
        "^[a-z0-9][^ ]*$",
        required=True,
    ),
    Parameter(
        "config",
        "Configuration file",
        "A summitwire.toml in Cloud Storage, for what has no parameter, such as [topics.kafka]. Passwords do not "
        'belong into it: "gcp-secret:projects/P/secrets/S/versions/V" takes one from Secret Manager',
        "^gs://[^ ]+$",
        kind="GCS_READ_FILE",
    ),
    Parameter(
        "registry_url",
        "Schema registry",
        "Address of a Confluent-compatible schema registry; without one, records carry the fingerprint of their schema",
        "^https?://[^ ]+$",
        overrides="SUMMITWIRE_REGISTRY_URL",
    ),
    Parameter(
        "group",
        "Consumer group",
        "The group whose committed offsets say how far the pipeline has got; the default is summitwire",
        "^[^ ]+$",
        overrides="SUMMITWIRE_PIPELINE_GROUP",
    ),
    Parameter(
        "extractor",
        "Extractor",
        "model, which is the default, or rules: without a language model, and every record says so",
        "^(model|rules)$",
        kind="ENUM",
        choices=("model", "rules"),
        overrides="SUMMITWIRE_PIPELINE_EXTRACTOR",
    ),
    Parameter(
        "readers",
        "Readers",
        "How many readers share the partitions of the raw topic, at most one for each; the default is one for each",
        "^[1-9][0-9]*$",
        kind="NUMBER",
    ),
)


def metadata() -> dict[str, Any]:
    """The template's metadata.json, as `gcloud dataflow flex-template build --metadata-file` takes it."""
    return {
        "name": "Summitwire",
        "description": "Reads news articles from Kafka, strips what is not the article, finds who met whom, where, "
        "when and to what end, and writes Avro records to Kafka.",
        "streaming": True,
        "supportsAtLeastOnce": True,
        "supportsExactlyOnce": False,
        "parameters": [_described(parameter) for parameter in PARAMETERS],
    }


def _described(parameter: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": parameter.name,
        "label": parameter.label,
        "helpText": parameter.help,
        "isOptional": not parameter.required,
        "regexes": [parameter.pattern],
        "paramType": parameter.kind,
    }
    if parameter.choices:
        described["enumOptions"] = [{"value": choice, "label": choice} for choice in parameter.choices]
    return described


def arguments(argv: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The template's parameters that `argv` gives, checked, and what it gives for Beam and Dataflow.

    Raises LaunchError for a value that its pattern does not match, and where a required one is missing.
    """
    parser = argparse.ArgumentParser(prog="launcher", allow_abbrev=False, exit_on_error=False, add_help=False)
    for parameter in PARAMETERS:
        parser.add_argument(f"--{parameter.name}")
    try:
        known, rest = parser.parse_known_args(argv)
    except argparse.ArgumentError as error:
        raise LaunchError(str(error)) from None
    # The console sends what was left empty as an empty value.
    given = {name: value for name, value in vars(known).items() if value}
    for parameter in PARAMETERS:
        value = given.get(parameter.name)
        if value is None:
            if parameter.required:
                raise LaunchError(f"parameter {parameter.name} is missing: {parameter.help}")
        elif not re.fullmatch(parameter.pattern, value):
            raise LaunchError(
                f"parameter {parameter.name}={value!r} does not match {parameter.pattern}: {parameter.help}"
            )
    return given, rest


def configuration(given: Mapping[str, str]) -> Config:
    """The configuration of the file that `config` names, with what other parameters override.

    Raises LaunchError where it cannot be read or cannot hold on Dataflow, ConfigError where it is wrong.
    """
    overrides = {item.overrides: given[item.name] for item in PARAMETERS if item.overrides and item.name in given}
    file = given.get("config")
    config = parse_config(_toml(file) if file else {}, WORKER_FOLDER, file or "the template's parameters", overrides)
    if config.pipeline.archive:
        raise LaunchError(
            "[pipeline] archive is a folder of one machine, and Dataflow's workers come and go: leave it empty"
        )
    for key, value in config.topics.kafka.items():
        if str(value).startswith("env:"):
            raise LaunchError(
                f"[topics.kafka] {key} names an environment variable, which Dataflow's workers do not have; "
                "keep it in Secret Manager and name it as gcp-secret:projects/P/secrets/S/versions/V"
            )
    return config


def _toml(file: str) -> dict[str, Any]:
    try:
        with FileSystems.open(file) as stream:
            return tomllib.loads(stream.read().decode())
    except (OSError, ValueError, BeamIOError) as error:
        raise LaunchError(f"configuration {file} cannot be read: {error}") from error


def options_of(rest: Sequence[str], image: str) -> PipelineOptions:
    """Beam's options for the job: what was given, and what this pipeline needs."""
    options = PipelineOptions(["--runner=DataflowRunner", *rest, f"--sdk_container_image={image}", "--streaming"])
    services = options.view_as(GoogleCloudOptions)
    services.dataflow_service_options = sorted({*(services.dataflow_service_options or ()), AT_LEAST_ONCE})
    return options


def job_name(options: PipelineOptions) -> str:
    """What the job's workers hold the group as. The launcher always gives one."""
    return str(options.view_as(GoogleCloudOptions).job_name or "summitwire")


def construct(options: PipelineOptions, config: Config, topics: Topics, readers: int | None = None) -> beam.Pipeline:
    """The pipeline. Of `topics` it asks the number of partitions and the limits.

    Raises LaunchError where a dead letter might not fit into its topic, TopicError.
    """
    settings = settings_of(config)
    partitions = len(topics.end_offsets(settings.raw))
    limits = limits_of(topics, settings)
    largest, raw = limits[settings.dead_letters], topics.max_record_bytes(settings.raw)
    if largest < 2 * raw:
        raise LaunchError(
            f"{settings.dead_letters} takes records of {largest:,} bytes, {settings.raw} of {raw:,}: a dead "
            "letter that does not fit would leave its original in a file of a worker, which goes away with it; raise "
            "max.message.bytes of the dead-letter topic to twice that of the raw topic"
        )
    following = Following(
        settings=settings,
        group=config.pipeline.group,
        job=job_name(options),
        partitions=partitions,
        readers=readers or partitions,
    )
    pipeline = beam.Pipeline(options=options)
    build(pipeline, FollowTopic(following), settings, limits)
    return pipeline


def claim(topics: KafkaTopics, settings: Settings, group: str, job: str) -> None:
    """Makes sure that the job may read: raises GroupHeld where another one runs in the group, OffsetsError where
    retention has passed the committed offsets. A job of the same name is the one that an update takes the place of."""
    with topics.lease(group, settings.raw, job):
        committed = topics.committed(group, settings.raw)
        found = starts(topics.begin_offsets(settings.raw), topics.end_offsets(settings.raw), committed, settings.raw)
        if not committed:
            # Of all partitions at once: where some are missing from a group's commits the topic has grown since.
            topics.commit(group, settings.raw, found)


def launch(argv: Sequence[str]) -> None:
    """Launches the job, and does not wait for it. Raises LaunchError, ConfigError, TopicError."""
    given, rest = arguments(argv)
    config = configuration(given)
    options = options_of(rest, given["sdk_container_image"])
    settings = settings_of(config)
    topics = kafka_topics(settings)
    readers = int(given["readers"]) if "readers" in given else None
    pipeline = construct(options, config, topics, readers)
    claim(topics, settings, config.pipeline.group, job_name(options))
    pipeline.run()


def main(argv: Sequence[str] | None = None) -> int:
    """What the launcher runs: exit status 1 and a sentence where the job cannot be launched."""
    logging.basicConfig(level=logging.INFO)
    try:
        launch(sys.argv[1:] if argv is None else argv)
    except (LaunchError, ConfigError, TopicError) as error:
        print(f"summitwire: {error}", file=sys.stderr)
        return 1
    finally:
        clients.close()
    return 0


if __name__ == "__main__":
    if sys.argv[1:] != ["metadata"]:
        sys.exit("usage: python -m pipeline.dataflow metadata")
    print(json.dumps(metadata(), indent=2))
