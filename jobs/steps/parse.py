"""Reads a feed (RSS, RDF, Atom, JSON Feed) into entries of plain text."""

import re
from codecs import BOM_UTF8
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax import SAXException, SAXParseException

import feedparser

from jobs.steps.attached import pdfs_in
from jobs.steps.clean import line, plain
from jobs.steps.decode import UTF8_XML, is_told, labelled, looks_like_html
from jobs.steps.identity import unseen
from jobs.steps.items import Item, items_of, same, without
from jobs.steps.json_feed import json_feed
from jobs.steps.links import absolute, bare
from jobs.steps.marks import mark, packed, unpacked
from jobs.steps.parsed import (
    NAMELESS,
    NotAFeed,
    Parsed,
    describe,
    finished,
    is_excerpt,
    language_code,
    not_ahead,
    own_id,
    text_or_empty,
)
from jobs.steps.stamps import Stamp, read_stamp
from storage.records import Entry

feedparser.api.PREFERRED_XML_PARSERS[:] = ["xml.sax.expatreader"]
"""feedparser searches the disk for another reader each time; `items_of` relies on this one."""
feedparser.encodings.RE_XML_PI_ENCODING = re.compile(
    rb"<\?[^>]{0,200}?encoding=['\"]([^'\"]{0,40})['\"][^>]{0,200}\?>"
)
"""feedparser's own takes hours over a declaration of some thousand characters that never ends."""

_FORMATS = {
    "rss090": "RSS 0.90", "rss091n": "RSS 0.91", "rss091u": "RSS 0.91", "rss092": "RSS 0.92",
    "rss093": "RSS 0.93", "rss094": "RSS 0.94", "rss10": "RSS 1.0", "rss20": "RSS 2.0", "rss": "RSS",
    "atom01": "Atom 0.1", "atom02": "Atom 0.2", "atom03": "Atom 0.3", "atom10": "Atom 1.0", "atom": "Atom",
    "cdf": "CDF",
}  # fmt: skip
"""feedparser's names of what it reads, in words."""

__all__ = ["NotAFeed", "Parsed", "describe", "is_excerpt", "parse_feed"]


def parse_feed(
    body: bytes, headers: Mapping[str, str], url: str, now: datetime, known: bytes = b""
) -> Parsed:
    """The entries of the feed in `body`, newest state of each, in the feed's order.

    `headers` have lower-case keys; `url` is where the body came from, links are resolved against it;
    `now` is stored as the time of fetching. `known` are the `marks` of an earlier answer: an item that
    has not changed since is left out, and nothing is read where none is left (no title either).
    Raises NotAFeed.
    """
    if not body.strip():
        raise NotAFeed("an empty answer")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return json_feed(body, headers, url, now, known)
    headers = labelled(body, headers)
    seen = unpacked(known)
    body = body.removeprefix(BOM_UTF8)
    items = items_of(body) if headers["content-type"] == UTF8_XML else None
    if items and seen:
        parsed = _unseen(body, items, seen, url, now, headers)
        if parsed is not None:
            return parsed
    result = _feedparser(body, headers)
    read = [_entry(item, result, url, now) for item in result["entries"]]
    if not result.get("version") and not _holds_items(result, body, headers, read):
        raise NotAFeed(describe(body, headers["content-type"]))
    if items is not None and len(items) == len(read):
        marks = [item.mark for item in items]
    else:
        marks = [mark(repr(item).encode("utf-8", "replace")) for item in result["entries"]]
    return Parsed(
        entries=unseen(zip(marks, read, strict=True), seen),
        title=line(text_or_empty(result["feed"].get("title"))),
        language=language_code(text_or_empty(result["feed"].get("language"))),
        degraded=_degraded(result, body, headers),
        format=_FORMATS.get(text_or_empty(result.get("version")), "of no known format"),
        marks=packed(marks),
    )


def _holds_items(
    result: Mapping[str, Any], body: bytes, headers: Mapping[str, str], read: Sequence[Entry | None]
) -> bool:
    """True for what is no known format and holds items nonetheless; a page may hold such elements too."""
    return any(read) and (not looks_like_html(body) or not _degraded(result, body, headers))


def _unseen(  # each is a part of one answer
    body: bytes,
    items: Sequence[Item],
    seen: Collection[bytes],
    url: str,
    now: datetime,
    headers: Mapping[str, str],
) -> Parsed | None:
    """What the items not in `seen` hold, read without the others; None where the feed must be read whole."""
    marks = packed(item.mark for item in items)
    if all(item.mark in seen for item in items):
        return Parsed((), marks=marks)
    kept = [item for item in items if item.mark not in seen or not item.apart]
    dropped = [item for item in items if item.mark in seen and item.apart]
    if not dropped:
        return None
    result = _feedparser(without(body, dropped), headers)
    read = [_entry(item, result, url, now) for item in result["entries"]]
    if len(read) != len(kept) or _degraded(result, body, headers):
        return None
    pairs = list(zip(kept, read, strict=True))
    fresh = [(item, entry) for item, entry in pairs if entry and item.mark not in seen]
    if not _told_apart(fresh, dropped, url):
        return None
    return Parsed(
        entries=unseen(((item.mark, entry) for item, entry in pairs), seen),
        title=line(text_or_empty(result["feed"].get("title"))),
        language=language_code(text_or_empty(result["feed"].get("language"))),
        marks=marks,
    )


