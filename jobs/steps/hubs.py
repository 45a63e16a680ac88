"""Finds in an answer who pushes its news, and under which name (WebSub, section 4: discovery)."""

import html
import json
import re
from collections.abc import Iterator, Mapping

from jobs.steps.links import absolute
from storage.records import Source

_HEAD = 65_536
_ITEMS = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry|body)[\s>/]|</head\s{0,9}>", re.IGNORECASE)
_ASIDE = re.compile(rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_ELEMENT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?link\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_FIELD = re.compile(
    # RFC 8288 3: <address>; rel="hub"; other=parameters
    r"<([^<>]{1,2000})>((?:\s{0,9};\s{0,9}[^\s=,;\"<>]{1,40}"
    r"(?:\s{0,9}=\s{0,9}(?:\"[^\"]{0,500}\"|[^\s\",;<>]{1,500}))?){0,20})"
)
_REL = re.compile(r";\s{0,9}rel\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)
_JSON_HUB = re.compile(
    rb'"hubs"\s{0,99}:\s{0,99}\[[^\]]{0,2000}?"url"\s{0,99}:\s{0,99}("(?:[^"\\]|\\.){1,2000}")'
)
_JSON_SELF = re.compile(rb'"feed_url"\s{0,99}:\s{0,99}("(?:[^"\\]|\\.){1,2000}")')


def announced(source: Source, headers: Mapping[str, str], body: bytes, url: str) -> tuple[str, str]:
    """The hub and the topic that an answer from `url` names, ("", "") where it does not name both.

    `headers` have lower-case keys, repeated Link fields joined; `body` is b"" where it is as it was
    before, and then what is known stays. What is read with a password is nothing that a hub could read.
    """
    if "@" in source.url and source.url != source.shown_url:
        return "", ""
    told = [*_in_headers(headers.get("link", "")), *_in_body(body)]
    hubs = [found for rel, link in told if rel == "hub" and (found := absolute(link, url))]
    topics = [found for rel, link in told if rel == "self" and (found := absolute(link, url))]
    if hubs and topics:
        return next((hub for hub in hubs if hub.startswith("https:")), hubs[0]), topics[0]
    return ("", "") if body else (source.hub, source.topic)


def _in_headers(field: str) -> Iterator[tuple[str, str]]:
    for address, parameters in _FIELD.findall(field):
        found = _REL.search(parameters)
        for rel in (found[1] or found[2] or "").lower().split() if found else ():
            yield rel, address.strip()


def _in_body(body: bytes) -> Iterator[tuple[str, str]]:
    """Only before the first item, and of a page only in its head: the rest others may have written."""
    head = body[:_HEAD]
    if b"hub" not in head:
        return
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        yield from _in_json(head)
        return
    head = _ITEMS.split(_ASIDE.sub(b"", head), maxsplit=1)[0]
    for element in _ELEMENT.findall(head):
        pairs = _ATTRIBUTE.findall(element.decode("utf-8", "replace"))
        values = {name.lower(): html.unescape(a or b or c) for name, a, b, c in pairs}
        for rel in values.get("rel", "").lower().split():
            yield rel, values.get("href", "")


def _in_json(head: bytes) -> Iterator[tuple[str, str]]:
    """JSON Feed 1.1: `hubs` and `feed_url`, where they stand before the items."""
    head = head.partition(b'"items"')[0]
    for rel, pattern in (("hub", _JSON_HUB), ("self", _JSON_SELF)):
        for text in pattern.findall(head):
            try:
                yield rel, str(json.loads(text))
            except ValueError:
                continue
