"""No hot question reads a whole table that grows: each is put to the planner, on both databases.

On PostgreSQL the planner is told to shun reading a table through, however small it is here: where it still
does, no index serves. On SQLite it plans without looking at the size.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.commands.inline import offers
from bot.joining import emptiest
from bot.metrics import Meter, metrics
from bot.transports.telegram_keeping import Keeping
from jobs.dispatch import Dispatcher
from jobs.errands import Room
from jobs.heartbeat import Heartbeat
from jobs.launch import Launcher
from jobs.ledger import Ledger
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.progress import Progress
from jobs.prune import TOLD, Pruner
from jobs.remind import Reminder
from jobs.ring import Audience, Occasion, ring
from jobs.takedown import take_down
from jobs.unanswered import Unanswered
from jobs.unasked import withdraw
from jobs.websub import Push, Question, Receipt, Subscriber
from storage.database import Database
from storage.moments import ALIVE
from storage.removals import Removal
from storage.retention import STANDS
from storage.tables import metadata
from storage.words import DeliveryState, Digest, MsgType, Relation, SourceState, Stance
from tests.bot.chat import Chat
from tests.builders import (
    NOON,
    URGENT,
    a_reader,
    a_route,
    a_source,
    a_statement,
    an_alert,
    an_entry,
)
from tests.feeds import Site
from tests.filled import fill
from tests.jobs.test_websub import HUB, NEWS, TOPIC, Web
from tests.jobs.watching import Watch

GROWS = {
    *("deliveries", "entries", "statements", "alerts", "recipients", "routes", "route_countries", "cases"),
    *("statement_countries", "demands", "statement_parties", "stances", "requests", "versions"),
    *("statement_index_words", "statement_index_keys", "statement_index_terms", "redactions", "takedowns"),
    "rereads",
    *("delays", "sent", "parties", "forgotten"),
}
"""Tables without a bound; sources and notices, appeals and the rest stay in the ten thousands."""
OF_FEW = {
    str(index.name)
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
"""Indexes of the few rows of a table that wait for something: to walk through one is what it is for."""
LATER = NOON + timedelta(hours=2)
Asked = list[tuple[str, Any]]


def _poll(database: Database) -> None:
    """What one poll reads and writes."""
    with database.write() as work:
        work.cases.lock()
        source = work.sources.by_name("northlight")
        assert source
        entries = [an_entry(uid=f"new{number}") for number in range(3)]
        work.entries.shown(source.id, [one.uid for one in entries])
        work.entries.by_uid(source.id, ["plain"])
        work.entries.alike(source.id, entries)
        work.entries.known(source.id, [one.uid for one in entries])
        work.entries.unread(source.id, LATER, 5)
        work.rereads.due(source.id, LATER, 5)
        work.rereads.next_due([source.id])
        work.rereads.not_there(source.id)
        work.statements.takedowns.withheld(source.name, entries)
        work.statements.edits()
        work.statements.neighbours.placed(0, 100)
        entry_id = work.entries.add(source.id, entries[0], LATER)
        statement = work.statements.get(work.statements.add(a_statement(entry_id=entry_id), source, LATER))
        alert = an_alert(identifier="new", statement=statement, source=source, sent=LATER)
        work.alerts.add(alert)
        work.sources.save_polled([(source, source)])


def _ring(database: Database) -> None:
    """What a call, an update, another carrier, an end and what holds them ask of whom they concern."""
    with database.write() as work:
        source, case = work.sources.ensure(a_source()), work.cases.open("Nine", NOON)
        sleeper = a_reader(work, a_route("KP", digest=Digest.DAILY), address="sleeper")
        work.recipients.set_zone(sleeper.id, "Asia/Seoul")
        work.recipients.set_quiet(sleeper.id, (0, 1439))
        work.stances.take(sleeper.id, case, Stance.FOLLOW)
        gone = a_reader(work, a_route("KP"), address="gone")
        work.recipients.suspend(gone.id, NOON)
        for title, relation, judged in (
            ("call", Relation.NEW, URGENT),
            ("update", Relation.UPDATE, URGENT),
            ("again", Relation.DUPLICATE, URGENT),
            ("end", Relation.UPDATE, replace(URGENT, msg_type=MsgType.CANCEL)),
        ):
            entry_id = work.entries.add(source.id, an_entry(uid=title), NOON)
            said = a_statement(title=title, entry_id=entry_id, case_id=case, relation=relation, alert=judged)
            statement = work.statements.get(work.statements.add(said, source, NOON))
            assert statement
            rung = ring(
                work, source, an_entry(uid=title), statement, Occasion(LATER, Limits(), Audience(work))
            )
            for one in work.deliveries.of_alert(rung[0].id) if title == "call" and rung else ():
                work.attempts.settle(one.id, DeliveryState.SENT, reference="7")
        work.recipients.ensure("telegram", "gone", "en", LATER)


def _chats(database: Database) -> None:
    """What answers, presses and news of chats change, of what was sent and of what waits."""
    with database.write() as work:
        one = work.recipients.find("console", "terminal")
        assert one
        (sent, *_) = work.deliveries.of_recipient(one.id, [DeliveryState.SENT])
        work.deliveries.beside(sent)
        work.told.seen(one.id, "77", 1)
        work.told.heard(one.id, 2, 9)
        work.told.end_of(one.id, sent.alert_id)
        work.told.over(one.id, [sent.alert_id])
        work.told.taken_back(one.id, [sent.alert_id])
        work.deliveries.postpone(one.id, LATER)
        work.deliveries.next_due("console")
        work.told.next_due("console")
        work.removals.next_due("console")
        work.held.keep_back(sent.alert_id, "look")
        work.held.spare(sent.alert_id, 2)
        work.held.release(sent.alert_id, LATER)
        work.held.drop(sent.alert_id)
        withdraw(work, one, LATER)
        work.recipients.move(one.id, "console", "elsewhere", LATER)
        work.recipients.forget(one.id)


def _deliver(database: Database) -> None:
    """What a sender asks, many times a second."""
    ledger = Ledger(database, "telegram", lambda: LATER)
    ledger.recover()
    ledger.resting()
    ledger.turn((), Room(10))
    ledger.is_due([1, 2])


def _keep(database: Database) -> None:
    """What is looked after each second, minute and hour."""
    admins, limits = Admins((("telegram", "1"),)), Limits()

    def ready(now: Any) -> Any:
        with database.read() as work:
            return work.sources.due(now)

    Dispatcher(database, ready, lambda *_: None).dispatch(LATER)
    asyncio.run(Launcher(database, Chat.rules, limits).due(LATER))
    asyncio.run(Progress(database, Chat.rules).look(LATER))
    asyncio.run(Heartbeat(database, admins, limits, lambda: LATER).beat())
    asyncio.run(Reminder(database, LATER.tzinfo or NOON.tzinfo).remind(LATER))  # type: ignore[arg-type]
    with database.read() as work:
        removal = Removal(1, 1, LATER)
        work.removals.going()
        work.removals.is_going(removal, LATER, timedelta())
        work.removals.cleared(removal, LATER, timedelta())
        work.removals.reasons(removal, 3)
    Unanswered(database, admins).remind(LATER)
    for later in (LATER, NOON + STANDS + timedelta(days=1), NOON + TOLD + timedelta(days=1)):
        Pruner(database).prune(later)


def _catch_up(database: Database) -> None:
    """What is told after an outage, and what is looked at while it lasts."""
    with database.write() as work:
        work.caught_up(NOON, LATER, NOON)
        work.moments.put(ALIVE, NOON - timedelta(days=1))
    heart = Heartbeat(database, Admins((("telegram", "1"),)), Limits(), lambda: LATER)
    asyncio.run(heart.beat())
    asyncio.run(heart.beat())


def _measure(database: Database) -> None:
    """What a monitoring system asks at every node, several times a minute; so does `vigil status`."""
    asyncio.run(metrics(database, Meter(), LATER))


def _answer(database: Database) -> None:
    """What people ask in a chat."""
    chat = Chat(database, "telegram", address="-1001", now=LATER)
    for line in (
        "/start",
        "/subscribe KP",
        "/settings",
        "/latest",
        "/search refugees",
        "/case 1",
        "/statement 1",
    ):
        chat.says(line)
    for line in ("/status", "/unsubscribe", "/forget yes"):
        chat.says(line)


def _manage(database: Database) -> None:
    """What admins ask, and what they do."""
    desk = Chat(database, "telegram", address="1", now=LATER, admin=True)
    lines = ("/status", "/sources", "/review", "/admins", "/admins add reviewer", "/audit", "/stats")
    for line in lines:
        assert "is no command" not in desk.says(line)


def _move(database: Database) -> None:
    """One chat gives another what it asked for; somebody turns to another bot; newcomers are led to one."""
    old = Chat(database, "telegram", address="-1001", now=LATER)
    code = re.search(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", old.says("/move"))
    assert code, old.read
    Chat(database, "console", address="elsewhere", now=LATER).says(f"/move {code[0]}")
    with database.write() as work:
        moved = work.recipients.find("console", "elsewhere")
        assert moved
        work.recipients.turn_to(moved.id, "console two", LATER)
        emptiest(work, ("telegram", "console two"))


def _look_up(database: Database) -> None:
    """What people ask of whom was asked, who signed, and in any chat."""
    chat = Chat(database, "telegram", address="-1001", now=LATER)
    lines = ("/demands China", "/demands China 2005", "/signed A", "/signed Northlight", "/resolutions")
    for line in (*lines, "/orgs", "/orgs Northlight", "/act 1", "/cite 1", "/search to:CN from:Northlight"):
        assert "is no command" not in chat.says(line), line
    with database.read() as work:
        for typed in ("", "refugees", "to:CN halt", "from:Northlight kind:open_letter"):
            assert offers(typed, "", "en", work, LATER) is not None


async def _pushed(database: Database) -> None:
    """A hub is asked, asks back, and pushes what is new."""
    watched = (a_source(name="northlight"), a_source(name="third"))
    watch = Watch(database, Site(), Web(), configured=watched)
    with database.write() as work:
        (source,) = (one for one in work.sources.all() if one.name == "northlight")
        named = replace(source, hub=HUB, topic=TOPIC, last_success=NOON, state=SourceState.OK)
        work.sources.save(named)
    hub = Subscriber(database, watch.fetcher, watch.poller, "https://vigil.example", clock=lambda: LATER)
    await hub.tend(LATER)
    with database.read() as work:
        (one,) = (one for one in work.subscriptions.all() if one.source_id == source.id)
    question = Question("subscribe", one.topic, "challenge", "86400")
    assert await hub.confirms(one.token, question)
    await hub.settle(one.token, question)
    signed = hmac.new(one.secret.encode(), NEWS, hashlib.sha256).hexdigest()
    push = Push(NEWS, "application/rss+xml", f"sha256={signed}")
    assert await hub.receive(one.token, push) is Receipt.TAKEN
    await hub.close()


async def _brought(database: Database) -> None:
    """Updates that Telegram brings: kept, known when they come again, answered, too old."""
    keeping = Keeping(database)
    number = await keeping.keep("1 77", "{}")
    assert number is not None
    assert await keeping.keep("1 77", "{}") is None
    assert await keeping.waiting()
    keeping.answered(number)
    await keeping.close()
    with database.write() as work:
        work.updates.prune(LATER)


def _take_down(database: Database) -> None:
    """What an admin takes down leaves the archive, and the chats; and stays out."""
    _ring(database)
    with database.write() as work:
        newest = work.alerts.many(range(1, work.alerts.newest() + 1)).values()
        call = next(one.statement for one in newest if one.statement.title == "call")
        assert take_down(work, call.id, "they are in hiding", LATER).sent
        work.removals.going()
        work.removals.due("console", LATER, 5)
        work.statements.takedowns.resembling([an_entry(uid="again", title="call")])


PARTS: dict[str, Callable[[Database], None]] = {
    "poll": _poll,
    "ring": _ring,
    "chats": _chats,
    "deliver": _deliver,
    "keep": _keep,
    "answer": _answer,
    "measure": _measure,
    "catch up": _catch_up,
    "manage": _manage,
    "move": _move,
    "look up": _look_up,
    "pushed": lambda database: asyncio.run(_pushed(database)),
    "brought": lambda database: asyncio.run(_brought(database)),
    "take down": _take_down,
}
_PRACTISED = ("FROM alerts WHERE alerts.status", "WHERE alerts.status != ")
_STATEMENTS = "SELECT count(*) AS count_1 FROM statements"
ALLOWED: dict[str, tuple[str, ...]] = {
    # Once an hour: who wants nothing any more, which pages are not recent.
    "keep": ("NOT (EXISTS (SELECT * FROM routes", "DELETE FROM rereads WHERE rereads.due <="),
    # Alerts are some thousands a month; of entries and statements the rows themselves are not looked at.
    "measure": (*_PRACTISED, "SELECT count(*) AS count_1 FROM entries", _STATEMENTS),
    "catch up": (
        *_PRACTISED,
        "statements.fetched >= ",
        "IN (SELECT alerts.statement_id",
    ),  # once, after an outage
    "manage": (*_PRACTISED, _STATEMENTS, "statements.fetched >= ", "recipients.state = "),  # seldom
    # By any part of a name or its letters: names that were read are some tens of thousands.
    "look up": ("FROM parties WHERE parties.signed > ", "FROM parties WHERE parties.acronym = "),
    "move": ("SELECT coalesce(recipients.sender, recipients.transport)",),  # once in five minutes
}
"""Of each part, what its questions may hold that read a table through, and why. Never the log."""


@contextmanager
def _overheard(database: Database) -> Iterator[Asked]:
    found: Asked = []

    def hear(_c: object, _cursor: object, statement: str, given: Any, _x: object, many: bool) -> None:
        found.append((statement, given[0] if many and given else given))

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", hear)


def _read_through(connection: Connection, statement: str, given: Any) -> set[str]:
    """The tables that this statement reads from one end to the other."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
        details = [row.detail.split() for row in rows]
        scanned = {
            words[1]: words
            for words in details
            if words[0] == "SCAN" and words[1] in GROWS and words[-1] not in OF_FEW
        }
        sorted_first = any(row.detail.startswith("USE TEMP B-TREE FOR ORDER BY") for row in rows)
        if "LIMIT" in statement and not sorted_first:
            return set()  # walked in order, or looked whether there is any: it ends early
        return set(scanned)
    (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).one()
    return set(_scanned(plan[0]["Plan"]))


