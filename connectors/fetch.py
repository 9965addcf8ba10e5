"""Fetching over HTTP behind guards.

What is refused: other schemes than http and https; connections to any address that is not public (unless the
configuration names the host), checked on the very socket that is opened, at each hop; more than `Limits` allows in
redirects, headers, bytes on the wire, bytes unpacked, ratio of both, and time from the first byte sent to the last
received. Credentials go to the origin they are meant for and nowhere else.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from connectors.addresses import PrivateHosts
from connectors.guard import Forbidden, GuardedResolver
from connectors.headers import retry_after, without_credentials
from connectors.unpack import ACCEPTED, UnpackError, unpack

LARGE = 1_048_576
"""Bytes on the wire from which a body waits for its turn."""
LARGE_AT_ONCE = 1
"""Large bodies that are read, or wait to be done with, at a time: each takes several times its size until it is."""
KEPT_OPEN = 4.0
"""Seconds that a connection waits for the next request to its host, which is sent a second after the last one."""
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}


class FetchError(Exception):
    """A document could not be fetched. `status` is HTTP's where there was an answer, `retry_after` seconds where the
    server named them."""

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class Refused(FetchError):
    """A guard refused it: address, scheme, size, ratio, redirects, time."""


class Unreachable(FetchError):
    """No connection: what one's own outage looks like."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds. Headers are at most 128 lines of 8,190 bytes."""

    wire: int = 8 * 1_048_576
    unpacked: int = 16 * 1_048_576
    ratio: int = 100
    redirects: int = 5
    total: float = 30.0
    connect: float = 10.0


