"""When feeds are polled, on a clock that the test moves."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from connectors.fetch import FetchError, Unreachable
from connectors.schedule import (
    LONGEST,
    RETRY_FIRST,
    SHORTEST,
    Advice,
    HostBuckets,
    Outage,
    advice,
    after_failure,
    after_success,
    hold_off,
    saw_redirect,
)
from connectors.state import FeedState

DAY = 24 * 3600.0


def feed() -> FeedState:
    return FeedState("f", "https://n.example/feed")


def poll(state: FeedState, now: float, news: int = 0, told: Advice | None = None, fixed: float = 0.0) -> float:
    """Seconds until the next poll, without jitter."""
    after_success(state, now, news, told or Advice(), fixed=fixed, chance=0.5)
    return state.next_poll - now


def test_a_busy_feed_is_polled_more_often_and_a_quiet_one_less() -> None:
    busy, quiet, now = feed(), feed(), 0.0
    for _ in range(12):
        busy_wait, quiet_wait = poll(busy, now, news=3), poll(quiet, now)
        now += 900.0
    assert SHORTEST <= busy_wait < 300.0
    assert 3600.0 < quiet_wait <= LONGEST


def test_the_interval_stays_within_its_bounds_for_ever() -> None:
    quiet, busy, now = feed(), feed(), 0.0
    for _ in range(100):
        assert poll(quiet, now) <= LONGEST
        assert poll(busy, now, news=500) >= SHORTEST
        now += DAY


def test_a_server_is_asked_no_more_often_than_it_asks_for() -> None:
    state = feed()
    poll(state, 0.0, news=50)
    assert poll(state, 60.0, news=50, told=Advice(max_age=7200.0)) == pytest.approx(7200.0)
    assert poll(state, 60.0, news=50, told=Advice(ttl=5400.0)) == pytest.approx(5400.0)


def test_a_configured_interval_goes_before_everything() -> None:
    assert poll(feed(), 0.0, told=Advice(max_age=7200.0), fixed=30.0) == pytest.approx(30.0)


def test_hours_and_days_without_news_are_passed_over() -> None:
    morning = datetime(2026, 3, 6, 23, 30, tzinfo=UTC).timestamp()  # a Friday
    nights, weekends = feed(), feed()
    nights.skip_hours = 0b0011_1111
    weekends.skip_days = 1 << 5
    assert poll(nights, morning, told=Advice(ttl=3600.0)) == pytest.approx(3600.0 + 6 * 3600.0)
    assert poll(weekends, morning, told=Advice(ttl=3600.0)) == pytest.approx(DAY)
    assert poll(weekends, morning - 2 * 3600.0, told=Advice(ttl=3600.0)) == pytest.approx(3600.0)


def test_a_feed_without_any_hour_of_news_is_read_once_a_day() -> None:
    state = feed()
    state.skip_hours = (1 << 24) - 1
    assert poll(state, 0.0) == pytest.approx(DAY)


def test_a_configured_interval_passes_no_hour_over() -> None:
    state = feed()
    state.skip_hours = (1 << 24) - 1
    assert poll(state, 0.0, fixed=30.0) == pytest.approx(30.0)


def test_cache_headers_become_advice() -> None:
    now = datetime(2026, 3, 5, tzinfo=UTC)
    assert advice("public, max-age=600", now + timedelta(hours=9), now).max_age == 600.0
    assert advice("public, max-age=600", now + timedelta(hours=9), now).expires is None
    assert advice(None, now + timedelta(hours=2), now).expires == 7200.0
    assert advice("no-cache, max-age=600", None, now) == Advice()
    assert advice(None, now - timedelta(hours=2), now).expires == 0.0


def test_polls_that_began_together_drift_apart() -> None:
    chosen = random.Random(7)
    waits = []
    for _ in range(200):
        state = feed()
        after_success(state, 0.0, 0, Advice(), fixed=0.0, chance=chosen.random())
        waits.append(state.next_poll)
    assert max(waits) / min(waits) > 1.15
    assert len(set(waits)) == 200


def test_back_off_grows_is_jittered_and_never_ends() -> None:
    chosen = random.Random(7)
    longest = []
    for errors in (1, 4, 8, 500):
        waits = []
        for _ in range(100):
            state = feed()
            state.errors = errors - 1
            after_failure(state, 0.0, FetchError("503", status=503), fixed=0.0, chance=chosen.random())
            waits.append(state.next_poll)
        assert min(waits) >= RETRY_FIRST
        longest.append(max(waits))
    assert longest == sorted(longest)
    assert longest[-1] <= LONGEST
    assert longest[-1] > LONGEST / 2


def test_a_success_ends_the_back_off() -> None:
    state = feed()
    for _ in range(9):
        after_failure(state, 0.0, FetchError("500", status=500), fixed=0.0, chance=0.9)
    assert poll(state, DAY) < 3600.0
    assert (state.errors, state.error) == (0, None)


def test_retry_after_is_obeyed() -> None:
    state = feed()
    after_failure(state, 0.0, FetchError("429", status=429, retry_after=5000.0), fixed=0.0, chance=0.0)
    assert state.next_poll >= 5000.0


def test_what_is_gone_twice_is_asked_for_once_a_week() -> None:
    state = feed()
    after_failure(state, 0.0, FetchError("410", status=410), fixed=0.0, chance=0.5)
    assert state.next_poll < DAY
    after_failure(state, 0.0, FetchError("410", status=410), fixed=0.0, chance=0.5)
    assert 6 * DAY < state.next_poll < 8 * DAY
    after_success(state, 8 * DAY, 1, Advice(), fixed=0.0, chance=0.5)
    assert state.gone == 0


def test_ones_own_outage_is_no_feeds_error() -> None:
    outage, state = Outage(), feed()
    for n in range(3):
        outage.saw(f"h{n}.example", reached=False)
        assert not outage.suspected
    outage.saw("h9.example", reached=False)
    assert outage.suspected
    hold_off(state, 0.0, Unreachable("no route"), 0.5)
    assert state.errors == 0
    assert state.next_poll < 120.0
    outage.saw("h1.example", reached=True)
    assert not outage.suspected


def test_one_host_that_is_down_is_no_outage() -> None:
    outage = Outage()
    for _ in range(50):
        outage.saw("h1.example", reached=False)
    assert not outage.suspected


def test_a_move_is_believed_after_three_sightings_over_a_day() -> None:
    state, there = feed(), "https://new.example/feed"
    assert saw_redirect(state, there, 0.0) is None
    assert saw_redirect(state, there, 10.0) is None
    assert saw_redirect(state, there, 20.0) is None
    assert saw_redirect(state, there, DAY + 1) == there


def test_a_move_that_is_not_seen_each_time_is_not_believed() -> None:
    state, there = feed(), "https://new.example/feed"
    saw_redirect(state, there, 0.0)
    saw_redirect(state, there, DAY)
    assert saw_redirect(state, None, 2 * DAY) is None
    assert saw_redirect(state, there, 3 * DAY) is None
    assert saw_redirect(state, "https://other.example/", 9 * DAY) is None


def test_a_host_gets_a_burst_and_then_one_request_a_second() -> None:
    buckets = HostBuckets(every=1.0, burst=4)
    delays = [buckets.delay("h", 100.0) for _ in range(6)]
    assert delays == [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]
    assert buckets.delay("other", 100.0) == 0.0
    assert buckets.delay("h", 200.0) == 0.0


def test_a_host_that_answers_429_is_left_alone_and_others_are_not() -> None:
    buckets = HostBuckets(every=1.0, burst=4)
    buckets.block("h", 500.0)
    assert buckets.delay("h", 100.0) == 400.0
    assert buckets.delay("h:8443", 100.0) == 0.0
