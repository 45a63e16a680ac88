"""From a document to statements: split, extract, classify, in that order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TypeAlias

from jobs.steps.classify import classify
from jobs.steps.document import Document
from jobs.steps.extract import extract, split
from storage.records import Entry, Source, Statement

Understand: TypeAlias = Callable[[Entry, Source, datetime], Statement]
"""Says what one entry of a source says, as `understand_entry` does."""


NOT_UNDERSTOOD = "could not be understood"


def understand(document: Document, now: datetime, as_of: datetime | None = None) -> tuple[Statement, ...]:
    """One statement for each titled item of the document.

    Each is judged as of its publication (`published`, else the day it was posted or written, else
    `now`), unless `as_of` says otherwise.
    """
    read = (replace(extract(part), published=part.published) for part in split(document))
    return tuple(classify(statement, as_of or _publication(statement) or now) for statement in read)


def understand_entry(entry: Entry, source: Source, now: datetime) -> Statement:
    """What one entry of a source says; an entry is one item and is never split."""
    document = Document(
        title=entry.title,
        text=entry.text or entry.title,
        url=entry.url,
        language=entry.language or source.language,
        published=entry.published,
        organisation=source.organisation,
    )
    statement = extract(document)
    if statement.date_posted is None and entry.published:
        statement = replace(statement, date_posted=entry.published.date())
    statement = replace(statement, published=entry.published)
    return classify(statement, entry.published or now)


def understand_all(
    entries: Sequence[Entry], source: Source, now: datetime, one: Understand = understand_entry
) -> tuple[tuple[Entry, Statement], ...]:
    """Each entry with what it says; one that cannot be read is kept with a note, and the rest goes on."""
    found = []
    for entry in entries:
        try:
            found.append((entry, one(entry, source, now)))
        except Exception as error:  # noqa: BLE001 - it goes on in the note
            found.append(not_understood(entry, source, repr(error)))
    return tuple(found)


def not_understood(entry: Entry, source: Source, why: str) -> tuple[Entry, Statement]:
    """The entry as it stands, with a note for an admin, and a statement of its own words alone."""
    noted = replace(entry, note=f"{NOT_UNDERSTOOD}: {why}"[:200])
    plain = Statement(title=entry.title, url=entry.url, text=entry.text, published=entry.published)
    return noted, replace(plain, language=entry.language, countries=source.countries)


def _publication(statement: Statement) -> datetime | None:
    if statement.published:
        return statement.published
    day = statement.date_posted or statement.date_written
    return datetime.combine(day, time(12), UTC) if day else None
