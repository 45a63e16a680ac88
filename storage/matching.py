"""Whom an alert reaches: routes are held against it in the database, however many there are.

A person's own words are enciphered and cannot be asked for here: which of the routes with words fit
is told from outside (`jobs.wishes`), by their ids.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.deliveries import DIGESTS, LIVE, Deliveries
from storage.facets import ANYWHERE
from storage.tables import alerts, deliveries, recipients, route_countries, routes
from storage.words import DeliveryState, Digest, Kind, RecipientState, Status, Urgency

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


class Rank(IntEnum):
    """How soon a recipient wants something, of all its routes that fit: the least counts."""

    AT_ONCE = 0
    DAILY = 1
    WEEKLY = 2


@dataclass(frozen=True, slots=True)
class Aim:
    """What of an alert decides whom it reaches; `jobs.steps.match.wants` and `at_once` say how."""

    status: Status
    urgent: bool
    kind: Kind
    language: str
    countries: tuple[str, ...]
    satisfies: tuple[Urgency, ...]
    """The least urgencies that it meets."""
    worded: Sequence[int] = ()
    """Ids of the routes with words of their own that these words let pass."""
    follows: int | None = None
    """The case whose recipients get it whatever it is about."""
    unheard: int | None = None
    """The case of which only those hear it who have heard nothing."""
    only_at_once: bool = False


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


class Matching:
    """Holds alerts against every route of every reachable recipient."""

    def __init__(self, connection: Connection, additions: Additions, of_deliveries: Deliveries) -> None:
        self._connection = connection
        self._additions = additions
        self._deliveries = of_deliveries

    def reach(self, aim: Aim) -> Reach:
        """Whom it reaches."""
        ranked = self._ranked(aim)
        question = sa.select(ranked.c.recipient_id, ranked.c.transport, ranked.c.rank)
        rows = self._asked(aim, question.limit(_FEW + 1))
        if len(rows) <= _FEW:
            few: dict[tuple[int, str], Rank] = {}
            for row in rows:
                key = (int(row.recipient_id), str(row.transport))
                few[key] = min(few.get(key, Rank.WEEKLY), Rank(row.rank))
            return Reach(bool(few), Rank.AT_ONCE in few.values(), few)
        at_once = any(row.rank == Rank.AT_ONCE for row in rows) or bool(
            self._asked(aim, question.where(ranked.c.rank == Rank.AT_ONCE).limit(1))
        )
        return Reach(anyone=True, at_once=at_once)

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
        ranked = self._ranked(replace(aim, only_at_once=True))
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
        more = sa.select(*row.values()).where(ranked.c.recipient_id.not_in(told)).distinct()
        queued = sa.insert(deliveries).from_select(list(row), more)
        return self._connection.execute(queued.execution_options(preserve_rowcount=True)).rowcount

    def _queue_many(self, alert_id: int, aim: Aim, timing: Timing, held: str) -> int:
        if aim.urgent or aim.only_at_once:  # it is for nobody's digest
            return self._queue_alike(alert_id, aim, timing.at_once, held)
        ranked = self._ranked(aim)
        best = sa.func.min(ranked.c.rank)

        def by_rank(value: Callable[[Turn], object], kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
            told = [sa.literal(value(timing.of(rank)), kind) for rank in Rank]
            return sa.case((best == Rank.AT_ONCE, told[0]), (best == Rank.DAILY, told[1]), else_=told[2])

        # There is but one transport; so one sort serves group and order.
        who = (ranked.c.recipient_id, sa.func.min(ranked.c.transport))
        chosen = sa.select(*_row(alert_id, who, by_rank, held))
        return self._insert(chosen.group_by(ranked.c.recipient_id).order_by(ranked.c.recipient_id))

    def _queue_alike(self, alert_id: int, aim: Aim, turn: Turn, held: str) -> int:
        """The same for everybody: each is looked up among those whose routes fit, and nothing is grouped."""
        fitting = self._ranked_routes(aim)
        whose = sa.select(fitting.c.recipient_id)
        if aim.only_at_once:
            whose = whose.where(fitting.c.rank == Rank.AT_ONCE)

        def alike(value: Callable[[Turn], object], kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
            return sa.literal(value(turn), kind)

        chosen = (
            sa.select(*_row(alert_id, (recipients.c.id, recipients.c.transport), alike, held))
            .where(recipients.c.id.in_(whose), *self._reachable(aim, recipients.c.id))
            .order_by(recipients.c.id)
        )
        return self._insert(chosen)

    def _insert(self, chosen: sa.Select[Any]) -> int:
        queued = sa.insert(deliveries).from_select(_COLUMNS, chosen)
        return self._connection.execute(queued.execution_options(preserve_rowcount=True)).rowcount

    def _asked(self, aim: Aim, question: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        if aim.follows is not None or aim.unheard is not None:
            return self._connection.execute(question).all()
        with self._additions.beside():  # nothing of what waits there is a route
            return self._connection.execute(question).all()

    def _ranked(self, aim: Aim) -> sa.Subquery:
        """Every fitting route's recipient, transport and rank: one who has several comes several times."""
        found = self._ranked_routes(aim)
        chosen = (
            sa.select(found.c.recipient_id, recipients.c.transport, found.c.rank)
            .join(recipients, recipients.c.id == found.c.recipient_id)
            .where(*self._reachable(aim, found.c.recipient_id))
        )
        if aim.only_at_once:
            chosen = chosen.where(found.c.rank == Rank.AT_ONCE)
        return chosen.subquery("ranked")

    def _ranked_routes(self, aim: Aim) -> sa.Subquery:
        """Recipient and rank of every route that fits, and of who was alerted to the case."""
        fitting: sa.Select[Any] | sa.CompoundSelect[Any] = self._fitting(aim)
        if aim.follows is not None:
            fitting = sa.union_all(fitting, _followers(aim.follows))
        return fitting.subquery("fitting")

    @staticmethod
    def _reachable(aim: Aim, recipient: sa.ColumnElement[int]) -> list[sa.ColumnElement[bool]]:
        """Who may be told at all."""
        where = [recipients.c.state == RecipientState.ACTIVE, _meant(aim.status)]
        if aim.unheard is not None:
            where.append(recipient.not_in(_heard(aim.unheard)))
        return where

    def _fitting(self, aim: Aim) -> sa.Select[Any]:
        names_it = sa.cast(routes.c.kinds, sa.Text).contains(json.dumps(aim.kind), autoescape=True)
        spoken = sa.cast(routes.c.languages, sa.Text)
        named = json.dumps(aim.language.lower())
        its_language = sa.func.lower(spoken).contains(named, autoescape=True)
        where = [
            route_countries.c.country.in_((ANYWHERE, *aim.countries)),
            sa.or_(spoken == "[]", its_language),
            sa.or_(routes.c.least_urgency.is_(None), routes.c.least_urgency.in_(aim.satisfies)),
        ]
        if aim.urgent:
            where.append(sa.or_(sa.not_(route_countries.c.named), names_it))
        else:
            where += [route_countries.c.named, names_it]
        wordless = routes.c.words_sealed.is_(None)
        where.append(sa.or_(wordless, self._among(aim.worded)) if aim.worded else wordless)
        return (
            sa.select(routes.c.recipient_id, _rank(aim).label("rank"))
            .select_from(route_countries)
            .join(routes, routes.c.id == route_countries.c.route_id)
            .where(*where)
        )

    def _among(self, ids: Sequence[int]) -> sa.ColumnElement[bool]:
        """Whether a route is one of these, which may be more than a statement has room for parameters."""
        if self._connection.dialect.name == "sqlite":
            each = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
            return routes.c.id.in_(sa.select(each.c.value))
        listed = sa.literal(list(ids), ARRAY(sa.BigInteger))
        return routes.c.id.in_(sa.select(sa.func.unnest(listed)))


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


