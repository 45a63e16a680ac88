"""Retention: what the notification log keeps of messages that came to their end, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.columns import DayOf
from storage.deliveries import ENDED
from storage.due import DIGESTS, transports
from storage.tables.archive import cases
from storage.tables.desk import retractions, sendings
from storage.tables.log import alerts, deliveries, notices

_LATELY = timedelta(days=3)
STANDS = timedelta(days=90)
"""How long a message is changed where it stands."""
_NOTICED = timedelta(days=30)
"""How long it is known who was told what of the watch itself: an outage of a platform is shorter."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Changes of what is over."""

    connection: Connection

    def settle_down(self, now: datetime) -> None:
        """Keeps of what came to its end in the last days only the day for which it had waited.

        The time can tell when somebody wrote to us, whom what was kept for them was sent to then. Also of
        what left by an account that nobody belongs to any more.
        """
        for name in transports(self.connection):
            self.connection.execute(
                sa.update(deliveries)
                .where(
                    deliveries.c.transport == name,
                    deliveries.c.state.in_(ENDED),
                    deliveries.c.lane.between(0, DIGESTS),
                    deliveries.c.not_before > now - _LATELY,
                    sa.or_(
                        deliveries.c.not_before != DayOf(deliveries.c.not_before),
                        deliveries.c.tried.is_not(None),
                    ),
                )
                .values(not_before=DayOf(deliveries.c.not_before), tried=None)
            )

    def aged(self, since: datetime | None, now: datetime) -> tuple[tuple[int, datetime], ...]:
        """The alerts, and when each was sent, whose messages are too old to be changed where they stand.

        In the order of time; of those that were sent after `since`.
        """
        old = alerts.c.sent <= now - STANDS
        of = old if since is None else sa.and_(old, alerts.c.sent > since)
        found = sa.select(alerts.c.id, alerts.c.sent).where(of).order_by(alerts.c.sent)
        return tuple((int(key), sent) for key, sent in self.connection.execute(found))

    def forget_places(self, alert_id: int, after: int, most: int) -> int | None:
        """Forgets where up to so many messages of an alert stand: news of its case comes by itself then.

        Those of recipients with a higher id than `after`, in their order. Returns the last one's, None once
        there are no more.
        """
        stands = (
            deliveries.c.alert_id == alert_id,
            deliveries.c.recipient_id > after,
            deliveries.c.reference != "",
        )
        next_ones = sa.select(deliveries.c.recipient_id).where(*stands)
        some = next_ones.order_by(deliveries.c.recipient_id).limit(most).subquery()
        last: int | None = self.connection.scalar(sa.select(sa.func.max(some.c.recipient_id)))
        if last is not None:
            change = sa.update(deliveries).where(*stands, deliveries.c.recipient_id <= last)
            self.connection.execute(change.values(reference="", amend_by=None, amend_at=None, erase_at=None))
        return last

    def drop_notices(self, now: datetime) -> None:
        """Who was told of the watch itself, and where that stands, is forgotten once all of it is long over.

        With it go the notices that nobody waits for any more.
        """
        old = sa.select(notices.c.id).where(notices.c.made < now - _NOTICED)
        ended = (deliveries.c.notice_id.in_(old), deliveries.c.state.in_(ENDED))
        self.connection.execute(sa.delete(deliveries).where(*ended))
        for table in (sendings, retractions):
            shown = (table.c.notice_id.in_(old), table.c.ended.is_not(None))
            self.connection.execute(sa.update(table).where(*shown).values(notice_id=None))
        needed = [
            sa.exists().where(table.c.notice_id == notices.c.id)
            for table in (deliveries, sendings, retractions)
        ]
        gone = (notices.c.id.in_(old), *(sa.not_(one) for one in needed))
        self.connection.execute(sa.delete(notices).where(*gone))

    def past(self, before: datetime, between: tuple[int, int] | None = None) -> tuple[int, ...]:
        """The alerts whose matter has rested since: sent before that moment, and nothing new of their case.

        Those of which anything is kept in this log that came to its end; of all, or of those whose ids lie
        between two.
        """
        rests = sa.or_(alerts.c.case_id.is_(None), cases.c.updated < before)
        ended = sa.exists().where(deliveries.c.alert_id == alerts.c.id, deliveries.c.state.in_(ENDED))
        question = sa.select(alerts.c.id).outerjoin(cases, cases.c.id == alerts.c.case_id)
        of = (alerts.c.sent < before, *(() if between is None else (alerts.c.id.between(*between),)))
        found = question.where(*of, rests, ended).order_by(alerts.c.sent)
        return tuple(self.connection.scalars(found))

    def drop_ended(self, alert_id: int, most: int) -> int:
        """Takes out up to so many deliveries of an alert that came to their end; returns how many."""
        ended = (deliveries.c.alert_id == alert_id, deliveries.c.state.in_(ENDED))
        some = sa.select(deliveries.c.id).where(*ended).limit(most)
        return self.connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(some))).rowcount
