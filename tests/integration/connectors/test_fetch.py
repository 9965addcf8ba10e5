"""The guards of the fetcher against a server on the loopback that misbehaves on demand."""

from __future__ import annotations

import asyncio
import gzip
import os
import resource
import socket
import time
import zlib
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from aiohttp.abc import AbstractResolver, ResolveResult
from connector_desk import Wire

from connectors.addresses import PrivateHosts, is_public
from connectors.fetch import Credentials, Fetcher, FetchError, Limits, Refused, Response, Unreachable

LIMITS = Limits(wire=1_000_000, unpacked=2_000_000, ratio=50, redirects=5, total=2.0)


def fetch(url: str, *, private: tuple[str, ...] = ("127.0.0.1",), limits: Limits = LIMITS, **more: Any) -> Response:
    resolver = more.pop("resolver", None)

    async def go() -> Response:
        async with Fetcher(
            user_agent="test/1", private=PrivateHosts(private), limits=limits, resolver=resolver
        ) as fetcher:
            return await fetcher.fetch(url, **more)

    return asyncio.run(go())


def answer(
    status: int = 200, body: bytes = b"", headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return reply


# ---------------------------------------------------------------- what works
def test_a_document_comes_with_its_facts(wire: Wire) -> None:
    wire.documents["/feed"] = answer(body=b"hello", headers={"ETag": 'W/"7"', "Content-Type": "text/xml"})
    response = fetch(wire.url("/feed"))
    assert (response.status, response.body, response.etag) == (200, b"hello", 'W/"7"')
    assert wire.requests[0][1]["User-Agent"] == "test/1"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
        ("gzip", lambda data: data),
        ("", gzip.compress),
    ],
    ids=["gzip", "deflate", "raw deflate", "br", "zstd", "two", "gzip that is none", "gzip that is not told"],
)
def test_content_encodings_are_undone(wire: Wire, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    told = b"<rss>" + bytes(range(32, 127)) * 500
    headers = {"Content-Encoding": encoding} if encoding else {}
    wire.documents["/feed"] = answer(body=pack(told), headers=headers)
    assert fetch(wire.url("/feed")).body == told


def test_redirects_are_followed_and_a_permanent_chain_is_told(wire: Wire) -> None:
    wire.documents["/a"] = answer(301, headers={"Location": "/b"})
    wire.documents["/b"] = answer(308, headers={"Location": wire.url("/c")})
    wire.documents["/c"] = answer(body=b"there")
    response = fetch(wire.url("/a"))
    assert (response.body, response.permanent) == (b"there", wire.url("/c"))
    wire.documents["/b"] = answer(302, headers={"Location": "/c"})
    assert fetch(wire.url("/a")).permanent is None


# ---------------------------------------------------------------- caps
@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_a_small_answer_never_becomes_a_large_one(wire: Wire, encoding: str) -> None:
    pack = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress, "deflate": zlib.compress}[
        encoding
    ]
    bomb = pack(b"\0" * 200_000_000)
    wire.documents["/feed"] = answer(body=bomb, headers={"Content-Encoding": encoding})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused, match="unpacks to more than"):
        fetch(wire.url("/feed"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_document_beyond_the_cap_is_not_read_to_its_end(wire: Wire) -> None:
    sent = []

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        try:
            for _ in range(1000):
                request.wfile.write(b"x" * 100_000)
                sent.append(1)
        except OSError:
            pass

    wire.documents["/feed"] = endless
    with pytest.raises(Refused, match="more than 1,000,000 bytes"):
        fetch(wire.url("/feed"))
    assert len(sent) < 200


def test_a_declared_length_beyond_the_cap_is_refused_at_once(wire: Wire) -> None:
    wire.documents["/feed"] = answer(body=b"x", headers={"Content-Length": "5000000"})
    with pytest.raises(Refused, match="5,000,000 bytes"):
        fetch(wire.url("/feed"))


def test_endless_redirects_end(wire: Wire) -> None:
    wire.documents["/loop"] = answer(302, headers={"Location": "/loop"})
    with pytest.raises(Refused, match="redirects more than 5 times"):
        fetch(wire.url("/loop"))
    assert len(wire.requests) == 6


@pytest.mark.slow
def test_a_byte_a_second_ends_at_the_deadline(wire: Wire) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass

    wire.documents["/feed"] = drip
    start = time.monotonic()
    with pytest.raises(Refused, match="longer than"):
        fetch(wire.url("/feed"), limits=Limits(total=1.0))
    assert time.monotonic() - start < 3.0


@pytest.mark.parametrize(
    "headers", [{"X": "y" * 100_000}, {f"X-{n}": "y" * 50 for n in range(2000)}], ids=["long", "many"]
)
def test_a_flood_of_headers_is_refused(wire: Wire, headers: dict[str, str]) -> None:
    wire.documents["/feed"] = answer(body=b"x", headers=headers)
    with pytest.raises(FetchError):
        fetch(wire.url("/feed"))


def test_an_answer_that_is_cut_short_is_an_error_and_no_document(wire: Wire) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"half")
        request.close_connection = True

    wire.documents["/feed"] = cut
    with pytest.raises(FetchError):
        fetch(wire.url("/feed"))


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
def test_an_error_status_is_told_with_what_the_server_asks_for(wire: Wire, status: int) -> None:
    wire.documents["/feed"] = answer(status, headers={"Retry-After": "120"})
    with pytest.raises(FetchError) as caught:
        fetch(wire.url("/feed"))
    assert (caught.value.status, caught.value.retry_after) == (status, 120.0)


def test_retry_after_may_be_a_time_counted_from_the_servers_clock(wire: Wire) -> None:
    times = {"Retry-After": "Thu, 05 Mar 2026 12:10:00 GMT", "Date": "Thu, 05 Mar 2026 12:00:00 GMT"}

    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response_only(503)
        for name, value in times.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    wire.documents["/feed"] = reply
    with pytest.raises(FetchError) as caught:
        fetch(wire.url("/feed"))
    assert caught.value.retry_after == 600.0


# ---------------------------------------------------------------- credentials
def test_credentials_go_to_their_origin_and_nowhere_else(wire: Wire) -> None:
    wire.documents["/feed"] = answer(302, headers={"Location": wire.url("/there", host="localhost")})
    wire.documents["/there"] = answer(body=b"x")
    secret = Credentials({"Authorization": "Bearer s3cret", "X-Key": "k"})
    fetch(wire.url("/feed"), private=("127.0.0.1", "localhost"), credentials=secret)
    assert wire.requests[0][1]["Authorization"] == "Bearer s3cret"
    assert "Authorization" not in wire.requests[1][1]
    assert "X-Key" not in wire.requests[1][1]


def test_a_failure_never_shows_credentials(wire: Wire) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(wire.url("/missing").replace("http://", "http://user:s3cret@"))
    assert "s3cret" not in str(caught.value)


# ---------------------------------------------------------------- where no connection may lead
SPELLINGS = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://0177.0x0.0.1/", "http://017700000001/", "http://127.000.000.001/", "http://0/",
    "http://0.0.0.0/", "http://127.255.255.254/", "http://localhost/", "http://LOCALHOST/", "http://localhost./",
    "http://feeds.localhost/", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/", "http://[fe80::1]/", "http://[fe80::1%25lo]/", "http://[fc00::1]/", "http://[fd12::7]/",
    "http://[fec0::1]/", "http://[ff02::1]/", "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/",
    "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://100.100.100.200/",
    "http://168.63.129.16/", "http://192.0.0.192/", "http://198.18.0.1/", "http://224.0.0.1/", "http://255.255.255.255/",
    "http://240.0.0.1/", "http://192.0.2.1/", "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/", "http://public.example@127.0.0.1/",
    "http://user:pass@[::1]/",
    "http://127.0.0.1:22/", "http://127.0.0.1#@public.example/", "http:127.0.0.1/",
    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:6379/_x", "data:text/xml,<rss/>", "//127.0.0.1/",
    "unix:/run/docker.sock", "http:///etc/passwd", "http://", "http://[::1", "http://127.0.0.1:99999/",
    " http://127.0.0.1/ ",
]  # fmt: skip


