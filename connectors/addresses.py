"""Which addresses a feed may lead to: the public Internet, and what the configuration names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Beyond what `is_global` of Python 3.11 knows: benchmarking and documentation ranges registered later, 6to4 relays,
# deprecated site-local and IPv4-compatible addresses, and the address at which Azure serves its virtual machines.
_FURTHER = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
    )
)  # fmt: skip
_NAT64 = ip_network("64:ff9b::/96")


@lru_cache(maxsize=4096)
def is_public(text: str) -> bool:
    """True for an address on the public Internet; addresses that carry another one inside are judged by that too."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return False
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address.sixtofour is not None:
            return _is_public(address.sixtofour)
        if address.teredo is not None:
            return False
        if address in _NAT64:
            return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address.version == network.version and address in network for network in _FURTHER)


class PrivateHosts:
    """Hosts that may be private: names or addresses, with a port where only that one is meant."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts: set[tuple[str, int | None]] = set()
        for text in hosts:
            host, port = text.strip().lower(), None
            if host.startswith("["):
                inside, _, rest = host[1:].partition("]")
                host, port = inside, int(rest[1:]) if rest[1:].isdigit() else None
            elif host.count(":") == 1 and host.rpartition(":")[2].isdigit():
                host, _, digits = host.partition(":")
                port = int(digits)
            self._hosts.add((_plain(host), port))

    def allows(self, host: str, port: int | None) -> bool:
        """Whether this host may be private at this port. `*.localhost` in the list means every name below localhost."""
        host = _plain(host)
        names = [host]
        while "." in host:
            host = host.partition(".")[2]
            names.append("*." + host)
        return any((name, None) in self._hosts or (name, port) in self._hosts for name in names)


def literal(host: str) -> str:
    """The address that a host is given as, in its usual spelling; empty where the host is a name."""
    if ":" not in host and not host[-1:].isdigit():  # most hosts are, and need not fail to be both kinds of address
        return ""
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def _plain(host: str) -> str:
    host = host.lower().rstrip(".")
    return literal(host) or host
