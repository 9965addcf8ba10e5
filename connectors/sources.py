"""The configured feeds, folders and standard input, with their names filled in."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from connectors.config import Config, ConfigError, FeedConfig, FolderConfig, StdinConfig, resolve_secret
from connectors.fetch import Credentials
from connectors.headers import without_credentials


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents come from: a feed's address, a folder, or standard input. `source_id` is the publisher."""

    feed_id: str
    source_id: str
    url: str
    language: str | None
    feed: FeedConfig | None = None
    folder: FolderConfig | None = None
    stdin: StdinConfig | None = None
    path: Path | None = None
    credentials: Credentials | None = None
    host: str = ""
    """Host and port: what requests are rationed by."""


def sources(config: Config) -> tuple[Source, ...]:
    """All configured sources. Raises ConfigError where two get the same name or a secret is not set."""
    found = [_of_feed(config, feed) for feed in config.feeds] + [
        _of_folder(config, folder) for folder in config.folders
    ]
    if config.stdin.source:
        found.append(_of_stdin(config.stdin))
    names = [source.feed_id for source in found]
    doubled = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if doubled:
        raise ConfigError(f"two feeds have the id {doubled[0]!r}: give one of them another `id`")
    return tuple(found)


def feed_id_of(url: str) -> str:
    """A feed's name made from its address: host and path; a query is told apart by a hash."""
    parts = urlsplit(url)
    name = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}".rstrip("/")
    if parts.query:
        name += "?" + hashlib.sha256(parts.query.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return name


def source_id_of(url: str) -> str:
    """A publisher's name made from an address: the host without www."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def _of_feed(config: Config, feed: FeedConfig) -> Source:
    url = without_credentials(feed.url)
    headers = {name: resolve_secret(value, f"feed {url}: header {name}") for name, value in feed.headers.items()}
    user = urlsplit(feed.url)
    if user.username and not any(name.lower() == "authorization" for name in headers):
        pair = f"{user.username}:{user.password or ''}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    certificate = resolve_secret(feed.certificate, f"feed {url}: certificate")
    certificate = str(config.path(certificate)) if certificate else ""
    return Source(
        feed_id=feed.id or feed_id_of(url),
        source_id=feed.source or source_id_of(url),
        url=url,
        language=feed.language or None,
        feed=feed,
        host=urlsplit(url).netloc.lower(),
        credentials=Credentials(headers, certificate) if headers or certificate else None,
    )


def _of_folder(config: Config, folder: FolderConfig) -> Source:
    path = config.path(folder.path)
    return Source(
        feed_id=folder.id or re.sub(r"\W+", "-", path.name).strip("-") or "folder",
        source_id=folder.source,
        url=f"folder:{folder.path}",
        language=folder.language or None,
        folder=folder,
        path=path,
    )


def _of_stdin(stdin: StdinConfig) -> Source:
    return Source(feed_id=stdin.id, source_id=stdin.source, url="stdin:", language=stdin.language or None, stdin=stdin)
