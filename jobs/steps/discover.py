"""Names the addresses at which the feeds behind an ordinary page may be, the likeliest first."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from urllib.parse import urlsplit

import lxml.html

from jobs.steps.clean import line, parse_html
from jobs.steps.decode import decode, looks_like_html, magic, media_type
from jobs.steps.links import absolute, bare
from jobs.steps.places import COMMON, PLATFORMS, Platform

_FEED_TYPES = frozenset(
    {
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
        "application/xml", "text/xml", "application/rss", "application/x-rss+xml",
    }
)  # fmt: skip
_JSON_TYPE = "application/json"
"""A feed where it is called one; WordPress offers its interface under the same type."""
_FEED_PATH = re.compile(
    r"/(?:rss2?|atom|rdf|feeds?|backend|syndication)(?:[/._-]|$)|[._-](?:rss|atom|rdf)(?:\.\w{2,4})?$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed=(?:rss2?|atom|rdf)|format=(?:feed|rss|atom)|page=backend|type=(?:rss|atom)\d?|act=rss)"
    r"(?:&|$)",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|feed|xml)\b|피드|フィード|订阅", re.IGNORECASE)
_NO_FEED = re.compile(r"\.(?:html?|pdf|png|jpe?g|gif|svg|ico|css|js|zip|mp[34])$", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments?(?:/|$)|[?&]feed=comments|comments?-(?:rss|feed)", re.IGNORECASE)
_LINK_HEADER = re.compile(
    r"<([^<>]{1,2000})>((?:\s?;\s?[\w*-]{1,30}\s?=\s?(?:\"[^\"]{0,300}\"|[^\s;,\"]{1,300})){0,10})"
)
_PARAMETER = re.compile(r";\s*([\w*-]{1,30})\s*=\s*(?:\"([^\"]{0,300})\"|([^\s;,\"]{1,300}))")
_LONGEST_LABEL = 25
"""Characters of a link's words when they call it a feed; a headline about one is longer."""
_MOST_LINKS = 5000
_MOST_NAMED = 8
"""How many addresses one page may name: it may list a feed for each of a thousand tags."""


class Road(StrEnum):
    """How an address was come by, the surest first."""

    ITSELF = "itself"
    HEAD = "head"
    LINK = "link"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Lead:
    """An address at which a feed may be."""

    url: str
    road: Road
    title: str = ""
    """What the page calls it, or of which software it is the usual place."""

    @property
    def of_comments(self) -> bool:
        """Whether it says of itself that it carries what readers wrote."""
        return bool(_COMMENTS.search(self.url)) or "comment" in self.title.lower()


def named(body: bytes, headers: Mapping[str, str], url: str) -> tuple[Lead, ...]:
    """What a page says about its feeds: in its head (and the Link header, RFC 8288), then in its links.

    `url` is where the page came from; nearer feeds come first: on the page of a tag, the tag's own.
    Links in the page's text count only within its own site: others' feeds are others'.
    """
    root = _page(body, headers)
    head = [*_from_header(headers.get("link", ""), url), *(_from_head(root, url) if root is not None else ())]
    head.sort(key=lambda lead: (lead.of_comments, not _same_host(lead.url, url), -_nearness(lead.url, url)))
    links = [] if root is None else [*_from_links(root, url)]
    links.sort(key=lambda lead: lead.of_comments)
    return _once([*head, *links])[:_MOST_NAMED]


def usual(body: bytes, headers: Mapping[str, str], url: str) -> tuple[Lead, ...]:
    """Where the software that is behind the page has its feeds; nothing for what betrays none."""
    root = _page(body, headers)
    if root is None:
        return ()
    signs = _signs(root, url)
    known = (platform for platform in PLATFORMS if platform.sign.search(signs))
    return _once(lead for platform in known for lead in _of(platform, root, url))


def anywhere(url: str) -> tuple[Lead, ...]:
    """Where many sites have a feed, whatever they run: near the page, and at the root."""
    places = ((place, folder) for place in COMMON for folder in _folders(url))
    return _once(Lead(absolute(place, folder), Road.USUAL) for place, folder in places)


def _page(body: bytes, headers: Mapping[str, str]) -> lxml.html.HtmlElement | None:
    content = headers.get("content-type", "")
    if magic(body) or not (looks_like_html(body) or "html" in content):
        return None
    return parse_html(decode(body, content))


def _from_header(value: str, url: str) -> Iterator[Lead]:
    for match in islice(_LINK_HEADER.finditer(value[:20_000]), 50):
        given = {name.lower(): quoted or token for name, quoted, token in _PARAMETER.findall(match[2])}
        rel = given.get("rel", "").lower().split()
        target = absolute(match[1], url)
        if target and "alternate" in rel and _is_feed_type(given.get("type", ""), target):
            yield Lead(target, Road.HEAD, line(given.get("title", "")))


