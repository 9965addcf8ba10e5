"""When a feed is polled next. Pure functions of its state and the time; the caller brings clock and randomness.

after success   the feed's own rhythm, what its server and its document ask for, within bounds, ±10 %
after failure   full-jitter exponential back-off (never giving up), the server's Retry-After first
gone            after two answers 410: once a week
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.fetch import FetchError
from connectors.state import FeedState

SHORTEST = 60.0
LONGEST = 24 * 3600.0
START = 15 * 60.0
RETRY_FIRST = 60.0
RETRY_AFTER_LONGEST = 7 * 24 * 3600.0
GONE_PROBE = 7 * 24 * 3600.0
GONE_AFTER = 2
MOVES_NEEDED = 3
MOVE_SPAN = 24 * 3600.0
"""A permanent redirect is believed after this many polls in a row, over this many seconds at least."""
WHOLE_EVERY = 24 * 3600.0
"""After this long without a document the next one is asked for whatever its validators are: some servers answer 304 for
ever."""
OUTAGE_HOSTS = 4
OUTAGE_RETRY = 60.0
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a server and its document ask for, in seconds; None where they say nothing."""

    max_age: float | None = None
    expires: float | None = None
    ttl: float | None = None


def advice(cache_control: str | None, expires: datetime | None, now: datetime, ttl: float | None = None) -> Advice:
    """The advice of the headers; Cache-Control goes before Expires (RFC 9111, 5.3)."""
    control = cache_control or ""
    match = _MAX_AGE.search(control)
    stated = match is not None or "no-cache" in control or "no-store" in control
    return Advice(
        max_age=float(match[1]) if match and "no-cache" not in control and "no-store" not in control else None,
        expires=max(0.0, (expires - now).total_seconds()) if expires is not None and not stated else None,
        ttl=ttl,
    )


def rhythm(interval: float, news: int, elapsed: float | None) -> float:
    """The adaptive interval: towards half the time between new items, slowly up while nothing comes."""
    interval = interval or START
    if news and elapsed is not None:
        return _clamp(0.5 * interval + 0.5 * (elapsed / news / 2))
    return _clamp(interval * (1.0 if elapsed is None else 1.2))


def after_success(state: FeedState, now: float, news: int, told: Advice, *, fixed: float, chance: float) -> None:
    """Plans the next poll after a document or 304. `fixed` is the configured interval (0: adaptive), `chance` is
    uniform in [0, 1)."""
    elapsed = None if state.last_ok is None else max(now - state.last_ok, 1.0)
    state.interval = rhythm(state.interval, news, elapsed)
    wait = fixed or max(state.interval, *(one or 0.0 for one in (told.max_age, told.expires, told.ttl)))
    wait = wait if fixed else _clamp(wait)
    state.next_poll = now + wait * (0.9 + 0.2 * chance)
    if not fixed and (state.skip_hours or state.skip_days):
        state.next_poll = _past_skipped(state, now)
    state.errors = state.gone = 0
    state.error = None
    state.last_ok = now


def _past_skipped(state: FeedState, now: float) -> float:
    """The planned poll moved on by whole hours, out of those in which the feed says that nothing comes; never more than
    a day from now."""
    at, latest = state.next_poll, now + LONGEST
    while at < latest:
        time = datetime.fromtimestamp(at, UTC)
        if not (state.skip_hours >> time.hour & 1 or state.skip_days >> time.weekday() & 1):
            return at
        at += 3600.0
    return max(state.next_poll, latest)


def after_failure(state: FeedState, now: float, error: FetchError, *, fixed: float, chance: float) -> None:
    """Plans the next try after an error: 2^n of the first retry with full jitter, at most a day apart, for ever."""
    state.error = str(error)
    state.errors += 1
    state.gone = state.gone + 1 if error.status == 410 else 0
    if state.gone >= GONE_AFTER:
        state.next_poll = now + GONE_PROBE * (0.9 + 0.2 * chance)
        return
    first = min(fixed, RETRY_FIRST) if fixed else RETRY_FIRST
    wait = min(LONGEST, first * 2.0 ** min(state.errors, 20)) * chance
    asked = min(error.retry_after or 0.0, RETRY_AFTER_LONGEST)
    state.next_poll = now + max(wait, first, asked * (1.0 + 0.1 * chance))


def saw_redirect(state: FeedState, moved_to: str | None, now: float) -> str | None:
    """Counts sightings of one permanent redirect; the address to move to, once it is believed."""
    if moved_to is None or moved_to != state.moved_to:
        state.moved_to, state.moved_count, state.moved_since = moved_to, int(moved_to is not None), now
        return None
    state.moved_count += 1
    since = now if state.moved_since is None else state.moved_since
    if state.moved_count >= MOVES_NEEDED and now - since >= MOVE_SPAN:
        return moved_to
    return None


def hold_off(state: FeedState, now: float, error: FetchError, chance: float) -> None:
    """Plans the next try while nothing at all can be reached: that is one's own outage, and no feed's fault."""
    state.error = str(error)
    state.next_poll = now + OUTAGE_RETRY * (0.5 + chance)


class Outage:
    """Tells one's own outage from a feed's: several hosts in a row that could not be reached, and none that could."""

    def __init__(self) -> None:
        self._unreached: set[str] = set()

    def saw(self, host: str, reached: bool) -> None:
        if reached:
            self._unreached.clear()
        else:
            self._unreached.add(host)

    @property
    def suspected(self) -> bool:
        return len(self._unreached) >= OUTAGE_HOSTS


def _clamp(seconds: float) -> float:
    return min(max(seconds, SHORTEST), LONGEST)


class HostBuckets:
    """A token bucket for each host and port: so many requests at once, then one each `every` seconds."""

    def __init__(self, every: float = 1.0, burst: int = 4) -> None:
        self._every = every
        self._burst = burst
        self._free_at: dict[str, float] = {}

    def delay(self, host: str, now: float) -> float:
        """Seconds until the host's next request may go out; takes the token."""
        due = max(self._free_at.get(host, 0.0), now - self._every * (self._burst - 1))
        self._free_at[host] = due + self._every
        if len(self._free_at) > 50_000:
            self._free_at = {
                name: free for name, free in self._free_at.items() if free > now - self._every * self._burst
            }
        return max(0.0, due - now)

    def block(self, host: str, until: float) -> None:
        """No request to the host before `until`: it answered 429."""
        self._free_at[host] = max(self._free_at.get(host, 0.0), until)
