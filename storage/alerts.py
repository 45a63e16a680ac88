"""Alerts: what was rung, on which case, and what a message about it needs."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.endings import CORRECTED, called_off, is_end, over_since, stopped_since, taken_back
from storage.records import Alert, Change, Source, Statement
from storage.sources import Sources
from storage.statements import Statements
from storage.tables.archive import cases, statements
from storage.tables.log import alerts, deliveries
from storage.tables.watch import entries, sources
from storage.words import Aspect, Cause, DeliveryState, MsgType, SourceKind, Status

_OF_CASE = (
    sa.select(alerts.c.id, alerts.c.identifier)
    .where(alerts.c.case_id == sa.bindparam("case"), alerts.c.cause != Cause.REMINDER)
    .order_by(alerts.c.id)
)

_WITHIN = sa.case((alerts.c.sent > sa.bindparam("within"), alerts.c.id))
"""Of what is counted, that of the shorter time."""
_OF_SOURCE = sa.and_(
    alerts.c.source_id == sa.bindparam("source"),
    alerts.c.sent > sa.bindparam("since"),
    alerts.c.cause != Cause.REMINDER,
    alerts.c.status == Status.ACTUAL,
)
_URGENT = sa.func.coalesce(alerts.c.urgent, statements.c.urgent)
"""Whether it was urgent when it rang, whatever its source makes of it later.

