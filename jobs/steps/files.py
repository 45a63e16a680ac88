"""Reads one file of a folder: each titled item in it is an entry of its own."""

import hashlib
from datetime import datetime

from jobs.steps.anything import read_any
from jobs.steps.understand import Understood, of_source
from storage.records import Entry, Source

TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".md": "text/plain",
}
"""What a file holds, by the ending of its name."""


def read_file(body: bytes, content_type: str, source: Source, now: datetime) -> tuple[Understood, ...]:
    """The items of a file, as `vigil explain` reads them. Raises Unreadable.

    Their ids come from what the file holds: a copy of it, or another name, adds nothing.
    """
    key = file_key(body)
    found = []
    for number, statement in enumerate(read_any(body, content_type, "", now, None), start=1):
        entry = Entry(
            uid=f"{key}#{number}",
            title=statement.title,
            url=statement.url,
            text=statement.text,
            language=statement.language,
            published=statement.published,
        )
        found.append(of_source(entry, statement, source))
    return tuple(found)


def file_key(body: bytes) -> str:
    """What the ids of a file's items begin with."""
    return f"file:{hashlib.sha256(body).hexdigest()[:32]}"
