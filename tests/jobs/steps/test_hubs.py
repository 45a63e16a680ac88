"""A hub is found where a publisher names it, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.hubs import announced
from tests.builders import a_source

URL = "https://northlight.example/feed"
HUB, SELF = "https://hub.example/", "https://northlight.example/feed.xml"
BOTH = (HUB, SELF)
NONE = ("", "")
ATOM = '<link rel="hub" href="https://hub.example/"/><link rel="self" href="https://northlight.example/feed.xml"/>'


def named(body: str = "<rss/>", link: str = "") -> tuple[str, str]:
    """What an answer from URL says."""
    return announced(a_source(url=URL), {"link": link} if link else {}, body.encode(), URL)


@pytest.mark.parametrize(
    "link",
    [
        f'<{HUB}>; rel="hub", <{SELF}>; rel="self"',
        f"<{HUB}>;rel=hub,<{SELF}>;rel=self",
        f'<{SELF}>; title="a, b; c"; rel="alternate self", <{HUB}> ; REL="hub"',
        f'</feed.xml>; rel="self", <http://plain.example/>; rel="hub", <{HUB}>; rel="hub"',
    ],
)
def test_link_fields_name_both(link: str) -> None:
    """In any order and spelling that RFC 8288 allows; a secure hub before one that is not."""
    assert named(link=link) == BOTH


@pytest.mark.parametrize(
    "body",
    [
        f'<feed xmlns="http://www.w3.org/2005/Atom">{ATOM}<entry/></feed>',
        f"<rss><channel>{ATOM.replace('<link', '<atom:link')}<item/></channel></rss>",
        f"<rss><channel>{ATOM.replace('<link', '<a10:link')}</channel></rss>",
        f"<!DOCTYPE html><html><head>{ATOM.replace('/>', '>')}</head><body></body></html>",
        "<feed><link href='https://hub.example/' rel='hub'></link><link rel=self href=/feed.xml /></feed>",
        (
            '{"feed_url": "https://northlight.example/feed.xml",'
            ' "hubs": [{"type": "WebSub", "url": "https:\\/\\/hub.example\\/"}], "items": []}'
        ),
    ],
)
def test_feeds_and_pages_name_both(body: str) -> None:
    """Atom, RSS, a page's head, JSON Feed."""
    assert named(body) == BOTH


@pytest.mark.parametrize(
    "body",
    [
        f"<rss><channel><!-- {ATOM} --><item/></channel></rss>",
        f"<rss><channel><description><![CDATA[{ATOM}]]></description></channel></rss>",
        f"<feed><entry>{ATOM}</entry></feed>",
        f"<rss><channel><item>{ATOM}</item></channel></rss>",
        f"<html><head></head><body>{ATOM}</body></html>",
        f"<html><body>{ATOM}</body></html>",
        '{"items": [{"hubs": [{"url": "https://hub.example/"}]}], "feed_url": "https://x.example/"}',
        ATOM.partition("<link rel=self")[0].replace('rel="self"', 'rel="next"'),
        ATOM.replace("https://hub.example/", "javascript:alert(1)"),
        ATOM.replace("https://hub.example/", "ftp://hub.example/"),
        f"<feed>{'x' * 70_000}{ATOM}</feed>",
    ],
)
def test_what_others_may_have_written_names_none(body: str) -> None:
    """Comments, quoted markup, items, the body of a page, what lies too deep; nor does half of it."""
    assert named(body) == NONE


def test_an_unchanged_answer_leaves_what_is_known() -> None:
    """A 304 has no body, and need not repeat its fields."""
    known = a_source(url=URL, hub=HUB, topic=SELF)
    assert announced(known, {}, b"", URL) == BOTH
    assert announced(known, {"link": f"<{HUB}2>; rel=hub, <{SELF}>; rel=self"}, b"", URL) == (f"{HUB}2", SELF)


def test_a_publisher_that_takes_its_hub_away_is_believed() -> None:
    """The next answer with a body that names none."""
    assert announced(a_source(url=URL, hub=HUB, topic=SELF), {}, b"<rss/>", URL) == NONE


def test_no_hub_hears_of_a_source_with_a_password() -> None:
    """It could not read it, and its address is a secret."""
    closed = a_source(url="https://reader:word@northlight.example/feed")
    assert announced(closed, {"link": f"<{HUB}>; rel=hub, <{SELF}>; rel=self"}, b"<rss/>", URL) == NONE


@given(st.binary(max_size=300), st.text(max_size=300))
def test_nothing_raises(body: bytes, link: str) -> None:
    """Whatever a stranger writes: two web addresses, or two empty ones."""
    found = announced(a_source(url=URL), {"link": link}, b"<feed>hub" + body, URL)
    assert found == NONE or all(one.startswith(("http://", "https://")) for one in found)