class NoConnection(Exception):
    """A socket was about to connect."""


@pytest.fixture
def no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: object, sock: socket.socket, address: object) -> None:
        raise NoConnection(str(address))

    for name in ("asyncio.selector_events.BaseSelectorEventLoop.sock_connect",):
        monkeypatch.setattr(name, refuse)


@pytest.mark.usefixtures("no_connections")
@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_of_an_inner_address_connects(url: str) -> None:
    with pytest.raises(FetchError):
        fetch(url, private=())


class Names(AbstractResolver):
    """A resolver that gives each name its addresses in turn: the first question the first, and so on."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.answers = answers

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        queue = self.answers[host]
        address = queue.pop(0) if len(queue) > 1 else queue[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                proto=0,
                flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
        ]

    async def close(self) -> None:
        pass


@pytest.mark.usefixtures("no_connections")
@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:10.0.0.5", "fd00::1"])
def test_a_public_name_that_leads_inside_does_not_connect(address: str) -> None:
    with pytest.raises(Refused, match="no public address"):
        fetch("http://wire.example/", private=(), resolver=Names({"wire.example": [address]}))


@pytest.mark.usefixtures("no_connections")
def test_a_name_with_one_inner_address_among_others_does_not_connect() -> None:
    class Both(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            return [*(await super().resolve("a", port)), *(await super().resolve("b", port))]

    with pytest.raises(Refused, match="no public address"):
        fetch("http://wire.example/", private=(), resolver=Both({"a": ["93.184.215.14"], "b": ["127.0.0.1"]}))


def test_a_redirect_to_an_inner_address_does_not_connect(wire: Wire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inner:
        inner.settimeout(0.2)
        port = inner.getsockname()[1]
        for target in (f"http://127.0.0.2:{port}/", f"http://[::ffff:127.0.0.1]:{port}/", f"http://localhost:{port}/"):
            wire.documents["/feed"] = answer(302, headers={"Location": target})
            with pytest.raises(Refused, match="no public address"):
                fetch(wire.url("/feed"), private=(f"127.0.0.1:{wire.port}",))
        with pytest.raises(TimeoutError):
            inner.accept()


def test_an_allowed_host_is_allowed_at_its_port_only(wire: Wire) -> None:
    wire.documents["/feed"] = answer(body=b"x")
    assert fetch(wire.url("/feed"), private=(f"127.0.0.1:{wire.port}",)).body == b"x"
    with pytest.raises(Refused):
        fetch(wire.url("/feed"), private=("127.0.0.1:1",))


def test_a_name_that_is_rebound_between_two_questions_does_not_connect(wire: Wire) -> None:
    """The address is judged where the socket is made: whatever a resolver says in between does not matter."""
    names = Names({"wire.example": ["93.184.215.14", "127.0.0.1"]})

    async def go() -> None:
        async with Fetcher(user_agent="t", private=PrivateHosts(()), limits=LIMITS, resolver=names) as fetcher:
            asked: Callable[..., Awaitable[Any]] = names.resolve
            await asked("wire.example")
            with pytest.raises(Refused, match="no public address"):
                await fetcher.fetch(f"http://wire.example:{wire.port}/feed")

    asyncio.run(go())
    assert wire.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:4700::1111", True), ("64:ff9b::5db8:d70e", True), ("2002:5db8:d70e::", True),
        ("::ffff:93.184.215.14", True), ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("not an address", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_an_unreachable_host_is_told_from_a_refused_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable):
        fetch(f"http://127.0.0.1:{port}/")


def test_proxies_of_the_environment_are_not_used(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert os.environ["http_proxy"]
    wire.documents["/feed"] = answer(body=b"x")
    assert fetch(wire.url("/feed")).body == b"x"
