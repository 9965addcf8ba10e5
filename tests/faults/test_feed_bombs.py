"""Feeds that are made to exhaust whoever polls them, served beside honest ones: caps hold, memory stays, the others are
polled on schedule."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.topics import RAW, open_topics

pytestmark = pytest.mark.slow
HONEST = 20
INTERVAL = 0.5
"""Seconds between two polls of a feed, ±10 %."""
ROUNDS = 8
LATEST = 10.0
"""Seconds that two polls of an honest feed may lie apart, on a busy machine too (on a quiet one it is 2); to wait for
the slowest bomb, or to read the largest, would take three times as long."""
GROWTH = 64 * 1024
"""Kilobytes by which the process may grow."""
SECONDS = 90.0
Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


def feed(items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Norvik Wire</title>{items}</channel></rss>".encode()


def item(name: str, text: str = "Envoys met over fish.") -> str:
    told = f"<title>Talks of {name}</title><description>{text}</description>"
    return f"<item><guid isPermaLink='false'>{name}</guid>{told}</item>"


def body(data: bytes, **headers: str) -> Handler:
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    return answer


def endless_item(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    chunk = b"words " * 10_000
    for part in itertools.chain(
        [b"<rss><channel><item><description>"], itertools.repeat(chunk, 100_000_000 // len(chunk))
    ):
        request.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))


def endless_redirect(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(301)
    request.send_header("Location", request.path)
    request.send_header("Content-Length", "0")
    request.end_headers()


def byte_a_second(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    for _ in range(1000):
        request.wfile.write(b" ")
        time.sleep(1.0)  # what this server does to its clients


def header_flood(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    for number in range(10_000):
        request.send_header(f"X-Flood-{number}", "x" * 4000)
    request.end_headers()


def lying_etag(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(304)
    request.send_header("ETag", '"' + "x" * 8000 + '"')
    request.end_headers()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
NESTED = "<p>" * 200_000
BOMBS: dict[str, Handler] = {
    "gzip": body(gzip.compress(b" " * 100_000_000), Content_Encoding="gzip"),
    "laughs": body(f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>'.encode() + feed(item("x", "&l11;"))),
    "endless-item": endless_item,
    "million-items": body(feed("<item/>" * 1_000_000)),
    "paragraphs": body(feed(item("x", f"<![CDATA[{'<p>x</p>' * 400_000}]]>"))),
    "nested-paragraphs": body(feed(item("x", f"<![CDATA[{NESTED}]]>"))),
    "redirect": endless_redirect,
    "slow": byte_a_second,
    "headers": header_flood,
    "etag": lying_etag,
}


class Wire:
    """Honest feeds, and bombs that are honest until they are armed. Notes when each path was asked for."""

    def __init__(self) -> None:
        self.port = 0
        self.armed = False
        self.asked: dict[str, list[float]] = defaultdict(list)
        self.changed = threading.Condition()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        name = request.path.strip("/")
        bomb = BOMBS.get(name) if self.armed else None
        with self.changed:
            self.asked[name].append(time.monotonic())
            self.changed.notify_all()
        with contextlib.suppress(OSError):  # a client that has had enough
            (bomb or body(feed(item(name))))(request)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, SECONDS), {name: len(times) for name, times in self.asked.items()}


@pytest.fixture
def wire() -> Iterator[Wire]:
    told = Wire()

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            told.answer(self)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    server.handle_error = lambda *told: None  # type: ignore[method-assign]  # clients that have had enough
    told.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def peak(process: int) -> int:
    """The largest resident size that a process has had, in kilobytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def test_feed_bombs_cost_neither_memory_nor_the_schedule_of_others(wire: Wire, tmp_path: Path) -> None:
    honest = [f"honest-{number}" for number in range(HONEST)]
    feeds = "".join(
        f"[[feeds]]\nurl = 'http://127.0.0.1:{wire.port}/{name}'\nid = '{name}'\ninterval = {INTERVAL}\n"
        for name in [*honest, *BOMBS]
    )
    (tmp_path / "summitwire.toml").write_text(
        f"[connect]\nallow_private = ['127.0.0.1']\nhost_seconds = 0.0\n{feeds}", encoding="utf-8"
    )
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "connect"], cwd=tmp_path, stderr=log, stdout=log
        )
    try:
        wire.wait_for(lambda: all(len(wire.asked[name]) >= 4 for name in [*honest, *BOMBS]))
        before = peak(process.pid)
        with wire.changed:
            wire.armed = True
            began = time.monotonic()
        wire.wait_for(lambda: all(times[-1] > began for times in (wire.asked[name] for name in BOMBS)))
        hit = {name: len(wire.asked[name]) for name in honest}
        wire.wait_for(lambda: all(len(wire.asked[name]) >= hit[name] + ROUNDS for name in honest))
        grown = peak(process.pid) - before
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(SECONDS) == 0, (tmp_path / "log").read_text()
    gaps = {
        name: max(later - earlier for earlier, later in itertools.pairwise(wire.asked[name]) if later > began)
        for name in honest
    }
    print(f"grown by {grown / 1024:.0f} MB, latest poll after {max(gaps.values()):.2f} s")
    assert grown <= GROWTH
    assert max(gaps.values()) <= LATEST, gaps
    topics = open_topics(f"spool:{tmp_path / 'data' / 'spool'}")
    assert topics.end_offsets(RAW.name)[0] >= HONEST
    topics.close()
