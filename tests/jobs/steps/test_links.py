"""Addresses that a source gives: made whole, made safe, and known again."""

import pytest

from jobs.steps.links import absolute, bare

BASE = "https://site.example/news/"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/a", "https://site.example/a"),
        ("b\n?c=1", "https://site.example/news/b?c=1"),
        ("//other.example/x y", "https://other.example/x%20y"),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("javascript:alert(1)", ""),
        ("mailto:desk@site.example", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("https://site.example:port/", ""),
        ("x" * 2001, ""),
        ("", ""),
    ],
)
def test_a_link_is_a_web_address_or_nothing(link: str, address: str) -> None:
    """Whatever a source writes where a link should be."""
    assert absolute(link, BASE) == address


@pytest.mark.parametrize(
    "spelling",
    [
        "https://www.site.example/a/?id=7",
        "http://site.example/a?id=7&utm_source=rss",
        "http://SITE.example/a;jsessionid=AB12?id=7&fbclid=x",
    ],
)
def test_one_page_is_one_page_in_every_spelling(spelling: str) -> None:
    """Scheme, "www.", campaigns and sessions make no second item."""
    assert bare(spelling) == bare("https://site.example/a?id=7")


@pytest.mark.parametrize("link", ["http://[::1", "https://site.example/?" + "&".join(["a=1"] * 101)])
def test_what_cannot_be_taken_apart_is_itself(link: str) -> None:
    """A broken address, or one with a hundred parameters, is still the same as itself."""
    assert bare(link) == link
