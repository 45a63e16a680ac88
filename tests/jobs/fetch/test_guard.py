"""Which addresses may be asked."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.fetch.guard import NotPublic, guarded_socket, is_local_name, is_public, literal


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    """The Internet may be asked, also an IPv4 host through NAT64."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::", "::1", "fe80::1",
        "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2002:c0a8:101::1", "2001::1", "2001:db8::1", "::ffff:0:7f00:1", "name.example",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    """Loopback, private, shared, link-local, multicast, reserved, and every way to write them in IPv6."""
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_judged_as_the_address(address: object) -> None:
    """Mapped, translated and tunnelled forms are as public as the IPv4 address inside."""
    number = int(address)  # type: ignore[call-overload]  # both address types have an int form
    high, low = number >> 16, number & 0xFFFF
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{high:x}:{low:x}", f"2002:{high:x}:{low:x}::1"):
        assert is_public(wrapped) == is_public(str(address))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("example.org", None),
        ("1.example.org", None),
        ("", None),
    ],
)
def test_odd_spellings_of_an_address(host: str, address: str | None) -> None:
    """What the C library takes for an address is seen as one."""
    assert literal(host) == address


def test_names_of_this_network() -> None:
    """Names that never mean the Internet need no look-up."""
    assert all(
        map(is_local_name, ["localhost", "a.LOCALHOST.", "printer.local", "db.internal", "nas.home.arpa"])
    )
    assert not any(map(is_local_name, ["localhost.example.org", "internal.example", "local.news"]))


def test_no_socket_to_a_private_address() -> None:
    """The factory is asked for each address of a name before anything is sent."""
    stream = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    with pytest.raises(NotPublic):
        guarded_socket((socket.AF_INET, *stream, ("127.0.0.1", 80)))
    with pytest.raises(NotPublic):
        guarded_socket((socket.AF_INET6, *stream, ("::ffff:127.0.0.1", 80, 0, 0)))
    guarded_socket((socket.AF_INET, *stream, ("93.184.216.34", 80))).close()
