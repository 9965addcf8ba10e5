"""The runbook: every command in it exists, every alert has its paragraph, every reference leads somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
import yaml

from connectors.config import Config
from tests.integration.deploy.deploy_files import CONFIG, DEPLOY, KUBERNETES, KUSTOMIZATION, ROOT, manifests, parsed

PAGES = ["runbook.md", "deploy.md", "dataflow.md", "flink.md"]
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
SERVICES = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def texts() -> dict[str, str]:
    return {name: path.read_text() for name in PAGES if (path := ROOT / "docs" / name).exists()}


def commands(text: str) -> Iterator[str]:
    """Command lines of code blocks, continued lines joined, and of code within sentences."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            yield line.partition(" #")[0].strip()
    for code in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
        if re.match(r"(summitwire|docker|kubectl|curl) [a-z]", code) and "…" not in code:
            yield code


def words(command: str) -> list[str]:
    """Without what the shell itself takes: assignments before it, and what goes into a file or another program."""
    found = shlex.split(command)
    while found and re.fullmatch(r"[A-Z_]+=.*", found[0]):
        found = found[1:]
    cut = next((n for n, word in enumerate(found) if word in ("|", ">", ";", "&&")), len(found))
    return found[:cut]


COMMANDS = [(name, command) for name, text in texts().items() for command in commands(text) if command]
OURS = [(name, command) for name, command in COMMANDS if words(command)[:1] == ["summitwire"]]


@pytest.mark.parametrize(("page", "command"), OURS, ids=[f"{page}: {command}" for page, command in OURS])
def test_every_command_of_ours_is_one_of_the_command_line(page: str, command: str) -> None:
    parsed(words(command)[1:])


def test_commands_within_containers_name_services_and_are_commands_themselves() -> None:
    seen = 0
    for _, command in COMMANDS:
        found = words(command)
        if found[:1] != ["docker"] or found[1] != "compose":
            continue
        assert found[2:4] == ["--file", "deploy/compose.yaml"], command
        action, *rest = found[4:]
        assert action in {"up", "exec", "logs", "restart", "ps", "stop", "run"}, command
        names = [word for word in rest if re.fullmatch("[a-z-]+", word) and not word.startswith("-")]
        if action == "exec":
            assert names[0] in SERVICES, command
            inner = rest[rest.index(names[0]) + 1 :]
            if inner[0] == "summitwire":
                parsed(inner[1:])
                assert inner[-1] == CONFIG
        else:
            assert set(names) <= SERVICES.keys(), command
        seen += 1
    assert seen > 5


def test_commands_for_kubernetes_name_what_the_manifests_hold() -> None:
    resources = {f"{document['kind'].lower()}/{document['metadata']['name']}" for _, document in manifests()}
    resources |= {"service/summitwire-flink-rest"}  # Flink's native mode makes it
    namespace = KUSTOMIZATION["namespace"]
    seen = 0
    for _, command in COMMANDS:
        found = words(command)
        if found[:1] != ["kubectl"]:
            continue
        seen += 1
        if "--kustomize" in found:
            assert (ROOT / found[found.index("--kustomize") + 1]).samefile(KUBERNETES)
            continue
        if found[1:3] == ["create", "namespace"]:
            assert found[3] == namespace
            continue
        assert found[1:3] == ["--namespace", namespace], command
        assert {word for word in found if re.fullmatch("[a-z]+/[a-z-]+", word)} <= resources, command
        if "exec" in found:
            inner = found[found.index("--") + 1 :]
            assert inner[0] == "summitwire"
            parsed(inner[1:])
    assert seen > 4


def test_nothing_but_known_programs_is_called() -> None:
    programs = {words(command)[0] for _, command in COMMANDS if words(command)}
    assert programs <= {
        "summitwire",
        "docker",
        "kubectl",
        "curl",
        "gcloud",
        "make",
        "python",
        "export",
        "git",
        "cd",
        "pip",
    }, programs


def test_every_alert_has_a_paragraph_and_no_other_has() -> None:
    groups = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"]}
    told = set(re.findall(r"^### (\w+)$", RUNBOOK, re.M))
    assert told == alerts


def test_references_lead_to_headings_and_pages_that_there_are() -> None:
    for name, text in texts().items():
        anchors = {
            re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.+)$", text, re.M)
        }
        for target in re.findall(r"\]\(([^)]+)\)", text):
            if target.startswith("#"):
                assert target[1:] in anchors, f"{name}: {target}"
            elif "://" not in target:
                assert (ROOT / "docs" / target.partition("#")[0]).exists(), f"{name}: {target}"


def test_every_setting_that_is_named_exists() -> None:
    sections = {field.name: getattr(Config(), field.name) for field in fields(Config)}
    known = {
        name: {field.name for field in fields(section)} for name, section in sections.items() if is_dataclass(section)
    }
    for name, text in texts().items():
        named = re.findall(r"`\[(topics|registry|connect|pipeline|flink)\] ([a-z_]+)", text)
        named += [
            variable.lower().partition("_")[::2]
            for variable in re.findall(r"\bSUMMITWIRE_([A-Z_]+)\b", text)
            if variable.partition("_")[0].lower() in known
        ]
        for section, key in named:
            assert key in known[section], f"{name}: [{section}] {key}"
