"""The sample wire's web server: every agency under its own name below localhost, on one free loopback port."""

from __future__ import annotations

import hashlib
import sys
from datetime import datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any

from pipeline.demo.wire import SampleWire


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone, as one does at Ctrl-C, is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class WireServer:
    """Serves the feeds of a wire, with validators and conditional answers (RFC 9110, 13). A context manager."""

    def __init__(self, wire: SampleWire) -> None:
        self._feeds = {(feed.host, feed.path): feed for feed in wire.feeds}
        self._state = 0
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.requests: list[tuple[str, int]] = []
        """Feed and status of each request that was answered."""

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def advance(self) -> None:
        """From now on each feed serves its next document, where it has one."""
        self._state += 1

    def __enter__(self) -> WireServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                wire._answer(self)

            def log_message(self, *args: Any) -> None:
                """Nothing: requests are kept in `requests`."""

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        host = request.headers.get("Host", "").partition(":")[0].lower()
        feed = self._feeds.get((host, request.path))
        if feed is None:
            request.send_error(404)
            return
        state = min(self._state, len(feed.documents) - 1)
        document, modified = feed.documents[state], feed.modified[state]
        etag = f'"{hashlib.sha256(document).hexdigest()[:16]}"'
        status = 304 if _known(request.headers, etag, modified) else 200
        self.requests.append((feed.id, status))
        request.send_response(status)
        request.send_header("ETag", etag)
        request.send_header("Last-Modified", format_datetime(modified, usegmt=True))
        if status == 200:
            request.send_header("Content-Type", feed.content_type)
            request.send_header("Content-Length", str(len(document)))
        request.end_headers()
        if status == 200:
            request.wfile.write(document)


def _known(headers: Message, etag: str, modified: datetime) -> bool:
    """Whether the client has this document already. If-Modified-Since counts only without If-None-Match."""
    if (tags := headers.get("If-None-Match")) is not None:
        return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    try:
        return modified <= parsedate_to_datetime(headers.get("If-Modified-Since", ""))
    except (TypeError, ValueError):  # no date, or one without a zone
        return False
