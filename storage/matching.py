"""Whom an alert reaches: routes are held against it in the database, however many there are.

A person's own words are enciphered and cannot be asked for here: which of the routes with words fit
is told from outside (`jobs.wishes`), by their ids.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

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
        ranked, given = self._ranked(aim)
        rows = self._asked(aim, _first(ranked, _FEW + 1), given)
        if len(rows) <= _FEW:
            few: dict[tuple[int, str], Rank] = {}
            for row in rows:
                key = (int(row.recipient_id), str(row.transport))
                few[key] = min(few.get(key, Rank.WEEKLY), Rank(row.rank))
            return Reach(bool(few), Rank.AT_ONCE in few.values(), few)
        ringing = sa.select(ranked.c.rank).where(ranked.c.rank == Rank.AT_ONCE).limit(1)
        at_once = any(row.rank == Rank.AT_ONCE for row in rows) or bool(self._asked(aim, ringing, given))
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
        ranked, given = self._ranked(replace(aim, only_at_once=True))
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
        more = sa.select(*row.values()).where(ranked.c.recipient_id.not_in(told)).distinct().params(given)
        queued = sa.insert(deliveries).from_select(list(row), more)
        return self._connection.execute(queued.execution_options(preserve_rowcount=True)).rowcount

    def _queue_many(self, alert_id: int, aim: Aim, timing: Timing, held: str) -> int:
        ranked, given = self._ranked(aim)
        best = sa.func.min(ranked.c.rank)

        def by_rank(value: Any, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:  # noqa: ANN401 - of any column
            told = [sa.literal(value(timing.of(rank)), kind) for rank in Rank]
            if aim.urgent:  # it is for nobody's digest
                return told[Rank.AT_ONCE]
            return sa.case((best == Rank.AT_ONCE, told[0]), (best == Rank.DAILY, told[1]), else_=told[2])

        def state(turn: Turn) -> str:
            return DeliveryState.HELD if held and turn.lane < DIGESTS else DeliveryState.QUEUED

        chosen = (
            sa.select(
                sa.literal(alert_id, deliveries.c.alert_id.type),
                ranked.c.recipient_id,
                sa.func.min(ranked.c.transport),  # there is but one; so one sort serves group and order
                by_rank(state, sa.String()),
                by_rank(lambda turn: turn.lane, sa.Integer()),
                by_rank(lambda turn: turn.at, deliveries.c.not_before.type),
                sa.literal(0, sa.Integer()),
                sa.false(),
                sa.literal("", sa.Text()),
                by_rank(lambda turn: held if turn.lane < DIGESTS else "", sa.Text()),
            )
            .group_by(ranked.c.recipient_id)
            .order_by(ranked.c.recipient_id)
            .params(given)
        )
        queued = sa.insert(deliveries).from_select(_COLUMNS, chosen)
        return self._connection.execute(queued.execution_options(preserve_rowcount=True)).rowcount

    def _asked(self, aim: Aim, question: sa.Select[Any], given: dict[str, object]) -> Sequence[sa.Row[Any]]:
        if aim.follows is not None or aim.unheard is not None:
            return self._connection.execute(question, given).all()
        with self._additions.beside():  # nothing of what waits there is a route
            return self._connection.execute(question, given).all()

    def _ranked(self, aim: Aim) -> tuple[sa.Subquery, dict[str, object]]:
        """Every fitting route's recipient, transport and rank, and what is to be filled in there.

        One who has several comes several times.
        """
        sqlite = self._connection.dialect.name == "sqlite"
        shape = _Shape(
            aim.status,
            aim.urgent,
            worded=bool(aim.worded),
            follows=aim.follows is not None,
            unheard=aim.unheard is not None,
            only_at_once=aim.only_at_once,
            sqlite=sqlite,
        )
        worded = list(aim.worded)
        given = {
            "countries": [ANYWHERE, *aim.countries],
            "satisfies": list(aim.satisfies),
            "kind": _escaped(json.dumps(aim.kind)),
            "language": _escaped(json.dumps(aim.language.lower())),
            "worded": json.dumps(worded) if sqlite else worded,
            "follows": aim.follows,
            "unheard": aim.unheard,
        }
        return _ranked(shape), {name: value for name, value in given.items() if name in _asked_for(shape)}


@cache
def _first(ranked: sa.Subquery, most: int) -> sa.Select[Any]:
    return sa.select(ranked.c.recipient_id, ranked.c.transport, ranked.c.rank).limit(most)


class _Shape(NamedTuple):
    """What of an aim decides how the question is put, and not only what is filled in."""

    status: Status
    urgent: bool
    worded: bool
    follows: bool
    unheard: bool
    only_at_once: bool
    sqlite: bool


def _asked_for(shape: _Shape) -> set[str]:
    """The names of what is to be filled in."""
    told = {name for name in ("worded", "follows", "unheard") if getattr(shape, name)}
    return told | {"countries", "satisfies", "kind", "language"}


@cache
def _ranked(shape: _Shape) -> sa.Subquery:
    """Built once for each shape: to build it takes longer than to ask it."""
    fitting: sa.Select[Any] | sa.CompoundSelect[Any] = _fitting(shape)
    if shape.follows:
        fitting = sa.union_all(fitting, _followers(sa.bindparam("follows")))
    found = fitting.subquery("fitting")
    chosen = (
        sa.select(found.c.recipient_id, recipients.c.transport, found.c.rank)
        .join(recipients, recipients.c.id == found.c.recipient_id)
        .where(recipients.c.state == RecipientState.ACTIVE, _meant(shape.status))
    )
    if shape.only_at_once:
        chosen = chosen.where(found.c.rank == Rank.AT_ONCE)
    if shape.unheard:
        chosen = chosen.where(found.c.recipient_id.not_in(_heard(sa.bindparam("unheard"))))
    return chosen.subquery("ranked")


def _fitting(shape: _Shape) -> sa.Select[Any]:
    kinds, spoken = sa.cast(routes.c.kinds, sa.Text), sa.cast(routes.c.languages, sa.Text)
    names_it = kinds.contains(sa.bindparam("kind", type_=sa.Text), escape=_ESCAPE)
    its_language = sa.func.lower(spoken).contains(sa.bindparam("language", type_=sa.Text), escape=_ESCAPE)
    where = [
        route_countries.c.country.in_(sa.bindparam("countries", expanding=True)),
        sa.or_(spoken == "[]", its_language),
        sa.or_(
            routes.c.least_urgency.is_(None),
            routes.c.least_urgency.in_(sa.bindparam("satisfies", expanding=True)),
        ),
    ]
    if shape.urgent:
        where.append(sa.or_(sa.not_(route_countries.c.named), names_it))
    else:
        where += [route_countries.c.named, names_it]
    wordless = routes.c.words_sealed.is_(None)
    where.append(sa.or_(wordless, _among(sqlite=shape.sqlite)) if shape.worded else wordless)
    return (
        sa.select(routes.c.recipient_id, _rank(urgent=shape.urgent).label("rank"))
        .select_from(route_countries)
        .join(routes, routes.c.id == route_countries.c.route_id)
        .where(*where)
    )


def _among(*, sqlite: bool) -> sa.ColumnElement[bool]:
    """Whether a route is one of those given, which may be more than a statement has room for parameters."""
    if sqlite:
        each = sa.func.json_each(sa.bindparam("worded", type_=sa.Text)).table_valued("value")
        return routes.c.id.in_(sa.select(each.c.value))
    listed = sa.bindparam("worded", type_=ARRAY(sa.BigInteger))
    return routes.c.id.in_(sa.select(sa.func.unnest(listed)))


_ESCAPE = "/"


def _escaped(text: str) -> str:
    """Text as LIKE finds it and nothing else."""
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    return text


def _meant(status: Status) -> sa.ColumnElement[bool]:
    """What is not real reaches only those who asked for drills; a draft nobody."""
    if status is Status.ACTUAL:
        return sa.true()
    return sa.false() if status is Status.DRAFT else recipients.c.drills


def _rank(*, urgent: bool) -> sa.ColumnElement[int]:
    if urgent:
        return sa.literal(int(Rank.AT_ONCE), sa.Integer())
    return sa.case(
        (routes.c.digest == Digest.NONE, int(Rank.AT_ONCE)),
        (routes.c.digest == Digest.WEEKLY, int(Rank.WEEKLY)),
        else_=int(Rank.DAILY),
    )


def _followers(case_id: sa.BindParameter[int]) -> sa.Select[Any]:
    """Who was, or is about to be, alerted to the case, and still wants anything at all."""
    return (
        sa.select(deliveries.c.recipient_id, sa.literal(int(Rank.AT_ONCE), sa.Integer()).label("rank"))
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            alerts.c.case_id == case_id,
            sa.exists().where(routes.c.recipient_id == deliveries.c.recipient_id),
        )
    )


def _heard(case_id: sa.BindParameter[int]) -> sa.Select[Any]:
    """Who got an alert on the case at once, or is about to."""
    return (
        sa.select(deliveries.c.recipient_id)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(alerts.c.case_id == case_id, deliveries.c.state.in_(LIVE), deliveries.c.lane < DIGESTS)
    )
