"""Records and messages as JSON values.

Bytes become their text where they are UTF-8, `{"base64": "..."}` otherwise. Times are ISO 8601 in the zone that the
record tells beside them (`published` with `published_offset`), in UTC where it tells none.
"""

from __future__ import annotations

import base64
import dataclasses
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from connectors.topics import Received

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def zoned(moment: datetime, offset: int | None) -> datetime:
    """The moment in the zone `offset` minutes from UTC; in UTC where that is null or no zone at all."""
    try:
        return moment.astimezone(timezone(timedelta(minutes=offset or 0)))
    except (OverflowError, ValueError):
        return moment.astimezone(UTC)


def record_json(record: Any) -> dict[str, Any]:
    """A record of the contract, every field under its name."""
    out: dict[str, Any] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, datetime):
            out[field.name] = zoned(value, getattr(record, f"{field.name}_offset", None)).isoformat()
        else:
            out[field.name] = _plain(value)
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes_json(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return record_json(value) if dataclasses.is_dataclass(value) else value


def bytes_json(value: bytes | None) -> str | dict[str, str] | None:
    """Text where the bytes are UTF-8, else `{"base64": ...}`."""
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def message_json(received: Received) -> dict[str, Any]:
    """A message's place, time, key and headers; its value is left to the caller."""
    return {
        "topic": received.topic,
        "partition": received.partition,
        "offset": received.offset,
        "timestamp": appended(received.timestamp).isoformat(timespec="milliseconds"),
        "key": bytes_json(received.key),
        "headers": [{"key": key, "value": bytes_json(value)} for key, value in received.headers],
    }


def appended(timestamp: int) -> datetime:
    """A message's time from milliseconds since the epoch, in UTC. A value beyond the calendar gives its nearer end."""
    try:
        return datetime.fromtimestamp(timestamp / 1000, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return _LAST if timestamp > 0 else _FIRST
