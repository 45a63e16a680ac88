"""Sends what is queued, most pressing first, and writes down what became of each attempt."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from jobs.manner import Manner, manner_of
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.uncertain import unanswered, was_repeated
from storage.database import Database, Work
from storage.records import Alert, Delivery, Notice, Recipient
from storage.words import DeliveryState, Urgency

log = structlog.get_logger()

_BATCH = 30
_AT_ONCE = (0, 3)
_DIGESTS = (4, 4)
_LONGEST_BACKOFF = 600.0


Matter = tuple[Alert, ...] | Notice
"""What one message is about: an alert, several as a digest, or a notice to an admin."""


class Voice(Protocol):
    """How one transport puts something before one recipient; `key` is the same for every repetition."""

    @property
    def name(self) -> str:
        """The transport's name, as deliveries know it."""

    @property
    def idempotent(self) -> bool:
        """Whether the platform recognises a repetition by its key."""

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """Sends one alert, or a digest of some, in this manner."""

    async def notify(self, notice: Notice, recipient: Recipient, key: str) -> Outcome:
        """Sends an admin a notice."""


@dataclass(slots=True)
class Pace:
    """Lets at most `per_second` messages go, and one to the same recipient every `gap` seconds."""

    per_second: float
    gap: float = 1.0
    _next: float = 0.0
    _chats: dict[int, float] = field(default_factory=dict)

    async def turn(self, recipient_id: int) -> None:
        """Waits until a message to this recipient may go."""
        now = time.monotonic()
        if len(self._chats) > 10_000:
            self._chats = {key: at for key, at in self._chats.items() if at > now}
        at = max(now, self._next, self._chats.get(recipient_id, 0.0))
        self._next = max(now, self._next) + 1 / self.per_second
        self._chats[recipient_id] = at + self.gap
        await asyncio.sleep(at - now)


