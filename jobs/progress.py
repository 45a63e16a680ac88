"""Follows what admins have sent to its end: one message to each of them, which changes as it goes on.

It is the notice that told them of the sending: so nothing is sent twice, a program that is started anew goes
on in the same message, and the report at the end stands where the bar stood. What that costs is bounded:
of the messages that a platform takes, one in fifty at most.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from jobs.desk import Rules
from storage.appeals import Appeal
from storage.database import Database, Work
from storage.odds import repeated
from storage.people import Event
from storage.senders import transport_of
from storage.sendings import Sending, Spread
from storage.words import AppealState, EventKind

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two looks."""
SOONEST = 5.0
"""Seconds between two changes of one message, at least."""
_SOONEST_ON = {"matrix": 15.0}
"""A homeserver takes one event in five seconds by default, and keeps each change of one for good."""
_SHARE = 50
"""One message of so many, at most, is told to admins."""
_SELDOM = 300.0
"""Seconds after which admins see that little moves, or nothing."""
_GROWS = 20
"""The longer it lasts the less often it is changed: each time by a twentieth of what has passed."""
_PATIENCE = timedelta(minutes=15)
"""What a chat has to wait longer for holds up no report: longer than any pause that we make ourselves."""
_AT_MOST = timedelta(days=1)
_TRUSTED = (10.0, 20)
"""After so many seconds, and so many messages, the speed so far says better how long is left."""
_REASONS = 3
ON = "sent_on_"
"""Begins the name of how many have it on one transport."""
_LOGGED = ("appeal", "recipients", "sent", "uncertain", "failed", "cancelled", "passed")


