"""Sendings: how far an appeal, or a correction, is on its way, and what was expected of it.

What is counted are deliveries, by what became of them: numbers, and nothing about anybody.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from storage.due import DIGESTS, transports
from storage.reach import UNREACHABLE
from storage.tables.desk import retractions, sendings
from storage.tables.log import deliveries
from storage.words import DeliveryState

_UNREACHABLE = deliveries.c.detail.startswith(UNREACHABLE)
_AT_ONCE = deliveries.c.lane < DIGESTS
_WAITS = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Sending:
    """The way of one appeal, or of what takes it or a source's call back, to all whom it reaches."""

    id: int
    appeal_id: int
    """0 for what takes back a call of a source."""
    alert_id: int
    """0 until it is queued."""
    notice_id: int
    """The notice by which admins see how far it is; 0 where nobody is told."""
    corrects: bool
    """Whether it takes something back."""
    expected: int
    """How many it was to reach at once, as whoever approved it was told."""
    seconds: int
    """How long that was to take."""
    began: datetime | None = None
    ended: datetime | None = None
    shown: dict[str, datetime] = field(default_factory=dict)
    """When admins were last shown how far it is, by transport."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What became of the deliveries of one alert; of those for a digest, only how many they are."""

    sent: int = 0
    waiting: int = 0
    uncertain: int = 0
    lost: int = 0
    """It was tried, and they cannot be reached: they blocked the bot, or left."""
    refused: int = 0
    """The platform did not take the message."""
    cancelled: int = 0
    away: int = 0
    """They could not be reached when it was queued, or since: it is kept for their return."""
    digest: int = 0
    """They get it with their digest."""

    @property
    def all(self) -> int:
        """How many are to have it at once and could be reached, when it was queued."""
        return self.sent + self.waiting + self.uncertain + self.lost + self.refused + self.cancelled

    @property
    def failed(self) -> int:
        """How many it did not arrive at, for good."""
        return self.lost + self.refused

    def __add__(self, other: "Spread") -> "Spread":
        """Both together."""
        return Spread(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Spread)))


