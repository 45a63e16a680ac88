"""The transactions of one transport's sender: outcomes are written and attempts counted, many at a time."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from jobs import amend
from jobs.amend import Change
from jobs.away import Away
from jobs.errands import Errand, Finished, Matter, Room, Turn, arrivals, by_recipient
from jobs.notices import Admins, announce
from jobs.outcome import Gone, Migrated, Rejected, RetryLater, Sent, Uncertain
from jobs.pace import Place, each_its_own
from jobs.uncertain import refused, unanswered, was_refused, was_repeated
from storage.database import Database, Work
from storage.deliveries import DIGESTS, EXPIRED
from storage.people import Delivery, Event, Notice, Recipient
from storage.recipients import UNREACHABLE
from storage.records import Alert
from storage.words import DeliveryState, EventKind, Status

log = structlog.get_logger()

_LONGEST_BACKOFF = 600.0
_SWEEP = timedelta(minutes=1)
NOBODY = Admins()

_Waiting = tuple[Delivery, ...] | Change
_ORDER = (((0, 1), True), ((2, 2), False), ((3, DIGESTS), None))
"""Lanes, first and last, and whether ends or rewritings of what was told are shown in place after them.

Who was told a call has a message of its own that it is over, before everything; the stroke through the call
above it may wait for who was told nothing of another one yet. See docs/decisions/0023-changes-in-place.md.
"""


@dataclass(slots=True)
class Ledger:
    """Keeps the notification log for one transport. To be used by the one holder of its sender lock.

    `recognised`: whether the platform knows a repetition by its key; `changes`: whether a message can be
    changed where it stands.
    """

    database: Database
    transport: str
    now: Callable[[], datetime]
    recognised: bool = False
    place: Callable[[str], Place] = each_its_own
    admins: Admins = NOBODY
    changes: bool = True
    _swept: datetime | None = None
    _late: int = 0
    """Found expired when they were due, since the last sweep."""
    _unseen: int = 0
    """Held until they expired, and not told yet."""
    _told: set[tuple[str, str]] = field(default_factory=set)
    """Which alerts admins know to be refused, and why."""
    _away: Away = field(init=False)

    def __post_init__(self) -> None:
        self._away = Away(self.transport)

    def recover(self) -> tuple[int, datetime | None]:
        """Settles what was being sent when the last sender was stopped.

        Returns how many there were, and until when the account was told to wait. See `jobs.uncertain`.
        """
        with self.database.write() as work:
            self._away.begin(work)
            found = work.deliveries.interrupted(self.transport)
            for delivery, immediate in found:
                if delivery.begun:
                    note = "the program stopped while it was being sent"
                    self._unanswered(work, delivery, note, immediate=immediate)
                else:  # claimed by a version that did so before the attempt
                    work.deliveries.settle(delivery.id, DeliveryState.QUEUED, detail=delivery.detail)
            return len(found), work.moments.get(self._pause)

    def turn(self, finished: Sequence[Finished], room: Room) -> Turn:
        """Writes down what became of errands, and gives as many new ones as there is room for.

        Their attempts are counted: from the commit on each message may have left.
        """
        with self.database.write() as work:
            self._settle(work, finished)
            self._report(work, finished)
            self._away.note(work, finished, self.admins)
            if room.most:
                self._sweep(work)
            turn = self._errands(work, room) if room.most else Turn()
        self._log(finished)
        return turn

    def _log(self, finished: Sequence[Finished]) -> None:
        counted = Counter(
            (
                "amend.done" if isinstance(one.errand.matter, Change) else "deliver.done",
                type(one.outcome).__name__,
            )
            for one in finished
        )
        for (event, outcome), messages in counted.items():
            log.info(event, transport=self.transport, outcome=outcome, messages=messages)

    def is_due(self, among: Collection[int]) -> bool:
        """Whether anything is due for these recipients."""
        with self.database.read() as work:
            asked = (self.transport, self.now(), among)
            return work.deliveries.is_due(*asked) or work.told.is_due(*asked)

    def put_back(self, errands: Sequence[Errand]) -> None:
        """These were not sent after all."""
        with self.database.write() as work:
            work.deliveries.put_back([one.id for errand in errands for one in errand.deliveries])

    @property
    def _pause(self) -> str:
        return f"{self.transport} waits"

    def _sweep(self, work: Work) -> None:
        """Once a minute, takes out what has expired while it waited.

        Admins hear of it when the platform takes messages at all: of all of it at once.
        """
        now = self.now()
        if self._swept is None or not self._swept <= now < self._swept + _SWEEP:
            expired = work.deliveries.cancel_expired(self._swept, now) + self._late
            self._unseen += work.held.expire(self._swept, now)
            if expired:
                log.warning("deliver.expired", deliveries=expired)
            if (expired or self._unseen) and self._away.since is None:
                counts = {"deliveries": expired} | ({"held": self._unseen} if self._unseen else {})
                expired = self._unseen = 0
                announce(work, [Event(EventKind.EXPIRED, now, counts=counts)], self.admins, now)
            self._swept, self._late = now, expired

    def _report(self, work: Work, finished: Sequence[Finished]) -> None:
        """Admins hear once of each alert that a platform refused, and why: it is our fault."""
        events = {}
        for one in finished:
            if isinstance(one.outcome, Rejected) and isinstance(one.errand.matter, tuple):
                alert = one.errand.matter[0]
                events[alert.identifier, one.outcome.detail] = Event(
                    EventKind.REJECTED,
                    one.at,
                    source=alert.source.name,
                    title=alert.statement.title,
                    detail=one.outcome.detail,
                )
        new = {key: event for key, event in events.items() if key not in self._told}
        announce(work, tuple(new.values()), self.admins, self.now())
        self._told.update(new)

    def _errands(self, work: Work, room: Room) -> Turn:
        now = self.now()
        waiting, looked = self._waiting(work, room, now)
        due = [one for group in waiting if isinstance(group, tuple) for one in group]
        people = work.recipients.many({_reader(one) for one in waiting})
        alerts = work.alerts.many([one.alert_id for one in due if one.alert_id])
        notices = work.notices.many([one.notice_id for one in due if one.notice_id])
        errands: dict[str, Errand] = {}
        skipped = []
        for group in waiting:
            recipient = people[_reader(group)]
            place = self.place(recipient.address)
            if place.chat in errands or place.chat in room.busy:
                skipped.append((place.chat, recipient.id))
                continue
            if isinstance(group, Change):
                errands[place.chat] = Errand((), recipient, group, place)
                continue
            told = self._still_told(work, group, alerts, recipient, now)
            if told:
                matter: Matter = notices.get(told[0].notice_id) or tuple(alerts[one.alert_id] for one in told)
                errands[place.chat] = Errand(told, recipient, matter, place)
        begun = [one.id for errand in errands.values() for one in errand.deliveries]
        if begun:
            work.deliveries.begin(begun)
        return Turn(tuple(errands.values()), looked, tuple(skipped))

    def _waiting(self, work: Work, room: Room, now: datetime) -> tuple[list[_Waiting], int]:
        """What may go next, most pressing first, and for how many something was due at all."""
        found: list[_Waiting] = []
        looked, without = 0, set(room.without)
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

    def _still_told(
        self,
        work: Work,
        group: tuple[Delivery, ...],
        alerts: dict[int, Alert],
        recipient: Recipient,
        now: datetime,
    ) -> tuple[Delivery, ...]:
        """Without what must not be told any more, or not to them: that is cancelled."""
        kept = []
        for one in group:
            why = _called_off(alerts[one.alert_id], recipient, now) if one.alert_id else ""
            if why:
                self._late += why == EXPIRED
                work.deliveries.settle(one.id, DeliveryState.CANCELLED, detail=why)
            else:
                kept.append(one)
        return tuple(kept)

    def _settle(self, work: Work, finished: Sequence[Finished]) -> None:
        work.deliveries.sent(
            {
                delivery.id: one.outcome.reference
                for one in finished
                if isinstance(one.outcome, Sent)
                for delivery in one.errand.deliveries
            }
        )
        work.courses.left(arrivals(finished))
        for one in finished:
            if isinstance(one.outcome, Sent) and not isinstance(one.errand.matter, Change):
                continue
            errand, outcome, recipient = one.errand, one.outcome, one.errand.recipient
            if isinstance(errand.matter, Change):
                amend.settle(work, errand.matter, outcome, one.at)
            for delivery, immediate in zip(errand.deliveries, errand.pressing, strict=True):
                self._settle_one(work, delivery, one, immediate=immediate)
            if isinstance(outcome, Gone):
                work.recipients.suspend(recipient.id, one.at)
            if isinstance(outcome, Migrated):
                work.recipients.move(recipient.id, recipient.transport, outcome.address)
            if isinstance(outcome, RetryLater) and outcome.seconds:
                until = one.at + timedelta(seconds=outcome.seconds)
                if outcome.everyone:
                    work.moments.put(self._pause, until)  # also for a program that is started anew
                else:
                    work.deliveries.postpone(recipient.id, until)

    def _settle_one(self, work: Work, delivery: Delivery, one: Finished, *, immediate: bool) -> None:
        settle = work.deliveries.settle
        match one.outcome:
            case RetryLater(seconds, detail):
                # Where the platform said how long: neither earlier nor much later.
                wait = seconds or min(_LONGEST_BACKOFF, 2.0 ** min(delivery.attempts, 9))
                again = one.at + timedelta(seconds=wait)
                marked = was_repeated(delivery) or was_refused(delivery)
                note = delivery.detail if marked else detail
                settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=again)
            case Gone(detail):
                settle(delivery.id, DeliveryState.FAILED, detail=f"{UNREACHABLE}: {detail}")
            case Migrated():
                settle(delivery.id, DeliveryState.QUEUED, detail="the chat moved", not_before=one.at)
            case Rejected(detail):
                log.error("deliver.rejected", delivery=delivery.id, transport=self.transport, why=detail)
                if was_refused(delivery) or isinstance(one.errand.matter, Notice):
                    settle(delivery.id, DeliveryState.FAILED, detail=detail)
                else:
                    note = refused(delivery, detail)
                    settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=one.at)
            case Uncertain(detail):
                self._unanswered(work, delivery, detail, immediate=immediate)

    def _unanswered(self, work: Work, delivery: Delivery, detail: str, *, immediate: bool) -> None:
        log.warning("deliver.uncertain", delivery=delivery.id, attempts=delivery.attempts)
        unanswered(work, delivery, detail, self.now(), immediate=immediate, recognised=self.recognised)


def _called_off(alert: Alert, recipient: Recipient, now: datetime) -> str:
    """Why the alert must not be told to them, although it waits; "" where it may."""
    if alert.statement.taken_down:
        return "taken down by an admin"
    if alert.expires is not None and alert.expires < now:
        return EXPIRED
    if alert.status is Status.DRAFT or (alert.status is not Status.ACTUAL and not recipient.drills):
        return "a drill, which they did not ask for"
    return ""


def _reader(waiting: _Waiting) -> int:
    return waiting.wish.recipient_id if isinstance(waiting, Change) else waiting[0].recipient_id
