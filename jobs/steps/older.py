"""Finds where a feed keeps what it does not show any more: its earlier pages."""

import json
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jobs.steps.links import absolute

_LINK = re.compile(rb"<(?:[A-Za-z0-9]{1,20}:)?link\b([^<>]{1,2000})>")
_ATTRIBUTE = re.compile(r"""\b(rel|href)\s{0,5}=\s{0,5}(?:"([^"]{0,1500})"|'([^']{0,1500})')""")
_ITEM = re.compile(rb"<(?:[A-Za-z0-9]{1,20}:)?(?:item|entry)[\s>]")
_WORDPRESS = re.compile(rb"<generator>\s{0,5}https?://wordpress\.(?:org|com)/", re.IGNORECASE)
_RELATIONS = ("prev-archive", "next")
"""RFC 5005: archived feeds (section 4), paged feeds (section 3)."""


def older(body: bytes, url: str) -> str:
    """The address of the page before this one in time, on the same host; "" where none is known.

    By what the feed says of itself (RFC 5005, JSON Feed 1.1 `next_url`), else as WordPress counts its pages.
    """
    found = _told(body, url) or (_counted(url) if _WORDPRESS.search(_head(body)) else "")
    same = urlsplit(found).hostname == urlsplit(url).hostname and found != url
    return found if found and same else ""


def _told(body: bytes, url: str) -> str:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _next_url(body, url)
    links: dict[str, str] = {}
    for found in _LINK.finditer(_head(body)):
        pairs = _ATTRIBUTE.findall(found[1].decode("utf-8", "replace"))
        said = {name: one or other for name, one, other in pairs}
        for relation in said.get("rel", "").lower().split():
            links.setdefault(relation, said.get("href", "").replace("&amp;", "&"))
    return next((absolute(links[one], url) for one in _RELATIONS if links.get(one)), "")


def _next_url(body: bytes, url: str) -> str:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    following = read.get("next_url") if isinstance(read, dict) else None
    return absolute(following, url) if isinstance(following, str) else ""


def _head(body: bytes) -> bytes:
    """What a feed says before its first item: links inside of items lead elsewhere."""
    first = _ITEM.search(body)
    return body[: first.start()] if first else body[:20_000]


def _counted(url: str) -> str:
    """The same address with the next number of `paged`, which is 1 where it is not there."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = asked.get("paged", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        return ""
    return urlunsplit(parts._replace(query=urlencode(asked | {"paged": str(int(number) + 1)})))
