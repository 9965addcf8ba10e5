"""What a run counts, and what it tells Prometheus."""

from __future__ import annotations

import re
import time
import urllib.request
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.config import ConfigError
from connectors.exposition import served
from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, Message
from pipeline import boilerplate
from pipeline.drive import BatchResult, drive
from pipeline.metrics.endpoint import endpoint
from pipeline.metrics.families import FAMILIES
from pipeline.metrics.lag import LagMeter
from schemas.records import RawArticle
from tests.integration.pipeline.desk import Desk, article, message

AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


def samples(text: str) -> dict[str, float]:
    """Series → value."""
    return {series: float(value) for series, value in re.findall(r"^([^#\s].*) (\S+)$", text, re.MULTILINE)}


def scrape(port: int, path: str = "/metrics") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return str(answer.read().decode())


def free_port() -> int:
    with served(0, str) as port:
        return port


def run_and_scrape(desk: Desk) -> dict[str, float]:
    port = free_port()
    with endpoint(desk.config, port) as metrics:

        def on_batch(result: BatchResult) -> None:
            metrics.batch(result.counters, result.seconds)

        drive(desk.config, once=True, on_batch=on_batch)
        return samples(scrape(port))


def test_a_run_tells_what_came_in_what_went_out_and_what_failed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = boilerplate.clean_article
    broken = article(3)

    def clean_article(raw: RawArticle) -> object:
        if raw.article_id == broken.article_id:
            raise LookupError("no such line")
        return real(raw)

    monkeypatch.setattr(boilerplate, "clean_article", clean_article)
    put = [message(article(number)) for number in range(8)]
    desk.put(*put, Message(b"k", b"garbage"))
    told = run_and_scrape(desk)
    assert told["summitwire_read_records_total"] == 9
    assert told["summitwire_read_bytes_total"] == sum(len(one.key or b"") + len(one.value or b"") for one in put) + 8
    assert told['summitwire_failed_records_total{step="decode",error="WrongMagic"}'] == 1
    assert told['summitwire_failed_records_total{step="strip",error="LookupError"}'] == 1
    for topic, count in ((CLEAN, 8), (SUMMITS, 8), (DEAD_LETTERS, 2)):
        assert told[f'summitwire_written_records_total{{topic="{topic.name}"}}'] == count
        size = sum(Message(one.key, one.value, one.headers).size for one in desk.read(topic))
        assert told[f'summitwire_written_bytes_total{{topic="{topic.name}"}}'] == size
    events = Counter((event.kind, event.status) for report in desk.reports() for event in report.events)
    assert events
    for (kind, status), count in events.items():
        assert told[f'summitwire_events_total{{kind="{kind}",status="{status}"}}'] == count
    assert told["summitwire_batches_total"] >= 1


def test_before_anything_happens_the_counters_stand_at_zero(desk: Desk) -> None:
    told = run_and_scrape(desk)
    assert told["summitwire_read_records_total"] == told["summitwire_batches_total"] == 0
    assert told[f'summitwire_written_records_total{{topic="{DEAD_LETTERS.name}"}}'] == 0


def test_latencies_count_from_publication_fetch_and_append(desk: Desk) -> None:
    old = replace(article(0), published=AN_HOUR_AGO, fetched_at=AN_HOUR_AGO + timedelta(minutes=50))
    untold = replace(article(1), published=None, published_offset=None, fetched_at=old.fetched_at)
    ahead = replace(article(2), published=AN_HOUR_AGO + timedelta(days=1), fetched_at=old.fetched_at)
    desk.put(old, untold, ahead)
    told = run_and_scrape(desk)

    def at_most(since: str, bound: str) -> float:
        return told.get(f'summitwire_latency_seconds_bucket{{since="{since}",le="{bound}"}}', 0)

    assert [at_most("published", bound) for bound in ("0.1", "1800", "21600", "+Inf")] == [1, 1, 2, 2]
    assert [at_most("fetched", bound) for bound in ("0.1", "300", "1800", "+Inf")] == [0, 0, 3, 3]
    assert at_most("appended", "300") == at_most("appended", "+Inf") == 3


def test_the_clock_enters_no_record(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def written(at: Desk) -> list[tuple[object, ...]]:
        return [(one.key, one.value, one.headers) for topic in (CLEAN, SUMMITS) for one in at.read(topic)]

    desk.put(*(article(number) for number in range(4)))
    desk.run()
    before = written(desk)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 86_400)
    assert written(desk.replay()) == before


def test_the_lag_is_what_the_group_has_not_committed_and_how_old_it_is(desk: Desk) -> None:
    group = desk.config.pipeline.group
    now = time.time()
    desk.topics.append(
        RAW.name,
        [replace(message(article(0)), timestamp=int((now - age) * 1000)) for age in (500, 300, 100)],
    )
    meter = LagMeter(desk.topics, group, RAW.name, clock=lambda: now)
    (waiting,) = [lag for lag in meter.measure().values() if lag.records]
    assert (waiting.records, round(waiting.seconds)) == (3, 500)
    first = desk.since[RAW.name]
    (partition,) = [place for place, lag in meter.measure().items() if lag.records]
    desk.topics.commit(group, RAW.name, {partition: first[partition] + 1})
    assert (meter.measure()[partition].records, round(meter.measure()[partition].seconds)) == (2, 300)
    desk.run()
    assert {(lag.records, lag.seconds) for lag in meter.measure().values()} == {(0, 0)}


def test_a_scrape_tells_the_lag_of_a_pipeline_that_does_not_get_on(desk: Desk) -> None:
    desk.put(*(article(number) for number in range(5)))
    port = free_port()
    with endpoint(desk.config, port):
        told = samples(scrape(port))
    assert sum(value for series, value in told.items() if series.startswith("summitwire_lag_records")) == 5
    assert told["summitwire_topics_reachable"] == 1
    assert told["process_resident_memory_bytes"] > 1_000_000


def test_topics_that_are_away_leave_the_endpoint_answering(desk: Desk) -> None:
    away = replace(desk.config, topics=replace(desk.config.topics, url="spool:/nowhere/at/all"))
    port = free_port()
    with endpoint(away, port):
        told = samples(scrape(port))
    assert told["summitwire_topics_reachable"] == 0
    assert not any(series.startswith("summitwire_lag") for series in told)


def test_every_metric_of_the_table_is_told_with_help_and_type(desk: Desk) -> None:
    port = free_port()
    with endpoint(desk.config, port):
        text = scrape(port)
    named = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    assert named == [(family.name.removesuffix("_bucket"), family.kind) for family in FAMILIES]


def test_a_port_that_is_taken_is_one_sentence(desk: Desk) -> None:
    with served(0, str) as port:
        wanted = pytest.raises(ConfigError, match=f"127.0.0.1:{port} for metrics cannot be used")
        with wanted, endpoint(desk.config, port):
            pass


def test_without_a_port_nothing_listens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.metrics.endpoint.served", None)
    with endpoint(desk.config) as metrics:
        metrics.batch({"read/records": 1}, 0.1)