@dataclass(frozen=True, slots=True)
class Response:
    """`url` is the last hop's; `permanent` the address that an unbroken chain of permanent redirects leads to. `done`
    is to be called, on the event loop, by whoever is done with the body: the next large one may come then."""

    status: int
    url: str
    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    cache_control: str | None = None
    expires: str | None = None
    date: str | None = None
    permanent: str | None = None
    wire_bytes: int = 0
    done: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers and a client certificate for one origin."""

    headers: Mapping[str, str] = field(default_factory=dict)
    certificate: str = ""


class Fetcher:
    """One HTTP client for all feeds. Use as an async context manager."""

    def __init__(
        self,
        *,
        user_agent: str,
        private: PrivateHosts,
        limits: Limits | None = None,
        connections: int = 100,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._guard = GuardedResolver(resolver, private)
        self._limits = limits or Limits()
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(LARGE_AT_ONCE)
        self._tls: dict[str, ssl.SSLContext] = {}

    async def __aenter__(self) -> Fetcher:
        connector = aiohttp.TCPConnector(
            limit=self._connections,
            resolver=self._guard,
            socket_factory=self._guard.open,
            ttl_dns_cache=60,
            dns_cache_max_size=20_000,
            keepalive_timeout=KEPT_OPEN,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        credentials: Credentials | None = None,
    ) -> Response:
        """The document at `url`, or status 304 with an empty body. ETag and Last-Modified are sent back verbatim.

        Raises FetchError for every other outcome.
        """
        try:
            async with asyncio.timeout(self._limits.total):
                return await self._follow(url, etag, last_modified, accept, credentials)
        except TimeoutError:
            raise Refused(f"{without_credentials(url)} took longer than {self._limits.total:.0f} s") from None

    async def _follow(
        self, url: str, etag: str | None, last_modified: str | None, accept: str, credentials: Credentials | None
    ) -> Response:
        origin = self._target(url)
        target, permanent = origin, True
        for _ in range(self._limits.redirects + 1):
            headers = {"User-Agent": self._user_agent, "Accept": accept, "Accept-Encoding": ACCEPTED}
            if etag:
                headers["If-None-Match"] = etag
            if last_modified:
                headers["If-Modified-Since"] = last_modified
            own = credentials if credentials and target.origin() == origin.origin() else None
            if own:
                headers.update(own.headers)
            answer = await self._get(target, headers, own)
            if isinstance(answer, Response):
                moved = permanent and target != origin
                return replace(answer, permanent=str(target)) if moved else answer
            permanent = permanent and answer.permanent
            target = self._target(answer.location, target)
        raise Refused(f"{without_credentials(url)} redirects more than {self._limits.redirects} times")

    def _target(self, url: str, base: URL | None = None) -> URL:
        try:
            target = URL(url.strip())
            target = base.join(target) if base is not None else target
            if target.scheme not in ("http", "https") or not target.raw_host:
                raise Refused(f"{without_credentials(str(target))[:200]} is neither http nor https")
            port = target.port
        except ValueError as error:
            raise Refused(f"{url[:200]!r} is no address: {error}") from None
        if not self._guard.admits(target.raw_host, port or 0):
            raise Refused(f"{target.raw_host} is no public address; name it in [connect] allow_private if it is meant")
        return target.with_fragment(None).with_user(None) if target.user is None else target.with_fragment(None)

    async def _get(self, target: URL, headers: dict[str, str], own: Credentials | None) -> Response | _Redirect:
        assert self._session is not None
        shown = without_credentials(str(target))
        try:
            async with self._session.get(
                target, headers=headers, allow_redirects=False, ssl=self._context(own)
            ) as answer:
                if answer.status in REDIRECTS and "Location" in answer.headers:
                    return _Redirect(answer.headers["Location"], answer.status in PERMANENT)
                if answer.status == 304 and {"If-None-Match", "If-Modified-Since"} & headers.keys():
                    return _response(answer, b"", 0)
                if answer.status != 200:
                    raise FetchError(
                        f"{shown} answered {answer.status} {answer.reason or ''}".rstrip(),
                        status=answer.status,
                        retry_after=retry_after(answer.headers.get("Retry-After"), answer.headers.get("Date")),
                    )
                return await self._document(answer, shown)
        except UnpackError as error:
            raise Refused(f"{shown}: {error}", status=200) from error
        except Forbidden as error:
            raise Refused(f"{target.host} leads to {error.address}, which is no public address; name the host in "
                          "[connect] allow_private if it is meant") from None  # fmt: skip
        except aiohttp.ClientConnectorError as error:
            cause = error.os_error
            while cause is not None:
                if isinstance(cause, Forbidden):
                    raise Refused(f"{target.host} leads to {cause.address}, which is no public address; name the "
                                  "host in [connect] allow_private if it is meant") from None  # fmt: skip
                cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
            raise Unreachable(f"{target.host} cannot be reached: {error.os_error}") from error
        except (aiohttp.ClientError, ValueError, OSError, ssl.SSLError) as error:
            raise Unreachable(f"{shown}: {type(error).__name__}: {str(error)[:200]}") from error

    async def _document(self, answer: aiohttp.ClientResponse, shown: str) -> Response:
        turn = _Turn(self._turns)
        try:
            wire = await self._body(answer, shown, turn)
            encoding = answer.headers.get("Content-Encoding", "")
            body = unpack(wire, encoding, limit=self._limits.unpacked, ratio=self._limits.ratio)
            if len(body) > LARGE:
                await turn.come()
        except BaseException:
            turn.end()
            raise
        return replace(_response(answer, body, len(wire)), done=turn.end)

    async def _body(self, answer: aiohttp.ClientResponse, shown: str, turn: _Turn) -> bytes:
        if (answer.content_length or 0) > self._limits.wire:
            raise Refused(f"{shown} has {answer.content_length:,} bytes, more than {self._limits.wire:,}", status=200)
        out = bytearray()
        async for chunk in answer.content.iter_any():
            out += chunk
            if len(out) > LARGE:
                await turn.come()
            if len(out) > self._limits.wire:
                raise Refused(f"{shown} has more than {self._limits.wire:,} bytes", status=200)
        return bytes(out)

    def _context(self, own: Credentials | None) -> ssl.SSLContext | bool:
        if own is None or not own.certificate:
            return True
        if own.certificate not in self._tls:
            context = ssl.create_default_context()
            try:
                context.load_cert_chain(own.certificate)
            except (OSError, ssl.SSLError) as error:
                raise FetchError(f"client certificate {own.certificate} cannot be read: {error}") from error
            self._tls[own.certificate] = context
        return self._tls[own.certificate]


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str
    permanent: bool


class _Turn:
    """A large body's turn, which comes once and ends once."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._mine = False

    async def come(self) -> None:
        if not self._mine:
            await self._turns.acquire()
            self._mine = True

    def end(self) -> None:
        if self._mine:
            self._mine = False
            self._turns.release()


def _response(answer: aiohttp.ClientResponse, body: bytes, wire_bytes: int) -> Response:
    get = answer.headers.get
    return Response(
        status=answer.status,
        url=without_credentials(str(answer.url)),
        body=body,
        etag=get("ETag"),
        last_modified=get("Last-Modified"),
        content_type=get("Content-Type"),
        cache_control=get("Cache-Control"),
        expires=get("Expires"),
        date=get("Date"),
        wire_bytes=wire_bytes,
    )
