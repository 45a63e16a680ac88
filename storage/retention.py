"""Retention: what the notification log keeps of messages that came to their end, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.columns import DayOf
from storage.deliveries import ENDED
from storage.due import DIGESTS
from storage.tables import SENDER, alerts, cases, deliveries, notices, sendings

_LATELY = timedelta(days=3)
_STANDS = timedelta(days=90)
"""How long a message is changed where it stands."""
_NOTICED = timedelta(days=30)
"""How long it is known who was told what of the watch itself: an outage of a platform is shorter."""
_LATE = timedelta(days=60)
"""How long nobody need have forgotten, in an outage, what they forget every hour."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Changes of what is over."""

    connection: Connection

    def settle_down(self, now: datetime) -> None:
        """Keeps of what came to its end in the last days only the day for which it had waited.

        The time can tell when somebody wrote to us, whom what was kept for them was sent to then. And where
        a message stands is forgotten once it is too old to be changed there: news comes by itself then.
        """
        old = sa.select(alerts.c.id).where(alerts.c.sent.between(now - _STANDS - _LATE, now - _STANDS))
        self.connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id.in_(old), deliveries.c.reference != "")
            .values(reference="", amend_by=None, amend_at=None, erase_at=None)
        )
        self.connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.transport.in_(sa.select(SENDER).distinct()),
                deliveries.c.state.in_(ENDED),
                deliveries.c.lane.between(0, DIGESTS),
                deliveries.c.not_before > now - _LATELY,
                deliveries.c.not_before != DayOf(deliveries.c.not_before),
            )
            .values(not_before=DayOf(deliveries.c.not_before))
        )

    def drop_notices(self, now: datetime) -> None:
        """Who was told of the watch itself, and where that stands, is forgotten once all of it is long over.

        With it go the notices that nobody waits for any more.
        """
        old = sa.select(notices.c.id).where(notices.c.made < now - _NOTICED)
        ended = (deliveries.c.notice_id.in_(old), deliveries.c.state.in_(ENDED))
        self.connection.execute(sa.delete(deliveries).where(*ended))
        shown = (sendings.c.notice_id.in_(old), sendings.c.ended.is_not(None))
        self.connection.execute(sa.update(sendings).where(*shown).values(notice_id=None))
        needed = [sa.exists().where(table.c.notice_id == notices.c.id) for table in (deliveries, sendings)]
        gone = (notices.c.id.in_(old), *(sa.not_(one) for one in needed))
        self.connection.execute(sa.delete(notices).where(*gone))

    def past(self, before: datetime) -> tuple[int, ...]:
        """The alerts whose matter has rested since: sent before that moment, and nothing new of their case.

        Those of which anything is kept in this log that came to its end.
        """
        rests = sa.or_(alerts.c.case_id.is_(None), cases.c.updated < before)
        ended = sa.exists().where(deliveries.c.alert_id == alerts.c.id, deliveries.c.state.in_(ENDED))
        question = sa.select(alerts.c.id).outerjoin(cases, cases.c.id == alerts.c.case_id)
        found = question.where(alerts.c.sent < before, rests, ended).order_by(alerts.c.sent)
        return tuple(self.connection.scalars(found))

    def drop_ended(self, alert_id: int, most: int) -> int:
        """Takes out up to so many deliveries of an alert that came to their end; returns how many."""
        ended = (deliveries.c.alert_id == alert_id, deliveries.c.state.in_(ENDED))
        some = sa.select(deliveries.c.id).where(*ended).limit(most)
        return self.connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(some))).rowcount
