"""Reads one file of a folder: each titled item in it is an entry of its own."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, time

from jobs.steps.anything import read_any
from jobs.steps.attached import FILE
from jobs.steps.decode import decode
from jobs.steps.read import read_document
from jobs.steps.understand import Understood, of_source, understand
from jobs.steps.whole import is_one_document
from storage.records import Entry, Source, Statement

TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".md": "text/plain",
}
"""What a file holds, by the ending of its name."""


def read_file(
    body: bytes, content_type: str, source: Source, now: datetime, name: str = ""
) -> tuple[Understood, ...]:
    """The items of a file, as `vigil explain` reads them. Raises Unreadable.

    Their ids come from what the file holds: a copy of it, or another name, adds nothing. `name` is where
    it lies in its folder: the way back to it.
    """
    key = file_key(body)
    found = []
    for number, statement in enumerate(_read(body, content_type, now), start=1):
        published = statement.published or _day(statement)
        entry = Entry(
            uid=f"{key}#{number}",
            title=statement.title,
            url=statement.url,
            text=statement.text,
            language=statement.language,
            published=published,
            date_only=published is not None and statement.published is None,
            enclosures=(f"{FILE}{name}",) if name else (),
        )
        found.append(of_source(entry, replace(statement, published=published), source))
    return tuple(found)


def _read(body: bytes, content_type: str, now: datetime) -> tuple[Statement, ...]:
    if content_type == "text/html" and is_one_document(decode(body, content_type)):
        return understand(read_document(body, content_type, ""), now, whole=True)
    return read_any(body, content_type, "", now, None)


def _day(statement: Statement) -> datetime | None:
    """The day on which it was posted, as far as it says so itself."""
    return datetime.combine(statement.date_posted, time(), UTC) if statement.date_posted else None


def file_key(body: bytes) -> str:
    """What the ids of a file's items begin with."""
    return f"file:{hashlib.sha256(body).hexdigest()[:32]}"
