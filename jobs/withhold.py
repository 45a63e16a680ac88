"""Inside a transaction: takes what may endanger somebody out of a statement, and keeps it out."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from jobs.steps.sensitive import blacken, blackened
from storage.database import Work
from storage.records import Entry, Source, Statement
from storage.redactions import Redacted


def withhold(work: Work, statement: Statement, source: Source, words: tuple[str, ...]) -> Statement:
    """The statement without these words, as it is kept from now on: in the archive, its index, its versions.

    The words themselves are kept enciphered, for what the source says of it later (`still_withheld`).
    """
    known = tuple(dict.fromkeys((*work.redactions.of(statement.id), *words)))
    work.redactions.keep(statement.id, known)
    clean = replace(blackened(statement, known), withheld=True)
    work.statements.change(clean, source)
    work.statements.versions.rewrite(statement.id, partial(blacken, words=known))
    work.alerts.rewrite_changes(statement.id, partial(blacken, words=known))
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


def withhold_again(work: Work, present: Iterable[Redacted]) -> int:
    """After a backup was restored: what has been withheld since goes again; returns of how many."""
    count = 0
    for one in present:
        number = work.redactions.statement(one)
        statement = work.statements.get(number) if number else None
        source = work.sources.by_name(one.source)
        if statement is not None and source is not None and not statement.taken_down:
            withhold(work, statement, source, one.words)
            count += 1
    return count


def _without(entry: Entry, words: tuple[str, ...]) -> Entry:
    return replace(entry, title=blacken(entry.title, words), text=blacken(entry.text, words))
