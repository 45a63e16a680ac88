"""Inside a transaction: takes what may endanger somebody out of a statement, and keeps it out."""

from dataclasses import replace
from functools import partial

from jobs.steps.sensitive import blacken, blackened
from storage.database import Work
from storage.records import Entry, Source, Statement


def withhold(work: Work, statement: Statement, source: Source, words: tuple[str, ...]) -> Statement:
    """The statement without these words, as it is kept from now on: in the archive, its index, its versions.

    The words themselves are kept enciphered, for what the source says of it later (`still_withheld`).
    """
    known = tuple(dict.fromkeys((*work.redactions.of(statement.id), *words)))
    work.redactions.keep(statement.id, known)
    clean = replace(blackened(statement, known), withheld=True)
    work.statements.change(clean, source)
    work.statements.versions.rewrite(statement.id, partial(blacken, words=known))
    entry = work.entries.get(statement.entry_id)
    if entry is not None:
        work.entries.save(_without(entry, known))
    if statement.case_id is not None:
        work.cases.rename(statement.case_id, statement.title, clean.title)
    return clean


def still_withheld(work: Work, entry: Entry, statement: Statement) -> tuple[Entry, Statement]:
    """What a source says anew, without the words that were withheld of it before."""
    words = work.redactions.of(statement.id)
    if not words:
        return entry, statement
    return _without(entry, words), replace(blackened(statement, words), withheld=True)


def _without(entry: Entry, words: tuple[str, ...]) -> Entry:
    return replace(entry, title=blacken(entry.title, words), text=blacken(entry.text, words))
