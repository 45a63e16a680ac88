"""Sets the notification log aside while everything else is exchanged for a backup, and puts it back.

What the present database knows about an alert and a person is later than what the backup says of them:
what was sent meanwhile is not sent again, and who used /forget and came anew has no past.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.archive import cases
from storage.tables.log import alerts, deliveries
from storage.tables.people import recipients, routes, stances
from storage.words import DeliveryState, RecipientState

_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
_ENDED = "a backup was restored, and by then the recipient wanted nothing more"


class Aside:
    """The log as it is when this is made; held in temporary tables, as it may be far too long for memory.

    Alerts and people are told by what stays the same whatever their ids: the identifier of the one, the
    keyed hash of the other's address. To be closed in the same transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._alerts = self._copied("present_alerts", sa.select(alerts.c.id, alerts.c.identifier))
        self._people = self._copied("present_people", sa.select(recipients.c.id, recipients.c.address_trace))
        self._log = self._copied("present_log", sa.select(deliveries))
        of_case = sa.select(stances, cases.c.opened, cases.c.title).join(
            cases, cases.c.id == stances.c.case_id
        )
        self._stances = self._copied("present_stances", of_case)

    def make_room(self) -> None:
        """Of the log that came in, takes out what the present one knows better."""
        known = sa.select(alerts.c.id).join(self._alerts, self._alerts.c.identifier == alerts.c.identifier)
        self._connection.execute(
            sa.delete(deliveries).where(
                deliveries.c.alert_id.in_(known), deliveries.c.recipient_id.in_(self._known_people())
            )
        )
        self._connection.execute(sa.delete(stances).where(stances.c.recipient_id.in_(self._known_people())))
        self._put_back_stances()

    def end(self) -> int:
        """Cancels what came in waiting for people who by now want nothing; returns how much."""
        active = recipients.c.state == RecipientState.ACTIVE
        wanting = sa.union(
            *(
                sa.select(table.c.recipient_id)
                .join(recipients, recipients.c.id == table.c.recipient_id)
                .where(active)
                for table in (routes, stances)
            )
        )
        result = self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.state.in_(_WAITING),
                deliveries.c.recipient_id.in_(self._known_people()),
                deliveries.c.recipient_id.not_in(wanting),
            )
            .values(state=DeliveryState.CANCELLED, detail=_ENDED)
        )
        return result.rowcount

    def put_back(self) -> None:
        """The present log, as far as its alerts are still there; and the temporary tables are gone."""
        columns = [column for column in deliveries.columns if column.name != "id"]
        # Named by an id of the database as it was; what it changes is told by a message as well.
        none: dict[str, sa.ColumnElement[Any]] = {"amend_by": sa.null(), "amend_at": sa.null()}
        # What had to leave the chats still has to; the removal that asked for it is of the other database.
        none |= {"erase_by": sa.case((self._log.c.erase_at.is_not(None), 0))}
        now = {"alert_id": alerts.c.id, "recipient_id": recipients.c.id, **none}
        found = (
            sa.select(*(now.get(column.name, self._log.c[column.name]) for column in columns))
            .select_from(self._log)
            .join(self._alerts, self._alerts.c.id == self._log.c.alert_id)
            .join(alerts, alerts.c.identifier == self._alerts.c.identifier)
            .join(self._people, self._people.c.id == self._log.c.recipient_id)
            .join(recipients, recipients.c.address_trace == self._people.c.address_trace)
            .order_by(self._log.c.id)
        )
        self._connection.execute(sa.insert(deliveries).from_select([one.name for one in columns], found))
        for table in (self._log, self._stances, self._people, self._alerts):
            table.drop(self._connection)

    def _put_back_stances(self) -> None:
        """What people want of cases that are still the same: another one may have the number from now on."""
        found = (
            sa.select(recipients.c.id, cases.c.id, self._stances.c.stance)
            .select_from(self._stances)
            .join(
                cases,
                sa.and_(
                    cases.c.id == self._stances.c.case_id,
                    cases.c.opened == self._stances.c.opened,
                    cases.c.title == self._stances.c.title,
                ),
            )
            .join(self._people, self._people.c.id == self._stances.c.recipient_id)
            .join(recipients, recipients.c.address_trace == self._people.c.address_trace)
        )
        names = ["recipient_id", "case_id", "stance"]
        self._connection.execute(sa.insert(stances).from_select(names, found))

    def _known_people(self) -> sa.Select[tuple[int]]:
        """By their ids of today, those whom the database knew before."""
        return sa.select(recipients.c.id).join(
            self._people, self._people.c.address_trace == recipients.c.address_trace
        )

    def _copied(self, name: str, rows: sa.Select[tuple[object, ...]]) -> sa.Table:
        made = sa.CreateTableAs(rows, name, temporary=True)
        self._connection.execute(made)
        return made.table
