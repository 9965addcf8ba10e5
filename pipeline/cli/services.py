"""Checks of what the configuration points to: topics and their settings, the pipeline's lag, the schema registry."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

from fastavro.schema import to_parsing_canonical_form

from connectors.config import Config, kafka_settings
from connectors.topics import ALL_TOPICS, RAW, Topics, TopicSpec, open_topics
from pipeline.cli.checks import Check, Skipped, Wrong, checked
from pipeline.cli.schemas import RECORD_OF_TOPIC
from pipeline.tailing import last
from schemas.errors import NotRegistered
from schemas.registry import Registry
from schemas.releases import latest

NETWORK_SECONDS = 5
"""How long one call to a broker or a registry may take: somebody sits and waits."""
AHEAD_SECONDS = 300
"""By how much the newest record may lie in the future: clocks that are kept differ by less than a second."""
CREATE = "summitwire topics create"


def topic_checks(config: Config) -> Iterator[Check]:
    """Topics reachable, each there with the settings that it needs, the pipeline's lag, the newest record's time."""
    opened: list[Topics] = []
    partitions: dict[str, int] = {}
    policies: dict[str, str] = {}

    def reach() -> str:
        kafka = {**kafka_settings(config.topics.kafka), "timeout_ms": NETWORK_SECONDS * 1000}
        opened.append(open_topics(config.topics_url(), kafka))
        partitions.update({topic.name: topic.partitions for topic in opened[0].list()})
        policies.update(_cleanup_policies(opened[0].url, kafka, list(partitions)))
        return f"{opened[0].url}: {len(partitions)} topics"

    reached = checked("topics", reach)
    yield reached
    if reached.status != "ok":
        return
    with closing(opened[0]) as topics:
        for spec in ALL_TOPICS:
            yield checked(f"topic {spec.name}", partial(topic_settings, topics, spec, partitions, policies))
        if RAW.name in partitions:
            yield checked("lag", partial(lag, topics, config.pipeline.group))
            yield checked("newest record", partial(newest_record, topics))


def _cleanup_policies(url: str, kafka: Mapping[str, Any], names: list[str]) -> dict[str, str]:
    """Topic → cleanup.policy; only Kafka has them."""
    if not url.startswith("kafka://"):
        return {}
    from kafka.admin import ConfigResource, ConfigResourceType

    from connectors.topics.kafka_clients import Clients

    asked = [ConfigResource(ConfigResourceType.TOPIC, name, ["cleanup.policy"]) for name in names]
    with closing(Clients(url.removeprefix("kafka://"), kafka).admin()) as admin:
        found = admin.describe_configs(asked, config_filter="all")["topic"]
    return {name: str(found[name]["cleanup.policy"]["value"]) for name in names}


def topic_settings(topics: Topics, spec: TopicSpec, partitions: Mapping[str, int], policies: Mapping[str, str]) -> str:
    """What counts: the topic holds records as large as ours get, and deletes none that somebody needs."""
    if spec.name not in partitions:
        raise Wrong("does not exist", CREATE)
    limit = topics.max_record_bytes(spec.name)
    if limit < spec.max_record_bytes:
        raise Wrong(
            f"takes records of {limit:,} bytes, it should take {spec.max_record_bytes:,}",
            "raise its max.message.bytes",
        )
    policy = policies.get(spec.name)
    wanted = "compact" if spec.compacted else "delete"
    if policy is not None and policy != wanted:
        raise Wrong(f"its cleanup.policy is {policy}, it should be {wanted}", f"set cleanup.policy to {wanted}")
    count = partitions[spec.name]
    found = f"{count} partition{'s' if count > 1 else ''}, records of up to {limit:,} bytes"
    return found if policy is None else f"{found}, {policy}"


def lag(topics: Topics, group: str) -> str:
    """Raises OffsetsError where the committed offsets lie outside of the raw topic."""
    from pipeline.offsets import starts

    committed = topics.committed(group, RAW.name)
    end = topics.end_offsets(RAW.name)
    behind = sum(end.values()) - sum(starts(topics.begin_offsets(RAW.name), end, committed, RAW.name).values())
    records = "record" if behind == 1 else "records"
    return f"group {group!r} is {behind:,} {records} behind{'' if committed else '; it has not begun'}"


def newest_record(topics: Topics) -> str:
    """A clock that is wrong shows where two machines' records meet."""
    newest = last(topics, RAW.name, 1, topics.end_offsets(RAW.name))
    if not newest:
        raise Skipped("the raw topic is empty")
    age = time.time() - newest[0].timestamp / 1000
    if age < -AHEAD_SECONDS:
        raise Wrong(
            f"written {-age:,.0f} s in the future, by the clocks of this machine and of the one that wrote it",
            "keep the clocks of all machines with NTP",
        )
    return f"written {timedelta(seconds=max(0, round(age)))} ago"


def registry(config: Config) -> str:
    """The schemas that this release writes with, under the subjects of our topics."""
    if not config.registry.url:
        raise Skipped("none configured: records carry the fingerprint of their schema")
    asked = Registry(config.registry.url, timeout=NETWORK_SECONDS)
    missing = []
    for topic, record in RECORD_OF_TOPIC.items():
        try:
            found = asked.latest(f"{topic}-value").schema
        except NotRegistered:
            found = None
        if found is None or to_parsing_canonical_form(found) != to_parsing_canonical_form(latest(record).schema):
            missing.append(latest(record).name)
    if missing:
        raise Wrong(f"{asked.url} does not hold {', '.join(missing)}", "summitwire schemas register")
    return f"{asked.url}: {len(RECORD_OF_TOPIC)} schemas registered"
