"""Whom an alert reaches: routes are held against it in the database, however many there are.

A person's own words are enciphered and cannot be asked for here: which of the routes with words fit
is told from outside (`jobs.wishes`), by their ids.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.deliveries import Deliveries
from storage.due import DIGESTS
from storage.fitting import Aim, Rank, Shape, fitting_routes, given, ranked_routes, reachable, shape_of
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients
from storage.words import DeliveryState

_FEW = 200
"""Matches up to here are held in memory, and written together with all else that a poll brings."""
_COLUMNS = (
    "alert_id",
    "recipient_id",
    "transport",
    "state",
    "lane",
    "not_before",
    "attempts",
    "begun",
    "reference",
    "detail",
)


@dataclass(frozen=True, slots=True)
class Turn:
    """In which lane a delivery waits, and from when on it may go."""

    lane: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Timing:
    """The turn of each rank, for recipients who live by the same clock."""

    at_once: Turn
    daily: Turn
    weekly: Turn

    def of(self, rank: Rank) -> Turn:
        """When those of this rank get it."""
        return (self.at_once, self.daily, self.weekly)[rank]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether an alert reaches anybody, and whether it rings for anybody."""

    anyone: bool
    at_once: bool
    few: dict[tuple[int, str], Rank] | None = field(default=None, repr=False)
    """(recipient, transport) and rank; None where they are too many to hold in memory."""


_TOLD = sa.select(deliveries.c.recipient_id).where(
    deliveries.c.notice_id == sa.bindparam("notice"),
    deliveries.c.recipient_id.in_(sa.bindparam("recipients", expanding=True)),
)