def _told_apart(fresh: Sequence[tuple[Item, Entry]], dropped: Sequence[Item], url: str) -> bool:
    """True when no entry's uid depends on an item that was left out: it shares neither id nor link."""
    ids = {text for item in dropped for text in item.ids}
    if any(not ids.isdisjoint(item.ids) or same(entry.uid) in ids for item, entry in fresh):
        return False
    anonymous = [entry for _, entry in fresh if not entry.uid]
    if not anonymous:
        return True
    links = {bare(absolute(text, url)) for item in dropped for text in item.links}
    return all(entry.url and bare(entry.url) not in links for entry in anonymous)


def _feedparser(body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
    """Hand the body over as a stream: a bytes or str argument may be opened as a path or URL.

    No base is given: feedparser would make guids absolute, and a source that moves would get new ones.
    """
    try:
        found: Mapping[str, Any] = feedparser.parse(
            BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # a parser of hostile input fails in many ways, all mean this
        raise NotAFeed(f"{describe(body, headers['content-type'])} ({type(error).__name__})") from error
    return found


def _degraded(result: Mapping[str, Any], body: bytes, headers: Mapping[str, str]) -> str:
    """Why the feed is not well-formed XML, or "". A wrong label that leaves no doubt harms nothing."""
    error = result.get("bozo_exception")
    if not result.get("bozo") or isinstance(error, feedparser.NonXMLContentType):
        return ""
    if isinstance(error, feedparser.CharacterEncodingOverride):
        encoding = str(result.get("encoding"))
        if is_told(encoding, body, headers.get("content-type", "")):
            return ""
        return f"the characters are guessed to be {encoding}: what it declares does not fit them"
    said = error.getMessage() if isinstance(error, SAXException) else str(error)
    said = re.sub(r"^not well-formed \((.*)\)$", r"\1", said)  # as expat has it, which we say anyway
    place = f", line {error.getLineNumber()}" if isinstance(error, SAXParseException) else ""
    return line(f"not well-formed: {said or type(error).__name__}{place}")[:200]


def _entry(item: dict[str, Any], result: Mapping[str, Any], url: str, now: datetime) -> Entry | None:
    """One item as an Entry, or None for an element that is empty."""
    contents = item.get("content") or []
    bodies = [text_or_empty(part.get("value")) for part in contents] + [text_or_empty(item.get("summary"))]
    link = next((found for candidate in _links(item) if (found := absolute(candidate, url))), "")
    published, updated = _stamps(item, now)
    language = next((text_or_empty(part.get("language")) for part in contents if part.get("language")), "")
    return finished(
        Entry(
            uid=own_id(text_or_empty(item.get("id"))),
            title=line(text_or_empty(item.get("title"))),
            url=link,
            text=_longest(bodies),
            language=language_code(language or text_or_empty(result["feed"].get("language"))),
            published=published.moment if published else None,
            updated=updated.moment if updated else None,
            date_only=bool(published and published.date_only),
            enclosures=_enclosures(item, bodies, url, link),
            fetched=now,
        ),
        otherwise=line(text_or_empty(item.get("author"))) or NAMELESS if item else "",
    )


def _longest(bodies: Sequence[str]) -> str:
    """The longest text among these; markup that is shorter than it can hold no longer one."""
    text = ""
    for body in sorted(bodies, key=len, reverse=True):
        if len(body) <= len(text):
            break
        text = max(text, plain(body), key=len)
    return text


def _links(item: dict[str, Any]) -> list[str]:
    """Candidates for the item's own page, best first.

    A guid is one only as a whole web address: a permalink is a URL (RSS 2.0), and "1" is a number,
    also where nobody wrote isPermaLink="false" beside it.
    """
    links = [link for link in item.get("links") or [] if link.get("href")]
    own = text_or_empty(item.get("link"))
    if item.get("guidislink") and own == text_or_empty(item.get("id")) and not absolute(own, ""):
        own = ""
    alternate = [text_or_empty(link["href"]) for link in links if link.get("rel", "alternate") == "alternate"]
    return [
        text_or_empty(item.get("feedburner_origlink")),
        own,
        *alternate,
        *[
            text_or_empty(link["href"])
            for link in links
            if link.get("rel") not in {"enclosure", "self", "replies", "license"}
        ],
    ]


def _enclosures(item: dict[str, Any], bodies: Sequence[str], url: str, link: str) -> tuple[str, ...]:
    """What is attached to the item, and the PDFs that its own text links to."""
    links = [*(item.get("enclosures") or []), *(item.get("media_content") or [])]
    found = [absolute(text_or_empty(one.get("href") or one.get("url")), url) for one in links]
    found += [pdf for body in bodies for pdf in pdfs_in(body, link or url)]
    return tuple(dict.fromkeys(filter(None, found)))


def _stamps(item: dict[str, Any], now: datetime) -> tuple[Stamp | None, Stamp | None]:
    """When it was published and when updated; a feed with one date means that one (dc:date)."""
    published = _stamp(item, "published", now) or _stamp(item, "created", now)
    updated = _stamp(item, "updated", now)
    return published or updated, updated


def _stamp(item: dict[str, Any], name: str, now: datetime) -> Stamp | None:
    # dict.get, since FeedParserDict.get answers "updated" with "published" where there is none. Its
    # own reading is not asked: it makes 1 January of "2024", and June of the 66th day of a year.
    raw = text_or_empty(dict.get(item, name))
    stamp = read_stamp(raw) if raw else None
    return stamp and not_ahead(stamp, now)
