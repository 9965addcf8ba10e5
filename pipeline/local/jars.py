"""The local servers' files: pinned by version and hash, fetched once.

A pin list is a JSON file beside this module: a list of objects with `coord` (group:artifact:version, and where they
differ from a plain jar :classifier:type), `sha256` and `size` in bytes.
Beam's own downloader knows the public repository of Java packages; it checks no hash, so that is done here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from importlib.resources import files
from pathlib import Path

from pipeline.local.cache import cache_folder
from pipeline.local.errors import ServerError

log = logging.getLogger("summitwire.local")

DOWNLOADS = 6
"""At a time."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One file: its coordinates, and what it must be."""

    coord: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        _, artifact, version, classifier, kind = _parts(self.coord)
        return "-".join(filter(None, (artifact, version, classifier))) + f".{kind}"


def pins(name: str) -> list[Pin]:
    """A pin list, such as `kafka`."""
    rows = json.loads(files("pipeline.local").joinpath(f"{name}_jars.json").read_bytes())
    return [Pin(row["coord"], row["sha256"], row["size"]) for row in rows]


def fetch(wanted: list[Pin], folder: Path | None = None) -> list[Path]:
    """The files, in their order: from the cache where their hash is right, else fetched. Raises ServerError."""
    folder = folder or cache_folder() / "jars"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServerError(
            f"the cache folder {folder} cannot be made: {error.strerror}; set SUMMITWIRE_CACHE"
        ) from error
    missing = [pin for pin in wanted if _sha256(folder / pin.file_name) != pin.sha256]
    if missing:
        size = sum(pin.size for pin in missing) / 1_000_000
        log.info("fetching %d files (%.0f MB) into %s", len(missing), size, folder)
        with ThreadPoolExecutor(DOWNLOADS) as pool:
            list(pool.map(partial(_fetch_checked, folder=folder), missing))
    return [folder / pin.file_name for pin in wanted]


def _fetch_checked(pin: Pin, folder: Path) -> None:
    """Fetches one file, once more where the first try fails or brings something else."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="fetch-") as scratch:
        for last in (False, True):
            try:
                fetched = _download(pin.coord, Path(scratch, str(last)))
                found = _sha256(fetched)
                if found == pin.sha256:
                    os.replace(fetched, folder / pin.file_name)
                    return
                problem = f"its sha256 is {found}, not {pin.sha256}"
            except (OSError, HTTPException, RuntimeError) as error:
                problem = str(error)
            if last:
                raise ServerError(
                    f"{pin.coord} could not be fetched: {problem}; or put the file into {folder} as {pin.file_name}"
                )


def _download(coord: str, folder: Path) -> Path:
    from apache_beam.utils.subprocess_server import JavaJarServer

    group, artifact, version, classifier, kind = _parts(coord)
    address = JavaJarServer.path_to_maven_jar(artifact, group, version, classifier=classifier)
    # It warns for every file that a public repository is used, and asks for what is done here: pinning.
    logging.getLogger(JavaJarServer.__module__).setLevel(logging.ERROR)
    return Path(JavaJarServer.local_jar(address.removesuffix("jar") + kind, cache_dir=str(folder)))


def _parts(coord: str) -> tuple[str, str, str, str | None, str]:
    group, artifact, version, *rest = coord.split(":")
    return group, artifact, version, rest[0] if rest else None, rest[1] if len(rest) > 1 else "jar"


def _sha256(path: Path) -> str | None:
    """None where there is no such file."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None
