"""Raw topics that hold articles more than once, in any order, and of any date."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectors.topics import CLEAN, DEAD_LETTERS, SUMMITS
from tests.integration.pipeline.conftest import OpenDesk
from tests.integration.pipeline.desk import article, message

ARTICLES = 40
NOW = datetime.now(UTC)
DATES = (
    NOW - timedelta(days=3653),
    NOW - timedelta(days=1),
    NOW,
    NOW + timedelta(days=1),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    None,
)


def test_articles_that_come_three_times_in_any_order_give_the_same_bytes_three_times(new_desk: OpenDesk) -> None:
    desk = new_desk()
    raws = [article(number) for number in range(ARTICLES)] * 3
    random.Random(7).shuffle(raws)
    desk.put(*raws)
    desk.run(batch_records=25)
    for topic in (CLEAN, SUMMITS):
        counts = Counter(desk.pairs(topic))
        assert len(counts) == len({key for key, _ in counts}) == ARTICLES, "two contents of one version"
        assert set(counts.values()) == {3}
    assert desk.pairs(DEAD_LETTERS) == []


def test_clocks_that_are_wrong_by_years_change_nothing_and_hold_nothing_up(new_desk: OpenDesk) -> None:
    """Neither what an article says of its own date nor the time at which the topic got it decides what is processed."""
    desk = new_desk()
    chance = random.Random(8)
    raws = [article(number, published=DATES[number % len(DATES)]) for number in range(ARTICLES)]
    skewed = [
        replace(message(raw), timestamp=int((NOW + timedelta(seconds=chance.uniform(-3e8, 86_400))).timestamp() * 1000))
        for raw in raws
    ]
    desk.put(*skewed)
    desk.run(batch_records=15)
    written = {topic.name: Counter(desk.pairs(topic)) for topic in (CLEAN, SUMMITS)}
    assert {key for key, _ in written[CLEAN.name]} == {raw.article_id.encode() for raw in raws}
    assert desk.pairs(DEAD_LETTERS) == []
    desk.put(*raws)
    desk.run()
    for topic in (CLEAN, SUMMITS):
        again = Counter(desk.pairs(topic))
        assert again == written[topic.name] + written[topic.name], "the topic's clock went into a record"
