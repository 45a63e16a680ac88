"""Keeps for those who cannot be reached what will still matter on their return: calls, and news of a case.

Each is a delivery that was not made, because they cannot be reached; `Recipients.ensure` gives it back
when they are there again, if it is neither over nor expired by then.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.deliveries import LIVE
from storage.due import DIGESTS
from storage.fitting import Aim, given, kept_for, shape_of
from storage.queueing import queue_for
from storage.reach import IS_KEPT, IS_KEPT_AND_HELD, meant
from storage.records import Alert
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients, stances
from storage.words import MsgType, RecipientState, Stance

_ANYONE = sa.select(recipients.c.id).where(recipients.c.lost.is_not(None)).limit(1)


class Kept:
    """Whom an alert would reach, were they there."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    def queue(
        self,
        alert: Alert,
        aim: Aim | None,
        turn: tuple[int, datetime],
        *,
        held: str = "",
        follow: bool = True,
    ) -> int:
        """Keeps the alert for who would be rung for it; returns for how many.

        `aim` says whom; None for nobody by their wishes. With `follow` also for who follows its case. `turn`
        and `held` as it is queued for the others: what an admin looks at first waits for that, too.
        """
        found = self._found(alert, aim, follow=follow)
        return 0 if found is None else queue_for(self._connection, found, alert.id, turn, held, lost=True)

    def is_wanted(self, alert: Alert, aim: Aim, *, follow: bool) -> bool:
        """Whether it would be kept for anybody."""
        found = self._found(alert, aim, follow=follow)
        return found is not None and self._connection.execute(found.limit(1)).first() is not None

    def _found(self, alert: Alert, aim: Aim | None, *, follow: bool) -> sa.Select[tuple[int, str]] | None:
        wished = aim if aim and (aim.urgent or aim.follows is not None) else None
        by_case = follow and alert.case_id is not None
        if not (wished or by_case) or not self._anyone():
            return None
        whose: list[sa.ColumnElement[bool]] = []
        told: dict[str, Any] = {}
        if wished:
            shape = shape_of(wished, sqlite=self._connection.dialect.name == "sqlite")
            # Asked of each who is away, who are few: all who want it may be a million.
            whose.append(sa.exists().where(kept_for(shape).c.recipient_id == recipients.c.id))
            told = given(wished, shape)
        if by_case:
            whose.append(recipients.c.id.in_(_of(alert, Stance.FOLLOW)))
        found = (
            sa.select(recipients.c.id, SENDER)
            .where(
                recipients.c.lost > date.min,  # they are few, and this finds them by an index on SQLite too
                recipients.c.state == RecipientState.SUSPENDED,
                meant(alert.status),
                sa.or_(*whose),
                recipients.c.id.not_in(_of_alert(alert)),
            )
            .order_by(recipients.c.id + 0)  # not by walking through all
            # Who returns in this very moment waits for us, and finds it; or is there, and left out.
            .with_for_update(read=True, of=recipients)
            .params(told)
        )
        if alert.msg_type is not MsgType.CANCEL and alert.case_id is not None:
            found = found.where(recipients.c.id.not_in(_of(alert, Stance.MUTE)))
        if wished and wished.unheard is not None:
            found = found.where(recipients.c.id.not_in(_heard(alert)))
        return found

    def _anyone(self) -> bool:
        """Whether anybody is away: mostly nobody is, and then nothing more is asked."""
        return self._additions.once(
            _ANYONE, ("recipients",), lambda: self._connection.execute(_ANYONE).first() is not None
        )


def _of(alert: Alert, stance: Stance) -> sa.Select[tuple[int]]:
    of = (stances.c.case_id == alert.case_id, stances.c.stance == stance)
    return sa.select(stances.c.recipient_id).where(*of)


def _of_alert(alert: Alert) -> sa.Select[tuple[int]]:
    return sa.select(deliveries.c.recipient_id).where(deliveries.c.alert_id == alert.id)


def _heard(alert: Alert) -> sa.Select[tuple[int]]:
    """Who got an alert on the case before they left, or for whom one is kept that no admin looks at first."""
    got = sa.and_(deliveries.c.state.in_(LIVE), deliveries.c.lane < DIGESTS)
    return (
        sa.select(deliveries.c.recipient_id)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            alerts.c.case_id == alert.case_id,
            alerts.c.status == alert.status,
            sa.or_(got, sa.and_(IS_KEPT, sa.not_(IS_KEPT_AND_HELD))),
        )
    )
