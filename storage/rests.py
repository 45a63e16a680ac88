"""Rests: who is to be left alone for a while, since the platform says so or a crowd was just written to."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.people import SENDER, recipients

_MINUTE = 60.0


class Rests:
    """Questions about who is to be left alone, and until when."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rest(self, recipient_id: int, until: datetime) -> None:
        """Nothing is sent there earlier, whenever it is queued: the platform told us so."""
        longer = sa.case((recipients.c.rests > until, recipients.c.rests), else_=until)
        self._set(recipient_id, rests=longer)

    def resting(self, sender: str, now: datetime) -> dict[int, datetime]:
        """The ids of those who are to be left alone, and until when."""
        of = (SENDER.in_([sender]), recipients.c.rests > now)
        rows = self._connection.execute(sa.select(recipients.c.id, recipients.c.rests).where(*of))
        return {int(key): until for key, until in rows}

    def wrote(self, recipient_id: int, at: datetime) -> None:
        """One more message has gone to a crowd, which has a limit for each minute: kept for a restart."""
        before = self._connection.scalar(
            sa.select(recipients.c.lately).where(recipients.c.id == recipient_id)
        )
        known = [*(before or ()), at.timestamp()]
        self._set(recipient_id, lately=[one for one in known if one > at.timestamp() - _MINUTE])

    def written_to(self, sender: str, now: datetime) -> dict[int, tuple[float, ...]]:
        """The crowds that were written to within the last minute, by id: how many seconds ago each time."""
        of = (SENDER.in_([sender]), recipients.c.lately.is_not(None))
        rows = self._connection.execute(sa.select(recipients.c.id, recipients.c.lately).where(*of))
        ages = {int(key): tuple(now.timestamp() - one for one in lately or ()) for key, lately in rows}
        found = {key: tuple(one for one in some if 0 <= one < _MINUTE) for key, some in ages.items()}
        return {key: some for key, some in found.items() if some}

    def settle_down(self, now: datetime, idle: date | None = None, discreet: date | None = None) -> None:
        """Forgets until when somebody was to be left alone, once that is past.

        So it does when a crowd was written to, a minute later; and on which day somebody took a wish back, if
        that was before `idle`, or `discreet` where few words are wanted: so long `idle` needs to know.
        """
        crowds = sa.select(recipients.c.id, recipients.c.lately).where(recipients.c.lately.is_not(None))
        for key, lately in self._connection.execute(crowds).all():
            if not lately or max(lately) < now.timestamp() - _MINUTE:
                self._set(key, lately=None)
        self._connection.execute(sa.update(recipients).where(recipients.c.rests <= now).values(rests=None))
        least = now.date() - timedelta(days=1)
        for few, before in ((False, idle), (True, discreet)):
            past = recipients.c.narrowed < min(least, before or least)
            known = sa.and_(recipients.c.discreet.is_(few), past)
            self._connection.execute(sa.update(recipients).where(known).values(narrowed=None))

    def _set(self, recipient_id: int, **values: object) -> None:
        self._connection.execute(
            sa.update(recipients).where(recipients.c.id == recipient_id).values(**values)
        )