@dataclass(frozen=True, slots=True)
class Sendings:
    """Questions about sendings, and their changes."""

    connection: Connection

    def plan(self, appeal_id: int, expected: int, seconds: int) -> None:
        """Somebody approves an appeal: so many are to get it, and it is to take so long.

        Gone with what was approved (`Appeals.return_to_draft`).
        """
        of = (sendings.c.appeal_id == appeal_id, sendings.c.began.is_(None))
        values = {"expected": expected, "seconds": seconds}
        if not self.connection.execute(sa.update(sendings).where(*of).values(**values)).rowcount:
            self._add(appeal_id, **values)

    def begin(self, appeal_id: int, alert_id: int, notice_id: int | None, now: datetime) -> None:
        """It was queued as this alert, and admins are told by this notice how far it is."""
        of = (sendings.c.appeal_id == appeal_id, sendings.c.began.is_(None))
        values = {"alert_id": alert_id, "notice_id": notice_id, "began": now}
        if not self.connection.execute(sa.update(sendings).where(*of).values(**values)).rowcount:
            self._add(appeal_id, **values)

    def begin_correction(
        self, appeal_id: int, alert_id: int, notice_id: int | None, expected: tuple[int, int], now: datetime
    ) -> None:
        """What takes an appeal back was queued; `expected`: for how many, and how many seconds that takes."""
        count, seconds = expected
        self._add(
            appeal_id,
            alert_id=alert_id,
            notice_id=notice_id,
            corrects=True,
            expected=count,
            seconds=seconds,
            began=now,
        )

    def begin_retraction(
        self, alert_id: int, notice_id: int | None, expected: tuple[int, int], now: datetime
    ) -> None:
        """What takes back a source's call was queued; `expected` as for `begin_correction`."""
        count, seconds = expected
        row: dict[str, object] = {"alert_id": alert_id, "notice_id": notice_id, "began": now, "shown": {}}
        row |= {"expected": count, "seconds": seconds}
        self.connection.execute(sa.insert(retractions).values(**row))

    def going(self) -> tuple[Sending, ...]:
        """Those that have begun and not come to their end: of appeals, then of calls, the oldest first."""
        appeals = self._found(sendings.c.began.is_not(None), sendings.c.ended.is_(None))
        return (*appeals, *self._found_of_calls(retractions.c.ended.is_(None)))

    def of(self, appeal_id: int) -> tuple[Sending, ...]:
        """Of one appeal: its own, then that of its correction."""
        return self._found(sendings.c.appeal_id == appeal_id)

    def locked(self, one: Sending) -> Sending | None:
        """The same as it stands now, and as nobody else changes it until the transaction ends."""
        table = _table(one)
        of = table.c.id == one.id
        self.connection.execute(sa.select(table.c.id).where(of).with_for_update())
        return next(iter(self._found(of) if one.appeal_id else self._found_of_calls(of)), None)

    def show(self, one: Sending, transports: tuple[str, ...], now: datetime) -> None:
        """Admins on these transports are shown how far it is."""
        shown = {key: at.isoformat() for key, at in one.shown.items()}
        shown |= dict.fromkeys(transports, now.isoformat())
        self._set(one, shown=shown)

    def end(self, one: Sending, now: datetime) -> None:
        """Nothing of it is on its way any more."""
        self._set(one, ended=now)

    def spread(self, alert_id: int) -> dict[str, Spread]:
        """What became of the deliveries of an alert, by transport."""
        kind = sa.case(
            (sa.and_(_UNREACHABLE, deliveries.c.state == DeliveryState.FAILED, _AT_ONCE), "lost"),
            (
                sa.and_(
                    _UNREACHABLE,
                    deliveries.c.state.in_((DeliveryState.FAILED, DeliveryState.CANCELLED)),
                ),
                "away",
            ),
            (sa.not_(_AT_ONCE), "digest"),
            (deliveries.c.state.in_(_WAITS), "waiting"),
            (deliveries.c.state == DeliveryState.FAILED, "refused"),
            else_=deliveries.c.state,
        ).label("kind")
        counted = (
            sa.select(deliveries.c.transport, kind, sa.func.count())
            .where(deliveries.c.alert_id == alert_id)
            .group_by(deliveries.c.transport, kind)
        )
        found: dict[str, dict[str, int]] = {}
        for transport, name, count in self.connection.execute(counted):
            found.setdefault(str(transport), {})[str(name)] = int(count)
        return {transport: Spread(**found[transport]) for transport in sorted(found)}

    def refusals(self, alert_id: int, most: int) -> tuple[tuple[str, int], ...]:
        """Why a platform did not take the message, and how often; the most frequent reasons."""
        count = sa.func.count()
        question = (
            sa.select(deliveries.c.detail, count)
            .where(
                deliveries.c.alert_id == alert_id,
                deliveries.c.state == DeliveryState.FAILED,
                sa.not_(_UNREACHABLE),
            )
            .group_by(deliveries.c.detail)
            .order_by(count.desc(), deliveries.c.detail)
            .limit(most)
        )
        return tuple((str(why), int(times)) for why, times in self.connection.execute(question))

    def is_going(self, alert_id: int, now: datetime, patience: timedelta) -> bool:
        """Whether any of it waits to be sent at once, or is being sent.

        Not what has to wait longer than `patience`: a platform told us to leave that chat alone so long.
        """
        for transport in transports(self.connection):
            for state in _WAITS:
                question = (
                    sa.select(deliveries.c.id)
                    .where(
                        deliveries.c.transport == transport,
                        deliveries.c.state == state,
                        _AT_ONCE,
                        deliveries.c.not_before <= now + patience,
                        deliveries.c.alert_id == alert_id,
                    )
                    .limit(1)
                )
                if self.connection.scalar(question) is not None:
                    return True
        return False

    def _add(self, appeal_id: int, **values: object) -> None:
        row = {"corrects": False, "expected": 0, "seconds": 0, "shown": {}} | values
        self.connection.execute(sa.insert(sendings).values(appeal_id=appeal_id, **row))

    def _set(self, one: Sending, **values: object) -> None:
        table = _table(one)
        self.connection.execute(sa.update(table).where(table.c.id == one.id).values(**values))

    def _found(self, *where: sa.ColumnElement[bool]) -> tuple[Sending, ...]:
        question = sa.select(sendings).where(*where).order_by(sendings.c.id)
        return tuple(_sending(row) for row in self.connection.execute(question))

    def _found_of_calls(self, *where: sa.ColumnElement[bool]) -> tuple[Sending, ...]:
        of_no_appeal = sa.literal(0).label("appeal_id"), sa.true().label("corrects")
        question = sa.select(retractions, *of_no_appeal).where(*where).order_by(retractions.c.id)
        return tuple(_sending(row) for row in self.connection.execute(question))


def _table(one: Sending) -> sa.Table:
    return sendings if one.appeal_id else retractions


def _sending(row: Row[tuple[object, ...]]) -> Sending:
    return Sending(
        id=row.id,
        appeal_id=row.appeal_id,
        alert_id=row.alert_id or 0,
        notice_id=row.notice_id or 0,
        corrects=bool(row.corrects),
        expected=row.expected,
        seconds=row.seconds,
        began=row.began,
        ended=row.ended,
        shown={key: datetime.fromisoformat(at) for key, at in row.shown.items()},
    )
