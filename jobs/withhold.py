"""Inside a transaction: takes what may endanger somebody out of a statement, and keeps it out."""

from collections.abc import Iterable
from dataclasses import replace

from jobs import undecided
from jobs.steps.sensitive import Black, taken_out
from storage.database import Work
from storage.records import Entry, Source, Statement
from storage.redactions import Redacted, Withheld


def withhold(work: Work, statement: Statement, source: Source, words: tuple[str, ...]) -> Statement:
    """The statement without these words, as it is kept from now on: in the archive, its index, its versions.

    The words themselves are kept enciphered, for what is said later, of it (`still_withheld`) and of its
    case (`known_of_case`). With them goes what was undecided of it.
    """
    before = undecided.of(work, statement)
    known = tuple(dict.fromkeys((*withheld_of(work, statement), *words)))
    entry = before.entry if before else work.entries.get(statement.entry_id)
    assert entry is not None  # noqa: S101 - they were stored together
    said = undecided.said(work, statement)
    black = Black(known)
    clean = replace(black.statement(said), withheld=True)
    work.redactions.keep(statement.id, _cut(known, said, clean))
    undecided.store(work, source, clean, entry, black)
    return clean


def still_withheld(
    work: Work, entry: Entry, statement: Statement, case_id: int | None
) -> tuple[Entry, Statement]:
    """What a source says anew, without the words that were withheld of it before, or of its case."""
    own = work.redactions.of(statement.id)
    entry, clean, found = known_of_case(work, entry, statement, case_id, own)
    if own or found.words:
        words = tuple(dict.fromkeys((*own, *found.words)))
        work.redactions.keep(statement.id, replace(found, words=words))
        clean = replace(clean, withheld=True)
    return entry, clean


def known_of_case(
    work: Work, entry: Entry, statement: Statement, case_id: int | None, own: tuple[str, ...] = ()
) -> tuple[Entry, Statement, Withheld]:
    """The two without the words that somebody decided to withhold of their case, and what that took out.

    Whoever reads the case would know them again, whatever stands beside them now.
    """
    words = own + (work.redactions.of_case(case_id) if case_id else ())
    if not words:
        return entry, statement, Withheld()
    black = Black(words)
    clean, bare = black.statement(statement), black.entry(entry)
    if (clean, bare) == (statement, entry):
        return entry, statement, Withheld()
    held = tuple(one for one in dict.fromkeys(words) if _holds(one, statement, entry))
    return bare, replace(clean, withheld=True), _cut(held, statement, clean)


def withhold_known(work: Work, statement: Statement, source: Source) -> Statement:
    """A statement that is kept already, and came into a case, without the words that are withheld of that."""
    entry = work.entries.get(statement.entry_id)
    assert entry is not None  # noqa: S101 - they were stored together
    _, _, found = known_of_case(work, entry, statement, statement.case_id)
    return withhold(work, statement, source, found.words) if found.words else statement


def save_known(work: Work, entry: Entry) -> Entry:
    """Stores an entry that says what it said, without the words that are withheld of it; returns it."""
    number = work.entries.statement_of(entry.id)
    statement = work.statements.get(number) if number else None
    if statement is not None:
        words = withheld_of(work, statement)
        words += work.redactions.of_case(statement.case_id) if statement.case_id else ()
        entry = Black(words).entry(entry) if words else entry
    work.entries.save(entry)
    return entry


def withheld_of(work: Work, statement: Statement) -> tuple[str, ...]:
    """The words that readers do not see of it, decided or not."""
    told = work.redactions.undecided(statement.id)
    open_ones = undecided.parts_of(told) if told else ()
    return (*work.redactions.of(statement.id), *(one.words for one in open_ones))


def cut_of(work: Work, statement: Statement) -> Withheld:
    """The same, with what stood at each mark."""
    words = withheld_of(work, statement)
    return _cut(words, undecided.said(work, statement), statement) if words else Withheld()


def withhold_again(work: Work, present: Iterable[Redacted]) -> int:
    """After a backup was restored: what has been withheld since goes again; returns of how many.

    What was undecided then waits for somebody again.
    """
    count = 0
    for one in present:
        source = work.sources.by_name(one.source)
        parts = undecided.parts_of(one.undecided) if one.undecided else ()
        black = Black((*one.words, *(part.words for part in parts)))
        for number, is_sure in work.redactions.statements(one).items():
            statement = work.statements.get(number)
            if statement is None or source is None or statement.taken_down:
                continue
            if not is_sure and black.statement(statement) == statement:
                continue
            if one.words:
                statement = withhold(work, statement, source, one.words)
            if parts:
                undecided.hide(work, source, statement, parts)
            count += 1
    return count


def _cut(words: tuple[str, ...], said: Statement, clean: Statement) -> Withheld:
    return Withheld(words, taken_out(said.title, clean.title), taken_out(said.text, clean.text))


def _holds(words: str, statement: Statement, entry: Entry) -> bool:
    black = Black((words,))
    return black.statement(statement) != statement or black.entry(entry) != entry
