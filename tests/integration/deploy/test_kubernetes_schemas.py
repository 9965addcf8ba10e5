"""The manifests by Kubernetes' OpenAPI schemas and by that of Flink's operator."""

from __future__ import annotations

import copy
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator

from pipeline.local.jars import Pin, fetch
from tests.integration.deploy.deploy_files import FLINK, KUBERNETES, KUSTOMIZATION, manifests, pod_specs, run

OLDEST, NEWEST = "1.27", kubernetes_validate.latest_version()
"""The first release with unhealthyPodEvictionPolicy on by default, and the last whose schemas there are."""
CORE = [(name, document) for name, document in manifests() if document != FLINK]


@pytest.fixture(scope="module")
def operators_schema() -> Draft202012Validator:
    """Of a FlinkDeployment, from the custom resource definition in the operator's own jar."""
    pin = json.loads(Path(__file__).with_name("operator_jar.json").read_text())
    (jar,) = fetch([Pin(**pin)])
    with zipfile.ZipFile(jar) as opened:
        definition = yaml.load(
            opened.read("META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml"), yaml.CSafeLoader
        )
    (version,) = definition["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    schema["properties"] |= {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
    }
    return Draft202012Validator(_closed(schema))


def _closed(schema: Any) -> Any:
    """The API server drops keys that the schema does not name, without a word; here they are errors."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    closed = {key: _closed(value) for key, value in schema.items()}
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and "type" in schema and not open_ended:
        closed["additionalProperties"] = False
    return closed


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize(
    ("name", "document"), CORE, ids=[f"{document['kind']}-{document['metadata']['name']}" for _, document in CORE]
)
def test_kubernetes_schemas_accept_the_manifests(name: str, document: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_kubernetes_schemas_refuse_what_is_wrong() -> None:
    """That the validator of these tests does look."""
    wrong = copy.deepcopy(next(document for _, document in CORE if document["kind"] == "StatefulSet"))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="livenesProbe"):
        kubernetes_validate.validate(wrong, NEWEST, strict=True)


def test_the_operators_schema_accepts_the_flink_deployment(operators_schema: Draft202012Validator) -> None:
    assert [f"{error.json_path}: {error.message}" for error in operators_schema.iter_errors(FLINK)] == []


def _misspelt(document: dict[str, Any]) -> None:
    document["spec"]["taskManager"]["podTemplate"]["spec"]["containers"][0]["volumeMount"] = []


def _old_flink(document: dict[str, Any]) -> None:
    document["spec"]["flinkVersion"] = "1.19"


def _number(document: dict[str, Any]) -> None:
    document["spec"]["flinkConfiguration"]["taskmanager.rpc.port"] = 6122


@pytest.mark.parametrize("spoil", [_misspelt, _old_flink, _number])
def test_the_operators_schema_refuses_what_is_wrong(
    operators_schema: Draft202012Validator, spoil: Callable[[dict[str, Any]], None]
) -> None:
    wrong = copy.deepcopy(FLINK)
    spoil(wrong)
    assert list(operators_schema.iter_errors(wrong))


def test_the_sidecar_is_a_container_by_kubernetes_own_schema_too() -> None:
    """The operator's schema is generated from an older one."""
    for spec in pod_specs(FLINK):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "template"}, "spec": copy.deepcopy(spec)}
        kubernetes_validate.validate(pod, NEWEST, strict=True)


def test_the_kustomization_names_every_manifest_once() -> None:
    files = sorted(path.name for path in KUBERNETES.glob("*.yaml") if path.name != "kustomization.yaml")
    assert sorted(KUSTOMIZATION["resources"]) == files
    (generated,) = KUSTOMIZATION["configMapGenerator"]
    assert all((KUBERNETES / file).exists() for file in generated["files"])


def test_kustomize_builds_it() -> None:
    builder = next(
        (command for command in (["kustomize", "build"], ["kubectl", "kustomize"]) if shutil.which(command[0])), None
    )
    if builder is None:
        pytest.skip("needs kustomize or kubectl on PATH")
    told = run([*builder, str(KUBERNETES)])
    assert told.returncode == 0, told.stderr
    built = list(yaml.safe_load_all(told.stdout))
    assert len(built) == len(manifests()) + 1
    assert {document["metadata"]["namespace"] for document in built} == {KUSTOMIZATION["namespace"]}
