"""The job that goes to Dataflow, as the portable pipeline that is sent there; no cloud is asked."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import WorkerOptions
from apache_beam.portability import common_urns
from apache_beam.portability.api import beam_runner_api_pb2 as api
from apache_beam.runners.runner import create_runner
from apache_beam.transforms.environments import DockerEnvironment

from connectors.config import Config, TopicsConfig
from connectors.topics import ALL_TOPICS, DEAD_LETTERS, Topics, open_topics
from pipeline.dataflow import LaunchError, construct, metadata, options_of
from tests.integration.pipeline.test_graph import LABELS

IMAGE = "europe-docker.pkg.dev/wires/summitwire/summitwire-dataflow:0.1.0"
FROM_DATAFLOW = [
    *("--project=wires", "--region=europe-west4", "--job_name=summits", "--no_auth", "--dry_run=True"),
    *("--temp_location=gs://wires/tmp", "--staging_location=gs://wires/staging"),
]
STREAMING = sorted(
    {*LABELS} - {"Archive", "Archive/Files", "Read/Ranges", "Read/ReadRange"}
    | {
        "Read/Follow",
        "Read/Readers",
        "Read/Readers/FlatMap(<lambda at core.py:4094>)",
        "Read/Readers/Impulse",
        "Read/Readers/Map(decode)",
        "Read/Readers/MaybeReshuffle",
    }
)
"""What `--update` matches the running job's state by. Some are Beam's own, and change with its releases: such an
upgrade needs a drain, or `--transform_name_mapping`."""
without_google = pytest.mark.skipif(
    importlib.util.find_spec("apitools") is None,
    reason="needs Google's clients: pip install -r requirements/dataflow.txt into an environment of its own",
)


@pytest.fixture
def topics(tmp_path: Path) -> Topics:
    """Topics with the limits of our own; the launcher asks them for nothing else."""
    topics = open_topics(f"spool:{tmp_path}/spool", {})
    topics.create(ALL_TOPICS)
    return topics


CONFIG = Config(topics=TopicsConfig(url="kafka://broker:9092"))


def constructed(topics: Topics) -> beam.Pipeline:
    return construct(options_of(FROM_DATAFLOW, IMAGE), CONFIG, topics)


@pytest.fixture
def proto(topics: Topics) -> api.Pipeline:
    pipeline = constructed(topics)
    image = pipeline.options.view_as(WorkerOptions).sdk_container_image
    environment = DockerEnvironment.from_container_image(image)
    return pipeline.to_runner_api(default_environment=environment)


def test_every_step_runs_in_the_templates_own_image(proto: api.Pipeline) -> None:
    environments = proto.components.environments
    images = {
        api.DockerPayload.FromString(environment.payload).container_image
        for environment in environments.values()
        if environment.urn == common_urns.environments.DOCKER.urn
    }
    assert images == {IMAGE}
    used = {transform.environment_id for transform in proto.components.transforms.values()} - {""}
    assert {environments[name].urn for name in used} == {common_urns.environments.DOCKER.urn}


def test_it_reads_without_end_by_the_native_source_and_shuffles_nothing(proto: api.Pipeline) -> None:
    transforms = proto.components.transforms.values()
    (follow,) = [found for found in transforms if found.unique_name == "Read/Follow"]
    payload = api.ParDoPayload.FromString(follow.spec.payload)
    assert payload.restriction_coder_id
    assert payload.requests_finalization
    (read,) = follow.outputs.values()
    assert proto.components.pcollections[read].is_bounded == api.IsBounded.UNBOUNDED
    shuffles = {common_urns.primitives.GROUP_BY_KEY.urn, common_urns.composites.RESHUFFLE.urn}
    assert not shuffles & {transform.spec.urn for transform in transforms}


def test_no_secret_and_nothing_of_another_language_travels_with_it(proto: api.Pipeline) -> None:
    assert not any(found.spec.urn.startswith("beam:external") for found in proto.components.transforms.values())
    assert {environment.urn for environment in proto.components.environments.values()} <= {
        common_urns.environments.DOCKER.urn
    }


def labels(pipeline: beam.Pipeline) -> list[str]:
    names = (part.unique_name for part in pipeline.to_runner_api().components.transforms.values())
    return sorted(name for name in names if not name.startswith("ref_"))


@pytest.mark.parametrize("readers", [1, 12])
def test_the_labels_are_those_of_the_last_release_whatever_the_number_of_readers(topics: Topics, readers: int) -> None:
    assert labels(construct(options_of(FROM_DATAFLOW, IMAGE), CONFIG, topics, readers)) == STREAMING


def test_a_dead_letter_topic_that_is_too_small_is_refused(topics: Topics, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else an original would be left in a file of a worker, and the worker goes away."""
    limits = {spec.name: spec.max_record_bytes for spec in ALL_TOPICS} | {DEAD_LETTERS.name: 1_500_000}
    monkeypatch.setattr(topics, "max_record_bytes", limits.__getitem__)
    with pytest.raises(LaunchError, match=r"raise max\.message\.bytes of the dead-letter topic"):
        constructed(topics)


@without_google
def test_dataflows_runner_makes_a_job_of_it(topics: Topics) -> None:
    """The real runner up to the point where it would call the service."""
    pipeline = constructed(topics)
    job = create_runner("DataflowRunner").run_pipeline(pipeline, pipeline.options).job
    told = json.loads(job.json())
    assert told["type"] == "JOB_TYPE_STREAMING"
    assert told["name"] == "summits"


@without_google
def test_googles_own_types_accept_the_metadata() -> None:
    from google.cloud.dataflow_v1beta3 import TemplateMetadata

    told = TemplateMetadata.from_json(json.dumps(metadata()), ignore_unknown_fields=False)
    assert [parameter.name for parameter in told.parameters][:2] == ["topics_url", "sdk_container_image"]
