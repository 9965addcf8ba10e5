"""A story's life from the wire to the topic of summits: what an agency says of it is what consumers see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from connector_desk import NOW, Desk

from connectors.config import Config
from connectors.run import connect
from connectors.topics import CLEAN, DEAD_LETTERS, SUMMITS
from pipeline.drive import drive
from pipeline.io import clients
from schemas.records import CleanArticle, SummitReport

pytestmark = pytest.mark.slow

BODY = (
    "ZAGREB, March 4 (Norvik) - Hungarian Prime Minister Balint Forgacs met Croatian Prime Minister Ante Delic in "
    "{place} on Wednesday to settle the dispute over the ferry line.\n\nThe two report to their cabinets next week."
)
DOCUMENT = (
    '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="tag:norvik.example,2026:ferry" version="{version}">'
    '<itemMeta><itemClass qcode="ninat:text"/><versionCreated>2026-03-04T1{version}:00:00Z</versionCreated>'
    '<firstCreated>2026-03-04T10:00:00Z</firstCreated><pubStatus qcode="stat:{status}"/>{meta}</itemMeta>'
    "<contentMeta><headline>Forgacs, Delic talk about ferry</headline></contentMeta>"
    '<contentSet><inlineData contenttype="text/plain">{body}</inlineData></contentSet></newsItem>'
)


@pytest.fixture(params=["spool", "kafka"])
def either(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk on the spool, and one on a real Kafka."""
    yield request.getfixturevalue("desk" if request.param == "spool" else "kafka_desk")
    clients.close()


class Newsroom:
    """Polls the wire once and runs the whole chain once, at a time of the test's."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.config: Config = desk.config(
            {"url": desk.wire.url("/item"), "source": "norvik"}, pipeline={"extractor": "rules"}
        )

    def sends(self, version: int, status: str = "usable", meta: str = "", place: str = "Zagreb") -> None:
        self.desk.wire.documents["/item"] = DOCUMENT.format(
            version=version, status=status, meta=meta, body=BODY.format(place=place)
        ).encode()

    def works(self, at: datetime = NOW) -> None:
        connect(self.config, self.desk.topics, once=True, clock=lambda: at)
        drive(self.config, once=True)

    @property
    def reports(self) -> list[SummitReport]:
        return sorted(self.desk.records(SUMMITS.name), key=lambda report: int(report.version))

    @property
    def cleaned(self) -> list[CleanArticle]:
        return sorted(self.desk.records(CLEAN.name), key=lambda clean: int(clean.version))


def test_a_story_is_published_corrected_and_killed_down_to_its_summit(either: Desk) -> None:
    newsroom = Newsroom(either)
    newsroom.sends(1)
    newsroom.works()
    (first,) = newsroom.reports
    (met,) = first.events
    assert (first.change, met.kind, met.place and met.place.name) == ("new", "meeting", "Zagreb")

    newsroom.sends(2, meta='<signal qcode="sig:correction"/><edNote>Corrects the place</edNote>', place="Split")
    newsroom.works()
    corrected = newsroom.reports[-1]
    (met,) = corrected.events
    assert (corrected.version, corrected.change) == (2, "correction")
    assert met.place is not None
    assert met.place.name == "Split"

    newsroom.sends(3, status="canceled")
    newsroom.works()
    killed = newsroom.reports[-1]
    assert (killed.version, killed.change, killed.events) == (3, "kill", ())
    assert newsroom.cleaned[-1].text == ""

    newsroom.works()
    assert [report.version for report in newsroom.reports] == [1, 2, 3]
    assert len({report.article_id for report in newsroom.reports}) == 1
    assert newsroom.desk.records(DEAD_LETTERS.name) == []


def test_an_embargoed_story_reaches_no_topic_before_its_time(either: Desk) -> None:
    newsroom = Newsroom(either)
    newsroom.sends(1, meta="<embargoed>2026-03-05T18:00:00Z</embargoed>")
    for hours in (0, 5):
        newsroom.works(NOW + timedelta(hours=hours))
    assert newsroom.desk.raw() == []
    assert newsroom.reports == []
    newsroom.works(NOW + timedelta(hours=7))
    (report,) = newsroom.reports
    assert (report.change, [event.kind for event in report.events]) == ("new", ["meeting"])


def test_of_a_story_that_is_killed_under_embargo_only_the_kill_comes_out(desk: Desk) -> None:
    newsroom = Newsroom(desk)
    newsroom.sends(1, meta="<embargoed>2026-03-05T18:00:00Z</embargoed>")
    newsroom.works()
    newsroom.sends(2, status="canceled")
    newsroom.works(NOW + timedelta(hours=1))
    newsroom.works(NOW + timedelta(hours=9))
    assert [(article.change, article.body) for article in desk.raw()] == [("kill", "")]
    assert [(report.change, report.events) for report in newsroom.reports] == [("kill", ())]
    assert [clean.text for clean in newsroom.cleaned] == [""]
