"""The compose file: the compose command's own word, and that what it says is true of our programs."""

from __future__ import annotations

import json
import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from connectors.topics import ALL_TOPICS
from pipeline.flink.job import STOP_SECONDS
from pipeline.local.flink import SETTINGS
from pipeline.local.jars import fetch, pins
from pipeline.local.java import find_java
from tests.integration.deploy.deploy_files import CONFIG, DEPLOY, configuration, image_version, parsed, run, tool

FILE = DEPLOY / "compose.yaml"
CONFIGURATION = configuration(DEPLOY / "summitwire.toml")
OURS = "summitwire:0.1.0"
FLINK = "summitwire-flink:0.1.0"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """As the compose command resolves them: it checks the file by its schema, and every reference in it."""
    told = run(
        [tool("docker-compose"), "--file", str(FILE), "config", "--format", "json"],
        {"GRAFANA_ADMIN_PASSWORD": "swordfish"},
    )
    assert told.returncode == 0, told.stderr
    assert told.stderr == ""
    services: dict[str, Any] = json.loads(told.stdout)["services"]
    return services


def flink_settings(service: dict[str, Any]) -> dict[str, str]:
    lines = service["environment"]["FLINK_PROPERTIES"].splitlines()
    return dict(line.split(": ", 1) for line in lines)


def listening(service: str, services: dict[str, Any]) -> set[int]:
    """The ports that a service's own settings open."""
    settings = flink_settings(services["jobmanager"])
    environment = services[service].get("environment", {})
    opened: dict[str, set[int]] = {
        "kafka": {int(port) for port in re.findall(r":(\d+)", environment.get("KAFKA_LISTENERS", ""))},
        "registry": {int(environment.get("QUARKUS_HTTP_PORT", 0))},
        # 8081 is Flink's default.
        "jobmanager": {8081, int(settings["metrics.reporter.prom.port"])},
        "taskmanager": {int(settings["metrics.reporter.prom.port"])},
        "connectors": {CONFIGURATION.connect.metrics_port},
        "pipeline": {CONFIGURATION.pipeline.metrics_port},
        "prometheus": {9090},
        "grafana": {3000},
    }
    if service == "workers":
        command = services[service]["command"]
        return {int(command[command.index("--port") + 1])}
    return opened[service]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("condition: service_healthy", "condition: healthy"),  # a word that is none
        ("network_mode:", "networkmode:"),  # a key that is none
        ('"kafka:/var', '"kafkaa:/var'),  # a volume that is not declared
        ("service:task-network", "service:network"),  # a service that is not there
    ],
)
def test_the_compose_command_refuses_what_is_wrong(right: str, wrong: str, tmp_path: Path) -> None:
    """That the validator of these tests does look."""
    text = FILE.read_text()
    assert right in text
    changed = tmp_path / "compose.yaml"
    changed.write_text(text.replace(right, wrong, 1))
    assert run([tool("docker-compose"), "--file", str(changed), "config", "--quiet"]).returncode != 0


def test_images_are_pinned(services: dict[str, Any]) -> None:
    for service in services.values():
        image_version(service["image"])


def test_every_command_is_one_of_the_real_command_line(services: dict[str, Any]) -> None:
    called = {}
    for name, service in services.items():
        entrypoint = service.get("entrypoint")
        ours = (service["image"] == OURS and entrypoint is None) or entrypoint == ["summitwire"]
        if ours:
            called[name] = parsed(service["command"])
    assert {name: arguments.command for name, arguments in called.items()} == {
        "topics": "topics",
        "schemas": "schemas",
        "connectors": "connect",
        "pipeline": "run",
    }
    assert called["topics"].action == "create"
    assert called["schemas"].action == "register"
    assert called["pipeline"].runner == "flink"
    assert called["pipeline"].take_over
    assert {arguments.config for arguments in called.values()} == {CONFIG}


def test_modules_that_are_started_are_there(services: dict[str, Any]) -> None:
    started = [
        services["workers"]["entrypoint"],
        *(service["healthcheck"].get("test", []) for service in services.values()),
    ]
    modules = {command[command.index("-m") + 1] for command in started if "-m" in command}
    assert modules == {"pipeline.flink.pool", "connectors.probe"}
    for module in modules:
        assert hasattr(import_module(module), "main")


def test_the_configuration_is_mounted_where_it_is_read(services: dict[str, Any]) -> None:
    for service in services.values():
        if CONFIG in (service.get("command") or []):
            assert [config["target"] for config in service["configs"]] == [CONFIG]


def test_health_checks_ask_ports_that_are_open(services: dict[str, Any]) -> None:
    without = {"topics", "schemas", "task-network"}
    for name, service in services.items():
        check = service["healthcheck"]
        if name in without:
            assert check["disable"] is True
            continue
        (port,) = {int(found) for found in re.findall(r"(?:localhost|127\.0\.0\.1)[:/](\d+)", " ".join(check["test"]))}
        assert port in listening(name, services), name


def test_addresses_name_services_and_their_ports(services: dict[str, Any]) -> None:
    addresses = {
        "topics": CONFIGURATION.topics.url,
        "registry": CONFIGURATION.registry.url,
        "flink": f"http://{CONFIGURATION.flink.master}",
        "registry's store": f"//{services['registry']['environment']['APICURIO_KAFKASQL_BOOTSTRAP_SERVERS']}",
        "data source": yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())[
            "datasources"
        ][0]["url"],
    }
    for told, address in addresses.items():
        parts = urlsplit(address)
        assert parts.hostname in services, told
        assert parts.port in listening(str(parts.hostname), services), told
    # The pool shares the task manager's network.
    assert services["workers"]["network_mode"] == services["taskmanager"]["network_mode"] == "service:task-network"
    assert CONFIGURATION.flink.workers == f"localhost:{min(listening('workers', services))}"
    assert services["jobmanager"]["hostname"] == flink_settings(services["taskmanager"])["jobmanager.rpc.address"]


