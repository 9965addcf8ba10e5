"""The Flex Template: its metadata, and what the launcher makes of parameters, right and wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from apache_beam.options.pipeline_options import GoogleCloudOptions, StandardOptions, WorkerOptions

from connectors.config import ConfigError, PipelineConfig
from pipeline import dataflow
from pipeline.dataflow import AT_LEAST_ONCE, PARAMETERS, LaunchError, arguments, configuration, metadata, options_of

METADATA = Path(__file__).parents[3] / "deploy/dataflow/metadata.json"
REQUIRED = [
    "--topics_url=kafka://broker-1:9092,broker-2:9092",
    "--sdk_container_image=europe-docker.pkg.dev/wires/img:1",
]
FROM_DATAFLOW = ["--project=wires", "--region=europe-west4", "--job_name=summits", "--temp_location=gs://wires/tmp"]
KINDS = {"TEXT", "NUMBER", "ENUM", "GCS_READ_FILE"}
"""Those of the API's enumeration ParameterType that are in use."""


def test_the_metadata_file_is_what_the_parameters_make() -> None:
    assert json.loads(METADATA.read_text()) == metadata(), "make metadata writes it anew"


def test_the_metadata_keep_the_rules_of_flex_templates() -> None:
    """https://cloud.google.com/dataflow/docs/guides/templates/configuring-flex-templates, and the API's
    TemplateMetadata and ParameterMetadata."""
    told = metadata()
    assert told["name"]
    assert told["streaming"] is True
    assert told["supportsAtLeastOnce"] is True
    # Valid only where both modes are supported.
    assert "defaultStreamingMode" not in told
    known = {"name", "label", "helpText", "isOptional", "regexes", "paramType", "enumOptions"}
    names = [parameter["name"] for parameter in told["parameters"]]
    assert len(set(names)) == len(names)
    for parameter in told["parameters"]:
        assert set(parameter) <= known
        assert {"name", "label", "helpText"} <= set(parameter)
        assert re.fullmatch("[a-z][a-z0-9_]*", parameter["name"])
        assert parameter["paramType"] in KINDS
        assert ("enumOptions" in parameter) == (parameter["paramType"] == "ENUM")
        # Shorthands such as \d are not of extended regular expressions.
        assert not any("\\" in pattern for pattern in parameter["regexes"])
        assert all(pattern[0] == "^" and pattern[-1] == "$" for pattern in parameter["regexes"])


def test_parameters_and_dataflows_own_options_are_told_apart() -> None:
    given, rest = arguments([*FROM_DATAFLOW, *REQUIRED, "--readers=3", "--extractor="])
    assert given == {
        "topics_url": "kafka://broker-1:9092,broker-2:9092",
        "sdk_container_image": "europe-docker.pkg.dev/wires/img:1",
        "readers": "3",
    }
    assert rest == FROM_DATAFLOW


def test_each_parameter_takes_the_place_of_its_setting() -> None:
    values = {"topics_url": "kafka://b:9092", "registry_url": "http://r:8080", "group": "g2", "extractor": "rules"}
    config = configuration(values)
    assert config.topics.url == "kafka://b:9092"
    assert config.registry.url == "http://r:8080"
    assert (config.pipeline.group, config.pipeline.extractor) == ("g2", "rules")
    assert {item.name for item in PARAMETERS if item.overrides} == values.keys()


def test_what_the_help_calls_defaults_are_the_defaults() -> None:
    helps = {item.name: item.help for item in PARAMETERS}
    assert f"the default is {PipelineConfig().group}" in helps["group"]
    assert f"{PipelineConfig().extractor}, which is the default" in helps["extractor"]


