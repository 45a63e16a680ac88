"""Inside a transaction: who works at the admins' desk, and how somebody is kept from it at once.

The first owners are those whom the configuration names. Others join with a code that serves once. Any owner
or admin may suspend any other: a phone was lost, and nobody waits for the one person who could tell. But the
lost phone could do it, too: so one in an hour, and the last owner by nobody but whoever runs the machine.
Whoever has put somebody out leaves the last one who could do the same to them, and can be put out as the
last owner as well (docs/decisions/0063-who-is-left.md). Nor would it help to let others in: who joined only
now puts nobody out and lets nobody in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobs.desk import Rules
from jobs.launch import hand_back
from jobs.notices import Admins, announce_at_once, at_desk, is_named
from storage.audit import NOBODY
from storage.database import Work
from storage.people import Event
from storage.words import Act, DeskRole, EventKind

MACHINE = ("console", "terminal")
"""Whoever is at the terminal of the machine: no phone that was lost."""
_APPROVE = (DeskRole.OWNER, DeskRole.ADMIN)
_AGAIN = timedelta(hours=1)
"""How long after suspending somebody an admin suspends nobody else: all others can suspend them meanwhile."""
_REMEMBERED = timedelta(days=7)
"""How long after putting somebody out they leave the last one at the desk who could put them out."""
_SETTLED = timedelta(days=2)
"""Of calendar days: so that a whole one has passed since they joined."""


class Unfit(Exception):
    """It is not done: there is no such person, it is they themselves, or the configuration says otherwise."""


class NoSuch(Unfit):
    """Nobody at the desk has this mark, or several have."""


class Oneself(Unfit):
    """Nobody does this to themselves."""


class TooSoon(Unfit):
    """They did the same to somebody within the last hour."""


class Newcomer(Unfit):
    """They joined the desk less than two days ago."""


class LastOwner(Unfit):
    """Nobody would be left who could let anybody back."""


class LastOther(Unfit):
    """They put somebody out not long ago, and nobody would be left who could put them out."""


class Configured(Unfit):
    """The configuration names them: they go when they are taken out of it."""


@dataclass(frozen=True, slots=True)
class AtDesk:
    """One who works at the desk, or is kept from it."""

    mark: str
    transport: str
    role: DeskRole | None
    is_suspended: bool
    is_configured: bool


def role_of(work: Work, transport: str, address: str, admins: Admins) -> DeskRole | None:
    """What this person may do at the desk; None for nothing, whatever the reason."""
    member = work.staff.find(work.staff.mark(transport, address))
    if member is not None and member.is_suspended:
        return None
    if is_named(admins, transport, address):
        return DeskRole.OWNER
    return member.role if member else None


def listed(work: Work, admins: Admins) -> tuple[AtDesk, ...]:
    """Everybody: those whom the configuration names, those who joined, and those who are suspended."""
    known = {one.mark: one for one in work.staff.all()}
    found = []
    for transport, address in dict.fromkeys(admins.addresses):
        member = known.pop(work.staff.mark(transport, address), None)
        mark = work.staff.mark(transport, address)
        is_suspended = bool(member and member.is_suspended)
        found.append(AtDesk(mark, transport, DeskRole.OWNER, is_suspended, is_configured=True))
    found += [
        AtDesk(one.mark, one.transport, one.role, one.is_suspended, is_configured=False)
        for one in known.values()
    ]
    return tuple(found)


def approvers(work: Work, admins: Admins, now: datetime) -> dict[str, tuple[str, str]]:
    """Who may stand for an appeal now, by their marks: where each of them is reached."""
    new = newcomers(work, admins, now)
    there = {work.staff.mark(*one): one for one in at_desk(work, admins)}
    return {
        mark: one
        for mark, one in there.items()
        if mark not in new and role_of(work, *one, admins) in _APPROVE
    }


def newcomers(work: Work, admins: Admins, now: datetime) -> frozenset[str]:
    """The marks of those who joined by a code less than a day ago, or perhaps: only their day is known."""
    named = {work.staff.mark(*one) for one in admins.addresses}
    today = now.astimezone(UTC).date()
    return frozenset(
        one.mark
        for one in work.staff.all()
        if one.role and one.mark not in named and today - one.since < _SETTLED
    )


def is_new(work: Work, mark: str, rules: Rules, now: datetime) -> bool:
    """Whether somebody joined only now: what one phone may not do, a second that it let in may not either."""
    return mark in newcomers(work, rules.admins, now)


def invite(work: Work, role: DeskRole, by: str, rules: Rules, now: datetime) -> str:
    """A code for somebody new; it serves once, for a day. Raises Newcomer."""
    if is_new(work, by, rules, now):
        raise Newcomer
    code = work.staff.invite(role, now)
    work.audit.note(by, Act.INVITED, 0, now)
    return code


def join(work: Work, code: str, person: tuple[str, str], rules: Rules, now: datetime) -> DeskRole | None:
    """The role that the code gives; None for one that gives none. All others at the desk hear of it."""
    found = None if is_named(rules.admins, *person) else work.staff.join(code, *person, now)
    if found is None:
        return None
    work.recipients.ensure(*person, rules.admins.language, now)  # whom /forget takes away again
    work.audit.note(found.mark, Act.JOINED, found.id, now)
    _tell(work, Act.JOINED, found.mark, (rules, now), but=person)
    return found.role


def suspend(work: Work, typed: str, by: str, rules: Rules, now: datetime) -> AtDesk:
    """Keeps them from the desk, whatever their role. What they stood for and was to go out is a draft again.

    Raises NoSuch, Oneself, Newcomer, TooSoon, LastOwner, LastOther. Whoever runs the machine may do it at
    any time.
    """
    person = _other(work, typed, by, rules)
    _may_put_out(work, person, by, Act.SUSPENDED, rules, now)
    number = work.staff.suspend(person.mark, person.transport, now).id
    work.audit.note(by, Act.SUSPENDED, number, now)
    _take_back(work, person.mark, rules, now)
    _tell(work, Act.SUSPENDED, person.mark, (rules, now), by=by)
    return person


def reinstate(work: Work, typed: str, by: str, rules: Rules, now: datetime) -> AtDesk:
    """Whom the configuration names works at the desk again; who joined by a code needs a new one.

    Raises NoSuch, Oneself, Newcomer.
    """
    person = _other(work, typed, by, rules)
    if is_new(work, by, rules, now):
        raise Newcomer
    member = work.staff.find(person.mark)
    if member is None or not member.is_suspended:
        raise NoSuch
    work.audit.note(by, Act.REINSTATED, member.id, now)
    work.staff.remove(person.mark)
    _tell(work, Act.REINSTATED, person.mark, (rules, now), by=by)
    return person


def revoke(work: Work, typed: str, by: str, rules: Rules, now: datetime) -> AtDesk:
    """They are no longer at the desk; what they stood for and was to go out is a draft again.

    Raises NoSuch, Oneself, Configured, Newcomer, TooSoon, LastOwner, LastOther.
    """
    person = _other(work, typed, by, rules)
    member = work.staff.find(person.mark)
    if person.is_configured:
        raise Configured
    if member is None or member.is_suspended:
        raise NoSuch
    _may_put_out(work, person, by, Act.REVOKED, rules, now)
    work.audit.note(by, Act.REVOKED, member.id, now)
    work.staff.remove(person.mark)
    _take_back(work, person.mark, rules, now)
    _tell(work, Act.REVOKED, person.mark, (rules, now), by=by)
    return person


def _take_back(work: Work, mark: str, rules: Rules, now: datetime) -> None:
    """What this person stood for and was to go out is a draft again."""
    for one in work.appeals.approved():
        appeal = work.appeals.get(one)
        if appeal and mark in {appeal.author, *appeal.approved}:
            hand_back(work, one, rules, now)


def _may_put_out(work: Work, person: AtDesk, by: str, act: Act, rules: Rules, now: datetime) -> None:
    """Raises for what one phone alone must not do. Who joined only now can be put out at any time."""
    new = newcomers(work, rules.admins, now)
    if by in (NOBODY, work.staff.mark(*MACHINE)):
        return
    if by in new:
        raise Newcomer
    if person.mark in new:
        return
    settled = [one for one in listed(work, rules.admins) if not one.is_suspended and one.mark not in new]
    is_last = [one.mark for one in settled if one.role is DeskRole.OWNER] == [person.mark]
    if is_last and not _has_put_out(work, person.mark, now):
        raise LastOwner
    left = {one.mark for one in settled if one.role in _APPROVE} - {by, person.mark}
    if not left and _has_put_out(work, by, now):
        raise LastOther
    if work.audit.count(by, act, now - _AGAIN):
        raise TooSoon


def _has_put_out(work: Work, mark: str, now: datetime) -> bool:
    """Whether they did so not long ago: it may not have been they who held their phone."""
    return any(work.audit.count(mark, one, now - _REMEMBERED) for one in (Act.SUSPENDED, Act.REVOKED))


def _other(work: Work, typed: str, by: str, rules: Rules) -> AtDesk:
    """The one whose mark begins so, and who is not the one who asks."""
    found = [one for one in listed(work, rules.admins) if typed and one.mark.startswith(typed.lower())]
    if len(found) != 1:
        raise NoSuch
    if found[0].mark == by and by != NOBODY:
        raise Oneself
    return found[0]


def by_mark(mark: str) -> int:
    """Who did something, as a notice keeps it: the number that the shown part of their mark is."""
    return int(mark[:_SHOWN] or "0", 16)


def _tell(
    work: Work,
    act: Act,
    mark: str,
    when: tuple[Rules, datetime],
    *,
    by: str = "",
    but: tuple[str, str] | None = None,
) -> None:
    """All others hear at once: a mark, never a name; and by whose hand, where it was not their own."""
    rules, now = when
    event = Event(EventKind.STAFF, now, title=mark[:_SHOWN], detail=act, counts={"by": by_mark(by)})
    announce_at_once(work, event, rules.admins, now, but)


_SHOWN = 8
"""Characters of a mark by which people tell each other apart."""
