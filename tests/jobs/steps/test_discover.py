"""Where feeds may be, from what a page says: each story is a page as its software writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.discover import Road, anywhere, named, usual

URL = "https://www.example.org/news/"
HTML = {"content-type": "text/html; charset=utf-8"}


def a_page(head: str = "", body: str = "") -> bytes:
    """A page with this in its head and body."""
    return f"<!DOCTYPE html><html><head><title>News</title>{head}</head><body>{body}</body></html>".encode()


def told(body: bytes, url: str = URL, headers: dict[str, str] | None = None) -> list[str]:
    """What the page names, in its order."""
    return [lead.url for lead in named(body, headers or HTML, url)]


def test_the_head_of_a_page_names_its_feeds() -> None:
    """RSS, Atom and JSON Feed count, whatever the case and order; interfaces and styles do not."""
    page = a_page(
        '<LINK HREF="/Feed" TYPE="Application/RSS+XML" REL="Alternate" TITLE="Our news">'
        '<link rel="alternate" type="application/atom+xml; charset=utf-8" href="//feeds.example.org/atom">'
        '<link rel="alternate" type="application/json" href="/feed.json">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
        '<link rel="alternate" type="text/xml+oembed" href="/oembed?format=xml">'
        '<link rel="alternate" type="text/html" hreflang="ko" href="/ko/">'
        '<link rel="stylesheet" type="text/css" href="/style.css">'
    )
    assert told(page) == [
        "https://www.example.org/Feed",
        "https://feeds.example.org/atom",
        "https://www.example.org/feed.json",
    ]
    first = named(page, HTML, URL)[0]
    assert (first.road, first.title) == (Road.HEAD, "Our news")


def test_the_header_of_an_answer_names_feeds_too() -> None:
    """RFC 8288: several in one field, quoted or not; what is no alternate is none."""
    link = (
        '</feed>; rel="alternate"; type="application/rss+xml"; title="All, and more", '
        "<https://www.example.org/atom>;type=application/atom+xml;rel=alternate, "
        '</wp-json/>; rel="https://api.w.org/"'
    )
    assert told(b"", headers={"link": link}) == [
        "https://www.example.org/feed",
        "https://www.example.org/atom",
    ]


def test_the_feed_of_the_page_itself_comes_before_that_of_the_site() -> None:
    """Who gives the page of a tag means the tag; comments come last; relative links follow <base>."""
    kind = 'rel="alternate" type="application/rss+xml"'
    page = a_page(
        f'<base href="/tag/korea/"><link {kind} href="/feed/"><link {kind} href="/comments/feed/">'
        f'<link {kind} href="feed/">'
    )
    assert told(page, "https://www.example.org/tag/korea/page/2/") == [
        "https://www.example.org/tag/korea/feed/",
        "https://www.example.org/feed/",
        "https://www.example.org/comments/feed/",
    ]


def test_links_that_look_like_feeds_count_within_the_site() -> None:
    """By their address or their words; a post about RSS, a picture, and others' feeds do not."""
    page = a_page(
        body='<a href="/bbs/rss.php?bo_table=news">구독</a><a href="/?page=backend">x</a>'
        '<a href="/subscribe" title="RSS"><img src="/i.png" alt=""></a>'
        '<a href="/2019/why-we-still-love-feeds">Why we still love RSS after twenty years of the web</a>'
        '<a href="/rss.png">RSS</a><a href="https://elsewhere.example/feed/">feed</a>'
        '<a href="javascript:rss()">RSS</a><a href="http://blog.example.org/atom.xml">Blog</a>'
    )
    assert told(page) == [
        "https://www.example.org/bbs/rss.php?bo_table=news",
        "https://www.example.org/?page=backend",
        "https://www.example.org/subscribe",
        "http://blog.example.org/atom.xml",
    ]


