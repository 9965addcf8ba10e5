"""The consumers printed in docs/records.md, run as they stand there, against a real broker and a real registry."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import schemas
from connectors.envelope import headers_for
from connectors.topics import SUMMITS, Message, Topics, open_topics
from pipeline.local import KafkaBroker, SchemaRegistryServer
from schemas.codec import Encoder
from schemas.records import DateSpan, Extractor, Participant, Place, SummitEvent, SummitReport
from schemas.registry import Registry

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
AVSC = Path(schemas.__file__).parent / "avsc"
SINGLE_OBJECT, CONFLUENT = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "records.md").read_text(encoding="utf-8"), re.S
)


@pytest.fixture(scope="module")
def broker() -> Iterator[KafkaBroker]:
    """A broker of this module's own: the documented consumers read the topic by its real name, from the beginning."""
    with KafkaBroker() as broker:
        yield broker


@pytest.fixture
def topics(broker: KafkaBroker) -> Iterator[Topics]:
    with closing(open_topics(f"kafka://{broker.bootstrap}", {})) as topics:
        topics.create([SUMMITS])
        yield topics


def report(article: str, version: int, *events: SummitEvent) -> SummitReport:
    return SummitReport(
        article_id=article,
        source_id="harbour-wire",
        version=version,
        change="new" if version == 1 else "correction",
        url=f"https://harbour.example/{article}/{version}",
        events=events,
        extractor=Extractor("summitwire", "0.1.0", "rules"),
        text_sha256="0" * 64,
    )


def event(*parties: str, **fields: object) -> SummitEvent:
    plain = SummitEvent(
        kind="meeting",
        status="held",
        level="leader",
        prominence="primary",
        parties=parties,
        participants=(Participant("Ines Okoro", "President", parties[0]),),
        date=DateSpan("2026-03-02"),
        place=Place("Lumio", "FR"),
        confidence=0.9,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]  # the fields of an event


def publish(topics: Topics, encoder: Encoder, *reports: SummitReport) -> None:
    topics.append(
        SUMMITS.name,
        [Message(item.article_id.encode(), encoder.encode(item, SUMMITS.name), headers_for(item)) for item in reports],
    )


def run(program: str, folder: Path, *arguments: str) -> list[str]:
    """Runs a consumer in a folder from which our packages cannot be imported by accident."""
    script = folder / "read_summits.py"
    script.write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_consumer_of_schema_files_prints_the_events_that_stand(topics: Topics, tmp_path: Path) -> None:
    publish(
        topics,
        Encoder(),
        report("corrected", 1, event("FR", "JP")),
        report("corrected", 2, event("FR", "KR", status="planned")),
        report("corrected", 1, event("FR", "JP")),
        report("withdrawn", 1, event("BR", "PT")),
        report("withdrawn", 2),
        report("quiet", 1),
        report("double", 1, event("KE", "TZ"), event("IN", "KE", date=None, place=None)),
    )
    topics.append(SUMMITS.name, [Message(b"forgotten", None)])
    lines = run(SINGLE_OBJECT, tmp_path, topics.url.removeprefix("kafka://"), str(AVSC))
    assert sorted(lines) == [
        "held meeting ['IN', 'KE'] None None https://harbour.example/double/1",
        "held meeting ['KE', 'TZ'] {'start': '2026-03-02', 'end': None} "
        "{'name': 'Lumio', 'country': 'FR', 'city': None, 'latitude': None, 'longitude': None} "
        "https://harbour.example/double/1",
        "planned meeting ['FR', 'KR'] {'start': '2026-03-02', 'end': None} "
        "{'name': 'Lumio', 'country': 'FR', 'city': None, 'latitude': None, 'longitude': None} "
        "https://harbour.example/corrected/2",
    ]


def test_the_consumer_of_a_registry_prints_the_events_that_stand(
    topics: Topics, registry: SchemaRegistryServer, tmp_path: Path
) -> None:
    encoder = Encoder(Registry(registry.url))
    publish(
        topics,
        encoder,
        report("registered", 1, event("CL", "PE")),
        report("registered", 2, event("CL", "PE", status="cancelled", date=None, place=None)),
    )
    lines = run(CONFLUENT, tmp_path, topics.url.removeprefix("kafka://"), registry.url)
    assert lines == ["cancelled meeting ['CL', 'PE'] None None https://harbour.example/registered/2"]