@dataclass(frozen=True, slots=True)
class Look:
    """What was found of one sending."""

    one: Sending
    event: Event
    transports: tuple[str, ...]
    """Where admins are shown it now."""
    over: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Shows admins how far their sendings are."""

    database: Database
    rules: Rules

    async def look(self, now: datetime) -> int:
        """Shows what is due to be shown; returns of how many sendings."""
        return await asyncio.to_thread(self._look, now)

    def _look(self, now: datetime) -> int:
        with self.database.read() as work:
            looks = [seen for one in work.sendings.going() if (seen := look(work, one, self.rules, now))]
        for seen in looks:
            repeated(partial(self._show, seen, now))
        return len(looks)

    def _show(self, seen: Look, now: datetime) -> None:
        with self.database.write() as work:
            one = work.sendings.locked(seen.one)
            if one is None or one.ended or one.shown != seen.one.shown:
                return  # another program has shown it meanwhile
            show(work, seen, now)
        if seen.over:
            counts = seen.event.counts
            log.warning(
                "appeal.ended" if seen.one.appeal_id else "retraction.ended",
                **{name: counts[name] for name in _LOGGED if name in counts},
            )


def look(work: Work, one: Sending, rules: Rules, now: datetime) -> Look | None:
    """What is to be shown of a sending now; None while nothing is."""
    assert one.began is not None  # noqa: S101 - it is going
    over = now - one.began > _AT_MOST or not work.sendings.is_going(one.alert_id, now, _PATIENCE)
    seen = work.notices.seen_on(one.notice_id)
    if not over and not any(_is_early(one, transport, now) for transport in seen):
        return None
    spread = work.sendings.spread(one.alert_id)
    passed = (now - one.began).total_seconds()
    due = tuple(
        transport
        for transport, admins in seen.items()
        if over or now - _last(one, transport) >= pause(transport, admins, spread, passed)
    )
    if not over and not due:
        return None
    return Look(one, event_of(work, one, spread, rules, now, over=over), due, over)


def show(work: Work, seen: Look, now: datetime) -> None:
    """Inside a transaction: from now on its notice tells this, and messages are due to show it.

    At its end also admins hear of it whose message cannot be changed.
    """
    one = seen.one
    if one.notice_id:
        work.notices.turn(one.notice_id, seen.event)
        work.notices.renew(one.notice_id, None if seen.over else seen.transports, now)
    work.sendings.show(one, seen.transports, now)
    if seen.over:
        work.sendings.end(one, now)
        if one.notice_id:
            work.notices.send_again(one.notice_id, now)


def pause(transport: str, admins: int, spread: Mapping[str, Spread], passed: float) -> timedelta:
    """How long a message stays as it is, where so many admins see it, and a sending lasts for `passed` s.

    Where others wait on the same platform, the admins have one message in fifty of what it takes.
    """
    seconds = max(_soonest(transport), passed / _GROWS)
    there = spread.get(transport)
    if there and there.waiting:
        fair = _SHARE * admins * passed / max(1, there.sent)
        seconds = max(seconds, min(_SELDOM, fair))
    return timedelta(seconds=seconds)


def event_of(
    work: Work, one: Sending, by_transport: Mapping[str, Spread], rules: Rules, now: datetime, *, over: bool
) -> Event:
    """What admins are told of it: numbers, and of what a platform refused its own words."""
    spread = sum(by_transport.values(), Spread())
    appeal = work.appeals.get(one.appeal_id) if one.appeal_id else None
    passed = passed_of(work, one, now, over=over)
    counts = {"recipients": spread.all} | counts_of(spread)
    counts |= {"appeal": one.appeal_id} if one.appeal_id else {"over": int(over)}
    counts |= {"expected": one.expected, "seconds_expected": one.seconds, "passed": round(passed)}
    counts |= sent_on(by_transport)
    if not over:
        counts["left"] = left(by_transport, rules, passed)
    if appeal and appeal.drill:
        counts["drill"] = 1
    if appeal and appeal.state is AppealState.CORRECTED:
        counts["corrected"] = 1
    reasons = work.sendings.refusals(one.alert_id, _REASONS) if over and spread.refused else ()
    told = "\n".join(f"{count} {why}" for why, count in reasons)
    if not one.appeal_id:
        return _of_a_call(work, one, Event(EventKind.CALL_CORRECTED, now, detail=told, counts=counts))
    halted = over and _is_halted(appeal, spread)
    return Event(
        _kind(one, over=over, halted=halted), now, title=str(one.appeal_id), detail=told, counts=counts
    )


def _of_a_call(work: Work, one: Sending, event: Event) -> Event:
    """With what its notice said from the beginning: whose call, and where what takes it back stands."""
    before = work.notices.many([one.notice_id]).get(one.notice_id)
    if before is None:
        return event
    first = before.events[0]
    counts = event.counts | {"statement": first.counts.get("statement", 0)}
    return replace(event, source=first.source, title=first.title, counts=counts)


def counts_of(spread: Spread) -> dict[str, int]:
    """Each number by its name."""
    counts = {one.name: getattr(spread, one.name) for one in fields(Spread)}
    return counts | {"all": spread.all, "done": spread.all - spread.waiting, "failed": spread.failed}


def sent_on(by_transport: Mapping[str, Spread]) -> dict[str, int]:
    """How many have it on each transport, whichever of its accounts wrote to them."""
    found: Counter[str] = Counter()
    for sender, its in by_transport.items():
        found[f"{ON}{transport_of(sender)}"] += its.sent
    return {name: count for name, count in found.items() if count}


def passed_of(work: Work, one: Sending, now: datetime, *, over: bool) -> float:
    """Seconds since it began; of one that is over, until its last message."""
    began = one.began or now
    end = one.ended or now
    course = work.courses.of(one.alert_id) if over else None
    until = course.last_sent if course and course.last_sent else end
    return max(0.0, (min(until, end) - began).total_seconds())


def left(by_transport: Mapping[str, Spread], rules: Rules, passed: float) -> int:
    """Seconds until all of it has gone: as fast as so far, or as it is planned where too little is known."""
    longest = 0.0
    for spread in by_transport.values():  # a transport may have several accounts
        done = spread.all - spread.waiting - spread.cancelled
        known = passed >= _TRUSTED[0] and done >= _TRUSTED[1]
        rate = done / passed if known else rules.per_second / max(1, len(by_transport))
        longest = max(longest, spread.waiting / max(0.01, rate))
    return int(longest) + (longest % 1 > 0)


def _kind(one: Sending, *, over: bool, halted: bool) -> EventKind:
    if one.corrects:
        return EventKind.CORRECTION_REPORT if over else EventKind.APPEAL_CORRECTED
    if not over:
        return EventKind.APPEAL_SENDING
    return EventKind.STOP_REPORT if halted else EventKind.APPEAL_REPORT


def _is_halted(appeal: Appeal | None, spread: Spread) -> bool:
    """Whether some do not get it since it was stopped, or taken back while it was going out."""
    stopped = appeal is not None and appeal.state in (AppealState.STOPPED, AppealState.CORRECTED)
    return stopped and spread.cancelled > 0


def _is_early(one: Sending, transport: str, now: datetime) -> bool:
    """Whether it may be due there, before anything is counted."""
    return now - _last(one, transport) >= timedelta(seconds=_soonest(transport))


def _soonest(sender: str) -> float:
    return _SOONEST_ON.get(transport_of(sender), SOONEST)


def _last(one: Sending, transport: str) -> datetime:
    began = one.began
    assert began is not None  # noqa: S101 - it is going
    return one.shown.get(transport, began)
