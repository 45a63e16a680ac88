"""Decides which addresses may be asked: public ones only, so that no feed can reach into our own network."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address

_CARRIES_V4 = (
    # How far the IPv4 address inside has to be shifted out of the IPv6 one.
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052 2.1
    (IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped, RFC 4291 2.5.5
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated, RFC 2765
    (IPv6Network("::/96"), 0),  # compatible, RFC 4291 2.5.5; loopback ::1 and :: become 0.0.0.x here
)
_NEVER = (
    IPv6Network("64:ff9b:1::/48"),  # RFC 8215
    IPv6Network("fec0::/10"),  # site-local, RFC 3879: deprecated and still routed inside
    IPv6Network("2001::/32"),  # Teredo, RFC 4380: tunnels to an IPv4 host of the sender's choice
    IPv6Network("5f00::/16"),  # segment routing, RFC 9602
)
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "intranet")


def is_public(address: str) -> bool:
    """True when the IP literal `address` belongs to the public Internet; False for what is no literal."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public(parsed)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if any(address in network for network in _NEVER):
            return False
        for network, shift in _CARRIES_V4:
            if address in network:
                return _is_public(IPv4Address(int(address) >> shift & 0xFFFFFFFF))
    # Python 3.11 calls multicast, 64:ff9b:: and more "global"; each is asked for by itself.
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_unspecified
    )


def is_local_name(host: str) -> bool:
    """True for names that mean this machine or this network (RFC 6761, RFC 6762, RFC 8375)."""
    name = host.rstrip(".").lower()
    return any(name == suffix or name.endswith(f".{suffix}") for suffix in _LOCAL_NAMES)


def literal(host: str) -> str | None:
    """The IP address that `host` spells, also as "127.1" or "0x7f000001"; None for a name."""
    bare = host.strip("[]").partition("%")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare)) if bare[-1:].isalnum() else None
    except (OSError, UnicodeError):
        return None


class NotPublic(Exception):  # not an OSError: the connector would try the host's next address
    """A socket to an address outside the public Internet was about to open."""


def guarded_socket(addr_info: tuple[Any, ...]) -> socket.socket:
    """A socket factory for aiohttp's TCPConnector: sees each address, of literal and name, at each hop."""
    family, kind, protocol, _, address = addr_info
    if not is_public(str(address[0])):
        raise NotPublic(str(address[0]))
    return socket.socket(family=family, type=kind, proto=protocol)
