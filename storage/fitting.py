"""Which routes an alert fits, asked of the database: built once a shape, filled in for each alert."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from storage.deliveries import LIVE
from storage.due import DIGESTS
from storage.facets import ANYWHERE
from storage.reach import meant
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients, route_countries, routes
from storage.words import Digest, Kind, RecipientState, Status, Urgency


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
    languages: tuple[str, ...]
    """Those that it is in: several only where admins wrote it in several."""
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


class Shape(NamedTuple):
    """What of an aim decides how the question is put, and not only what is filled in."""

    status: Status
    urgent: bool
    worded: bool
    follows: bool
    unheard: bool
    only_at_once: bool
    languages: int
    sqlite: bool


def shape_of(aim: Aim, *, sqlite: bool) -> Shape:
    """How the question for this aim is put."""
    return Shape(
        aim.status,
        aim.urgent,
        worded=bool(aim.worded),
        follows=aim.follows is not None,
        unheard=aim.unheard is not None,
        only_at_once=aim.only_at_once,
        languages=len(aim.languages),
        sqlite=sqlite,
    )


def given(aim: Aim, shape: Shape) -> dict[str, object]:
    """What is to be filled in there."""
    worded = list(aim.worded)
    told = {
        "countries": [ANYWHERE, *aim.countries],
        "satisfies": list(aim.satisfies),
        "kind": _escaped(json.dumps(aim.kind)),
        "worded": json.dumps(worded) if shape.sqlite else worded,
        "follows": aim.follows,
        "unheard": aim.unheard,
    }
    told |= {f"language{at}": _escaped(json.dumps(one.lower())) for at, one in enumerate(aim.languages)}
    return {name: value for name, value in told.items() if name in _asked_for(shape)}


def _asked_for(shape: Shape) -> set[str]:
    """The names of what is to be filled in."""
    told = {name for name in ("worded", "follows", "unheard") if getattr(shape, name)}
    return told | {"countries", "satisfies", "kind", *_languages(shape)}


def _languages(shape: Shape) -> list[str]:
    return [f"language{at}" for at in range(shape.languages)]


@cache
def ranked_routes(shape: Shape) -> sa.Subquery:
    """Every fitting route's recipient, transport and rank: one who has several comes several times.

    Built once for each shape: to build it takes longer than to ask it.
    """
    found = fitting_routes(shape)
    chosen = (
        sa.select(found.c.recipient_id, SENDER.label("transport"), found.c.rank)
        .join(recipients, recipients.c.id == found.c.recipient_id)
        .where(*reachable(shape, found.c.recipient_id))
    )
    if shape.only_at_once:
        chosen = chosen.where(found.c.rank == Rank.AT_ONCE)
    return chosen.subquery("ranked")


@cache
def fitting_routes(shape: Shape) -> sa.Subquery:
    """Recipient and rank of every route that fits, and of who was alerted to the case."""
    fitting: sa.Select[Any] | sa.CompoundSelect[Any] = _fitting(shape)
    if shape.follows:
        fitting = sa.union_all(fitting, _followers(sa.bindparam("follows"), shape.status))
    return fitting.subquery("fitting")


def reachable(shape: Shape, recipient: sa.ColumnElement[int]) -> list[sa.ColumnElement[bool]]:
    """Who may be told at all."""
    where = [recipients.c.state == RecipientState.ACTIVE, meant(shape.status)]
    if shape.unheard:
        where.append(recipient.not_in(_heard(sa.bindparam("unheard"), shape.status)))
    return where


@cache
def kept_for(shape: Shape) -> sa.Subquery:
    """Recipient of every route that it rings for, and who was alerted to the case, reachable or not."""
    found: list[sa.Select[Any]] = [_fitting(shape)] if shape.urgent else []
    if shape.follows:
        found.append(_followers(sa.bindparam("follows"), shape.status))
    return sa.union_all(*found).subquery("kept_for")


def _fitting(shape: Shape) -> sa.Select[Any]:
    kinds, spoken = sa.cast(routes.c.kinds, sa.Text), sa.cast(routes.c.languages, sa.Text)
    names_it = kinds.contains(sa.bindparam("kind", type_=sa.Text), escape=_ESCAPE)
    its_language = [
        sa.func.lower(spoken).contains(sa.bindparam(one, type_=sa.Text), escape=_ESCAPE)
        for one in _languages(shape)
    ]
    where = [
        route_countries.c.country.in_(sa.bindparam("countries", expanding=True)),
        sa.or_(spoken == "[]", *its_language),
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


def _rank(*, urgent: bool) -> sa.ColumnElement[int]:
    if urgent:
        return sa.literal(int(Rank.AT_ONCE), sa.Integer())
    return sa.case(
        (routes.c.digest == Digest.NONE, int(Rank.AT_ONCE)),
        (routes.c.digest == Digest.WEEKLY, int(Rank.WEEKLY)),
        else_=int(Rank.DAILY),
    )


def _followers(case_id: sa.BindParameter[int], status: Status) -> sa.Select[Any]:
    """Who was, or is about to be, alerted to the case, and wants anything at all; a drill alerts nobody."""
    return (
        sa.select(deliveries.c.recipient_id, sa.literal(int(Rank.AT_ONCE), sa.Integer()).label("rank"))
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            alerts.c.case_id == case_id,
            alerts.c.status == status,
            sa.exists().where(routes.c.recipient_id == deliveries.c.recipient_id),
        )
    )


def _heard(case_id: sa.BindParameter[int], status: Status) -> sa.Select[Any]:
    """Who got an alert on the case at once, or is about to."""
    return (
        sa.select(deliveries.c.recipient_id)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            alerts.c.case_id == case_id,
            alerts.c.status == status,
            deliveries.c.state.in_(LIVE),
            deliveries.c.lane < DIGESTS,
        )
    )
