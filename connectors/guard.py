"""Which sockets may be opened: those to public addresses, and to hosts that the configuration lets be private.

An address is judged when it is given, when a name is resolved to it, and on the very socket that is about to connect.
"""

from __future__ import annotations

import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from connectors.addresses import PrivateHosts, is_public, literal


class Forbidden(OSError):
    """The address is not public."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is no public address")
        self.address = address


class GuardedResolver(AbstractResolver):
    """Resolves names, and lets through only public addresses, or all where the host may be private. Without `inner` the
    system resolves them."""

    def __init__(self, inner: AbstractResolver | None, private: PrivateHosts) -> None:
        self._inner = inner
        self._private = private
        self._private_sockets: set[tuple[str, int]] = set()

    def admits(self, host: str, port: int) -> bool:
        """Whether a host may be connected to as far as its own spelling tells: a name may, an address must be public or
        configured."""
        address = literal(host.partition("%")[0])
        if not address or ("%" not in host and is_public(address)):
            return True
        allowed = self._private.allows(address, port)
        if allowed:
            self._private_sockets.add((address, port))
        return allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        allowed = self._private.allows(host, port)
        if host.rstrip(".").lower().endswith(".localhost") or host.rstrip(".").lower() == "localhost":
            found = [_loopback(host, port)]  # RFC 6761, 6.3: no name below localhost is ever asked for
        else:
            self._inner = self._inner or ThreadedResolver()  # which only a running loop can make
            found = await self._inner.resolve(host, port, family)
        if allowed:
            self._private_sockets.update((one["host"], one["port"]) for one in found)
            return found
        for one in found:
            if not is_public(one["host"]):
                raise Forbidden(one["host"])
        return found

    def open(self, info: tuple[Any, ...]) -> socket.socket:
        """The last guard: the address of the socket that is about to connect, whatever named it."""
        family, kind, proto, _, address = info
        if not is_public(address[0]) and (address[0], address[1]) not in self._private_sockets:
            raise Forbidden(address[0])
        sock = socket.socket(family=family, type=kind, proto=proto)
        sock.setblocking(False)
        return sock

    async def close(self) -> None:
        if self._inner is not None:
            await self._inner.close()


def _loopback(host: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
    )