def _meant(status: Status) -> sa.ColumnElement[bool]:
    """What is not real reaches only those who asked for drills; a draft nobody."""
    if status is Status.ACTUAL:
        return sa.true()
    return sa.false() if status is Status.DRAFT else recipients.c.drills


def _rank(aim: Aim) -> sa.ColumnElement[int]:
    if aim.urgent:
        return sa.literal(int(Rank.AT_ONCE), sa.Integer())
    return sa.case(
        (routes.c.digest == Digest.NONE, int(Rank.AT_ONCE)),
        (routes.c.digest == Digest.WEEKLY, int(Rank.WEEKLY)),
        else_=int(Rank.DAILY),
    )


def _followers(case_id: int) -> sa.Select[Any]:
    """Who was, or is about to be, alerted to the case, and still wants anything at all."""
    return (
        sa.select(deliveries.c.recipient_id, sa.literal(int(Rank.AT_ONCE), sa.Integer()).label("rank"))
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            alerts.c.case_id == case_id,
            sa.exists().where(routes.c.recipient_id == deliveries.c.recipient_id),
        )
    )


def _heard(case_id: int) -> sa.Select[Any]:
    """Who got an alert on the case at once, or is about to."""
    return (
        sa.select(deliveries.c.recipient_id)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(alerts.c.case_id == case_id, deliveries.c.state.in_(LIVE), deliveries.c.lane < DIGESTS)
    )
