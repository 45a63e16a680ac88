"""Changes messages where they stand, when what they said was called off or rewritten.

That it was is told by a message of its own (`jobs.ring`); this is for whoever scrolls back to the first.
To change a message twice does no harm, so nothing is noted before it is tried: whatever was not settled when
the program stopped is done again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from storage.database import Database
from storage.records import Alert, Recipient, Version
from storage.told import Amendment

log = structlog.get_logger()

_BATCH = 30
_SOONEST = timedelta(seconds=30)
_LATEST = timedelta(hours=1)


class Editor(Protocol):
    """How one transport changes what it said."""

    @property
    def name(self) -> str:
        """The transport's name, as deliveries know it."""

    @property
    def changes(self) -> bool:
        """Whether the reader would see a change where the message stands."""

    async def amend(self, change: "Changed", recipient: Recipient, now: datetime) -> Outcome:
        """Shows what the message has to say now, in its place."""


class Turn(Protocol):
    """Lets a recipient's next message wait until it may go."""

    async def turn(self, address: str) -> None:
        """Waits."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a message told, what changed that, and what the statement said until then (None: the same)."""

    reference: str
    alert: Alert
    by: Alert
    before: Version | None
    key: str


@dataclass(slots=True)
class Amender:
    """Empties one transport's list of messages to change. To be run by the holder of its sender lock."""

    database: Database
    editor: Editor
    pace: Turn
    now: Callable[[], datetime]
    _paused_until: datetime | None = None

    async def drain(self) -> int:
        """Changes everything that is due; returns how many messages were tried."""
        tried = 0
        while self._paused_until is None or self.now() >= self._paused_until:
            found, batch = await asyncio.to_thread(self._due)
            if not found:
                break
            async with asyncio.TaskGroup() as tasks:
                for one, change, recipient in batch:
                    tasks.create_task(self._amend(one, change, recipient))
            tried += len(batch)
        return tried

    def _due(self) -> tuple[int, list[tuple[Amendment, Changed, Recipient]]]:
        """How many are due, a batch at most, and those of them that can be changed; the others stay."""
        batch = []
        with self.database.write() as work:
            due = work.told.due(self.editor.name, self.now(), _BATCH)
            alerts = work.alerts.many([number for one in due for number in (one.alert_id, one.by)])
            for one in due:
                alert, by = alerts[one.alert_id], alerts[one.by]
                over = by.expires is not None and by.expires < self.now()
                recipient = work.recipients.get(one.recipient_id)
                if not self.editor.changes or alert.statement.taken_down or over or recipient is None:
                    work.told.amended(one, None)
                    continue
                same = alert.statement.id == by.statement.id
                versions = work.statements.versions.of(alert.statement.id) if same else ()
                before = next((version for version in versions if version.until > alert.sent), None)
                key = f"{by.identifier}:{one.delivery_id}:amend"
                batch.append((one, Changed(one.reference, alert, by, before, key), recipient))
        return len(due), batch

    async def _amend(self, one: Amendment, change: Changed, recipient: Recipient) -> None:
        await self.pace.turn(recipient.address)
        try:
            outcome = await self.editor.amend(change, recipient, self.now())
        except Exception:
            # It may be changed already; only the log knows why no answer was understood.
            log.exception("amend.fault", transport=self.editor.name, delivery=one.delivery_id)
            outcome = Uncertain("fault in Vigil while changing a message: see the log")
        await asyncio.to_thread(self._settle, one, change, recipient, outcome)

    def _settle(self, one: Amendment, change: Changed, recipient: Recipient, outcome: Outcome) -> None:
        with self.database.write() as work:
            match outcome:
                case Sent(reference):
                    work.told.amended(one, reference)
                case RetryLater(seconds, _, everyone):
                    wait = timedelta(seconds=seconds) if seconds else self._patience(change)
                    work.told.amend_later(one, self.now() + wait)
                    if everyone:
                        self._paused_until = self.now() + wait
                case Uncertain():
                    work.told.amend_later(one, self.now() + self._patience(change))
                case Gone():
                    work.told.amended(one, None)
                    work.recipients.suspend(recipient.id, self.now())
                case Migrated(address):
                    # There the same numbers name other messages: nothing can be changed any more.
                    work.recipients.move(recipient.id, recipient.transport, address)
                case Rejected(detail):
                    # Its reader has deleted it, most often.
                    log.info("amend.rejected", delivery=one.delivery_id, why=detail)
                    work.told.amended(one, None)
        outcome_name = type(outcome).__name__
        log.info("amend.done", transport=self.editor.name, delivery=one.delivery_id, outcome=outcome_name)

    def _patience(self, change: Changed) -> timedelta:
        """The longer it has been tried in vain, the later it is tried again."""
        return max(_SOONEST, min(_LATEST, (self.now() - change.by.sent) / 2))