def _scanned(plan: dict[str, Any], bounded: bool = False) -> Iterator[str]:
    """Tables read through below this node; an index that is walked in order under a limit is not."""
    bounded = bounded or plan["Node Type"] == "Limit"
    name, kind = plan.get("Relation Name", ""), plan["Node Type"]
    walks = kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in plan and not bounded
    walks = walks and plan["Index Name"] not in OF_FEW
    gathers = kind == "Bitmap Heap Scan" and any(map(_gathers_all, plan["Plans"]))
    if name in GROWS and (kind == "Seq Scan" or walks or gathers):
        yield name
    for below in plan.get("Plans", ()):
        yield from _scanned(below, bounded)


def _gathers_all(below: dict[str, Any]) -> bool:
    """Whether it takes every row of an index, asking nothing of it."""
    asks_nothing = below["Node Type"] == "Bitmap Index Scan" and "Index Cond" not in below
    return (asks_nothing and below["Index Name"] not in OF_FEW) or any(
        map(_gathers_all, below.get("Plans", ()))
    )


@pytest.mark.parametrize("part", PARTS)
def test_nothing_hot_reads_a_table_through(database: Database, part: str) -> None:
    """Every statement that this part of the program puts, with what it was given."""
    with database.write() as work:
        fill(work)
        work.sources.configure([a_source(name="northlight"), a_source(name="third")])
        a_reader(work, a_route("KP", keywords=("needle",)), address="-1001")
    with _overheard(database) as asked:
        PARTS[part](database)
    assert len(asked) > 5
    bad: dict[str, set[str]] = {}
    with database.engine.connect() as connection:
        if database.is_shared:
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, given in asked:
            if statement.split(None, 1)[0] not in ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH"):
                continue
            found = _read_through(connection, statement, given)
            allowed = any(words in " ".join(statement.split()) for words in ALLOWED.get(part, ()))
            if found and not (allowed and "deliveries" not in found):
                bad[" ".join(statement.split())[:2000]] = found
    assert not bad, "\n".join(f"{tables}: {words}" for words, tables in bad.items())
