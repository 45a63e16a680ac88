"""Where a feed keeps its past."""

import pytest

from jobs.steps.older import older

HERE = "https://site.example/feed/"
RSS = "<rss><channel><title>x</title>{head}<item><link rel='next' href='/trap'/></item></channel></rss>"
ATOM = "http://www.w3.org/2005/Atom"


def rss(head: str) -> bytes:
    """A feed that says this of itself."""
    return RSS.format(head=head).encode()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (rss(f'<atom:link xmlns:atom="{ATOM}" rel="next" href="/feed/2"/>'), "https://site.example/feed/2"),
        (rss("<link href='a.xml' rel='prev-archive'/><link rel=\"next\" href='b'/>"), f"{HERE}a.xml"),
        (rss('<link rel="next" href="?a=1&amp;b=2"/>'), f"{HERE}?a=1&b=2"),
        (rss("<generator>https://wordpress.org/?v=6.4</generator>"), f"{HERE}?paged=2"),
        (
            b'{"version": "https://jsonfeed.org/version/1.1", "next_url": "/more.json"}',
            "https://site.example/more.json",
        ),
        (rss('<link rel="self" href="/feed/"/>'), ""),
        (rss('<link rel="next" href="https://elsewhere.example/"/>'), ""),
        (rss('<link rel="next" href="/feed/"/>'), ""),
        (rss("<link rel='next'/>"), ""),
        (b'{"next_url": 7}', ""),
        (b"{", ""),
        (b"", ""),
    ],
)
def test_the_page_before_this_one(body: bytes, found: str) -> None:
    """As RFC 5005, JSON Feed and WordPress have it; never on another host, never the same again."""
    assert older(body, HERE) == found


def test_wordpress_counts_on() -> None:
    """From the page that was asked for, whatever else was asked with it."""
    page = rss("<generator>https://wordpress.org/?v=6.4</generator>")
    assert older(page, f"{HERE}?cat=3&paged=9") == f"{HERE}?cat=3&paged=10"
    assert older(page, f"{HERE}?paged=all") == ""
