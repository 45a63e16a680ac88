"""To whom a host belongs: by the Public Suffix List, and what it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.site import is_shortener, same_site, site_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("example.org", "feeds.example.org"),
        ("feeds.example.org", "www.example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("www.nkhr.or.kr", "NKHR.or.kr."),
        ("feeds.ngo.example", "www.ngo.example"),
        ("www.northlight.github.io", "northlight.github.io"),
        ("m.northlight.blogspot.com", "northlight.blogspot.com"),
        ("www.medium.com", "medium.com"),
        ("www.xn--bcher-kva.example", "bücher.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_one_owner(one: str, other: str) -> None:
    """Siblings under a name that somebody registered, and what he was given a label for."""
    assert same_site(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("one.co.uk", "two.co.uk"),
        ("one.or.kr", "two.or.kr"),
        ("one.github.io", "two.github.io"),
        ("one.github.io", "github.io"),
        ("one.wordpress.com", "two.wordpress.com"),
        ("one.wordpress.com", "wordpress.com"),
        ("one.blogspot.com", "two.blogspot.com"),
        ("one.blogspot.kr", "two.blogspot.kr"),
        ("one.substack.com", "two.substack.com"),
        ("one.tistory.com", "two.tistory.com"),
        ("one.xn--55qx5d.cn", "two.xn--55qx5d.cn"),
        ("example.org", "example.org.evil.net"),
        ("example.org", "badexample.org"),
        ("127.0.0.1", "127.0.0.2"),
        ("1.2.3.4", "9.9.3.4"),
        ("::1", "::2"),
        ("localhost", "ngo.example"),
        ("com", "org"),
    ],
)
def test_two_owners(one: str, other: str) -> None:
    """Neighbours under a suffix that everybody may register below are strangers."""
    assert not same_site(one, other)


def test_shorteners_are_known() -> None:
    """What only leads elsewhere; an organisation's own site is none."""
    assert is_shortener("bit.ly")
    assert is_shortener("WWW.tinyurl.com")
    assert not is_shortener("bit.ly.example")
    assert not is_shortener("www.nkhr.or.kr")


@given(st.text("abc.-0:[]é\x00 ", max_size=20))
def test_whatever_stands_for_a_host(host: str) -> None:
    """Nothing raises; the site of a site is itself, and belongs to who asked."""
    site = site_of(host)
    assert site_of(site) == site
    assert same_site(host, host)
