"""The transactions of one transport's sender: outcomes are written and attempts counted, many at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from jobs.notices import Admins, announce
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.pace import Place, each_its_own
from jobs.uncertain import refused, unanswered, was_refused, was_repeated
from storage.database import Database, Work
from storage.deliveries import EXPIRED
from storage.recipients import UNREACHABLE
from storage.records import Alert, Delivery, Event, Notice, Recipient
from storage.words import DeliveryState, EventKind, Status, Urgency

log = structlog.get_logger()

_LONGEST_BACKOFF = 600.0
_SWEEP = timedelta(minutes=1)
NOBODY = Admins()

Matter = tuple[Alert, ...] | Notice
"""What one message is about: an alert, several as a digest, or a notice to an admin."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One message to one recipient: an attempt that is counted, and has to be made now."""

    deliveries: tuple[Delivery, ...]
    recipient: Recipient
    matter: Matter
    place: Place

    @property
    def key(self) -> str:
        """The same for every repetition."""
        named = f"notice-{self.matter.id}" if isinstance(self.matter, Notice) else self.matter[0].identifier
        return f"{named}:{self.recipient.id}" + (":plain" if self.is_refused else "")

    @property
    def is_refused(self) -> bool:
        """Whether it was refused as it was, and goes in plain text."""
        return any(map(was_refused, self.deliveries))

    @property
    def pressing(self) -> tuple[bool, ...]:
        """For each delivery, whether a miss is worse than a double: an Immediate alert, a notice."""
        if isinstance(self.matter, Notice):
            return (True,)
        return tuple(alert.statement.alert.urgency is Urgency.IMMEDIATE for alert in self.matter)


@dataclass(frozen=True, slots=True)
class Finished:
    """What a platform answered to an errand."""

    errand: Errand
    outcome: Outcome
    at: datetime
    """When it answered: a time to wait counts from there."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn found."""

    errands: tuple[Errand, ...] = ()
    looked: int = 0
    """For how many recipients something was due, whatever became of it."""
    skipped: tuple[tuple[str, int], ...] = ()
    """Chats that are busy, each with a recipient in it for whom something is due."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many messages may leave now, and who must not be written to."""

    most: int = 0
    without: Collection[int] = ()
    """Recipients, by id."""
    busy: Collection[str] = ()
    """Chats: several recipients may be topics of one."""


@dataclass(slots=True)
class Ledger:
    """Keeps the notification log for one transport. To be used by the one holder of its sender lock.

    `recognised`: whether the platform knows a repetition by its key.
    """

    database: Database
    transport: str
    now: Callable[[], datetime]
    recognised: bool = False
    place: Callable[[str], Place] = each_its_own
    admins: Admins = NOBODY
    _swept: datetime | None = None
    _late: int = 0
    """Found expired when they were due, since the last sweep."""
    _told: set[tuple[str, str]] = field(default_factory=set)
    """Which alerts admins know to be refused, and why."""

    def recover(self) -> tuple[int, datetime | None]:
        """Settles what was being sent when the last sender was stopped.

        Returns how many there were, and until when the account was told to wait. See `jobs.uncertain`.
        """
        with self.database.write() as work:
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
            if not room.most:
                return Turn()
            self._sweep(work)
            return self._errands(work, room)

    def is_due(self, among: Collection[int]) -> bool:
        """Whether anything is due for these recipients."""
        with self.database.read() as work:
            return work.deliveries.is_due(self.transport, self.now(), among)

    def put_back(self, errands: Sequence[Errand]) -> None:
        """These were not sent after all."""
        with self.database.write() as work:
            work.deliveries.put_back([one.id for errand in errands for one in errand.deliveries])

    @property
    def _pause(self) -> str:
        return f"{self.transport} waits"

    def _sweep(self, work: Work) -> None:
        """Once a minute, takes out what has expired while it waited."""
        now = self.now()
        if self._swept is None or not self._swept <= now < self._swept + _SWEEP:
            expired = work.deliveries.cancel_expired(self._swept, now) + self._late
            if expired:
                log.warning("deliver.expired", deliveries=expired)
                counts = {"deliveries": expired}
                announce(work, [Event(EventKind.EXPIRED, now, counts=counts)], self.admins, now)
            self._swept, self._late = now, 0

    def _report(self, work: Work, finished: Sequence[Finished]) -> None:
        """Admins hear once of each alert that a platform refused, and why: it is our fault."""
        events = {}
        for one in finished:
            if isinstance(one.outcome, Rejected) and not isinstance(one.errand.matter, Notice):
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
        due = work.deliveries.due(self.transport, now, room.most, without=room.without)
        if not due:
            return Turn()
        people = work.recipients.many({one.recipient_id for one in due})
        alerts = work.alerts.many([one.alert_id for one in due if one.alert_id])
        notices = work.notices.many([one.notice_id for one in due if one.notice_id])
        errands: dict[str, Errand] = {}
        skipped = []
        groups = tuple(_by_recipient(due))
        for group in groups:
            recipient = people[group[0].recipient_id]
            place = self.place(recipient.address)
            if place.chat in errands or place.chat in room.busy:
                skipped.append((place.chat, recipient.id))
                continue
            told = self._still_told(work, group, alerts, recipient, now)
            if told:
                matter = notices.get(told[0].notice_id) or tuple(alerts[one.alert_id] for one in told)
                errands[place.chat] = Errand(told, recipient, matter, place)
        work.deliveries.begin([one.id for errand in errands.values() for one in errand.deliveries])
        return Turn(tuple(errands.values()), len(groups), tuple(skipped))

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
        for one in finished:
            if isinstance(one.outcome, Sent):
                continue
            errand, outcome, recipient = one.errand, one.outcome, one.errand.recipient
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


def _by_recipient(due: Sequence[Delivery]) -> Iterator[tuple[Delivery, ...]]:
    groups: dict[int, list[Delivery]] = {}
    for delivery in due:
        groups.setdefault(delivery.recipient_id, []).append(delivery)
    yield from map(tuple, groups.values())
