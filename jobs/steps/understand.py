"""From a document to statements: split, extract, classify, in that order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TypeAlias

from jobs.steps.classify import classify
from jobs.steps.classify.documents import judge_document
from jobs.steps.document import Document
from jobs.steps.extract import extract, extract_asked, split
from jobs.steps.extract.form import forms_of
from jobs.steps.link import Traits, read_traits, unread_traits
from storage.records import Entry, Source, Statement

Understand: TypeAlias = Callable[[Entry, Source, datetime], Statement]
"""Says what one entry of a source says, as `understand_entry` does."""

_LONG = 2_500
"""Characters from which on an entry is judged as a document: its form says more than its words."""
NOT_UNDERSTOOD = "could not be understood"
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Understood:
    """An entry with what it says, and with what tells its event from others."""

    entry: Entry
    statement: Statement
    traits: Traits


def understand(
    document: Document, now: datetime, as_of: datetime | None = None, *, whole: bool = False
) -> tuple[Statement, ...]:
    """One statement for each titled item of the document.

    Each is judged as of its publication (`published`, else the day it was posted or written, else
    `now`), unless `as_of` says otherwise. `whole`: it is known to be one item, whatever headings it has.
    """
    read = [extract(part) for part in ((document,) if whole else split(document))]
    judged = [classify(statement, as_of or _publication(statement) or now) for statement in read]
    forms = forms_of([(statement.title, statement.text, statement.kind) for statement in judged])
    return tuple(judge_document(statement, form) for statement, form in zip(judged, forms, strict=True))


def understand_entry(entry: Entry, source: Source, now: datetime) -> Statement:
    """What one entry of a source says; an entry is one item and is never split."""
    return _of_entry(entry, source, now, extract)


def judge_entry(entry: Entry, source: Source, now: datetime) -> Statement:
    """As `understand_entry`, where only kind, alert and countries are asked for: the rest may be missing."""
    return _of_entry(entry, source, now, extract if len(entry.text) > _LONG else extract_asked)


def _of_entry(
    entry: Entry, source: Source, now: datetime, read: Callable[[Document], Statement]
) -> Statement:
    document = Document(
        title=entry.title,
        text=entry.text or entry.title,
        url=entry.url,
        language=entry.language or source.language,
        published=entry.published,
        organisation=source.organisation,
    )
    statement = read(document)
    posted = statement.date_posted or (entry.published.date() if entry.published else None)
    if posted != statement.date_posted:
        statement = replace(statement, date_posted=posted)
    judged = classify(statement, entry.published or now, source.countries)
    return judge_document(judged) if len(entry.text) > _LONG else judged


def understand_all(
    entries: Iterable[Entry], source: Source, now: datetime, one: Understand = understand_entry
) -> tuple[Understood, ...]:
    """Each entry with what it says; one that cannot be read is kept with a note, and the rest goes on."""
    found = []
    for shown in entries:
        entry = possible(shown)
        try:
            found.append(of_source(entry, one(entry, source, now), source))
        except Exception as error:  # noqa: BLE001 - it goes on in the note
            found.append(not_understood(entry, source, repr(error)))
    return tuple(found)


def of_source(entry: Entry, statement: Statement, source: Source) -> Understood:
    """What the entry was found to say, as its source's word: who speaks again has news."""
    statement = replace(statement, source_name=source.name)
    return Understood(entry, statement, read_traits(statement))


def not_understood(entry: Entry, source: Source, why: str) -> Understood:
    """The entry as it stands, with a note for an admin, and a statement of its own words alone."""
    return as_it_stands(replace(entry, note=f"{NOT_UNDERSTOOD}: {why}"[:200]), source)


def as_it_stands(entry: Entry, source: Source) -> Understood:
    """The entry with a statement of its own words alone: nothing was read in it."""
    plain = Statement(title=entry.title, url=entry.url, text=entry.text, published=entry.published)
    plain = replace(plain, language=entry.language, countries=source.countries, source_name=source.name)
    return Understood(entry, plain, unread_traits(plain))


def warm() -> None:
    """Reads the tables that a text of any language needs, and those of English."""
    sample = Entry(
        uid="", title="Nine refugees face return", text="On 3 May 2024 they were taken to Bangkok."
    )
    understand_all([sample], Source(name="", url=""), _EARLIEST)


def possible(entry: Entry) -> Entry:
    """Year 1 and year 9999 are what software writes for "no date"; neither may ring."""
    if entry.published is None or _EARLIEST <= entry.published <= _LATEST:
        return entry
    note = f"impossible date {entry.published.date().isoformat()}"
    return replace(entry, published=_EARLIEST, note=note)


def _publication(statement: Statement) -> datetime | None:
    if statement.published:
        return statement.published
    day = statement.date_posted or statement.date_written
    return datetime.combine(day, time(12), UTC) if day else None