def test_the_configuration_file_is_read_and_parameters_win(tmp_path: Path) -> None:
    file = tmp_path / "summitwire.toml"
    topics = '[topics]\nurl = "kafka://other:9092"\n[topics.kafka]\nsecurity_protocol = "SASL_SSL"\n'
    file.write_text(topics + '[pipeline]\ngroup = "mine"\n')
    config = configuration({"topics_url": "kafka://b:9092", "config": str(file)})
    assert config.topics.url == "kafka://b:9092"
    assert config.topics.kafka == {"security_protocol": "SASL_SSL"}
    assert config.pipeline.group == "mine"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--topics_url=broker:9092"], r"topics_url='broker:9092' does not match"),
        (["--topics_url=spool:data"], r"topics_url"),
        (["--topics_url="], r"topics_url is missing: Address of the brokers"),
        (["--config=/etc/summitwire.toml"], r"config='/etc/summitwire.toml' does not match \^gs://"),
        (["--registry_url=registry:8080"], "registry_url"),
        (["--extractor=guess"], "extractor"),
        (["--readers=0"], "readers"),
        (["--readers=many"], "readers"),
        (["--readers=3\n"], "readers"),
        (["--group=two words"], "group"),
        (["--sdk_container_image=Not An Image"], "sdk_container_image"),
        (["--readers"], "readers"),
    ],
)
def test_a_wrong_value_is_refused_by_name(wrong: list[str], told: str) -> None:
    with pytest.raises(LaunchError, match=told):
        arguments([*REQUIRED, *wrong])


@pytest.mark.parametrize("missing", [0, 1])
def test_a_required_parameter_that_is_missing_is_named(missing: int) -> None:
    name = REQUIRED[missing].removeprefix("--").partition("=")[0]
    with pytest.raises(LaunchError, match=f"parameter {name} is missing"):
        arguments(REQUIRED[1 - missing : 2 - missing])


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('[topics.kafka]\nsasl_plain_password = "env:KAFKA_PASSWORD"\n', "Secret Manager"),
        ('[pipeline]\narchive = "avro"\n', "archive is a folder of one machine"),
        ("[pipeline\n", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_configuration_that_cannot_hold_there_is_refused(tmp_path: Path, toml: str | bytes, told: str) -> None:
    file = tmp_path / "summitwire.toml"
    file.write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    with pytest.raises(LaunchError, match=told):
        configuration({"topics_url": "kafka://b:9092", "config": str(file)})


def test_a_configuration_that_is_wrong_or_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "summitwire.toml"
    with pytest.raises(LaunchError, match=r"summitwire\.toml cannot be read"):
        configuration({"topics_url": "kafka://b:9092", "config": str(file)})
    file.write_text("[pipeline]\nspeed = 3\n")
    with pytest.raises(ConfigError, match=r"summitwire\.toml: \[pipeline\] has no key 'speed'"):
        configuration({"topics_url": "kafka://b:9092", "config": str(file)})


def test_the_job_streams_in_the_mode_at_least_once_with_the_same_image_as_its_launcher() -> None:
    options = options_of([*FROM_DATAFLOW, "--dataflow_service_options=enable_prime"], "img:1")
    assert options.view_as(StandardOptions).streaming is True
    assert options.view_as(StandardOptions).runner == "DataflowRunner"
    assert options.view_as(WorkerOptions).sdk_container_image == "img:1"
    assert options.view_as(GoogleCloudOptions).dataflow_service_options == ["enable_prime", AT_LEAST_ONCE]
    assert options.view_as(GoogleCloudOptions).project == "wires"


def test_the_launcher_does_not_wait_for_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its machine ends with it, and a template whose launcher waits is stopped."""
    called: list[str] = []

    class Result:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"the launcher asks the running job for {name}")

    class Pipeline:
        def run(self) -> Result:
            called.append("run")
            return Result()

    monkeypatch.setattr(dataflow, "kafka_topics", lambda settings: None)
    monkeypatch.setattr(dataflow, "construct", lambda *arguments: Pipeline())
    monkeypatch.setattr(dataflow, "claim", lambda topics, settings, group, job: called.append(f"{group} for {job}"))
    assert dataflow.main([*FROM_DATAFLOW, *REQUIRED]) == 0
    assert called == ["summitwire for summits", "run"]


def test_a_launch_that_fails_says_why_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert dataflow.main(FROM_DATAFLOW) == 1
    assert capsys.readouterr().err.startswith("summitwire: parameter topics_url is missing")