@dataclass(slots=True)
class Deliverer:
    """Empties the queue of one transport. To be run by the one holder of the transport's sender lock."""

    database: Database
    voice: Voice
    pace: Pace
    now: Callable[[], datetime]
    beat: Callable[[], None] = lambda: None
    """Called with every step forward: whoever watches us knows that we are not hung."""
    amend: Callable[[], Awaitable[int]] | None = None
    """Changes messages that were sent before; returns how many were tried."""
    _paused_until: datetime | None = None
    _order: asyncio.Lock = field(default_factory=asyncio.Lock)

    def recover(self) -> int:
        """Settles what was being sent when the last sender was stopped; returns how many there were.

        What had only waited for its turn is queued again; for the rest see `jobs.uncertain`.
        """
        with self.database.write() as work:
            found = work.deliveries.interrupted(self.voice.name)
            for delivery, immediate in found:
                if delivery.begun:
                    note = "the program stopped while it was being sent"
                    self._unanswered(work, delivery, immediate, note)
                else:
                    work.deliveries.settle(delivery.id, DeliveryState.QUEUED, detail=delivery.detail)
        return len(found)

    async def drain(self) -> int:
        """Sends everything that is due; returns how many messages were attempted."""
        attempted = 0
        while not self._paused():
            self.beat()
            batch = await asyncio.to_thread(self._claim)
            if not batch:
                break
            async with asyncio.TaskGroup() as tasks:
                for group, recipient, matter in batch:
                    tasks.create_task(self._send(matter, recipient, group))
            attempted += len(batch)
        if self.amend is not None and not self._paused():
            attempted += await self.amend()
        return attempted

    def _paused(self) -> bool:
        return self._paused_until is not None and self.now() < self._paused_until

    def _claim(self) -> list[tuple[tuple[Delivery, ...], Recipient, Matter]]:
        now = self.now()
        with self.database.write() as work:
            work.deliveries.cancel_expired(now)
            claimed = work.deliveries.claim(self.voice.name, now, _BATCH, lanes=_AT_ONCE)
            groups: list[tuple[Delivery, ...]] = [(delivery,) for delivery in claimed]
            if not groups:
                groups = _by_recipient(
                    work.deliveries.claim(self.voice.name, now, _BATCH * 10, lanes=_DIGESTS)
                )
            alerts = work.alerts.many([delivery.alert_id for group in groups for delivery in group])
            notices = work.notices.many([group[0].notice_id for group in groups])
            batch = []
            for claimed_group in groups:
                group = _still_told(work, claimed_group, alerts)
                if not group:
                    continue
                recipient = work.recipients.get(group[0].recipient_id)
                if recipient:  # always: its deliveries are ours until the commit, and refer to it
                    notice = notices.get(group[0].notice_id)
                    told = notice or tuple(alerts[delivery.alert_id] for delivery in group)
                    batch.append((group, recipient, told))
            return batch

    async def _send(self, matter: Matter, recipient: Recipient, group: tuple[Delivery, ...]) -> None:
        try:
            await self.pace.turn(recipient.id)
        except asyncio.CancelledError:
            # Stopped while it waited for its turn: nothing left us, so nothing is uncertain.
            self._put_back(group)
            raise
        if self._paused():
            await asyncio.to_thread(self._put_back, group)
            return
        now = self.now()
        async with self._order:  # one after another, so that what is most pressing leaves first
            group = await asyncio.to_thread(self._begin, group)
        if not group:
            return
        try:
            outcome = await self._said(matter, recipient, now, group)
        except Exception:
            # The message may have left; only the log knows why no answer was understood.
            log.exception("deliver.fault", transport=self.voice.name, delivery=group[0].id)
            outcome = Uncertain("fault in Vigil while sending: see the log")
        if isinstance(outcome, RetryLater) and outcome.everyone:
            self._paused_until = now + timedelta(seconds=outcome.seconds)
        await self._settled(group, matter, recipient, outcome)
        self.beat()

    async def _said(
        self, matter: Matter, recipient: Recipient, now: datetime, group: tuple[Delivery, ...]
    ) -> Outcome:
        if isinstance(matter, Notice):
            return await self.voice.notify(matter, recipient, f"notice-{matter.id}:{recipient.id}")
        manner = await manner_of(self.database, matter, group)
        return await self.voice.tell(matter, recipient, f"{matter[0].identifier}:{recipient.id}", now, manner)

    async def _settled(
        self, group: tuple[Delivery, ...], matter: Matter, recipient: Recipient, outcome: Outcome
    ) -> None:
        """Writes the outcome down, again and again while the database is busy."""
        for pause in (0.1, 0.5, 2.0, 10.0):
            try:
                await asyncio.to_thread(self._settle, group, matter, recipient, outcome)
            except SQLAlchemyError:
                log.exception("deliver.not_written", delivery=group[0].id, again_in=pause)
                await asyncio.sleep(pause)
            else:
                return
        log.error("deliver.left_sending", delivery=group[0].id, settled_at="the next start")

    def _begin(self, group: tuple[Delivery, ...]) -> tuple[Delivery, ...]:
        """Counts the attempt before it is made: from here on the message may have left.

        Nothing remains when the recipient was lost while this waited for its turn.
        """
        with self.database.write() as work:
            begun = work.deliveries.begin([delivery.id for delivery in group])
        return group if begun == len(group) else ()

    def _put_back(self, group: tuple[Delivery, ...]) -> None:
        with self.database.write() as work:
            for delivery in group:
                work.deliveries.settle(delivery.id, DeliveryState.QUEUED, detail=delivery.detail)

    def _settle(
        self, group: tuple[Delivery, ...], matter: Matter, recipient: Recipient, outcome: Outcome
    ) -> None:
        with self.database.write() as work:
            for delivery, immediate in zip(group, _pressing(matter), strict=True):
                self._settle_one(work, delivery, recipient, outcome, immediate=immediate)
            if isinstance(outcome, Gone):
                work.recipients.suspend(recipient.id)
            if isinstance(outcome, Migrated):
                work.recipients.move(recipient.id, recipient.transport, outcome.address)
        log.info(
            "deliver.done", transport=self.voice.name, delivery=group[0].id, outcome=type(outcome).__name__
        )

    def _settle_one(
        self, work: Work, delivery: Delivery, recipient: Recipient, outcome: Outcome, *, immediate: bool
    ) -> None:
        settle = work.deliveries.settle
        now = self.now()
        match outcome:
            case Sent(reference):
                settle(delivery.id, DeliveryState.SENT, reference=reference)
            case RetryLater(seconds, detail):
                wait = max(seconds, min(_LONGEST_BACKOFF, 2.0 ** min(delivery.attempts, 9)))
                if seconds:
                    wait = seconds  # the platform said how long: neither earlier nor much later
                again = now + timedelta(seconds=wait)
                note = delivery.detail if was_repeated(delivery) else detail
                settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=again)
            case Gone(detail):
                settle(delivery.id, DeliveryState.FAILED, detail=detail)
            case Migrated():
                settle(delivery.id, DeliveryState.QUEUED, detail="the chat moved", not_before=now)
            case Rejected(detail):
                log.error("deliver.rejected", delivery=delivery.id, transport=recipient.transport, why=detail)
                settle(delivery.id, DeliveryState.FAILED, detail=detail)
            case Uncertain(detail):
                self._unanswered(work, delivery, immediate, detail)

    def _unanswered(self, work: Work, delivery: Delivery, immediate: bool, detail: str) -> None:
        log.warning("deliver.uncertain", delivery=delivery.id, attempts=delivery.attempts)
        recognised = self.voice.idempotent
        unanswered(work, delivery, detail, self.now(), immediate=immediate, recognised=recognised)


def _still_told(work: Work, group: tuple[Delivery, ...], alerts: dict[int, Alert]) -> tuple[Delivery, ...]:
    """Without the alerts on what an admin took down while they waited: those are cancelled."""
    gone = [one for one in group if one.alert_id and alerts[one.alert_id].statement.taken_down]
    for delivery in gone:
        work.deliveries.settle(delivery.id, DeliveryState.CANCELLED, detail="taken down by an admin")
    return tuple(one for one in group if one not in gone)


def _pressing(matter: Matter) -> tuple[bool, ...]:
    """For each delivery, whether a miss is worse than a double: an Immediate alert, a notice to an admin."""
    if isinstance(matter, Notice):
        return (True,)
    return tuple(alert.statement.alert.urgency is Urgency.IMMEDIATE for alert in matter)


def _by_recipient(claimed: Sequence[Delivery]) -> list[tuple[Delivery, ...]]:
    groups: dict[int, list[Delivery]] = {}
    for delivery in claimed:
        groups.setdefault(delivery.recipient_id, []).append(delivery)
    return [tuple(group) for group in groups.values()]
