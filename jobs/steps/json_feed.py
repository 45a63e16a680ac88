"""Reads a JSON Feed, https://www.jsonfeed.org/version/1.1/."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jobs.steps.attached import pdfs_in
from jobs.steps.clean import line, plain
from jobs.steps.decode import decode
from jobs.steps.identity import unseen
from jobs.steps.links import absolute
from jobs.steps.marks import mark, packed, unpacked
from jobs.steps.parsed import (
    NAMELESS,
    NotAFeed,
    Parsed,
    finished,
    language_code,
    not_ahead,
    own_id,
    text_or_empty,
)
from jobs.steps.stamps import read_stamp
from storage.records import Entry


def json_feed(body: bytes, headers: Mapping[str, str], url: str, now: datetime, known: bytes = b"") -> Parsed:
    """The entries of `body`, a JSON text; arguments as those of parse_feed. Raises NotAFeed."""
    try:
        data = json.loads(decode(body, headers.get("content-type", "")))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"broken JSON: {error}"[:200]) from error
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise NotAFeed("JSON without items")
    language = text_or_empty(data.get("language"))
    objects = [item for item in items if isinstance(item, dict)]
    marks = [mark(json.dumps(item, sort_keys=True).encode()) for item in objects]
    entries = [_json_entry(item, language, url, now) for item in objects]
    odd = len(items) - len(objects)
    return Parsed(
        entries=unseen(zip(marks, entries, strict=True), unpacked(known)),
        title=line(text_or_empty(data.get("title"))),
        language=language_code(language),
        degraded=f"{odd} items are not objects" if odd else "",
        format="JSON Feed",
        marks=packed(marks),
    )


def _json_entry(item: dict[str, Any], language: str, url: str, now: datetime) -> Entry | None:
    bodies = [plain(text_or_empty(item.get(name))) for name in ("content_html", "content_text", "summary")]
    published, updated = (
        stamp and not_ahead(stamp, now)
        for stamp in (
            read_stamp(text_or_empty(item.get(name))) for name in ("date_published", "date_modified")
        )
    )
    attachments = item.get("attachments")
    parts = attachments if isinstance(attachments, list) else []
    hrefs = [part.get("url") for part in parts if isinstance(part, dict)]
    links = (absolute(text_or_empty(item.get(name)), url) for name in ("url", "external_url"))
    link = next((found for found in links if found), "")
    files = [absolute(text_or_empty(href), url) for href in hrefs]
    files += pdfs_in(text_or_empty(item.get("content_html")), link or url)
    identifier = item.get("id")
    stamp = published or updated
    return finished(
        Entry(
            uid=own_id(str(identifier)) if isinstance(identifier, str | int | float) else "",
            title=line(text_or_empty(item.get("title"))),
            url=link,
            text=max(bodies, key=len),
            language=language_code(text_or_empty(item.get("language")) or language),
            published=stamp.moment if stamp else None,
            updated=updated.moment if updated else None,
            date_only=bool(stamp and stamp.date_only),
            enclosures=tuple(dict.fromkeys(filter(None, files))),
            fetched=now,
        ),
        otherwise=NAMELESS if item else "",
    )
