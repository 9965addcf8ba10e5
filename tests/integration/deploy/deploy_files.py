"""The files below deploy/, and what their tests ask about them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.config import Config, parse_config
from pipeline.cli import parse

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
CONFIG = "/etc/summitwire/summitwire.toml"
"""Where the configuration lies in a container."""


def tool(name: str) -> str:
    """A validator that the extra `dev` has brought as a binary; skips the test where its wheel has none for this
    platform."""
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip(
            f"{name} is not there; the extra `dev` brings it for Linux, macOS and Windows on the usual processors"
        )
    return found


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **(environment or {})}
    )


def manifests() -> list[tuple[str, dict[str, Any]]]:
    """File name and document, but for the kustomization."""
    return [
        (path.name, document)
        for path in sorted(KUBERNETES.glob("*.yaml"))
        if path.name != "kustomization.yaml"
        for document in yaml.safe_load_all(path.read_text())
    ]


FLINK: dict[str, Any] = next(document for _, document in manifests() if document["kind"] == "FlinkDeployment")
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())


def pod_specs(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pod specs of a manifest, wherever they stand."""
    spec = document.get("spec", {})
    for holder in (spec, spec.get("taskManager", {}), spec.get("jobManager", {})):
        for key in ("template", "podTemplate"):
            if isinstance(holder, Mapping) and key in holder:
                yield holder[key]["spec"]


def containers() -> list[tuple[str, dict[str, Any]]]:
    """All containers of the manifests, with the name of their file."""
    return [
        (name, container)
        for name, document in manifests()
        for spec in pod_specs(document)
        for container in [*spec.get("initContainers", []), *spec["containers"]]
    ]


def configuration(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """The configuration of a summitwire.toml as a container sees it."""
    return parse_config(tomllib.loads(path.read_text()), Path(CONFIG).parent, str(path), environment or {})


def parsed(arguments: Sequence[str]) -> Any:
    """The arguments of the command as its own parser takes them, None of a call for help; fails the test where it does
    not take them."""
    try:
        return parse([str(argument) for argument in arguments])[2]
    except SystemExit as end:
        if end.code == 0:
            return None
        pytest.fail(f"the command line does not take: summitwire {' '.join(map(str, arguments))}")


def image_version(image: str) -> tuple[str, str]:
    """Name and tag. Fails the test for one that is not pinned."""
    match = re.fullmatch(r"(?P<name>[^:@]+(?:/[^:@]+)*):(?P<tag>[\w.-]*\d[\w.-]*)", image)
    assert match, f"{image} is not pinned by a version"
    return match["name"], match["tag"]
