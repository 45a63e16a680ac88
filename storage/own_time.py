"""Deliveries of those who live by a clock of their own: put off to their hour, or held while it is quiet."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.tables import OWN_CLOCK, deliveries, recipients
from storage.words import DeliveryState, RecipientState

_DIGESTS = 4
_HELD = "held through quiet hours"


@dataclass(frozen=True, slots=True)
class Clock:
    """What some recipients set alike; see `storage.records.Recipient`."""

    zone: str
    digest_at: int | None
    quiet_from: int | None
    quiet_until: int | None
    wakes: bool


_CLOCKS = (
    sa.select(*(recipients.c[name] for name in Clock.__slots__))
    .where(OWN_CLOCK, recipients.c.state == RecipientState.ACTIVE)
    .distinct()
)


class OwnTime:
    """By which clocks people live, and what follows for their deliveries."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions
        self._clocks: tuple[Clock, ...] | None = None

    def clocks(self) -> tuple[Clock, ...]:
        """Every clock that somebody who can be reached set for themselves, as of when it is asked first."""
        if self._clocks is None:
            with self._additions.beside():  # none of what waits there is a recipient
                self._clocks = tuple(Clock(*row) for row in self._connection.execute(_CLOCKS))
        return self._clocks

    def put_off(self, alert_id: int, clock: Clock, usual: datetime, at: datetime) -> int:
        """Lets those with this clock have in the digest of `at` what is queued for that of `usual`."""
        return self._change(
            (*_queued(alert_id, clock), deliveries.c.lane == _DIGESTS, deliveries.c.not_before == usual),
            not_before=at,
        )

    def hold(self, alert_id: int, clock: Clock, until: datetime) -> int:
        """Keeps for one digest at `until` what those with this clock would be sent at once."""
        return self._change(
            (*_queued(alert_id, clock), deliveries.c.lane < _DIGESTS),
            lane=_DIGESTS,
            not_before=until,
            detail=_HELD,
        )

    def release(self, recipient_id: int, now: datetime) -> int:
        """Sends on what was held for a recipient whose quiet hours are others now; returns how much."""
        return self._change(
            (
                deliveries.c.recipient_id == recipient_id,
                deliveries.c.state == DeliveryState.QUEUED,
                deliveries.c.detail == _HELD,
                deliveries.c.not_before > now,
            ),
            not_before=now,
        )

    def _change(self, where: tuple[sa.ColumnElement[bool], ...], **values: object) -> int:
        return self._connection.execute(sa.update(deliveries).where(*where).values(**values)).rowcount


def _queued(alert_id: int, clock: Clock) -> tuple[sa.ColumnElement[bool], ...]:
    alike = (recipients.c[name].is_not_distinct_from(getattr(clock, name)) for name in Clock.__slots__)
    return (
        deliveries.c.alert_id == alert_id,
        deliveries.c.state == DeliveryState.QUEUED,
        deliveries.c.recipient_id.in_(sa.select(recipients.c.id).where(OWN_CLOCK, *alike)),
    )
