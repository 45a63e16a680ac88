"""Inside a transaction: queues what admins should hear, everything of one minute as one notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Work
from storage.people import Event, Notice
from storage.words import EventKind

_GATHER = timedelta(minutes=1)
"""What falls ill together is told together: the first waits so long for the others."""
_RECENT = 20
"""So many notices are looked at for one that is overtaken."""
_LANE = 3
"""After every alert that is sent at once but digests: subscribers come first."""

_AT_ONCE = 0
_FOR_SUSPENDED = (EventKind.STAFF, EventKind.APPEAL_SCHEDULED, EventKind.APPEAL_COOLING)
"""What also those hear whom the configuration names and a stolen phone may have suspended."""


@dataclass(frozen=True, slots=True)
class Admins:
    """Who is told of trouble: (transport, address) as configured, and the language they begin with."""

    addresses: tuple[tuple[str, str], ...] = ()
    language: str = "en"
    rooms: tuple[tuple[str, str], ...] = ()
    """Where several of them work together: what all hear is told there, too."""


def overtaken(work: Work, kind: EventKind) -> None:
    """What still waits of notices about nothing else is not worth telling any more.

    While our network was down, so was often the road to the admins: they need not read first that it
    is down and then that it was.
    """
    for notice in work.notices.latest(_RECENT):
        if all(event.kind is kind for event in notice.events):
            work.deliveries.cancel_notice(notice.id, "overtaken before it could be sent")


def announce(work: Work, events: Sequence[Event], admins: Admins, now: datetime) -> None:
    """The events become durable with the transaction that they come from, or not at all.

    Each admin is a recipient like any other, with an enciphered address, made when first needed.
    Nothing is queued where nobody is to be told.
    """
    if not events:
        return
    begun = work.notices.open(now, _GATHER)
    if begun:
        work.notices.extend(begun, events)
        return
    told = _told(work, admins, now, now + _GATHER)
    if told:
        number = work.notices.add(Notice(tuple(events), now))
        work.deliveries.queue_notice(number, told, _LANE)


def announce_at_once(
    work: Work, event: Event, admins: Admins, now: datetime, but: tuple[str, str] | None = None
) -> int:
    """As `announce`, for what cannot wait for others: it goes ahead of all that is sent to subscribers.

    Nobody is told who is `but`; returns how many people are, without their rooms.
    """
    return _at_once(work, event, admins, now, but)[1]


def notice_at_once(work: Work, event: Event, admins: Admins, now: datetime) -> int | None:
    """The same; returns the number of the notice, None where nobody is told."""
    return _at_once(work, event, admins, now)[0]


def _at_once(
    work: Work, event: Event, admins: Admins, now: datetime, but: tuple[str, str] | None = None
) -> tuple[int | None, int]:
    told = _told(work, admins, now, now, but, all_named=event.kind in _FOR_SUSPENDED)
    if not told:
        return None, 0
    number = work.notices.add(Notice((event,), now))
    work.deliveries.queue_notice(number, told, _AT_ONCE)
    return number, len(told) - len({*admins.rooms} - {but})


def notice_to(
    work: Work, event: Event, people: Sequence[tuple[str, str]], language: str, now: datetime
) -> int:
    """As `announce_at_once`, for these people alone, by (transport, address); returns how many they are."""
    found = [work.recipients.ensure(*one, language, now) for one in people]
    if found:
        number = work.notices.add(Notice((event,), now))
        work.deliveries.queue_notice(number, [(one.id, one.sender, now) for one in found], _AT_ONCE)
    return len(found)


def is_named(admins: Admins, transport: str, address: str) -> bool:
    """Whether the configuration names this person."""
    return (transport, address) in admins.addresses


def is_room(admins: Admins, transport: str, address: str) -> bool:
    """Whether the configuration names this chat of several people, or the one that it is a topic of."""
    return any(transport == of and address.partition("/")[0] == room for of, room in admins.rooms)


def at_desk(work: Work, admins: Admins) -> tuple[tuple[str, str], ...]:
    """Where those are reached who work at the desk: whom the configuration names, and who joined."""
    members = work.staff.all()
    kept_away = {one.mark for one in members if one.is_suspended}
    joined = [(one.transport, one.address) for one in members if one.address]
    everybody = dict.fromkeys((*admins.addresses, *joined))
    if not kept_away:
        return tuple(everybody)
    return tuple(one for one in everybody if work.staff.mark(*one) not in kept_away)


def _told(
    work: Work,
    admins: Admins,
    now: datetime,
    due: datetime,
    but: tuple[str, str] | None = None,
    *,
    all_named: bool = False,
) -> list[tuple[int, str, datetime]]:
    """Each of them as the queue takes them, from when on they may be told."""
    named = admins.addresses if all_named else ()
    found = (
        work.recipients.ensure(transport, address, admins.language, now)
        for transport, address in dict.fromkeys((*at_desk(work, admins), *named, *admins.rooms))
        if (transport, address) != but
    )
    return [(one.id, one.sender, due) for one in found]
