"""NewsML-G2, ninjs and NITF: identity, version, status, embargo, corrections, text."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from connectors.formats import FeedError, Item, parse


def read(text: str) -> list[Item]:
    return parse(text.encode(), content_type=None, url="https://agency.example/wire")


NITF_BODY = (
    '<inlineXML contenttype="application/nitf+xml"><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body>'
    "<body.head><hedline><hl1>In the body</hl1></hedline></body.head>"
    "<body.content><p>The premier came.</p></body.content></body></nitf></inlineXML>"
)


def g2(
    *,
    root: str = 'guid="tag:agency.example,2026:1" version="3"',
    meta: str = "",
    content: str = "",
    body: str = NITF_BODY,
) -> str:
    return (
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" xml:lang="en-GB" {root}><itemMeta>'
        f'<itemClass qcode="ninat:text"/><versionCreated>2026-03-03T10:00:00+01:00</versionCreated>{meta}</itemMeta>'
        f"<contentMeta><headline>Premier in Tarn</headline><dateline>TARN, Tuesday</dateline>{content}</contentMeta>"
        f"<contentSet>{body}</contentSet></newsItem>"
    )


def test_a_g2_item_is_read() -> None:
    (item,) = read(g2(content='<urgency>4</urgency><subject qcode="medtop:11002000"><name>diplomacy</name></subject>'))
    assert (item.item_id, item.version, item.status) == ("tag:agency.example,2026:1", 3, "usable")
    assert (item.headline, item.language, item.dateline) == ("Premier in Tarn", "en-GB", "TARN, Tuesday")
    assert (item.body, item.body_format) == ("<p>The premier came.</p>", "nitf")
    assert item.urgency == 4
    assert (item.subjects[0].code, item.subjects[0].name) == ("medtop:11002000", "diplomacy")


def test_a_g2_item_without_version_is_version_one() -> None:
    assert read(g2(root='guid="x"'))[0].version == 1


@pytest.mark.parametrize(
    "status",
    [
        'qcode="stat:canceled"',
        'qcode="agency-stat:canceled"',
        'uri="http://cv.iptc.org/newscodes/pubstatusg2/canceled"',
    ],
)
def test_a_cancellation_is_understood_under_any_prefix(status: str) -> None:
    assert read(g2(meta=f"<pubStatus {status}/>"))[0].status == "canceled"


def test_an_embargo_has_an_end_or_none() -> None:
    timed = read(g2(meta="<embargoed>2026-03-09T06:00:00Z</embargoed>"))[0]
    assert timed.embargo == datetime.fromisoformat("2026-03-09T06:00:00+00:00")
    assert read(g2(meta="<embargoed/>"))[0].embargo == "indefinite"
    assert read(g2())[0].embargo is None


def test_a_correction_signal_is_passed_on() -> None:
    item = read(g2(meta='<signal qcode="sig:correction"/><edNote>Corrects the place.</edNote>'))[0]
    assert "correction" in item.quality
    assert item.ed_note == "Corrects the place."


def test_a_message_gives_its_text_items_and_only_the_newest_version_of_each() -> None:
    picture = g2(root='guid="p" version="1"').replace("ninat:text", "ninat:picture")
    inside = g2(root='guid="a" version="2"') + g2(root='guid="a" version="4"') + g2(root='guid="b"') + picture
    message = f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{inside}</itemSet></newsMessage>'
    assert [(one.item_id, one.version) for one in read(message)] == [("a", 4), ("b", 1)]


def test_inline_data_and_xhtml_are_bodies_too() -> None:
    data = read(g2(body='<inlineData contenttype="text/plain">Plain words &amp; more.</inlineData>'))[0]
    assert (data.body, data.body_format) == ("Plain words & more.", "text")
    html = '<html xmlns="http://www.w3.org/1999/xhtml"><head/><body><p>Page words.</p></body></html>'
    page = read(g2(body=f"<inlineXML>{html}</inlineXML>"))[0]
    assert (page.body, page.body_format) == ("<p>Page words.</p>", "xhtml")


def test_a_package_is_no_story() -> None:
    with pytest.raises(FeedError, match="packageItem"):
        read('<packageItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="x"/>')


NINJS: list[dict[str, Any]] = [
    {  # 1.x
        "uri": "tag:agency.example,2026:1", "type": "text", "version": "7", "pubstatus": "usable",
        "headline": "Premier in Tarn", "body_xhtml": "<p>The premier came.</p>", "byline": "Ada", "language": "en",
        "versioncreated": "2026-03-03T10:00:00+01:00", "embargoed": "2026-03-09T06:00:00Z", "ednote": "Check names.",
    },
    {  # 2.x
        "uri": "tag:agency.example,2026:1", "type": "text", "version": "7", "pubstatus": "usable",
        "headlines": [{"role": "short", "value": "Tarn"}, {"role": "main", "value": "Premier in Tarn"}],
        "bodies": [{"contenttype": "text/html", "value": "<p>The premier came.</p>"}], "by": "Ada", "language": "en",
        "versioncreated": "2026-03-03T10:00:00+01:00", "embargoed": "2026-03-09T06:00:00Z", "ednote": "Check names.",
    },
    {  # 3.x
        "uri": "tag:agency.example,2026:1", "type": "text", "version": "7", "pubStatus": "usable",
        "headlines": [{"role": "main", "contentType": "text/plain", "value": "Premier in Tarn"}],
        "bodies": [{"contentType": "application/xhtml+xml", "value": "<p>The premier came.</p>"}], "by": "Ada",
        "language": "en", "versionCreated": "2026-03-03T10:00:00+01:00", "embargoedUntil": "2026-03-09T06:00:00Z",
        "edNote": "Check names.",
    },
]  # fmt: skip


@pytest.mark.parametrize("told", NINJS, ids=["1", "2", "3"])
def test_every_ninjs_gives_the_same_item(told: dict[str, Any]) -> None:
    (item,) = read(json.dumps(told))
    assert (item.item_id, item.version, item.status) == ("tag:agency.example,2026:1", 7, "usable")
    assert (item.headline, item.byline, item.language) == ("Premier in Tarn", "Ada", "en")
    assert item.body == "<p>The premier came.</p>"
    assert item.embargo == datetime.fromisoformat("2026-03-09T06:00:00+00:00")
    assert item.updated == datetime.fromisoformat("2026-03-03T10:00:00+01:00")
    assert item.ed_note == "Check names."


@pytest.mark.parametrize("told", NINJS, ids=["1", "2", "3"])
def test_a_ninjs_status_is_read_whatever_its_field_is_called(told: dict[str, Any]) -> None:
    name = "pubStatus" if "pubStatus" in told else "pubstatus"
    assert read(json.dumps({**told, name: "withheld"}))[0].status == "withheld"


@pytest.mark.parametrize("value", [None, 7, [], {}, True, 1e400, "x" * 10_000, [[["deep"]]]])
def test_a_ninjs_field_of_the_wrong_type_never_hurts(value: object) -> None:
    for name in NINJS[2]:
        if name != "uri":
            assert read(json.dumps({**NINJS[2], name: value}))[0].item_id == "tag:agency.example,2026:1"


def nitf(docdata: str, attributes: str = "", namespace: str = "") -> str:
    return (
        f"<nitf {namespace}><head><docdata {attributes}><doc-id id-string='agency:5' regsrc='AGY'/>"
        f"<date.issue norm='20260303T100000+0100'/><du-key key='tarn-talks' version='2'/>{docdata}</docdata></head>"
        "<body>"
        "<body.head><hedline><hl1>Premier in Tarn</hl1><hl2>Talks go on</hl2></hedline><byline>By Ada Lund</byline>"
        "<dateline><location>TARN</location></dateline><abstract>Short.</abstract></body.head>"
        "<body.content><p>The premier came.</p></body.content></body></nitf>"
    )


@pytest.mark.parametrize("namespace", ["", "xmlns='http://iptc.org/std/NITF/2006-10-18/'"])
def test_nitf_is_read_with_its_namespace_and_without(namespace: str) -> None:
    (item,) = read(nitf("<urgency ed-urg='2'/>", namespace=namespace))
    assert (item.item_id, item.version, item.status) == ("agency:5", 2, "usable")
    assert (item.headline, item.byline, item.dateline) == ("Premier in Tarn", "By Ada Lund", "TARN")
    assert item.published == datetime.fromisoformat("2026-03-03T10:00:00+01:00")
    assert (item.body, item.body_format, item.urgency) == ("<p>The premier came.</p>", "nitf", 2)


def test_a_nitf_document_withdraws_another_one() -> None:
    (item,) = read(nitf("", "management-doc-idref='agency:3' management-idref-status='canceled'"))
    assert item.status == "usable"
    assert item.kills == ("agency:3",)


def test_nitf_embargoes_end_at_their_release_or_never() -> None:
    (timed,) = read(nitf("<date.release norm='20260309T060000Z'/>", "management-status='embargoed'"))
    assert timed.embargo == datetime.fromisoformat("2026-03-09T06:00:00+00:00")
    (endless,) = read(nitf("", "management-status='embargoed'"))
    assert endless.embargo == "indefinite"


def test_a_nitf_correction_is_passed_on() -> None:
    (item,) = read(nitf("<correction info='The place was wrong.' id-string='agency:4'/>"))
    assert "correction" in item.quality
    assert item.ed_note == "The place was wrong."
