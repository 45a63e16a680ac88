"""Deliveries of those who live by a clock of their own: put off to their hour, or held while it is quiet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.reach import REPEATED
from storage.tables.log import deliveries
from storage.tables.people import OWN_CLOCK, recipients
from storage.words import DeliveryState, RecipientState

_DIGESTS = 4
_HELD = "held through quiet hours"
_IS_HELD = deliveries.c.detail.startswith(_HELD)
_KEPT = sa.case(
    (deliveries.c.detail.contains(REPEATED, autoescape=True), f"{_HELD}; {REPEATED}"), else_=_HELD
)
"""That it may have arrived once, and is the one repetition, stays told."""


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

    def put_off(self, alert_id: int, usual: datetime, at: Mapping[Clock, datetime]) -> int:
        """Lets those with these clocks have at that moment what is queued for the digest of `usual`."""
        told = {_digest_key(clock): moment for clock, moment in at.items()}
        of = (deliveries.c.lane == _DIGESTS, deliveries.c.not_before == usual)
        return self._fit(alert_id, told, _DIGEST_KEY, of)

    def hold(self, alert_id: int, until: Mapping[Clock, datetime]) -> int:
        """Keeps for one digest at that moment what those with these clocks would be sent at once."""
        told = {_quiet_key(clock): moment for clock, moment in until.items()}
        of = (deliveries.c.lane < _DIGESTS,)
        return self._fit(alert_id, told, _QUIET_KEY, of, lane=_DIGESTS, detail=_KEPT)

    def digests(self, recipient_id: int, now: datetime) -> tuple[datetime, ...]:
        """For which moments something waits for a digest of theirs, but for what quiet hours hold."""
        question = sa.select(deliveries.c.not_before).where(*_waits(recipient_id, now)).distinct()
        return tuple(self._connection.scalars(question))

    def move(self, recipient_id: int, now: datetime, usual: datetime, at: datetime) -> int:
        """Lets what waits for their digest of `usual` come with that of `at`; returns how much."""
        return self._change((*_waits(recipient_id, now), deliveries.c.not_before == usual), not_before=at)

    def release(self, recipient_id: int, now: datetime) -> int:
        """Sends on what was held for a recipient whose quiet hours are others now; returns how much."""
        return self._change(
            (
                deliveries.c.recipient_id == recipient_id,
                deliveries.c.state == DeliveryState.QUEUED,
                _IS_HELD,
                deliveries.c.not_before > now,
            ),
            not_before=now,
        )

    def _change(self, where: tuple[sa.ColumnElement[bool], ...], **values: object) -> int:
        return self._connection.execute(sa.update(deliveries).where(*where).values(**values)).rowcount

    def _fit(
        self,
        alert_id: int,
        told: Mapping[str, datetime],
        key: sa.ColumnElement[str],
        of: tuple[sa.ColumnElement[bool], ...],
        **values: object,
    ) -> int:
        """Joins what is queued of the alert to a small table of clocks: one statement, however many."""
        if not told:
            return 0
        clocks = _table(told, sqlite=self._connection.dialect.name == "sqlite")
        where = (
            deliveries.c.alert_id == alert_id,
            deliveries.c.state == DeliveryState.QUEUED,
            deliveries.c.recipient_id.in_(sa.select(recipients.c.id).where(OWN_CLOCK)),
            recipients.c.id == deliveries.c.recipient_id,
            clocks.c.key == key,
        )
        return self._change((*where, *of), not_before=clocks.c.at, **values)


def _waits(recipient_id: int, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        deliveries.c.recipient_id == recipient_id,
        deliveries.c.state == DeliveryState.QUEUED,
        deliveries.c.lane == _DIGESTS,
        sa.not_(_IS_HELD),
        deliveries.c.not_before > now,
    )


def _text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.cast(column, sa.Text), "")


_DIGEST_KEY: sa.ColumnElement[str] = recipients.c.zone + "/" + _text(recipients.c.digest_at)
_QUIET_KEY: sa.ColumnElement[str] = (
    recipients.c.zone
    + "/"
    + _text(recipients.c.quiet_from)
    + "/"
    + _text(recipients.c.quiet_until)
    + sa.case((recipients.c.wakes, "/wakes"), else_="")
)


def _digest_key(clock: Clock) -> str:
    return f"{clock.zone}/{'' if clock.digest_at is None else clock.digest_at}"


def _quiet_key(clock: Clock) -> str:
    return f"{clock.zone}/{clock.quiet_from}/{clock.quiet_until}{'/wakes' if clock.wakes else ''}"


def _table(told: Mapping[str, datetime], *, sqlite: bool) -> sa.Subquery:
    """Keys and moments as a table of the statement itself, as each database takes a list as a parameter."""
    if sqlite:
        rows = [[key, f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"] for key, at in told.items()]
        each = sa.func.json_each(json.dumps(rows)).table_valued("value")
        columns = [sa.func.json_extract(each.c.value, f"$[{place}]") for place in (0, 1)]
        # Distinct, lest it is read anew for every delivery: a table of its own is given an index.
        return sa.select(columns[0].label("key"), columns[1].label("at")).distinct().subquery("clocks")
    keys = sa.bindparam("keys", list(told), ARRAY(sa.Text()))
    moments = sa.bindparam("moments", list(told.values()), ARRAY(sa.DateTime(timezone=True)))
    each = sa.func.unnest(keys, moments).table_valued("key", "at").render_derived()
    return sa.select(each.c.key, each.c.at).subquery("clocks")
