"""Inside one transaction: keeps what polls brought, validators with entries and alerts, or nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from jobs.filing import change, keep
from jobs.health import Found, tell, tell_pushed, tell_vanished, tell_withheld
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.recall import Recall
from jobs.ring import Audience, Occasion, ring, ring_again
from jobs.steps.habit import LOOKED_AT, habit, is_silent
from jobs.steps.understand import Understood
from jobs.vanished import Standing
from jobs.wishes import Wishes
from jobs.withhold import save_known
from storage.database import Work
from storage.records import Alert, Entry, Source, Statement
from storage.remembered import Reread
from storage.words import Concern, Relation

NOBODY = Admins()
AS_IT_WAS = Standing()
_MANY_EDITS = 3
_PIECE = 50
"""Entries that one transaction keeps: other writers wait for no more."""
_AT_ONCE = "many items of this source changed at once: an admin looks first"


@dataclass(frozen=True, slots=True)
class Edit:
    """A known entry and what it is now; `statement` is None where it says the same as before."""

    old: Entry
    entry: Entry
    statement: Statement | None = None
    by_publisher: bool = True
    """False when nobody edited it: its page, which could not be read before, was read."""
    reread: bool = False
    """True when only its page, which was asked for again, told of the edit."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one poll of one source came to, before it is stored."""

    before: Source
    source: Source
    now: datetime
    new: tuple[Understood, ...] = ()
    edits: tuple[Edit, ...] = ()
    first_poll: bool = False
    standing: Standing = AS_IT_WAS
    """What is gone at the source, and what is back."""
    understood: datetime | None = None
    """When its texts were, where it is known."""
    pushed: bool = False
    """True when a hub brought it: that tells nothing of how the source itself answers."""
    doubt: str = ""
    """Why an admin looks at what its edits ring for, as seen over all of its pieces."""
    pages: Mapping[str, Reread] = field(default_factory=dict)
    """Pages that were read behind its entries, by their uids; those of recent ones are asked for again."""
    rereads: tuple[Reread, ...] = ()
    """Pages that were asked for again, as they are known now."""

    @property
    def weight(self) -> int:
        """How long it takes to store, a state alone being 1."""
        told = len(self.standing.gone) + len(self.rereads)
        return 1 + 3 * (len(self.new) + len(self.edits)) + told


def pieces(outcome: Outcome) -> Iterator[Outcome]:
    """The outcome in parts, each for a transaction of its own, the oldest news first.

    Only the last tells how the source answers: until it is kept, nothing of the answer counts as seen.
    """
    if not (outcome.new or outcome.edits):
        yield outcome
        return
    new = sorted(outcome.new, key=lambda read: read.entry.published or outcome.now)
    outcome = replace(outcome, new=tuple(new), doubt=_AT_ONCE if _many(outcome.edits) else "")
    while len(outcome.new) + len(outcome.edits) > _PIECE:
        edits = outcome.edits[:_PIECE]
        new_ones = outcome.new[: _PIECE - len(edits)]
        piece = replace(outcome, source=outcome.before, new=new_ones, edits=edits, pushed=True)
        yield replace(piece, rereads=())
        rest = outcome.new[len(new_ones) :], outcome.edits[len(edits) :]
        outcome = replace(outcome, new=rest[0], edits=rest[1])
    yield outcome


def _many(edits: Sequence[Edit]) -> bool:
    """A new footer, a new software or a hijacker: rarely many news."""
    return sum(edit.by_publisher and edit.statement is not None for edit in edits) > _MANY_EDITS


@dataclass(frozen=True, slots=True)
class Kept:
    """What of it was stored: new entries, remarks, and what rang with the number of its recipients."""

    source: Source
    new: int = 0
    notes: tuple[str, ...] = ()
    alerts: tuple[tuple[Alert, int], ...] = ()
    withheld: tuple[int, ...] = ()
    """Taken-down statements, by number, that something resembled so much that it was not stored."""
    overtaken: bool = False
    """True when another program had changed meanwhile what this answer edits: it is to be asked for again."""


def keep_all(
    work: Work,
    outcomes: Sequence[Outcome],
    limits: Limits,
    recall: Recall,
    admins: Admins = NOBODY,
    wishes: Wishes | None = None,
) -> tuple[Kept, ...]:
    """Keeps what several polls brought, in the order in which they came, and what admins should hear."""
    if any(outcome.new or outcome.edits for outcome in outcomes):
        work.cases.lock()  # first: what another poller stores meanwhile must be seen below
        recall.begin(work)
    for outcome in outcomes:
        if outcome.standing.at_once:
            tell_vanished(work, outcome.source, outcome.standing.at_once, outcome.now, admins)
    audience = Audience(work, wishes or Wishes(), admins)
    kept = [_keep(work, outcome, _occasion(outcome, limits, audience), recall) for outcome in outcomes]
    for outcome, one in zip(outcomes, kept, strict=True):
        for number in dict.fromkeys(one.withheld):
            tell_withheld(work, outcome.source, number, outcome.now, admins)
    both = list(zip(outcomes, _with_memory(work, outcomes, kept), strict=True))
    found = [Found(by.before, one.source, by.now) for by, one in both if not by.pushed]
    told = tell(work, found, admins)
    work.sources.save_polled((one.before, one.after) for one in told)
    _keep_pushed(work, [(by, one.source) for by, one in both if by.pushed and by.new], admins)
    health = iter(told)
    return tuple(one if by.pushed else replace(one, source=next(health).after) for by, one in both)