A program of before did not note that: then as it is now.
"""
_RUNG_SINCE = (
    sa.select(sa.func.count(_WITHIN), sa.func.count())
    .select_from(alerts)
    .join(statements, statements.c.id == alerts.c.statement_id)
    .where(_URGENT, _OF_SOURCE)
)
_AT_ONCE_SINCE = (
    sa.select(sa.func.count(_WITHIN.distinct()), sa.func.count(alerts.c.id.distinct()))
    .join(statements, statements.c.id == alerts.c.statement_id)
    .join(deliveries, deliveries.c.alert_id == alerts.c.id)
    .where(_OF_SOURCE, sa.not_(_URGENT), deliveries.c.lane < sa.bindparam("digests"))
)
_HELD_SINCE = (
    sa.select(sa.func.count())
    .select_from(alerts)
    .join(deliveries, deliveries.c.alert_id == alerts.c.id)
    .where(
        _OF_SOURCE,
        deliveries.c.state == DeliveryState.HELD,
        deliveries.c.detail == sa.bindparam("why"),
    )
)


_ENDED_SINCE = (
    sa.select(sa.func.count()).select_from(alerts).where(_OF_SOURCE, alerts.c.msg_type == MsgType.CANCEL)
)
_OF_ONE_ON_TRIAL = sa.exists().where(sources.c.id == alerts.c.source_id, sources.c.on_trial.is_not(None))
"""All of it waits anyway: it must hold nothing of others up."""
_ON_TRIAL = sa.select(sources.c.id).where(sources.c.on_trial.is_not(None))
_SO_MANY_BACK = (
    sa.select(alerts.c.sent)
    .join(statements, statements.c.id == alerts.c.statement_id)
    .where(
        _URGENT,
        alerts.c.status == Status.ACTUAL,
        alerts.c.cause != Cause.REMINDER,
        sa.not_(_OF_ONE_ON_TRIAL),
    )
    .order_by(alerts.c.id.desc())
    .offset(sa.bindparam("before"))
    .limit(1)
)
_LOOKED_AT = 60
"""So many alerts are looked at for those that may be taken back."""
_LAST = 5000
"""So many alerts, the newest, are looked at for those within an hour: more would be held long since."""
_NEWEST = sa.func.coalesce(sa.select(sa.func.max(alerts.c.id)).scalar_subquery(), 0) - _LAST
_REACHED_AT_ONCE = (
    sa.select(alerts.c.id)
    .join(statements, statements.c.id == alerts.c.statement_id)
    .where(
        alerts.c.id > _NEWEST,
        alerts.c.sent > sa.bindparam("since"),
        sa.not_(_URGENT),
        alerts.c.status == Status.ACTUAL,
        alerts.c.cause != Cause.REMINDER,
        sa.not_(_OF_ONE_ON_TRIAL),
        sa.exists().where(deliveries.c.alert_id == alerts.c.id, deliveries.c.lane < sa.bindparam("digests")),
    )
    .limit(sa.bindparam("most"))
)


class Alerts:
    """Questions about alerts, and their changes."""

    def __init__(
        self, connection: Connection, additions: Additions, of_statements: Statements, of_sources: Sources
    ) -> None:
        self._connection = connection
        self._additions = additions
        self._statements = of_statements
        self._sources = of_sources

    def add(self, alert: Alert, understood: datetime | None = None, queued: datetime | None = None) -> int:
        """Keeps an alert; returns its id. For a known identifier the transaction raises IntegrityError.

        `understood` and `queued`: when its text was, and when it is given to those who send.
        """
        row = {
            "identifier": alert.identifier,
            "statement_id": alert.statement.id,
            "source_id": alert.source.id,
            "case_id": alert.case_id,
            "msg_type": alert.msg_type,
            "status": alert.status,
            "sent": alert.sent,
            "expires": alert.expires,
            "references": list(alert.references),
            "cause": alert.cause,
            "urgent": alert.statement.alert.urgent,
            "understood": understood,
            "queued": queued,
            "changes": _told(alert.changes),
        }
        return self._additions.add(alerts, row)

    def changes_of(self, statement_id: int) -> dict[int, tuple[Change, ...]]:
        """What the alerts of a statement tell of its edits, by the alert's id; those that tell anything."""
        question = sa.select(alerts.c.id, alerts.c.changes).where(alerts.c.statement_id == statement_id)
        return {row.id: _changes(row.changes) for row in self._connection.execute(question) if row.changes}

    def put_changes(self, alert_id: int, changes: Sequence[Change]) -> None:
        """What one alert tells of an edit is kept in these words."""
        values = {"changes": _told(changes)}
        self._connection.execute(sa.update(alerts).where(alerts.c.id == alert_id).values(**values))

    def many(self, ids: Sequence[int]) -> dict[int, Alert]:
        """The alerts with these ids, each with its statement and source."""
        rows = self._connection.execute(sa.select(alerts).where(alerts.c.id.in_(ids))).mappings().all()
        found = {s.id: s for s in self._statements.many([row["statement_id"] for row in rows])}
        of = self._sources.many({row["source_id"] for row in rows})
        return {row["id"]: self._alert(row, found, of) for row in rows}

    def over(self, ids: Sequence[int]) -> set[int]:
        """Which of these alerts a later one on their case has called off."""
        question = sa.select(alerts.c.id).where(alerts.c.id.in_(ids), called_off())
        return set(self._connection.scalars(question))

    def of_case(self, case_id: int) -> tuple[tuple[int, str], ...]:
        """The (id, identifier) of every alert on the case, oldest first."""
        found: list[tuple[int, str]] = []
        if not any(row["id"] == case_id for row in self._additions.waiting(cases)):
            with self._additions.beside():
                rows = self._connection.execute(_OF_CASE, {"case": case_id})
                found = [(int(key), name) for key, name in rows]
        added = self._additions.waiting(alerts)
        found += [(row["id"], row["identifier"]) for row in added if row["case_id"] == case_id]
        return tuple(sorted(found))

    def on_case(self, case_id: int) -> tuple[Alert, ...]:
        """Every alert on the case, with its statement and source, oldest first."""
        found = [key for key, _ in self.of_case(case_id)]
        if found:
            self._additions.write()
        alerts_of = self.many(found) if found else {}
        return tuple(alerts_of[key] for key in found)

    def heard_on_case(self, case_id: int) -> tuple[Alert, ...]:
        """As `on_case`, but for ends that wait for an admin or were decided against: they end nothing."""
        found = self.on_case(case_id)
        ends = [one.id for one in found if one.msg_type is MsgType.CANCEL]
        if not ends:
            return found
        passed = set(
            self._connection.scalars(sa.select(alerts.c.id).where(alerts.c.id.in_(ends), is_end(alerts)))
        )
        return tuple(one for one in found if one.msg_type is not MsgType.CANCEL or one.id in passed)

    def unconfirmed_ends(self, case_id: int) -> frozenset[int]:
        """The statements of the case that say it is over, and wait for an admin or were decided against."""
        of = (alerts.c.case_id == case_id, alerts.c.msg_type == MsgType.CANCEL)
        question = sa.select(alerts.c.statement_id).where(*of, sa.not_(is_end(alerts)))
        passed = sa.select(alerts.c.statement_id).where(*of, is_end(alerts))
        found = set(self._connection.scalars(question))
        return frozenset(found - set(self._connection.scalars(passed)))

    def numbered(self, identifier: str) -> int:
        """The id of the alert with this CAP identifier; 0 where there is none."""
        found = self._connection.scalar(sa.select(alerts.c.id).where(alerts.c.identifier == identifier))
        return int(found or 0)

    def exists(self, identifier: str) -> bool:
        """Whether there is an alert with this CAP identifier."""
        question = sa.select(sa.func.count()).select_from(alerts).where(alerts.c.identifier == identifier)
        return bool(self._connection.scalar(question))

    def on_statement(self, statement_id: int) -> tuple[int, ...]:
        """The alerts on this statement that call nothing off, the oldest first."""
        of = (alerts.c.statement_id == statement_id, alerts.c.msg_type != MsgType.CANCEL)
        return tuple(self._connection.scalars(sa.select(alerts.c.id).where(*of).order_by(alerts.c.id)))

    def rung_lately(self, since: datetime, most: int) -> tuple[int, ...]:
        """The statements of sources of which something was sent since then, the newest first.

        Not what was taken back, or down, since: what was let go of it after that is there again.
        """
        told = sa.exists().where(
            deliveries.c.alert_id == alerts.c.id,
            deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.SENDING)),
        )
        question = (
            sa.select(alerts.c.statement_id, alerts.c.id)
            .join(sources, sources.c.id == alerts.c.source_id)
            .join(statements, statements.c.id == alerts.c.statement_id)
            .where(
                alerts.c.sent > since,
                alerts.c.msg_type != MsgType.CANCEL,
                alerts.c.status == Status.ACTUAL,
                sources.c.kind != SourceKind.DESK,
                statements.c.taken_down.is_(None),
                told,
            )
            .order_by(alerts.c.id.desc())
            .limit(_LOOKED_AT)
        )
        newest: dict[int, int] = {}
        for key, alert_id in self._connection.execute(question):
            newest.setdefault(key, alert_id)
        return tuple(key for key, alert_id in newest.items() if alert_id > self.corrected_by(key))[:most]

    def taken_back(self, statement_ids: Sequence[int]) -> frozenset[int]:
        """Which of these statements were taken back."""
        question = sa.select(alerts.c.statement_id).where(
            alerts.c.statement_id.in_(statement_ids), taken_back()
        )
        return frozenset(self._connection.scalars(question))

    def correction_of(self, statement_id: int) -> tuple[int, datetime] | None:
        """The statement by which this one was last taken back, and when; None where it was not."""
        correction = alerts.alias()
        names = sa.select(alerts.c.identifier.concat(CORRECTED)).where(alerts.c.statement_id == statement_id)
        question = sa.select(correction.c.statement_id, correction.c.sent).where(
            correction.c.identifier.in_(names)
        )
        row = self._connection.execute(question.order_by(correction.c.id.desc()).limit(1)).first()
        return (int(row.statement_id), row.sent) if row else None

    def corrected_by(self, statement_id: int) -> int:
        """The alert by which this statement was last taken back; 0 where it was not."""
        names = sa.select(alerts.c.identifier.concat(CORRECTED)).where(alerts.c.statement_id == statement_id)
        correction = alerts.alias()
        question = sa.select(sa.func.max(correction.c.id)).where(correction.c.identifier.in_(names))
        return int(self._connection.scalar(question) or 0)

    def over_since(self, statement_ids: Sequence[int]) -> dict[int, datetime]:
        """Which of these statements are calls that are over by now, or say so themselves, and since when."""
        unheard = self._connection.execute(stopped_since(statement_ids)).all()
        rang = self._connection.execute(over_since(statement_ids)).all()
        return {int(key): sent for key, sent in (*unheard, *rang)}

    def rang(self, statement_id: int) -> bool:
        """Whether there is an alert on this statement."""
        question = sa.select(alerts.c.id).where(alerts.c.statement_id == statement_id).limit(1)
        return self._connection.scalar(question) is not None

    def urgent_of_case(self, case_id: int, but: int) -> bool:
        """Whether another statement than this one rang as urgent on the case."""
        question = (
            sa.select(sa.func.count())
            .select_from(alerts)
            .join(statements, statements.c.id == alerts.c.statement_id)
            .where(alerts.c.case_id == case_id, statements.c.id != but, statements.c.urgent)
        )
        return bool(self._connection.scalar(question))

    def newest(self) -> int:
        """The number of the alert that was made last; 0 where there is none. They count up from 1."""
        return int(self._connection.scalar(sa.select(sa.func.max(alerts.c.id))) or 0)

    def rung_since(self, source_id: int, within: datetime, since: datetime) -> tuple[int, int]:
        """How many urgent alerts the source has given cause for since either moment, the later one first."""
        within_it, since_then = self._counts(_RUNG_SINCE, source=source_id, within=within, since=since)
        return within_it, since_then

    def urgent_so_many_back(self, count: int) -> datetime | None:
        """When the urgent alert was rung that stands so many back from the newest; None for fewer."""
        if self._additions.waiting(alerts):
            self._additions.write()
        with self._additions.beside():
            found: datetime | None = self._connection.scalar(_SO_MANY_BACK, {"before": count - 1})
        return found

    def others_reached(self, most: int, since: datetime, digests: int) -> bool:
        """Whether as many that are not urgent reached somebody since then, in a lane before `digests`."""
        waiting = self._reached_unwritten(since, digests)
        if waiting is None:
            self._additions.write()
        given = {"most": most, "since": since, "digests": digests}
        with self._additions.beside():
            stored = len(self._connection.scalars(_REACHED_AT_ONCE, given).all())
        return stored + (waiting or 0) >= most

    def _reached_unwritten(self, since: datetime, digests: int) -> int | None:
        """How many of these wait to be written; None where that depends on what is written already."""
        rows = self._additions.waiting(alerts)
        sent = [(row["alert_id"], row["lane"]) for row in self._additions.waiting(deliveries)]
        of = {row["id"] for row in rows} | {None}  # None is a notice's
        if any(one not in of for one, _ in sent):
            return None
        reached = {one for one, lane in sent if lane < digests}
        found = [
            row
            for row in rows
            if row["id"] in reached and row["sent"] > since and not row["urgent"]
            if row["status"] == Status.ACTUAL and row["cause"] != Cause.REMINDER
        ]
        return len(found) if {row["source_id"] for row in found}.isdisjoint(self._on_trial()) else None

    def _on_trial(self) -> Collection[int]:
        """The sources that are on trial."""
        return self._additions.once(
            _ON_TRIAL, ("sources",), lambda: frozenset(self._connection.scalars(_ON_TRIAL))
        )

    def at_once_since(
        self, source_id: int, within: datetime, since: datetime, digests: int
    ) -> tuple[int, int]:
        """How many others reached somebody since either moment, in a lane before that of `digests`."""
        given = {"source": source_id, "within": within, "since": since, "digests": digests}
        within_it, since_then = self._counts(_AT_ONCE_SINCE, **given)
        return within_it, since_then

    def held_since(self, source_id: int, since: datetime, why: str) -> int:
        """How many deliveries of the source's alerts since then are still held for this reason."""
        return self._counts(_HELD_SINCE, source=source_id, since=since, why=why)[0]

    def ended_since(self, source_id: int, since: datetime) -> int:
        """How many calls the source has called off since then, those that still wait among them."""
        return self._counts(_ENDED_SINCE, source=source_id, since=since)[0]

    def _counts(self, question: sa.Select[int] | sa.Select[int, int], **given: object) -> tuple[int, ...]:
        """What a question about one source counts."""
        if any(row["source_id"] == given["source"] for row in self._additions.waiting(alerts)):
            self._additions.write()
        with self._additions.beside():
            return tuple(map(int, self._connection.execute(question, given).one()))

    def also_carried(self, case_id: int, but: int) -> tuple[str, ...]:
        """The other sources that carried statements on the case, as people know them; our desk is none."""
        shown = sa.func.coalesce(sa.func.nullif(sources.c.organisation, ""), sources.c.name)
        question = (
            sa.select(shown)
            .join(entries, entries.c.source_id == sources.c.id)
            .join(statements, statements.c.entry_id == entries.c.id)
            .where(statements.c.case_id == case_id, sources.c.id != but, sources.c.kind != SourceKind.DESK)
            .distinct()
            .order_by(shown)
        )
        return tuple(self._connection.scalars(question))

    def _alert(self, row: RowMapping, found: dict[int, Statement], of: dict[int, Source]) -> Alert:
        return Alert(
            identifier=row["identifier"],
            statement=found[row["statement_id"]],
            source=of[row["source_id"]],
            sent=row["sent"],
            msg_type=MsgType(row["msg_type"]),
            status=Status(row["status"]),
            expires=row["expires"],
            references=tuple(row["references"]),
            also=self.also_carried(row["case_id"], row["source_id"]) if row["case_id"] else (),
            case_id=row["case_id"],
            cause=Cause(row["cause"]),
            changes=_changes(row["changes"]),
            id=row["id"],
        )


def _told(changes: Sequence[Change]) -> list[list[object]]:
    return [[one.aspect, list(one.before), list(one.after)] for one in changes]


def _changes(told: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> tuple[Change, ...]:
    return tuple(Change(Aspect(of), tuple(old), tuple(new)) for of, old, new in told)