class Matching:
    """Holds alerts against every route of every reachable recipient."""

    def __init__(self, connection: Connection, additions: Additions, of_deliveries: Deliveries) -> None:
        self._connection = connection
        self._additions = additions
        self._deliveries = of_deliveries

    def reach(self, aim: Aim) -> Reach:
        """Whom it reaches."""
        ranked, filled = self._ranked(aim)
        rows = self._asked(aim, _first(ranked, _FEW + 1), filled)
        if len(rows) <= _FEW:
            few: dict[tuple[int, str], Rank] = {}
            for row in rows:
                key = (int(row.recipient_id), str(row.transport))
                few[key] = min(few.get(key, Rank.WEEKLY), Rank(row.rank))
            return Reach(bool(few), Rank.AT_ONCE in few.values(), few)
        ringing = sa.select(ranked.c.rank).where(ranked.c.rank == Rank.AT_ONCE).limit(1)
        at_once = any(row.rank == Rank.AT_ONCE for row in rows) or bool(self._asked(aim, ringing, filled))
        return Reach(anyone=True, at_once=at_once)

    def counted(self, aim: Aim) -> dict[Rank, int]:
        """How many recipients it reaches, by the soonest that each of them wants it."""
        ranked, filled = self._ranked(aim)
        best = sa.func.min(ranked.c.rank).label("best")
        each = sa.select(ranked.c.recipient_id, best).group_by(ranked.c.recipient_id).subquery()
        question = sa.select(each.c.best, sa.func.count().label("people")).group_by(each.c.best)
        return {Rank(row.best): int(row.people) for row in self._asked(aim, question, filled)}

    def spread(self, aim: Aim) -> dict[tuple[str, str], int]:
        """How many recipients it reaches, by transport and by the language that they are spoken to in."""
        ranked, filled = self._ranked(aim)
        who = (recipients.c.transport, recipients.c.language)
        whose = recipients.c.id.in_(sa.select(ranked.c.recipient_id))
        question = sa.select(*who, sa.func.count().label("people")).where(whose).group_by(*who)
        return {(row.transport, row.language): int(row.people) for row in self._asked(aim, question, filled)}

    def queue(self, alert_id: int, aim: Aim, reach: Reach, timing: Timing, *, held: str = "") -> int:
        """One delivery for each whom it reaches, however many routes fit, the earliest; returns how many.

        `held`, where given, is why an admin looks first at what would ring; digests wait anyway.
        """
        if reach.few is None:
            return self._queue_many(alert_id, aim, timing, held)
        for rank in Rank:
            turn = timing.of(rank)
            chosen = [(*key, turn.at) for key, its in sorted(reach.few.items()) if its is rank]
            why = held if turn.lane < DIGESTS else ""
            self._deliveries.queue(alert_id, chosen, turn.lane, held=why)
        return len(reach.few)

    def tell(self, notice_id: int, aim: Aim, lane: int, now: datetime) -> int:
        """Queues the notice for each for whom such an alert would ring, but once; returns how many more."""
        ranked, filled = self._ranked(replace(aim, only_at_once=True))
        told = sa.select(deliveries.c.recipient_id).where(deliveries.c.notice_id == notice_id)
        row: dict[str, sa.ColumnElement[Any]] = {
            "notice_id": sa.literal(notice_id, deliveries.c.notice_id.type),
            "recipient_id": ranked.c.recipient_id,
            "transport": ranked.c.transport,
            "state": sa.literal(str(DeliveryState.QUEUED)),
            "lane": sa.literal(lane),
            "not_before": sa.literal(now, deliveries.c.not_before.type),
            "attempts": sa.literal(0),
            "begun": sa.false(),
            "reference": sa.literal(""),
            "detail": sa.literal(""),
        }
        more = sa.select(*row.values()).where(ranked.c.recipient_id.not_in(told)).distinct().params(filled)
        queued = sa.insert(deliveries).from_select(list(row), more)
        return self._connection.execute(queued.execution_options(preserve_rowcount=True)).rowcount

    def tell_few(self, notice_id: int, whom: Collection[tuple[int, str]], lane: int, now: datetime) -> int:
        """The same for these (recipient, transport) alone, of whom none is among what waits to be written."""
        given = {"notice": notice_id, "recipients": [recipient for recipient, _ in whom]}
        with self._additions.beside():
            told = set(self._connection.scalars(_TOLD, given))
        more = [(*one, now) for one in sorted(whom) if one[0] not in told]
        return self._deliveries.queue_notice(notice_id, more, lane)

    def _queue_many(self, alert_id: int, aim: Aim, timing: Timing, held: str) -> int:
        if aim.urgent or aim.only_at_once:  # it is for nobody's digest
            return self._queue_alike(alert_id, aim, timing.at_once, held)
        ranked, filled = self._ranked(aim)
        best = sa.func.min(ranked.c.rank)

        def by_rank(value: Callable[[Turn], object], kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
            told = [sa.literal(value(timing.of(rank)), kind) for rank in Rank]
            return sa.case((best == Rank.AT_ONCE, told[0]), (best == Rank.DAILY, told[1]), else_=told[2])

        # There is but one transport; so one sort serves group and order.
        who = (ranked.c.recipient_id, sa.func.min(ranked.c.transport))
        chosen = sa.select(*_row(alert_id, who, by_rank, held))
        sorted_ = chosen.group_by(ranked.c.recipient_id).order_by(ranked.c.recipient_id)
        return self._insert(sorted_.params(filled))

    def _queue_alike(self, alert_id: int, aim: Aim, turn: Turn, held: str) -> int:
        """The same for everybody: each is looked up among those whose routes fit, and nothing is grouped."""
        shape = self._shape(aim)
        fitting = fitting_routes(shape)
        whose = sa.select(fitting.c.recipient_id)
        if aim.only_at_once:
            whose = whose.where(fitting.c.rank == Rank.AT_ONCE)

        def alike(value: Callable[[Turn], object], kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
            return sa.literal(value(turn), kind)

        chosen = (
            sa.select(*_row(alert_id, (recipients.c.id, SENDER), alike, held))
            .where(recipients.c.id.in_(whose), *reachable(shape, recipients.c.id))
            .order_by(recipients.c.id)
        )
        return self._insert(chosen.params(given(aim, shape)))

    def _insert(self, chosen: sa.Select[Any]) -> int:
        queued = sa.insert(deliveries).from_select(_COLUMNS, chosen)
        return self._connection.execute(queued.execution_options(preserve_rowcount=True)).rowcount

    def _shape(self, aim: Aim) -> Shape:
        return shape_of(aim, sqlite=self._connection.dialect.name == "sqlite")

    def _ranked(self, aim: Aim) -> tuple[sa.Subquery, dict[str, object]]:
        """Who has a route that fits, and what is to be filled in there."""
        shape = self._shape(aim)
        return ranked_routes(shape), given(aim, shape)

    def _asked(self, aim: Aim, question: sa.Select[Any], filled: dict[str, object]) -> Sequence[sa.Row[Any]]:
        if not self._has_rung_unwritten({aim.follows, aim.unheard} - {None}):
            with self._additions.beside():  # nothing of what waits there is a route
                return self._connection.execute(question, filled).all()
        return self._connection.execute(question, filled).all()

    def _has_rung_unwritten(self, cases: Collection[int | None]) -> bool:
        """Whether a delivery of one of these cases may wait to be written."""
        if not cases:
            return False
        rung = {row["id"]: row["case_id"] for row in self._additions.waiting(alerts)}
        if any(case in cases for case in rung.values()):
            return True
        waiting = self._additions.waiting(deliveries)
        return any(row["alert_id"] is not None and row["alert_id"] not in rung for row in waiting)


@cache
def _first(ranked: sa.Subquery, most: int) -> sa.Select[Any]:
    return sa.select(ranked.c.recipient_id, ranked.c.transport, ranked.c.rank).limit(most)


def _row(
    alert_id: int,
    who: tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]],
    told: Callable[[Callable[[Turn], object], sa.types.TypeEngine[Any]], sa.ColumnElement[Any]],
    held: str,
) -> list[sa.ColumnElement[Any]]:
    """The columns of a delivery; `told` makes one of what a turn says."""

    def state(turn: Turn) -> str:
        return DeliveryState.HELD if held and turn.lane < DIGESTS else DeliveryState.QUEUED

    return [
        sa.literal(alert_id, deliveries.c.alert_id.type),
        *who,
        told(state, sa.String()),
        told(lambda turn: turn.lane, sa.Integer()),
        told(lambda turn: turn.at, deliveries.c.not_before.type),
        sa.literal(0, sa.Integer()),
        sa.false(),
        sa.literal("", sa.Text()),
        told(lambda turn: held if turn.lane < DIGESTS else "", sa.Text()),
    ]
