"""The demo's web server answers as the agencies' would."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from email.utils import format_datetime

import pytest

from pipeline.demo.server import WireServer
from pipeline.demo.wire import SampleWire, WireFeed, sample_wire


@pytest.fixture(scope="module")
def wire() -> SampleWire:
    return sample_wire()


@pytest.fixture
def server(wire: SampleWire) -> Iterator[WireServer]:
    with WireServer(wire) as running:
        yield running


def get(server: WireServer, feed: WireFeed, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", feed.path, headers={"Host": f"{feed.host}:{server.port}", **names})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_each_agency_has_its_own_name_on_one_port(server: WireServer, wire: SampleWire) -> None:
    for feed in wire.feeds:
        answer, body = get(server, feed)
        assert (answer.status, body) == (200, feed.documents[0])
        assert answer.headers["Content-Type"] == feed.content_type


def test_who_has_the_document_already_gets_none(server: WireServer, wire: SampleWire) -> None:
    feed = wire.feeds[0]
    first, _ = get(server, feed)
    for condition in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_None_Match": f'"other", W/{first.headers["ETag"]}'},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        answer, body = get(server, feed, **condition)
        assert (answer.status, body) == (304, b"")
        assert answer.headers["ETag"] == first.headers["ETag"]


def test_a_tag_counts_more_than_a_time_and_nonsense_counts_for_nothing(server: WireServer, wire: SampleWire) -> None:
    feed = wire.feeds[0]
    now = format_datetime(feed.modified[0], usegmt=True)
    assert get(server, feed, If_None_Match='"other"', If_Modified_Since=now)[0].status == 200
    assert get(server, feed, If_Modified_Since="yesterday")[0].status == 200


def test_the_wire_goes_on_when_told_and_stays_there(server: WireServer, wire: SampleWire) -> None:
    feed, broken = wire.feeds[0], wire.feeds[-1]
    tag = get(server, feed)[0].headers["ETag"]
    for _ in range(3):
        server.advance()
        answer, body = get(server, feed, If_None_Match=tag)
        assert (answer.status, body) == (200, feed.documents[-1])
    assert get(server, broken)[1] == broken.documents[0]


def test_an_agency_that_is_not_there_is_not_found(server: WireServer, wire: SampleWire) -> None:
    assert get(server, wire.feeds[0], Host="elsewhere.localhost")[0].status == 404


def test_a_client_that_hangs_up_is_no_error(
    server: WireServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handled = threading.Event()
    handle = server._server.handle_error
    monkeypatch.setattr(server._server, "handle_error", lambda *where: (handle(*where), handled.set()))
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET /world.rss")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
    assert handled.wait(10)
    assert capsys.readouterr().err == ""


def test_a_server_that_has_ended_gives_its_port_back(wire: SampleWire) -> None:
    with WireServer(wire) as running:
        port = running.port
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=10).request("GET", "/")
