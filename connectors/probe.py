"""Whether processes answer, for the health checks of containers: exit status 0 if all do.

    python -m connectors.probe http://127.0.0.1:9464/metrics     a page that is there
    python -m connectors.probe 127.0.0.1:50000                   a port that takes connections

It imports nothing but the standard library: it runs every few seconds beside what it asks.
"""

from __future__ import annotations

import http.client
import socket
import sys
from urllib.parse import urlsplit

SECONDS = 5.0


def answers(address: str) -> str | None:
    """None where `address` (an http URL, or HOST:PORT) answers within 5 s, else why it does not."""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host, port = parts.hostname, parts.port or (80 if parts.scheme else None)
        if parts.scheme not in ("", "http") or host is None or port is None:
            return "it is neither an http URL nor HOST:PORT"
        if not parts.scheme:
            socket.create_connection((host, port), SECONDS).close()
            return None
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        try:
            connection.request("GET", parts.path or "/")
            status = connection.getresponse().status
        finally:
            connection.close()
        return None if status == 200 else f"status {status}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__


def main(arguments: list[str]) -> int:
    if not arguments:
        print("usage: python -m connectors.probe URL|HOST:PORT ...", file=sys.stderr)
        return 2
    for address in arguments:
        reason = answers(address)
        if reason is not None:
            print(f"{address} does not answer: {reason}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