def _from_head(root: lxml.html.HtmlElement, url: str) -> Iterator[Lead]:
    base = _base(root, url)
    for link in islice(root.iter("link"), _MOST_LINKS):
        rel = (link.get("rel") or "").lower().split()
        target = absolute(link.get("href") or "", base)
        if not target or "stylesheet" in rel:
            continue
        declared = "alternate" in rel and _is_feed_type(link.get("type") or "", target)
        if declared or "feed" in rel:
            yield Lead(target, Road.HEAD, line(link.get("title") or ""))


def _is_feed_type(given: str, target: str) -> bool:
    kind = media_type(given)
    if kind == _JSON_TYPE:
        return "feed" in target.lower() and "wp-json" not in target
    return kind in _FEED_TYPES and "oembed" not in target


def _from_links(root: lxml.html.HtmlElement, url: str) -> Iterator[Lead]:
    base = _base(root, url)
    for link in islice(root.iter("a", "area"), _MOST_LINKS):
        target = absolute(link.get("href") or "", base)
        if not target or not _same_host(target, url) or bare(target) == bare(url):
            continue
        words = line(" ".join([link.text_content()[:200], link.get("title") or "", _alt(link)]))[:80]
        called = len(words) < _LONGEST_LABEL and _FEED_WORDS.search(words)
        if (called or _looks_like_feed(target)) and not _NO_FEED.search(urlsplit(target).path):
            yield Lead(target, Road.LINK, words)


def _looks_like_feed(target: str) -> bool:
    parts = urlsplit(target)
    return bool(_FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query))


def _alt(link: lxml.html.HtmlElement) -> str:
    return next((image.get("alt") or "" for image in link.iter("img")), "")


def _base(root: lxml.html.HtmlElement, url: str) -> str:
    base = next((element.get("href") or "" for element in root.iter("base")), "")
    return absolute(base, url) or url


def _signs(root: lxml.html.HtmlElement, url: str) -> str:
    """What betrays the software behind a page: its generator, and where its scripts and own links lie."""
    metas = islice(root.iter("meta"), _MOST_LINKS)
    generators = (meta.get("content") or "" for meta in metas if meta.get("name", "").lower() == "generator")
    found = [url, *(generator[:200] for generator in generators)]
    for element in islice(root.iter("a", "link", "script", "img"), _MOST_LINKS):
        address = (element.get("href") or element.get("src") or "")[:300]
        if element.tag != "a" or _same_host(absolute(address, url) or url, url):
            found.append(address)
    return "\n".join(found)


def _of(platform: Platform, root: lxml.html.HtmlElement, url: str) -> Iterator[Lead]:
    """Where this software has the feeds of the page, of its boards, and of the whole site."""
    base = _base(root, url)
    for board in _boards(platform, root, url):
        target = absolute(board, base)
        if target and _same_host(target, url):
            yield Lead(target, Road.USUAL, platform.name)
    for place in platform.places:
        for folder in [url] if place.startswith("?") else _folders(url, own=platform.per_page):
            yield Lead(absolute(place, folder), Road.USUAL, platform.name)


def _boards(platform: Platform, root: lxml.html.HtmlElement, url: str) -> list[str]:
    """The address of the feed of each board that the page belongs to or links to."""
    if platform.board is None:
        return []
    hrefs = [url, *(link.get("href") or "" for link in islice(root.iter("a"), _MOST_LINKS))]
    found = (platform.board.sub(platform.feed_of_board, one) for one in hrefs if platform.board.search(one))
    return list(dict.fromkeys(found))


def _folders(url: str, *, own: bool = True) -> list[str]:
    """The page's own folder, the one that the site may be installed in, and the root; each once."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    segments = [part for part in parts.path.split("/") if part]
    if segments and not parts.path.endswith("/") and "." in segments[-1]:
        segments.pop()
    depths = (len(segments), 1) if own else (1,)
    folders = [root + "".join(f"{part}/" for part in segments[:depth]) for depth in depths]
    return list(dict.fromkeys([*folders, root]))


def _nearness(target: str, url: str) -> int:
    """How many folders of the page's path the address shares."""
    shared = 0
    for one, other in zip(urlsplit(target).path.split("/"), urlsplit(url).path.split("/"), strict=False):
        if one != other:
            break
        shared += bool(one)
    return shared


def _same_host(target: str, url: str) -> bool:
    a, b = ((urlsplit(one).hostname or "").lower().removeprefix("www.") for one in (target, url))
    return f".{a}".endswith(f".{b}") or f".{b}".endswith(f".{a}")


def _once(leads: Iterable[Lead]) -> tuple[Lead, ...]:
    kept: dict[str, Lead] = {}
    for lead in leads:
        kept.setdefault(bare(lead.url), lead)
    return tuple(kept.values())
