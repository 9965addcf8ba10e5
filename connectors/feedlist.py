"""The feeds in summitwire.toml, edited so that comments and order stay."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from connectors.config import ConfigError, FeedConfig, load_config


def add_feeds(file: Path, feeds: Iterable[FeedConfig]) -> list[FeedConfig]:
    """Appends those feeds to the file whose address is not there yet, and returns them. The file is replaced whole.

    Raises ConfigError where the file is missing, cannot be read or would be wrong afterwards.
    """
    known = {feed.url for feed in load_config(file).feeds}
    try:
        text = file.read_text(encoding="utf-8")
        document = tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    new = []
    for feed in feeds:
        if feed.url not in known:
            known.add(feed.url)
            new.append(feed)
    if not new:
        return []
    tables: Any = document.get("feeds")
    if tables is None:
        tables = tomlkit.aot()
        document.append("feeds", tables)
    for feed in new:
        table = tomlkit.table()
        for key in ("url", "id", "source", "language", "interval", "full_text"):
            value = getattr(feed, key)
            if value:
                table.append(key, value)
        tables.append(table)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
    try:
        load_config(temporary)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return new
