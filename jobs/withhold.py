"""Inside a transaction: takes what may endanger somebody out of a statement, and keeps it out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from jobs import undecided
from jobs.limits import USUAL
from jobs.steps.sensitive import Black, Sensitive, taken_out
from storage.database import Work
from storage.records import Entry, Source, Statement
from storage.redactions import Redacted, Withheld
from storage.words import Concern

_NOTHING = Withheld()


def withhold(
    work: Work, statement: Statement, source: Source, parts: Iterable[Sensitive], now: datetime
) -> Statement:
    """The statement without these words, as it is kept from now on: in the archive, its index, its versions.

    The words themselves are kept enciphered, for what is said later, of it (`still_withheld`) and of its
    case (`known_of_case`). With them goes what was undecided of it. What was told with these words is due to
    be told without them, where it stands.
    """
    why = _why(parts)
    return _withhold(work, statement, source, Withheld(tuple(why), concerns=why), now)


def _withhold(work: Work, statement: Statement, source: Source, more: Withheld, now: datetime) -> Statement:
    before, held = undecided.of(work, statement), withheld_of(work, statement)
    known = tuple(dict.fromkeys((*held.words, *more.words)))
    entry = before.entry if before else work.entries.get(statement.entry_id)
    assert entry is not None  # noqa: S101 - they were stored together
    said = undecided.said(work, statement)
    black = Black(known)
    clean = replace(black.statement(said), withheld=True)
    if _was_told(work, statement, before, black):
        work.removals.begin(statement.id, now)
    work.redactions.keep(statement.id, _cut(known, said, clean, {**held.concerns, **more.concerns}))
    undecided.store(work, source, clean, entry, black)
    _withhold_of_correction(work, statement.id, black, now)
    return clean


def _withhold_of_correction(work: Work, statement_id: int, black: Black, now: datetime) -> None:
    """What took the statement back bears its title: it loses the words, too."""
    found = work.alerts.correction_of(statement_id)
    correction = work.statements.get(found[0]) if found else None
    source = work.sources.by_name(correction.source_name) if correction else None
    entry = work.entries.get(correction.entry_id) if correction else None
    if correction is None or source is None or entry is None or correction.taken_down:
        return
    clean = black.statement(correction)
    if clean == correction:
        return
    undecided.store(work, source, replace(clean, withheld=True), entry, black)
    work.removals.begin(correction.id, now)


def still_withheld(
    work: Work, entry: Entry, statement: Statement, case_id: int | None, wanted: Collection[Concern]
) -> tuple[Entry, Statement]:
    """What a source says anew, without the words that were withheld of it before, or of its case.

    Of its case are those that give cause for one of the concerns `wanted`.
    """
    own = work.redactions.withheld(statement.id)
    entry, clean, found = known_of_case(work, entry, statement, case_id, wanted, own)
    if own.words or found.words:
        words = tuple(dict.fromkeys((*own.words, *found.words)))
        why = {**found.concerns, **own.concerns}
        work.redactions.keep(statement.id, replace(found, words=words, concerns=why))
        clean = replace(clean, withheld=True)
    return entry, clean


def known_of_case(
    work: Work,
    entry: Entry,
    statement: Statement,
    case_id: int | None,
    wanted: Collection[Concern],
    own: Withheld = _NOTHING,
) -> tuple[Entry, Statement, Withheld]:
    """The two without the words that somebody decided to withhold of their case, and what that took out.

    Whoever reads the case would know them again, whatever stands beside them now. What is withheld for none
    of the concerns `wanted` stays: a name that others relay stands in an organisation's own word.
    """
    why = (work.redactions.of_case(case_id, wanted) if case_id else {}) | own.concerns
    words = tuple(dict.fromkeys((*own.words, *why)))
    if not words:
        return entry, statement, Withheld()
    black = Black(words)
    clean, bare = black.statement(statement), black.entry(entry)
    if (clean, bare) == (statement, entry):
        return entry, statement, Withheld()
    held = tuple(one for one in words if _holds(one, statement, entry))
    return bare, replace(clean, withheld=True), _cut(held, statement, clean, why)


def withhold_known(work: Work, statement: Statement, source: Source, now: datetime) -> Statement:
    """A statement that is kept already, and came into a case, without the words that are withheld of that."""
    entry = work.entries.get(statement.entry_id)
    assert entry is not None  # noqa: S101 - they were stored together
    wanted = USUAL.of(source.trust)
    _, _, found = known_of_case(work, entry, statement, statement.case_id, wanted)
    return _withhold(work, statement, source, found, now) if found.words else statement


def save_known(work: Work, entry: Entry, wanted: Collection[Concern]) -> Entry:
    """Stores an entry that says what it said, without the words that are withheld of it; returns it.

    As by `still_withheld`.
    """
    number = work.entries.statement_of(entry.id)
    statement = work.statements.get(number) if number else None
    if statement is not None:
        words = withheld_of(work, statement).words
        words += tuple(work.redactions.of_case(statement.case_id, wanted)) if statement.case_id else ()
        entry = Black(words).entry(entry) if words else entry
    work.entries.save(entry)
    return entry


def withheld_of(work: Work, statement: Statement) -> Withheld:
    """The words that readers do not see of it, decided or not; without where they stood."""
    told = work.redactions.undecided(statement.id)
    own, why = work.redactions.withheld(statement.id), _why(undecided.parts_of(told) if told else ())
    return Withheld((*own.words, *why), concerns=why | own.concerns)


def cut_of(work: Work, statement: Statement) -> Withheld:
    """The same, with what stood at each mark."""
    held = withheld_of(work, statement)
    said = undecided.said(work, statement)
    return _cut(held.words, said, statement, held.concerns) if held.words else Withheld()


def withhold_again(work: Work, present: Iterable[Redacted], now: datetime) -> int:
    """After a backup was restored: what has been withheld since goes again; returns of how many.

    What was undecided then waits for somebody again.
    """
    count = 0
    for one in present:
        source = work.sources.by_name(one.source)
        parts = undecided.parts_of(one.undecided) if one.undecided else ()
        black = Black((*one.withheld.words, *(part.words for part in parts)))
        for number, is_sure in work.redactions.statements(one).items():
            statement = work.statements.get(number)
            if statement is None or source is None or statement.taken_down:
                continue
            if not is_sure and black.statement(statement) == statement:
                continue
            if one.withheld.let:
                work.redactions.let(number, one.withheld.let)
            if one.withheld.words:
                statement = _withhold(work, statement, source, one.withheld, now)
            if parts:
                undecided.hide(work, source, statement, parts)
            count += 1
    return count


def _was_told(work: Work, statement: Statement, hidden: undecided.Undecided | None, black: Black) -> bool:
    """Whether readers have seen the words in it: as it is stored, or as it was before."""
    stored = work.statements.get(statement.id)
    seen = [(one.title, one.text) for one in work.statements.versions.of(statement.id)]
    seen += [(title, text) for title, text, _ in hidden.versions.values()] if hidden else []
    seen += [(stored.title, stored.text)] if stored else []
    return any(black.holds(f"{title}\n{text}") for title, text in seen)


def _cut(
    words: tuple[str, ...], said: Statement, clean: Statement, concerns: Mapping[str, Concern]
) -> Withheld:
    title, text = taken_out(said.title, clean.title), taken_out(said.text, clean.text)
    return Withheld(words, title, text, {one: concerns[one] for one in words if one in concerns})


def _why(parts: Iterable[Sensitive]) -> dict[str, Concern]:
    """The words of each, and the gravest concern for which they are withheld."""
    found: dict[str, Concern] = {}
    for one in sorted(parts, key=lambda one: list(Concern).index(one.concern)):
        found.setdefault(one.words, one.concern)
    return found


def _holds(words: str, statement: Statement, entry: Entry) -> bool:
    black = Black((words,))
    return black.statement(statement) != statement or black.entry(entry) != entry
