"""That what the manifests say is true of our programs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from kafka import KafkaConsumer

from pipeline.flink.job import STOP_SECONDS
from pipeline.local.flink import SETTINGS
from tests.integration.deploy.deploy_files import (
    CONFIG,
    DEPLOY,
    FLINK,
    KUBERNETES,
    KUSTOMIZATION,
    configuration,
    containers,
    image_version,
    manifests,
    parsed,
    pod_specs,
)

CONFIGURATION = configuration(KUBERNETES / "summitwire.toml")


def test_every_command_is_one_of_the_real_command_line() -> None:
    called = []
    for _, container in containers():
        ours = container.get("command") == ["summitwire"] or (
            container.get("image") == "summitwire:0.1.0" and "command" not in container
        )
        if ours:
            arguments = parsed(container["args"])
            assert arguments.config == CONFIG
            called.append((arguments.command, getattr(arguments, "action", None)))
    assert called == [("topics", "create"), ("schemas", "register"), ("connect", None), ("run", None)]


def test_images_are_those_of_the_container_file_and_pinned() -> None:
    images = {container["image"] for _, container in containers() if "image" in container} | {FLINK["spec"]["image"]}
    assert images == {"summitwire:0.1.0", "summitwire-flink:0.1.0"}
    assert all(image in (DEPLOY / "Containerfile").read_text() for image in images)
    assert all(image_version(image) for image in images)


def test_volumes_and_claims_are_there() -> None:
    claims = {
        document["metadata"]["name"] for _, document in manifests() if document["kind"] == "PersistentVolumeClaim"
    }
    flinks = {volume["name"] for spec in pod_specs(FLINK) for volume in spec.get("volumes", [])}
    for name, document in manifests():
        templates = (
            {claim["metadata"]["name"] for claim in document["spec"].get("volumeClaimTemplates", [])}
            if "spec" in document
            else set()
        )
        for spec in pod_specs(document):
            declared = templates | {volume["name"] for volume in spec.get("volumes", [])}
            if document == FLINK:
                declared |= flinks  # the operator merges the templates
            for container in [*spec.get("initContainers", []), *spec["containers"]]:
                assert {mount["name"] for mount in container["volumeMounts"]} <= declared, (
                    f"{name}: {container['name']}"
                )
            for volume in spec.get("volumes", []):
                if "persistentVolumeClaim" in volume:
                    assert volume["persistentVolumeClaim"]["claimName"] in claims
                if "configMap" in volume:
                    assert volume["configMap"]["name"] == KUSTOMIZATION["configMapGenerator"][0]["name"]


def mounts(name: str) -> set[str]:
    (container,) = [container for _, container in containers() if container["name"] == name]
    return {mount["mountPath"] for mount in container["volumeMounts"]}


def test_folders_of_the_configuration_are_volumes_that_outlive_a_container() -> None:
    pipeline = CONFIGURATION.pipeline
    assert {pipeline.dead_letter_files, pipeline.in_hand} <= mounts("sdk-workers")
    assert {str(Path(CONFIGURATION.connect.state).parent), pipeline.dead_letter_files} <= mounts("connectors")
    flink = FLINK["spec"]["flinkConfiguration"]
    for key in ("state.checkpoints.dir", "state.savepoints.dir", "high-availability.storageDir"):
        assert flink[key].startswith(f"{CONFIGURATION.flink.checkpoints}/")
    folder = CONFIGURATION.flink.checkpoints.removeprefix("file://")
    assert folder in mounts("flink-main-container") & mounts("pipeline")


def test_flinks_settings_are_those_that_the_tests_run() -> None:
    settings = FLINK["spec"]["flinkConfiguration"]
    # Of a small cluster on one machine; Kubernetes' network has its own pace, and Flink's defaults are made for that.
    for key in SETTINGS.keys() - {"heartbeat.interval", "heartbeat.timeout"}:
        assert settings[key] == SETTINGS[key], key


def test_ports_agree() -> None:
    connect, pipeline = CONFIGURATION.connect.metrics_port, CONFIGURATION.pipeline.metrics_port
    assert CONFIGURATION.connect.metrics_host == CONFIGURATION.pipeline.metrics_host == "0.0.0.0"
    opened = {
        container["name"]: [port["containerPort"] for port in container.get("ports", [])]
        for _, container in containers()
    }
    settings = FLINK["spec"]["flinkConfiguration"]
    reporter = int(settings["metrics.reporter.prom.port"])
    assert opened["connectors"] == [connect]
    assert opened["pipeline"] == [pipeline]
    assert opened["flink-main-container"] == [reporter]
    (workers,) = [container for _, container in containers() if container["name"] == "sdk-workers"]
    port = workers["command"][workers["command"].index("--port") + 1]
    assert CONFIGURATION.flink.workers == f"localhost:{port}"
    for probe in ("startupProbe", "livenessProbe"):
        assert workers[probe]["exec"]["command"][-1] == f"127.0.0.1:{port}"
    policies = {
        document["metadata"]["name"]: document["spec"]
        for _, document in manifests()
        if document["kind"] == "NetworkPolicy"
    }

    def let_in(policy: str) -> set[int]:
        return {port["port"] for rule in policies[policy]["ingress"] for port in rule["ports"]}

    assert let_in("prometheus-may-scrape") == {connect, pipeline, reporter}
    rest = int(CONFIGURATION.flink.master.rpartition(":")[2])
    keys = ("taskmanager.rpc.port", "taskmanager.data.port", "jobmanager.rpc.port", "blob.server.port")
    assert let_in("flink-among-itself") == {rest, *(int(settings[key]) for key in keys)}
    out = {
        port["port"] for rule in policies["connectors-go-out-to-the-web"]["egress"] for port in rule.get("ports", [])
    }
    addresses = (CONFIGURATION.topics.url, CONFIGURATION.registry.url)
    assert out == {53, *(urlsplit(address).port for address in addresses)}


def test_scrape_annotations_name_the_port_that_answers() -> None:
    for name, document in manifests():
        holders = [document["spec"].get("template"), document["spec"].get("podTemplate")] if "spec" in document else []
        for template in filter(None, holders):
            ports = {
                str(port["containerPort"])
                for container in template["spec"]["containers"]
                for port in container["ports"]
            }
            assert template["metadata"]["annotations"]["prometheus.io/port"] in ports, name


def test_secrets_are_referred_to_and_never_written() -> None:
    wanted = {
        str(value).removeprefix("env:")
        for value in CONFIGURATION.topics.kafka.values()
        if str(value).startswith("env:")
    }
    assert wanted == {"KAFKA_PASSWORD"}
    assert "env:" in str(CONFIGURATION.topics.kafka["sasl_plain_password"])
    for name, container in containers():
        if container["name"] == "flink-main-container":
            continue
        given = {entry["name"]: entry for entry in container["env"]}
        assert wanted <= given.keys(), f"{name}: {container['name']}"
        for variable in wanted:
            assert given[variable]["valueFrom"]["secretKeyRef"] == {"name": "summitwire-kafka", "key": "password"}
    assert not any(document["kind"] == "Secret" for _, document in manifests())


def test_kafkas_settings_are_known_to_the_client() -> None:
    unknown = CONFIGURATION.topics.kafka.keys() - KafkaConsumer.DEFAULT_CONFIG.keys()
    assert unknown == set()
    assert CONFIGURATION.topics.kafka["sasl_mechanism"] in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


def test_selectors_select_what_there_is() -> None:
    labels = [
        document["spec"]["template"]["metadata"]["labels"]
        for _, document in manifests()
        if document["kind"] in ("StatefulSet", "Deployment")
    ]
    # Flink's native mode labels its pods so.
    labels += [{"app": FLINK["metadata"]["name"], "component": role} for role in ("jobmanager", "taskmanager")]
    for name, document in manifests():
        spec = document.get("spec", {})
        for selector in (spec.get("selector"), spec.get("podSelector")):
            wanted = (selector or {}).get("matchLabels", selector if document["kind"] == "Service" else None)
            if wanted:
                assert any(wanted.items() <= found.items() for found in labels), f"{name}: {wanted}"
    assert CONFIGURATION.flink.master.startswith(f"{FLINK['metadata']['name']}-rest:")


def test_what_must_not_run_twice_does_not() -> None:
    found = {
        document["metadata"]["name"]: document["spec"]
        for _, document in manifests()
        if document["kind"] in ("StatefulSet", "Deployment")
    }
    assert found["connectors"]["replicas"] == found["pipeline"]["replicas"] == 1
    assert found["pipeline"]["strategy"] == {"type": "Recreate"}


def test_there_is_time_to_stop_in_order() -> None:
    (spec,) = [
        document["spec"]
        for _, document in manifests()
        if document["metadata"]["name"] == "pipeline" and document["kind"] == "Deployment"
    ]
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] > STOP_SECONDS


def test_no_container_runs_as_root_or_may_become_it() -> None:
    for name, document in manifests():
        for spec in pod_specs(document):
            for container in [*spec.get("initContainers", []), *spec["containers"]]:
                security = container["securityContext"]
                assert security["allowPrivilegeEscalation"] is False, name
                assert security["capabilities"] == {"drop": ["ALL"]}, name
    for spec in [
        FLINK["spec"]["podTemplate"]["spec"],
        *(spec for _, document in manifests() if document != FLINK for spec in pod_specs(document)),
    ]:
        assert spec["securityContext"]["runAsNonRoot"] is True