def test_prometheus_scrapes_every_service_that_answers_it(services: dict[str, Any]) -> None:
    folder = DEPLOY / "prometheus"
    config = yaml.safe_load((folder / "prometheus.yml").read_text())
    assert all((folder / name).exists() for name in config["rule_files"] + config["scrape_config_files"])
    jobs = list(config["scrape_configs"])
    for name in config["scrape_config_files"]:
        jobs += yaml.safe_load((folder / name).read_text())["scrape_configs"]
    scraped = {
        job["job_name"]: {target for group in job["static_configs"] for target in group["targets"]} for job in jobs
    }
    assert scraped.keys() == {"summitwire-connect", "summitwire-run", "flink"}
    names = {name for targets in scraped.values() for name in targets}
    assert {name.partition(":")[0] for name in names} == {"connectors", "pipeline", "jobmanager", "taskmanager"}
    for target in names:
        name, port = target.split(":")
        assert int(port) in listening(name, services), target
    # Outside of their containers as well.
    assert CONFIGURATION.connect.metrics_host == CONFIGURATION.pipeline.metrics_host == "0.0.0.0"
    # The task manager's name is that of the network it lives in.
    assert "taskmanager" in services["task-network"]["networks"]["default"]["aliases"]


def test_every_job_that_an_alert_names_is_scraped() -> None:
    text = (DEPLOY / "prometheus/alerts.yml").read_text()
    config = (DEPLOY / "prometheus/prometheus.yml").read_text() + (DEPLOY / "prometheus/flink.yml").read_text()
    for job in set(re.findall(r'job="([^"]+)"', text)):
        assert f"job_name: {job}\n" in config


def test_folders_of_the_configuration_are_volumes_that_outlive_a_container(services: dict[str, Any]) -> None:
    def mounted(service: str) -> set[str]:
        return {volume["target"] for volume in services[service]["volumes"] if volume["type"] == "volume"}

    pipeline, connect = CONFIGURATION.pipeline, CONFIGURATION.connect
    assert {pipeline.dead_letter_files, pipeline.in_hand} <= mounted("workers")
    assert {str(Path(connect.state).parent), pipeline.dead_letter_files} <= mounted("connectors")
    assert {folder.path for folder in CONFIGURATION.folders} <= mounted("connectors")
    settings = flink_settings(services["jobmanager"])
    for service in ("jobmanager", "taskmanager", "pipeline"):
        assert mounted(service) == {"/srv/flink"}
    for key in ("state.checkpoints.dir", "state.savepoints.dir"):
        assert settings[key].startswith(f"{CONFIGURATION.flink.checkpoints}/")
    # The image makes them with the right owner, which a new volume takes.
    made = (DEPLOY / "Containerfile").read_text()
    for service in ("workers", "connectors", "jobmanager"):
        assert all(target in made for target in mounted(service))


def test_slots_and_workers_are_enough_for_the_job(services: dict[str, Any]) -> None:
    settings = flink_settings(services["taskmanager"])
    assert int(settings["taskmanager.numberOfTaskSlots"]) >= CONFIGURATION.flink.parallelism


def test_flinks_settings_are_those_that_the_tests_run(services: dict[str, Any]) -> None:
    settings = flink_settings(services["jobmanager"])
    for key, value in SETTINGS.items():
        assert settings[key].replace(" ", "") == value.replace(" ", ""), key


def test_there_is_time_to_stop_in_order(services: dict[str, Any]) -> None:
    assert services["pipeline"]["stop_grace_period"] == f"{2 * STOP_SECONDS // 60}m0s"


def test_no_password_stands_in_it_and_no_port_is_open_to_the_network(services: dict[str, Any]) -> None:
    text = FILE.read_text()
    assert not re.search(r"(?i)(password|secret|token)\w*:\s*[^\s/{\[][^/\s]*$", text.replace("secrets:", ""), re.M)
    assert services["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD__FILE"].startswith("/run/secrets/")
    assert "swordfish" not in json.dumps(services)
    for name, service in services.items():
        for port in service.get("ports", []):
            assert port["host_ip"] == "127.0.0.1", name


def test_what_runs_is_bounded_and_confined(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged")


def test_the_broker_takes_its_settings(services: dict[str, Any], tmp_path: Path) -> None:
    """Kafka's own tool reads them as the broker does, from the file that the image makes of them: KAFKA_LOG_DIRS is
    log.dirs. It refuses listeners that contradict each other, values of a wrong kind, and a cluster id that is none."""
    environment = services["kafka"]["environment"]
    settings = {
        key.removeprefix("KAFKA_").lower().replace("_", "."): value
        for key, value in environment.items()
        if key.startswith("KAFKA_") and key != "KAFKA_HEAP_OPTS"
    }
    assert settings["auto.create.topics.enable"] == "false"
    assert int(settings["num.partitions"]) == ALL_TOPICS[0].partitions
    properties = tmp_path / "server.properties"
    lines = (settings | {"log.dirs": str(tmp_path / "data")}).items()
    properties.write_text("".join(f"{key}={value}\n" for key, value in lines))
    path = os.pathsep.join(map(str, fetch(pins("kafka"))))
    tool = ["kafka.tools.StorageTool", "format", "-t", environment["CLUSTER_ID"], "-c", str(properties)]
    told = run([str(find_java(17)), "-XX:TieredStopAtLevel=1", "-cp", path, *tool])
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "data/meta.properties").exists()
