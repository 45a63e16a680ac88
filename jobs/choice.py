"""Chooses what goes next: most pressing first, and nothing that must not be told any more, or not to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from jobs import amend, removals, renewals
from jobs.amend import Change
from jobs.errands import Errand, InPlace, Matter, Room, Turn, by_recipient
from jobs.pace import Place
from jobs.readable import readable
from jobs.removals import Erase
from jobs.renewals import Printed, Renewed
from jobs.unasked import UNASKED, no_longer
from jobs.uncertain import forgotten, noted, remembered, was_repeated
from storage.database import Work
from storage.deliveries import EXPIRED
from storage.due import DIGESTS
from storage.people import Delivery, Notice, Recipient
from storage.records import Alert
from storage.words import DeliveryState, Status, Urgency

log = structlog.get_logger()

_A_DAY = timedelta(days=1)
_UNREADABLE = timedelta(hours=1)
_TAKEN_DOWN = "taken down by an admin"
_ORDER = (((0, 1), True), ((2, 2), False), ((3, DIGESTS), None))
"""Lanes, first and last, and whether ends or rewritings of what was told are shown in place after them.

Who was told a call has a message of its own that it is over, before everything; the stroke through the call
above it may wait for who was told nothing of another one yet. See docs/decisions/0023-changes-in-place.md.
"""

_Waiting = tuple[Delivery, ...] | InPlace


@dataclass(frozen=True, slots=True)
class _Known:
    """What could be read of what is due, and which of the deliveries were taken back meanwhile."""

    alerts: dict[int, Alert]
    notices: dict[int, Notice]
    people: dict[int, Recipient]
    taken_back: frozenset[int]

    def holds(self, one: Delivery) -> bool:
        """Whether it is known what it tells."""
        return one.alert_id in self.alerts or one.notice_id in self.notices

    def matter(self, told: Sequence[Delivery]) -> Matter:
        """What these deliveries of one recipient tell."""
        return self.notices.get(told[0].notice_id) or tuple(self.alerts[one.alert_id] for one in told)


@dataclass(slots=True)
class Choice:
    """What one transport's sender does next, inside its transaction. See `jobs.ledger` for the fields."""

    transport: str
    remembers: timedelta
    place: Callable[[str], Place]
    changes: bool
    late: int = 0
    """Found expired when they were due; whoever tells of it begins to count anew."""
    _printed: Printed = field(default_factory=Printed)

    def turn(self, work: Work, room: Room, now: datetime) -> Turn:
        """As many errands as there is room for; their attempts are counted."""
        waiting, looked = self._waiting(work, room, now)
        known = self._known(work, waiting, now)
        errands: dict[str, Errand] = {}
        skipped = []
        for group in waiting:
            recipient = known.people.get(_reader(group))
            place = self.place_of(recipient)
            if recipient is None or place is None:
                self._leave(work, group, now)
            elif place.chat in errands or place.chat in room.busy:
                skipped.append((place.chat, recipient.id))
            elif isinstance(group, Change):
                if _is_drill_for_others(group.told.by, recipient):
                    work.told.amended(group.wish, None)
                else:
                    errands[place.chat] = Errand((), recipient, group, place)
            elif isinstance(group, Renewed | Erase):
                errands[place.chat] = Errand((), recipient, group, place)
            elif told := self._still_told(work, group, known, recipient, now):
                errands[place.chat] = Errand(told, recipient, known.matter(told), place)
        begun = [one.id for errand in errands.values() for one in errand.deliveries]
        if begun:
            work.attempts.begin(begun, now)
        return Turn(tuple(errands.values()), looked, tuple(skipped))

    def _waiting(self, work: Work, room: Room, now: datetime) -> tuple[list[_Waiting], int]:
        """What may go next, most pressing first, and for how many something was due at all."""
        printed = None if self.changes else self._printed
        without = set(room.without)
        looked, erasures = removals.due(
            work, self.transport, now, room.most, without=without, changes=self.changes
        )
        found: list[_Waiting] = [*erasures]
        without |= {_reader(one) for one in found}
        most = room.most - len(found)
        found += renewals.due(work, self.transport, now, most, without=without, printed=printed)
        looked += len(found) - len(erasures)
        without |= {_reader(one) for one in found}
        for lanes, ends in _ORDER:
            most = room.most - len(found)
            if most <= 0:
                break
            due = work.deliveries.due(self.transport, now, most, lanes=lanes, without=without)
            groups = list(by_recipient(due))
            found += groups
            looked, most = looked + len(groups), most - len(groups)
            if ends is None or most <= 0:
                continue
            without |= {_reader(one) for one in found}
            if self.changes:
                count, changes = amend.due(work, self.transport, now, most, ends=ends, without=without)
                found += changes
            else:
                count = amend.give_up(work, self.transport, now, most)
            looked += count
        return found, looked

    def _known(self, work: Work, waiting: Sequence[_Waiting], now: datetime) -> _Known:
        due = [one for group in waiting if isinstance(group, tuple) for one in group]
        people = readable(work.recipients.many, {_reader(one) for one in waiting})
        # So long no transaction lasts that had read their wishes before they took one back.
        since = now.date() - _A_DAY
        narrowed = {key for key, one in people.items() if one.narrowed is not None and one.narrowed >= since}
        theirs = {one[0].recipient_id: one for one in waiting if isinstance(one, tuple)}

        def taken_back(keys: Sequence[int]) -> dict[int, set[int]]:
            return {key: no_longer(work, people[key], theirs[key]) for key in keys}

        unasked = readable(taken_back, narrowed & theirs.keys())
        return _Known(
            readable(work.alerts.many, {one.alert_id for one in due if one.alert_id}),
            readable(work.notices.many, {one.notice_id for one in due if one.notice_id}),
            people,
            frozenset().union(*unasked.values()),
        )

    def _still_told(
        self, work: Work, group: tuple[Delivery, ...], known: _Known, recipient: Recipient, now: datetime
    ) -> tuple[Delivery, ...]:
        """Without what must not be told any more, or not to them: that is cancelled.

        Where the platform knows a repetition by its key, that goes as it was, and nothing else with it; once
        it has forgotten the key, it is settled as one that may have arrived.
        """
        kept = []
        for one in group:
            if not known.holds(one):
                self._leave(work, (one,), now)
                continue
            why = UNASKED if one.id in known.taken_back else ""
            why = why or (_called_off(known.alerts[one.alert_id], recipient, now) if one.alert_id else "")
            if why:
                self.late += why == EXPIRED
                perhaps = why == _TAKEN_DOWN and (was_repeated(one) or one.tried)  # it may stand there
                state = DeliveryState.UNCERTAIN if perhaps else DeliveryState.CANCELLED
                work.attempts.settle(one.id, state, detail=one.detail if perhaps else why)
            elif self.remembers and not remembered(self.remembers, one, now):
                self._forgotten(work, one, known, now)
            else:
                kept.append(one)
        again = [one for one in kept if was_repeated(one) or one.tried] if self.remembers else []
        return tuple(again or kept)

    def _forgotten(self, work: Work, one: Delivery, known: _Known, now: datetime) -> None:
        alert = known.alerts.get(one.alert_id)
        immediate = alert is None or alert.statement.alert.urgency is Urgency.IMMEDIATE
        became = forgotten(work, one, now, immediate=immediate)
        log.warning("deliver.uncertain", delivery=one.id, attempts=one.attempts, became=became)
        if one.notice_id and became is DeliveryState.UNCERTAIN:
            renewals.missed(work, one, now)

    def place_of(self, recipient: Recipient | None) -> Place | None:
        """Where the platform counts what they are sent; None for an address that it cannot have."""
        try:
            return None if recipient is None else self.place(recipient.address)
        except Exception:
            log.exception("deliver.no_place", transport=self.transport)
            return None

    def _leave(self, work: Work, group: _Waiting, now: datetime) -> None:
        """What cannot be read now waits an hour and holds up nobody; a row that is gone by now stays gone."""
        later = now + _UNREADABLE
        if isinstance(group, Change):
            work.told.amend_later(group.wish, later)
            return
        if isinstance(group, Renewed):
            work.notices.renew_later(group.wish, later)
            return
        if isinstance(group, Erase):
            work.removals.later(group.wish, later)
            return
        for one in group:
            log.error("deliver.unreadable", delivery=one.id, transport=self.transport)
            note = noted(one, "it could not be read: see the log")
            settle = work.attempts.settle
            settle(one.id, DeliveryState.QUEUED, detail=note, not_before=later, perhaps=one.tried is not None)


def _called_off(alert: Alert, recipient: Recipient, now: datetime) -> str:
    """Why the alert must not be told to them, although it waits; "" where it may."""
    if alert.statement.taken_down:
        return _TAKEN_DOWN
    if alert.expires is not None and alert.expires < now:
        return EXPIRED
    return "a drill, which they did not ask for" if _is_drill_for_others(alert, recipient) else ""


def _is_drill_for_others(alert: Alert, recipient: Recipient) -> bool:
    """Whether it is a drill, and they did not ask for drills; a draft is for nobody."""
    return alert.status is Status.DRAFT or (alert.status is not Status.ACTUAL and not recipient.drills)


def _reader(waiting: _Waiting) -> int:
    return waiting[0].recipient_id if isinstance(waiting, tuple) else waiting.wish.recipient_id