def _keep_pushed(work: Work, pushed: Sequence[tuple[Outcome, Source]], admins: Admins) -> None:
    """What hubs brought changes of a source only what its entries tell: not how it answers, nor when."""
    found = [Found(by.before, source, by.now) for by, source in pushed]
    tell_pushed(work, found, admins)
    work.sources.save_pushed([one.after for one in found])


def _occasion(outcome: Outcome, limits: Limits, audience: Audience) -> Occasion:
    return Occasion(outcome.now, limits, audience, understood=outcome.understood)


def _keep(work: Work, outcome: Outcome, occasion: Occasion, recall: Recall) -> Kept:
    source, now, limits = outcome.source, outcome.now, occasion.limits
    _mark(work, outcome)
    if not (outcome.new or outcome.edits or outcome.rereads):
        return Kept(source)
    overtaken = [edit for edit in outcome.edits if not _still_as(work, source, edit)]
    lost_again = {edit.old.id for edit in overtaken}
    work.rereads.keep(source.id, [one for one in outcome.rereads if one.entry_id not in lost_again])
    edits = _but(outcome.edits, overtaken)
    brought_back = _bringing_back(work, source, edits)
    for edit in edits:
        if edit.entry.uid in brought_back:  # seen as it is now, and kept as it was
            shown, fingerprint = edit.entry.shown, edit.entry.fingerprint
            as_seen = replace(edit.old, shown=shown, fingerprint=fingerprint, again_at=None)
            save_known(work, as_seen, limits.review.of(source.trust))
    edits = tuple(edit for edit in edits if edit.entry.uid not in brought_back)
    alerts = _edited(work, replace(outcome, edits=edits), occasion, recall)
    lost = any(_differs(work, source, edit) for edit in overtaken)
    if lost:
        # The later of two edits may be either: what the answer said is not seen before it is kept.
        source = replace(source, etag="", last_modified="", body_hash="", marks=outcome.before.marks)
    known = work.entries.known(source.id, [read.entry.uid for read in outcome.new])
    # Asked again here: what was taken down while it was read must not come back.
    known |= work.statements.takedowns.withheld(source.name, [read.entry for read in outcome.new])
    alike = work.statements.takedowns.resembling(
        [read.entry for read in outcome.new if read.entry.uid not in known]
    )
    known |= alike.keys()
    new = [read for read in outcome.new if read.entry.uid not in known]
    new = [_remarked(read, limits, now) for read in new]
    for read in sorted(new, key=lambda read: read.entry.published or now):
        entry, statement = read.entry, keep(work, source, read, now, recall, limits.review)
        if not limits.fresh(entry, now, first_poll=outcome.first_poll):
            continue
        if page := outcome.pages.get(entry.uid):
            work.rereads.add(source.id, replace(page, entry_id=statement.entry_id))
        if entry.published is None and statement.relation is Relation.DUPLICATE:
            continue  # without a date, a known text under a new id is no news
        rung = ring(work, source, entry, statement, occasion)
        if rung:
            alerts.append(rung)
    notes = tuple(read.entry.note for read in new if read.entry.note)
    withheld = (*alike.values(), *brought_back.values())
    return Kept(source, len(new), notes, tuple(alerts), withheld, overtaken=lost)


def _bringing_back(work: Work, source: Source, edits: Sequence[Edit]) -> dict[str, int]:
    """Edits by which something that was taken down would come back, by uid, with its number or 0."""
    saying = [edit for edit in edits if edit.statement is not None]
    takedowns = work.statements.takedowns
    now = dict.fromkeys(takedowns.withheld(source.name, [edit.entry for edit in saying]), 0)
    now |= takedowns.resembling([edit.entry for edit in saying])
    if not now:
        return {}
    before = [replace(edit.old, uid=edit.entry.uid) for edit in saying]
    was = takedowns.withheld(source.name, before) | takedowns.resembling(before).keys()
    return {uid: number for uid, number in now.items() if uid not in was}


