"""Inside a poll's transaction: files a statement in its case, and what its source makes of it later."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from jobs import review, undecided
from jobs.calling_off import may_end
from jobs.limits import USUAL, Policy
from jobs.recall import Recall
from jobs.steps.link import link_among
from jobs.steps.understand import Understood
from jobs.withhold import known_of_case, still_withheld
from storage.database import Work
from storage.records import Entry, Source, Statement
from storage.redactions import Withheld
from storage.words import CaseState, Concern, MsgType, Relation


def keep(
    work: Work, source: Source, read: Understood, now: datetime, recall: Recall, policy: Policy = USUAL
) -> Statement:
    """Stores the entry and its statement, joined to a case; returns the statement.

    Without the words that are withheld of its case. Those that are undecided of it are only not stored.
    """
    statement = _of_case(work, source, read, now, recall)
    entry, statement, held = _known(work, read.entry, statement, policy.of(source.trust))
    told, titled = statement.text == entry.text, statement.title == entry.title
    entry_id = work.entries.add(source.id, entry, now, told=told, titled=titled)
    statement = replace(statement, entry_id=entry_id, fetched=now)
    statement = replace(statement, id=work.statements.add(statement, source, now))
    if held.words:
        work.redactions.keep(statement.id, held)
    undecided.hide_known(work, source, statement, policy.of(source.trust))
    recall.add(statement, read.traits, now)
    return statement


def place(
    work: Work, source: Source, before: Statement, read: Understood, now: datetime, recall: Recall
) -> None:
    """What was kept unread is understood, and joined to a case."""
    known = replace(
        read.statement,
        id=before.id,
        entry_id=before.entry_id,
        external_id=before.external_id,
        fetched=before.fetched,
    )
    statement = _of_case(work, source, replace(read, statement=known), now, recall)
    entry, statement, held = _known(work, read.entry, statement, USUAL.of(source.trust))
    work.statements.place(statement, source)
    if held.words:
        work.entries.save(entry)
        work.redactions.keep(statement.id, held)
    undecided.hide_known(work, source, statement, USUAL.of(source.trust))
    recall.edited(work, statement)
    recall.add(statement, read.traits, before.fetched or now)


def _known(
    work: Work, entry: Entry, statement: Statement, wanted: Collection[Concern]
) -> tuple[Entry, Statement, Withheld]:
    """What opens a case has nothing to be kept out of."""
    if statement.relation is Relation.NEW:
        return entry, statement, Withheld()
    return known_of_case(work, entry, statement, statement.case_id, wanted)


def _of_case(work: Work, source: Source, read: Understood, now: datetime, recall: Recall) -> Statement:
    """The statement in its case: one that is known, or one that it opens."""
    statement = read.statement
    near = recall.near(work, statement, statement.published or now, source.id)
    linked = link_among(read.traits, near, recall.shelf)
    case_id = linked.case
    if case_id is None:
        case_id = work.cases.open(statement.title, now)
    elif linked.relation is Relation.UPDATE:
        work.cases.touch(case_id, _case_state(work, source, statement, case_id), now)
    return replace(statement, case_id=case_id, relation=linked.relation, link=linked.evidence)


def change(
    work: Work,
    source: Source,
    read: tuple[Entry, Statement],
    now: datetime,
    wanted: Collection[Concern],
    *,
    rewritten: bool = True,
) -> tuple[Statement, Statement]:
    """Stores an edited entry with what it says now; returns its statement as it was and as it is, whole.

    What was told of it is drawn as it stands: what an edit adds that gives cause for one of the concerns
    `wanted`, nobody but admins reads before one of them has decided. Not `rewritten` where its publisher
    edited nothing, and more of it was read.
    """
    entry, statement = read
    number = work.entries.statement_of(entry.id)
    before = work.statements.get(number) if number else None
    assert before is not None  # noqa: S101 - they were stored together
    public = review.public(work, before)
    open_ones = undecided.of(work, before)
    if open_ones:
        undecided.show(work, before, source)
        before = open_ones.statement
    entry, statement = still_withheld(work, entry, replace(statement, id=before.id), before.case_id, wanted)
    work.entries.save(entry)
    after = replace(
        statement,
        id=before.id,
        entry_id=before.entry_id,
        case_id=before.case_id,
        relation=before.relation,
        link=before.link,
        source_name=source.name,
        external_id=before.external_id,
        fetched=before.fetched,
    )
    same = (before.title, before.text) == (after.title, after.text)
    work.statements.change(after, source, None if same else now, rewritten=rewritten)
    parts = [*open_ones.parts] if open_ones else []
    is_looked_at = open_ones or work.alerts.rang(before.id)
    found = review.endangering if is_looked_at else undecided.of_case
    parts += review.but_public(found(work, after, wanted), public)
    if parts:
        undecided.hide(work, source, after, parts)
    return before, after


def _case_state(work: Work, source: Source, statement: Statement, case_id: int) -> CaseState:
    """Only a stop ends a case, and only by who may: the report of a vigil for the nine is Past as well."""
    if statement.alert.msg_type is MsgType.CANCEL and may_end(work, case_id, source, statement):
        return CaseState.STOPPED
    return CaseState.UPDATED
