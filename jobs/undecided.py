"""Inside a transaction: what may endanger somebody is shown to nobody but admins until one has decided.

The archive, its index and every message are drawn from what is stored; so what waits for an admin is stored
without the words in question, and whole beside it, enciphered. To let it go puts all of it back.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from jobs.limits import ENDANGERS
from jobs.lines import read, written
from jobs.steps.sensitive import Black, Sensitive, filled
from storage.database import Work
from storage.records import Alert, Change, Demand, Entry, Source, Statement, Version
from storage.statement_rows import row_of, statement_of
from storage.words import Aspect, Concern

Said = tuple[str, str, str]
"""The title, the text and the address of a version."""
_STANDING = (
    *("id", "entry_id", "case_id", "relation", "source_name", "external_id"),
    *("fetched", "gone", "gone_as", "taken_down"),
)
"""What of a statement does not change with its words."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """A statement as its source has it, and which of its words readers do not see meanwhile."""

    parts: tuple[Sensitive, ...]
    statement: Statement
    entry: Entry
    versions: dict[int, Said] = field(default_factory=dict)
    """Of former versions that hold the words, by number."""
    changes: dict[int, tuple[Change, ...]] = field(default_factory=dict)
    """What its alerts tell of its edits, by alert."""
    case_title: str = ""
    """The title that its case bore, where that held the words."""

    @property
    def black(self) -> Black:
        """What takes the words out."""
        return Black(one.words for one in self.parts)


def of(work: Work, statement: Statement) -> Undecided | None:
    """What is undecided of a statement as it is stored, but for words on which somebody has decided since."""
    told = work.redactions.undecided(statement.id)
    entry = work.entries.get(statement.entry_id) if told else None
    if entry is None:
        return None
    found = _read(json.loads(told), statement, entry)
    decided = work.redactions.of(statement.id)
    if statement.case_id:
        # What others of the case are withheld for and this is not, as a name that is relayed, stands in it.
        wanted = ENDANGERS | {one.concern for one in found.parts}
        decided += tuple(work.redactions.of_case(statement.case_id, wanted))
    return _cleaned(found, Black(decided)) if decided else found


def of_case(work: Work, statement: Statement, wanted: Collection[Concern]) -> tuple[Sensitive, ...]:
    """What stands in a statement of the words that are undecided of others of its case.

    Of those that give cause for one of these concerns; what somebody let of the case meanwhile is decided.
    """
    if statement.case_id is None:
        return ()
    found: list[Sensitive] = []
    open_ones = work.redactions.undecided_of_case(statement.case_id)
    let = work.redactions.let_of_case(statement.case_id) if open_ones else frozenset()
    for number, told in open_ones.items():
        parts = _parts(json.loads(told)) if number != statement.id else ()
        found += [
            replace(one, sentence=_sentence(one, statement))
            for one in parts
            if one.concern in wanted and one.words not in let and _stands(one, statement)
        ]
    return tuple(found)


def said(work: Work, statement: Statement) -> Statement:
    """A statement with the words that readers do not see, to be compared with others: never to be shown."""
    if not statement.withheld:
        return statement
    open_ones = of(work, statement)
    if open_ones:
        statement = open_ones.statement
    found = work.redactions.withheld(statement.id)
    title, text = filled(statement.title, found.title), filled(statement.text, found.text)
    return replace(statement, title=title, text=text)


def said_entry(work: Work, statement: Statement) -> Entry:
    """Its entry, in the same way."""
    entry = work.entries.get(statement.entry_id)
    assert entry is not None  # noqa: S101 - they were stored together
    open_ones = of(work, statement)
    entry = open_ones.entry if open_ones else entry
    found = work.redactions.withheld(statement.id)
    return replace(entry, title=filled(entry.title, found.title), text=filled(entry.text, found.text))


def whole(work: Work, alert: Alert) -> Alert:
    """The alert as its source has it, for admins."""
    found = of(work, alert.statement)
    if found is None:
        return alert
    changes = found.changes.get(alert.id, alert.changes)
    return replace(alert, statement=replace(found.statement, id=alert.statement.id), changes=changes)


def hide(work: Work, source: Source, statement: Statement, parts: Iterable[Sensitive]) -> Statement:
    """From now on readers see the statement without these words; returns it as they do.

    `statement` is whole, and so it is stored, or undecided already.
    """
    known = of(work, statement)
    if known:
        show(work, statement, source)
    entry = work.entries.get(statement.entry_id)
    assert entry is not None  # noqa: S101 - they were stored together
    found = tuple(dict.fromkeys((*(known.parts if known else ()), *parts)))
    black = Black(one.words for one in found)
    versions = {
        one.number: (one.title, one.text, one.url) for one in work.statements.versions.of(statement.id)
    }
    case = work.cases.get(statement.case_id) if statement.case_id else None
    kept = Undecided(
        found,
        statement,
        entry,
        {number: said for number, said in versions.items() if _without(said, black) != said},
        {
            number: told
            for number, told in work.alerts.changes_of(statement.id).items()
            if black.changes(told) != told
        },
        case.title if case and black.holds(case.title) else "",
    )
    clean = replace(black.statement(statement), withheld=True)
    work.redactions.leave_undecided(statement.id, json.dumps(_written(kept, source)))
    store(work, source, clean, entry, black)
    return clean


def hide_known(work: Work, source: Source, statement: Statement, wanted: Collection[Concern]) -> None:
    """From now on readers see a whole statement without what is undecided of its case.

    Whether it rings or not: whoever reads the case would know the words from it.
    """
    parts = of_case(work, statement, wanted)
    if parts:
        hide(work, source, statement, parts)


def show(work: Work, statement: Statement, source: Source) -> None:
    """Somebody decided that it may be read as its source has it: all of it is put back."""
    found = of(work, statement)
    if found is None:
        return
    work.redactions.leave_undecided(statement.id, "")
    work.statements.change(found.statement, source)
    work.statements.versions.rewrite(statement.id, lambda one: _as(one, found.versions))
    for number, told in found.changes.items():
        work.alerts.put_changes(number, told)
    work.entries.save(found.entry)
    if statement.case_id and found.case_title:
        work.cases.rename(statement.case_id, found.black.clean(found.case_title), found.case_title)


def store(work: Work, source: Source, clean: Statement, entry: Entry, black: Black) -> None:
    """Stores a statement that was cleaned, and cleans what tells the same: versions, edits, case, entry."""
    work.statements.change(clean, source)
    work.statements.versions.rewrite(clean.id, lambda one: _clean_version(one, black))
    for number, told in work.alerts.changes_of(clean.id).items():
        work.alerts.put_changes(number, black.changes(told))
    work.entries.save(black.entry(entry))
    case = work.cases.get(clean.case_id) if clean.case_id else None
    if case is not None:
        work.cases.rename(case.id, case.title, black.clean(case.title))


def parts_of(told: str) -> tuple[Sensitive, ...]:
    """The words that were undecided, as `Redactions` gives them."""
    return _parts(json.loads(told))


def _cleaned(found: Undecided, black: Black) -> Undecided:
    return replace(
        found,
        statement=black.statement(found.statement),
        entry=black.entry(found.entry),
        versions={number: _without(said, black) for number, said in found.versions.items()},
        changes={number: black.changes(told) for number, told in found.changes.items()},
        case_title=black.clean(found.case_title),
    )


def _stands(one: Sensitive, statement: Statement) -> bool:
    return Black((one.words,)).statement(statement) != statement


def _sentence(one: Sensitive, statement: Statement) -> str:
    """A line in which the words stand."""
    black = Black((one.words,))
    lines = (statement.title, *statement.text.splitlines())
    return next((line for line in lines if black.holds(line)), statement.title)


def _without(said: Said, black: Black) -> Said:
    title, text, url = said
    return black.clean(title), black.clean(text), black.link(url)


def _clean_version(one: Version, black: Black) -> Version:
    title, text, url = _without((one.title, one.text, one.url), black)
    return replace(one, title=title, text=text, url=url)


def _as(one: Version, said: dict[int, Said]) -> Version:
    title, text, url = said.get(one.number, (one.title, one.text, one.url))
    return replace(one, title=title, text=text, url=url)


def _written(found: Undecided, source: Source) -> dict[str, Any]:
    entry = found.entry
    return {
        "parts": [[one.concern, one.words, one.sentence] for one in found.parts],
        "statement": written(row_of(found.statement, source)),
        "demands": [written(asdict(one)) for one in found.statement.demands],
        "entry": {"title": entry.title, "text": entry.text, "url": entry.url, "enclosures": entry.enclosures},
        "versions": list(found.versions.items()),
        "changes": [
            [number, [[one.aspect, one.before, one.after] for one in told]]
            for number, told in found.changes.items()
        ],
        "case_title": found.case_title,
    }


def _read(told: dict[str, Any], statement: Statement, entry: Entry) -> Undecided:
    """What was written, of a statement that is the stored one in all that does not change with its words."""
    here = {name: getattr(statement, name) for name in _STANDING}
    row: Any = read(told["statement"]) | here  # a row by another name
    own = told["entry"]
    return Undecided(
        _parts(told),
        statement_of(row, tuple(Demand(**read(one)) for one in told["demands"])),
        replace(entry, **own | {"enclosures": tuple(own["enclosures"])}),
        {int(number): (said[0], said[1], said[2]) for number, said in told["versions"]},
        {
            int(number): tuple(Change(Aspect(of), tuple(old), tuple(new)) for of, old, new in changes)
            for number, changes in told["changes"]
        },
        told["case_title"],
    )


def _parts(told: dict[str, Any]) -> tuple[Sensitive, ...]:
    return tuple(Sensitive(Concern(concern), words, line) for concern, words, line in told["parts"])
