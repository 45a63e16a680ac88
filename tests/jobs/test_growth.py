"""No hot question visits what was sent: the log may have a hundred million rows of it.

A plan that uses an index may read all of it through that index, so rows are counted: those that PostgreSQL
visited to answer what is asked often, or by a person who waits.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.database import Database, Work
from storage.tables.log import deliveries
from storage.tables.people import recipients
from tests.builders import a_reader, a_route, a_source, an_alert, queued
from tests.filled import fill
from tests.jobs.test_plans import PARTS, _overheard

SENT = 3_000
"""Messages of one alert that have arrived long ago."""
HOT = ("poll", "deliver", "measure", "catch up", "manage", "answer")


def a_long_log(work: Work) -> None:
    """One alert that has reached thousands, whose wishes and all are over."""
    alert = queued(work, a_reader(work, address="first"), alert=an_alert(identifier="long ago"))
    last = work.connection.scalar(sa.select(sa.func.max(recipients.c.id)))
    people = ", ".join(one.name for one in recipients.c if one.name not in ("id", "address_trace"))
    rows = ", ".join(one.name for one in deliveries.c if one.name not in ("id", "recipient_id"))
    script = f"""
        INSERT INTO recipients (address_trace, {people}) SELECT md5(n::text), {people}
            FROM recipients, generate_series(1, {SENT}) AS n WHERE id = {last};
        INSERT INTO deliveries (recipient_id, {rows}) SELECT r.id, {rows}
            FROM (SELECT id FROM recipients WHERE id > {last}) AS r, deliveries WHERE alert_id = {alert.id};
        UPDATE deliveries SET state = 'sent', reference = '1', attempts = 1 WHERE alert_id = {alert.id}
    """  # noqa: S608 - names of columns
    for copied in script.split(";"):
        work.connection.exec_driver_sql(copied)


def _visited(connection: Connection, statement: str, given: Any) -> int:
    """Rows of the log that were looked at to answer this."""
    (plan,) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).one()
    return _of_the_log(plan[0]["Plan"])


def _of_the_log(plan: dict[str, Any]) -> int:
    seen = 0
    if plan.get("Relation Name") == "deliveries" or str(plan.get("Index Name", "")).endswith("deliveries"):
        left_out = sum(int(plan.get(f"Rows Removed by {why}", 0)) for why in ("Filter", "Index Recheck"))
        seen = int((plan["Actual Rows"] + left_out) * plan["Actual Loops"])
    return max(seen, 0) + sum(map(_of_the_log, plan.get("Plans", ())))


def test_no_hot_question_visits_what_was_sent(database: Database) -> None:
    """Each statement that only asks, with what it was given."""
    if not database.is_shared:
        pytest.skip("rows are counted by PostgreSQL")
    with database.write() as work:
        fill(work)
        work.sources.configure([a_source(name="northlight"), a_source(name="third")])
        a_reader(work, a_route("KP", keywords=("needle",)), address="-1001")
        a_long_log(work)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    with _overheard(database) as asked:
        for part in HOT:
            PARTS[part](database)
    bad: dict[str, int] = {}
    counted = 0
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, given in asked:
            if statement.split(None, 1)[0] != "SELECT" or "deliveries" not in statement:
                continue
            counted += 1
            if (visited := _visited(connection, statement, given)) > SENT / 10:
                bad[" ".join(statement.split())[:2000]] = visited
    assert counted > len(HOT)
    assert not bad, "\n".join(f"{rows} rows: {words}" for words, rows in bad.items())
