"""Notices: what admins are told, from the event to its message."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.deliveries import Deliveries
from storage.people import Event, Notice
from storage.tables import notices
from storage.words import EventKind, SourceState

FOR_SUBSCRIBERS = (EventKind.STORM,)
"""What is told to people: nothing that is for admins may be added to it."""
AT_ONCE = (
    EventKind.VERIFYING,
    EventKind.APPEAL_COOLING,
    EventKind.APPEAL_SENDING,
    EventKind.APPEAL_STOPPED,
    EventKind.APPEAL_RETURNED,
    EventKind.APPEAL_CORRECTED,
)
"""What is told the moment it happens, and alone: no other event is added to it."""
_LOOKED_AT = 5
_MOMENTS = ("at", "since", "last_success", "next_due", "newest")


class Notices:
    """Questions about notices, and their changes."""

    def __init__(self, connection: Connection, of_deliveries: Deliveries) -> None:
        self._connection = connection
        self._deliveries = of_deliveries

    def add(self, notice: Notice) -> int:
        """Keeps a notice; returns its id."""
        row = {"made": notice.made, "events": [_as_json(event) for event in notice.events]}
        result = self._connection.execute(sa.insert(notices).values(**row).returning(notices.c.id))
        return int(result.scalar_one())

    def open(self, now: datetime, within: timedelta) -> Notice | None:
        """The notice that was begun so recently that what happens now belongs to it too.

        None when there is none, or when one of the admins has been told already.
        """
        question = (
            sa.select(notices)
            .where(notices.c.made > now - within, notices.c.made < now + within)
            .order_by(notices.c.id.desc())
            .limit(_LOOKED_AT)
        )
        for row in self._connection.execute(question).mappings():
            if row["events"][0]["kind"] not in (*FOR_SUBSCRIBERS, *AT_ONCE):
                return self.many([row["id"]])[row["id"]] if self._deliveries.untouched(row["id"]) else None
        return None

    def made_at(self, made: datetime, kind: EventKind) -> int | None:
        """The notice of just this moment that tells of this first."""
        question = sa.select(notices.c.id, notices.c.events).where(notices.c.made == made)
        found = (row.id for row in self._connection.execute(question) if row.events[0]["kind"] == kind)
        return next(found, None)

    def extend(self, notice: Notice, events: Iterable[Event]) -> None:
        """More has happened that belongs to a notice which `open` gave."""
        told = [_as_json(event) for event in (*notice.events, *events)]
        self._connection.execute(sa.update(notices).where(notices.c.id == notice.id).values(events=told))

    def many(self, ids: Sequence[int]) -> dict[int, Notice]:
        """The notices with these ids."""
        rows = self._connection.execute(sa.select(notices).where(notices.c.id.in_(ids))).mappings()
        return {
            row["id"]: Notice(tuple(_event(made) for made in row["events"]), row["made"], row["id"])
            for row in rows
        }

    def latest(self, limit: int) -> tuple[Notice, ...]:
        """The newest notices, the newest first."""
        ids = self._connection.scalars(sa.select(notices.c.id).order_by(notices.c.id.desc()).limit(limit))
        found = self.many(list(ids))
        return tuple(found[key] for key in sorted(found, reverse=True))


def _as_json(event: Event) -> dict[str, Any]:
    """What is not said is left out."""
    values = {one.name: getattr(event, one.name) for one in fields(event)}
    made = {name: value for name, value in values.items() if value not in (None, "", 0, {})}
    return made | {name: made[name].isoformat() for name in _MOMENTS if name in made}


def _event(made: dict[str, Any]) -> Event:
    moments = {name: datetime.fromisoformat(made[name]) for name in _MOMENTS if name in made}
    state = SourceState(made["state"]) if "state" in made else None
    return Event(**made | moments | {"kind": EventKind(made["kind"]), "state": state})
