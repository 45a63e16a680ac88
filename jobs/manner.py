"""Decides how something is said to one chat: under which message it belongs, and whether it makes a sound."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.steps.course import is_silent
from storage.database import Database
from storage.due import DIGESTS
from storage.people import Delivery
from storage.records import Alert
from storage.remembered import Heard


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is said. `under` is the reference of the message that it belongs to, "" if it stands alone."""

    digest: bool = False
    """True also for a digest of one: it is no alert, and is not to look like one."""
    under: str = ""
    silent: bool = False
    plain: bool = False
    """Without markup and choices: the platform refused it with them."""


async def manner_of(database: Database, alerts: Sequence[Alert], group: Sequence[Delivery]) -> Manner:
    """How these deliveries of one recipient, one alert or a digest, are said.

    Asked when they are about to be sent: what they follow may have arrived only a moment ago.
    """
    delivery, alert = group[0], alerts[0]
    if delivery.lane >= DIGESTS:
        return Manner(digest=True, silent=True)
    if not alert.references or alert.case_id is None:
        return Manner()
    heard = await asyncio.to_thread(_heard, database, delivery.recipient_id, alert)
    first = next((one.reference for one in heard if one.reference), "")
    return Manner(under=first, silent=is_silent(alert, heard))


def _heard(database: Database, recipient_id: int, alert: Alert) -> tuple[Heard, ...]:
    with database.read() as work:
        return work.told.heard(recipient_id, alert.case_id or 0, alert.id)
