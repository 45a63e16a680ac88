"""Reads a feed (RSS, RDF, Atom, JSON Feed) into entries of plain text."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax import SAXException, SAXParseException

import feedparser

from jobs.steps.clean import line, plain
from jobs.steps.decode import is_told, looks_like_html
from jobs.steps.identity import with_uids
from jobs.steps.json_feed import json_feed
from jobs.steps.links import absolute
from jobs.steps.parsed import (
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

__all__ = ["NotAFeed", "Parsed", "describe", "is_excerpt", "parse_feed"]


def parse_feed(body: bytes, headers: Mapping[str, str], url: str, now: datetime) -> Parsed:
    """The entries of the feed in `body`, newest state of each, in the feed's order.

    `headers` have lower-case keys; `url` is where the body came from, links are resolved against it;
    `now` is stored as the time of fetching. Raises NotAFeed.
    """
    if not body.strip():
        raise NotAFeed("an empty answer")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return json_feed(body, headers, url, now)
    result = _feedparser(body, headers)
    entries = [entry for item in result["entries"] if (entry := _entry(item, result, url, now))]
    if not result.get("version") and not (entries and not looks_like_html(body)):
        raise NotAFeed(describe(body, headers.get("content-type", "")))
    return Parsed(
        entries=with_uids(entries),
        title=line(text_or_empty(result["feed"].get("title"))),
        language=language_code(text_or_empty(result["feed"].get("language"))),
        degraded=_degraded(result, body, headers),
    )


def _feedparser(body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
    """Hand the body over as a stream: a bytes or str argument may be opened as a path or URL.

    No base is given: feedparser would make guids absolute, and a source that moves would get new ones.
    """
    known = {"content-type": headers.get("content-type", "")}
    if language := headers.get("content-language"):
        known["content-language"] = language
    try:
        found: Mapping[str, Any] = feedparser.parse(
            BytesIO(body), response_headers=known, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # a parser of hostile input fails in many ways, all mean this
        raise NotAFeed(f"{describe(body, known['content-type'])} ({type(error).__name__})") from error
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
    place = f", line {error.getLineNumber()}" if isinstance(error, SAXParseException) else ""
    return line(f"not well-formed: {said or type(error).__name__}{place}")[:200]


def _entry(item: dict[str, Any], result: Mapping[str, Any], url: str, now: datetime) -> Entry | None:
    """One item as an Entry, or None when it holds nothing at all."""
    contents = item.get("content") or []
    bodies = [text_or_empty(part.get("value")) for part in contents] + [text_or_empty(item.get("summary"))]
    text = max((plain(body) for body in bodies), key=len, default="")
    link = next((found for candidate in _links(item) if (found := absolute(candidate, url))), "")
    published, updated = _stamps(item, now)
    language = next((text_or_empty(part.get("language")) for part in contents if part.get("language")), "")
    return finished(
        Entry(
            uid=own_id(text_or_empty(item.get("id"))),
            title=line(text_or_empty(item.get("title"))),
            url=link,
            text=text,
            language=language_code(language or text_or_empty(result["feed"].get("language"))),
            published=published.moment if published else None,
            updated=updated.moment if updated else None,
            date_only=bool(published and published.date_only),
            enclosures=_enclosures(item, url),
            fetched=now,
        ),
    )


def _links(item: dict[str, Any]) -> list[str]:
    """Candidates for the item's own page, best first."""
    links = [link for link in item.get("links") or [] if link.get("href")]
    alternate = [text_or_empty(link["href"]) for link in links if link.get("rel", "alternate") == "alternate"]
    return [
        text_or_empty(item.get("feedburner_origlink")),
        text_or_empty(item.get("link")),
        *alternate,
        *[
            text_or_empty(link["href"])
            for link in links
            if link.get("rel") not in {"enclosure", "self", "replies"}
        ],
    ]


def _enclosures(item: dict[str, Any], url: str) -> tuple[str, ...]:
    links = [*(item.get("enclosures") or []), *(item.get("media_content") or [])]
    found = (absolute(text_or_empty(link.get("href") or link.get("url")), url) for link in links)
    return tuple(dict.fromkeys(link for link in found if link))


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
