"""Prometheus' text exposition format 0.0.4, and the endpoint that serves it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

LOOPBACK = "127.0.0.1"
Sample = tuple[Mapping[str, str], float]


def metric(name: str, kind: str, text: str, samples: Iterable[Sample]) -> list[str]:
    """The lines of one metric. A histogram's name is that of its buckets."""
    lines = [
        f"# HELP {name.removesuffix('_bucket')} {text}",
        f"# TYPE {name.removesuffix('_bucket')} {kind}",
    ]
    for labels, value in samples:
        shown = ",".join(f'{label}="{_escaped(told)}"' for label, told in labels.items())
        lines.append(f"{name}{{{shown}}} {value:.10g}" if shown else f"{name} {value:.10g}")
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


async def serve(port: int, text: Callable[[], str], host: str = LOOPBACK) -> asyncio.Server:
    """Answers GET /metrics. Raises OSError where the port is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                request = await reader.readline()
                while (await reader.readline()).strip():
                    pass
            known = request.startswith(b"GET /metrics")
            body = text().encode() if known else b"see /metrics\n"
            status = b"200 OK" if known else b"404 Not Found"
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %d\r\n"
                b"Connection: close\r\n\r\n" % (status, len(body)) + body
            )
            await writer.drain()
        except (TimeoutError, ValueError, ConnectionError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(answer, host, port, limit=16_384)


@contextmanager
def served(port: int, text: Callable[[], str], host: str = LOOPBACK) -> Iterator[int]:
    """The same from a thread of its own, for programs without an event loop; gives the port. Raises OSError."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(serve(port, text, host))
    thread = threading.Thread(target=loop.run_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(loop.stop)
        # An answer that hangs on topics which are away ends with the process.
        thread.join(1)
        if not thread.is_alive():
            server.close()
            loop.close()
