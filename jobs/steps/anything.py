"""Reads whatever a file or an address holds: a feed, a list page, or a document of one or more items."""

from datetime import datetime

from jobs.steps.document import Document
from jobs.steps.pages import parse_page
from jobs.steps.parse import NotAFeed, parse_feed
from jobs.steps.read import read_document
from jobs.steps.understand import understand, understand_entry
from storage.records import Entry, Source, Statement


def read_any(
    body: bytes, content_type: str, url: str, now: datetime, as_of: datetime | None
) -> tuple[Statement, ...]:
    """The statements of a feed, a page or a document. Raises Unreadable."""
    headers = {"content-type": content_type}
    start = body[:2000].lstrip().lower()
    if start.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf", b"{")) and b"<html" not in start:
        try:
            parsed = parse_feed(body, headers, url, now)
        except NotAFeed:
            pass
        else:
            return tuple(_judged(entry, parsed.language, now, as_of) for entry in parsed.entries)
    document = read_document(body, content_type, url)
    found = understand(document, now, as_of)
    if len(found) > 1 or b"<" not in start[:1]:
        return found
    listed = _listed(body, headers, url, now, as_of)
    return listed or found


def _listed(
    body: bytes, headers: dict[str, str], url: str, now: datetime, as_of: datetime | None
) -> tuple[Statement, ...]:
    """The items of a list page; nothing when the page is one document."""
    try:
        parsed = parse_page(body, headers, url, {}, now)
    except NotAFeed:
        return ()
    if len(parsed.entries) < 2:
        return ()
    return tuple(_judged(entry, parsed.language, now, as_of) for entry in parsed.entries)


def _judged(entry: Entry, language: str, now: datetime, as_of: datetime | None) -> Statement:
    source = Source(name="", url="", language=language)
    if as_of is None:
        return understand_entry(entry, source, now)
    document = Document(entry.title, entry.text or entry.title, entry.url, entry.language, entry.published)
    return understand(document, now, as_of)[0]