@pytest.mark.parametrize(
    ("page", "url", "first"),
    [
        ('<script src="/wp-includes/js/x.js"></script>', "/news/", "/news/feed/"),
        ('<meta name="Generator" content="SPIP 4.2.1">', "/spip.php?article12", "/spip.php?page=backend"),
        ('<meta name="generator" content="Drupal 10 (drupal.org)">', "/en/node/7", "/en/rss.xml"),
        ('<meta name="generator" content="blogger">', "/p/about.html", "/p/feeds/posts/default"),
        ('<meta name="generator" content="Joomla! - Open Source">', "/news", "/news?format=feed&type=rss"),
        ('<a href="./board.php?sca=x&amp;bo_table=press&amp;wr_id=3">글</a>', "/bbs/board.php?bo_table=news",
         "/bbs/rss.php?bo_table=news"),
    ],
)  # fmt: skip
def test_software_is_known_by_its_traces(page: str, url: str, first: str) -> None:
    """By its generator, its scripts or its own links: then its usual places are asked first."""
    site = "https://www.example.org"
    leads = usual(a_page(page), HTML, site + url)
    assert leads[0].url == site + first
    assert leads[0].road is Road.USUAL


def test_every_board_that_a_page_links_to_has_its_feed() -> None:
    """The page's own board first; the software's folder is kept; a board on another site is not asked."""
    page = a_page(
        body='<a href="/g5/bbs/board.php?bo_table=press">a</a>'
        '<a href="/g5/bbs/board.php?bo_table=press&page=2">b</a>'
        '<a href="https://other.example/bbs/board.php?bo_table=x">c</a>'
    )
    boards = [lead.url for lead in usual(page, HTML, "https://nkhr.example/g5/bbs/board.php?bo_table=news")]
    assert boards == [
        "https://nkhr.example/g5/bbs/rss.php?bo_table=news",
        "https://nkhr.example/g5/bbs/rss.php?bo_table=press",
    ]


def test_a_link_to_somebody_elses_blog_is_no_trace() -> None:
    """Only what a site's own pages are made of tells what it runs."""
    assert usual(a_page(body='<a href="https://x.blogspot.com/">a friend</a>'), HTML, URL) == ()


def test_the_common_places_are_tried_near_the_page_before_the_root() -> None:
    """The likeliest name in each folder first: a site may be installed in one."""
    places = [lead.url for lead in anywhere("https://example.org/blog/tag/korea/")]
    assert places[:4] == [
        "https://example.org/blog/tag/korea/feed/",
        "https://example.org/blog/feed/",
        "https://example.org/feed/",
        "https://example.org/blog/tag/korea/rss.xml",
    ]


def test_a_page_that_names_a_thousand_feeds_is_asked_for_few() -> None:
    """Each address once, however it is spelt."""
    links = "".join(
        f'<a href="/tag/{number}/feed">f</a><a href="/tag/{number}/feed/">f</a>' for number in range(999)
    )
    found = told(a_page(body=links))
    assert found == [f"https://www.example.org/tag/{number}/feed" for number in range(8)]


_MARKUP = st.lists(
    st.sampled_from(
        [
            b"<html>", b"<head>", b"<body>", b"<base href='http://[::1'>", b"<base href='//x'>", b"rss",
            b"http://[bad/feed", b"//:9x/rss", b"/feed/", b"'>", b"<link rel=alternate type=text/xml href=",
            b"\xff\xfe", b"\x00", b"<meta name=generator content=wordpress>", b"board.php?bo_table=a", b" ",
            b"<meta name=generator>", b"<a>", b"<img src>", b"</a>", b"javascript:feed", b"&#xd800;", b">",
            b"<a href='",
        ]
    ),
    max_size=40,
)  # fmt: skip


@given(_MARKUP, st.text(max_size=200))
def test_any_page_names_only_web_addresses(pieces: list[bytes], header: str) -> None:
    """Whatever it holds: nothing raises, and what is asked is http(s), each once and few."""
    body = b"".join(pieces)
    headers = {"content-type": "text/html", "link": header}
    leads = named(body, headers, URL)
    assert len(leads) <= 8
    assert len({lead.url for lead in leads}) == len(leads)
    for lead in (*leads, *usual(body, headers, URL)):
        assert lead.url.startswith(("http://", "https://"))
        assert lead.title.isprintable()