def _remarked(read: Understood, limits: Limits, now: datetime) -> Understood:
    """With a remark where its date keeps it from ringing: a clock nine hours ahead may be a local one."""
    entry = read.entry
    if not (entry.published and limits.from_the_future(entry, now)):
        return read
    remark = f"it rings nothing: its date lies ahead, {entry.published:%Y-%m-%d %H:%M} UTC"
    return replace(read, entry=replace(entry, note="; ".join(filter(None, (entry.note, remark)))))


def _mark(work: Work, outcome: Outcome) -> None:
    """Marks what was found gone at its source, and what is there again."""
    for number, gone in outcome.standing.gone:
        work.statements.mark_gone(number, gone, outcome.now)
    work.rereads.drop([number for number, _ in outcome.standing.gone])
    for number in outcome.standing.back:
        work.statements.mark_gone(number, None, outcome.now)


def _edited(work: Work, outcome: Outcome, occasion: Occasion, recall: Recall) -> list[tuple[Alert, int]]:
    """Keeps what is known and has changed; returns what rang."""
    source, now, limits = outcome.source, outcome.now, occasion.limits
    if outcome.doubt or _many(outcome.edits):
        occasion = replace(occasion, doubt=_AT_ONCE)
    alerts = []
    for edit in outcome.edits:
        in_time = _in_time(work, source, edit, limits, now)
        page = outcome.pages.get(edit.entry.uid)
        if page and in_time:
            work.rereads.keep(source.id, [replace(page, entry_id=edit.old.id)])
        if edit.statement is None:
            _renew(work, source, edit, recall, limits.review.of(source.trust))
            continue
        read = (edit.entry, edit.statement)
        wanted = limits.review.of(source.trust)
        told = change(work, source, read, now, wanted, rewritten=edit.by_publisher)
        recall.edited(work, told[1])
        rung = ring_again(work, source, edit.entry, told, occasion) if in_time else None
        if rung:
            alerts.append(rung)
    return alerts


def _in_time(work: Work, source: Source, edit: Edit, limits: Limits, now: datetime) -> bool:
    """Whether an edit may still ring, or what was read late."""
    if edit.reread:
        return not limits.from_the_future(edit.entry, now)
    if edit.by_publisher:
        return limits.edited_in_time(edit.entry, now)
    first = edit.entry.fetched == work.entries.first_fetched(source.id)
    return limits.fresh(edit.entry, now, first_poll=first)


def _but(edits: Sequence[Edit], left_out: Sequence[Edit]) -> tuple[Edit, ...]:
    names = {edit.old.uid for edit in left_out}
    return tuple(edit for edit in edits if edit.old.uid not in names)


def _differs(work: Work, source: Source, edit: Edit) -> bool:
    """Whether what stands there now is not what the publisher showed, whoever stored it."""
    stored = work.entries.shown(source.id, [edit.entry.uid]).get(edit.entry.uid)
    return edit.by_publisher and stored != edit.entry.shown


def _still_as(work: Work, source: Source, edit: Edit) -> bool:
    uids = {edit.old.uid, edit.entry.uid}
    found = work.entries.by_uid(source.id, uids)
    current = found.pop(edit.old.uid, None)
    seen = current and (current.shown, current.again_at) == (edit.old.shown, edit.old.again_at)
    return bool(seen) and not found


def _renew(work: Work, source: Source, edit: Edit, recall: Recall, wanted: Collection[Concern]) -> None:
    """The entry goes by another name, or is reached elsewhere, and says what it said."""
    entry = save_known(work, edit.entry, wanted)
    number = work.entries.statement_of(entry.id)
    statement = work.statements.get(number) if number and entry.url != edit.old.url else None
    if statement:
        statement = replace(statement, url=entry.url)
        work.statements.change(statement, source)
        recall.edited(work, statement)


def _with_memory(work: Work, outcomes: Sequence[Outcome], kept: Sequence[Kept]) -> list[Kept]:
    """The sources with what their entries tell about them: their habit, and which are still unread."""
    changed = {one.source.id for one in outcomes if one.new or one.edits or one.rereads}
    if not changed:
        return list(kept)
    latest = max(outcome.now for outcome in outcomes)
    moments = work.entries.moments(changed, latest, LOOKED_AT)
    due = work.entries.next_unread(changed), work.rereads.next_due(changed)
    return [
        replace(one, source=_knowing(one.source, moments.get(one.source.id, ()), due, outcome.now))
        if one.source.id in changed
        else one
        for outcome, one in zip(outcomes, kept, strict=True)
    ]


def _knowing(
    source: Source, moments: Sequence[datetime], due: tuple[Mapping[int, datetime], ...], now: datetime
) -> Source:
    unread, reread = (known.get(source.id) for known in due)
    known = replace(
        source,
        unread_due=unread,
        reread_due=reread,
        newest=moments[0] if moments else None,
        habit=habit(moments),
    )
    silent = is_silent(known, now)
    return replace(known, silent_since=(source.silent_since or now) if silent else None)
