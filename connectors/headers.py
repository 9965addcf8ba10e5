"""What HTTP headers and addresses say: times, waits, credentials."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime


def retry_after(value: str | None, date: str | None = None) -> float | None:
    """Seconds that a Retry-After header names, in seconds or as a time (counted from the server's own Date)."""
    if not value:
        return None
    value = value.strip()
    if value.isdigit() and len(value) < 10:
        return float(value)
    until = http_time(value)
    if until is None:
        return None
    now = http_time(date) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def http_time(value: str | None) -> datetime | None:
    """A time of RFC 9110, 5.6.7, or None."""
    if not value:
        return None
    try:
        time = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def without_credentials(url: str) -> str:
    """The address without user and password, for records and logs."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    authority, slash, path = rest.partition("/")
    return scheme + separator + authority.rpartition("@")[2] + slash + path
