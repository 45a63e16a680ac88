"""Looks: what admins ask in a chat about an address, until it was looked at, and what was found there.

An address may hold what lets its owner in, so it is sealed, and so is what was found. All of it is gone
after a day, and with whoever asked.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.tables.desk import looks
from storage.vault import Sealer
from storage.words import SourceKind, SourceState

WORDS = "look"
"""The purpose under which a look is sealed."""
KEPT = timedelta(days=1)
_WORTH_IT = timedelta(minutes=30)
"""So long after it was asked somebody still waits for the answer."""
_LOST = timedelta(minutes=3)
"""After so long whoever looked at it is taken for dead, and another does."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item that a place shows, as it is told to an admin."""

    title: str
    published: datetime | None = None
    rang: str = ""
    """The urgency of what it would have rung for; "" where it would not have."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address that can be watched, or cannot, and what it holds."""

    url: str
    title: str = ""
    kind: SourceKind = SourceKind.FEED
    state: SourceState = SourceState.OK
    detail: str = ""
    usable: bool = False
    count: int = 0
    excerpts: int = 0
    """How many of its items are only beginnings."""
    newest: datetime | None = None
    language: str = ""
    items: tuple[Item, ...] = ()
    """The newest ones."""
    ringing: int = 0
    """How many of its items would have rung."""
    rang: tuple[Item, ...] = ()
    """The newest of those."""
    like: str = ""
    """The host of a watched source, which this one's can be taken for and does not belong to."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found behind an address, the best first; `trouble`: why it could not be read."""

    places: tuple[Place, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One question about an address, and its answer."""

    id: int
    recipient_id: int
    address: str
    """Secret: never log it."""
    asked: datetime
    source_id: int | None = None
    """The source that it is about, where one was to be tested."""
    found: Findings | None = None
    """None until it was looked at."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Questions about looks, and their changes."""

    connection: Connection
    vault: Sealer

    def ask(self, recipient_id: int, address: str, now: datetime, source_id: int | None = None) -> int:
        """Somebody asks what can be watched there, or how this source answers; returns the look's number."""
        row = {"recipient_id": recipient_id, "source_id": source_id, "asked": now}
        sealed = self.vault.seal(address, WORDS)
        made = sa.insert(looks).values(**row, address_sealed=sealed).returning(looks.c.id)
        return int(self.connection.execute(made).scalar_one())

    def are_waiting(self, now: datetime) -> bool:
        """Whether any is to be looked at."""
        return self.connection.scalar(sa.select(looks.c.id).where(*_waiting(now)).limit(1)) is not None

    def take(self, now: datetime, most: int) -> tuple[Look, ...]:
        """Those that are to be looked at, the oldest first; nobody else is given them meanwhile."""
        chosen = sa.select(looks.c.id).where(*_waiting(now)).order_by(looks.c.id).limit(most)
        ids = list(self.connection.scalars(chosen))
        change = sa.update(looks).where(looks.c.id.in_(ids), *_waiting(now)).values(taken=now)
        taken = set(self.connection.scalars(change.returning(looks.c.id)))
        return tuple(one for one in self._found(looks.c.id.in_(taken)))

    def finish(self, number: int, found: Findings, now: datetime) -> bool:
        """It was looked at; returns whether somebody still wants to know, and was not told."""
        sealed = self.vault.seal(json.dumps(asdict(found), default=_plain), WORDS)
        change = sa.update(looks).where(looks.c.id == number, looks.c.done.is_(None))
        return self.connection.execute(change.values(done=now, found_sealed=sealed)).rowcount > 0

    def of(self, number: int, recipient_id: int) -> Look | None:
        """The one of this number, where it is theirs."""
        return next(iter(self._found(looks.c.id == number, looks.c.recipient_id == recipient_id)), None)

    def count(self, recipient_id: int, since: datetime) -> int:
        """How many they have asked for since then."""
        of = (looks.c.recipient_id == recipient_id, looks.c.asked > since)
        return int(self.connection.scalar(sa.select(sa.func.count()).select_from(looks).where(*of)) or 0)

    def clear(self) -> None:
        """After a backup was restored: the numbers of sources may be others'."""
        self.connection.execute(sa.delete(looks))

    def prune(self, now: datetime) -> None:
        """What was asked a day ago is of no use any more."""
        self.connection.execute(sa.delete(looks).where(looks.c.asked < now - KEPT))

    def _found(self, *where: sa.ColumnElement[bool]) -> tuple[Look, ...]:
        rows = self.connection.execute(sa.select(looks).where(*where).order_by(looks.c.id)).mappings()
        return tuple(map(self._look, rows))

    def _look(self, row: RowMapping) -> Look:
        sealed = row["found_sealed"]
        return Look(
            id=row["id"],
            recipient_id=row["recipient_id"],
            address=self.vault.open(row["address_sealed"], WORDS),
            asked=row["asked"],
            source_id=row["source_id"],
            found=_findings(json.loads(self.vault.open(sealed, WORDS))) if sealed else None,
        )


def _waiting(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    free = sa.or_(looks.c.taken.is_(None), looks.c.taken < now - _LOST)
    return (looks.c.done.is_(None), looks.c.asked > now - _WORTH_IT, free)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _findings(made: Mapping[str, Any]) -> Findings:
    return Findings(tuple(_place(one) for one in made["places"]), made["trouble"])


def _place(made: Mapping[str, Any]) -> Place:
    found = Place(**made)
    return replace(
        found,
        kind=SourceKind(found.kind),
        state=SourceState(found.state),
        newest=_moment(made["newest"]),
        items=tuple(map(_item, made["items"])),
        rang=tuple(map(_item, made["rang"])),
    )


def _item(made: Mapping[str, Any]) -> Item:
    return Item(made["title"], _moment(made["published"]), made["rang"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
