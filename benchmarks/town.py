"""A database full of people who want to hear, and a Telegram in a process of its own to tell them by."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from storage.database import Database, Work, now_utc
from storage.records import Alert
from storage.tables.people import recipients, routes
from storage.vault import Vault
from storage.words import Digest, Kind, RecipientState
from tests.builders import an_alert, kept
from tests.emulators.telegram import NO_FLOOD_RULES, FloodRules, TelegramEmulator
from tests.postgres import a_postgres_server

ENGINES = ("sqlite", "postgresql")
FIRST = 1_000
"""The number of the first person's chat."""
_AT_ONCE = 10_000


@contextmanager
def database(engine: str, folder: Path) -> Iterator[Database]:
    """An empty one, which waits for the disk at each commit."""
    server = a_postgres_server() if engine == "postgresql" else nullcontext()
    with server as running:
        if running is None:
            url = f"sqlite:///{folder / 'vigil.db'}"
        else:
            running.make("town", like="template1")
            url = running.url("town")
        made = Database(url, Vault.from_secret(bytes(32)))
        made.prepare()
        try:
            yield made
        finally:
            made.close()


def settle(town: Database, number: int, transport: str = "telegram") -> None:
    """So many people, every one with a wish that an urgent call about North Korea meets.

    Half want all that is urgent, half what is about two countries; every third names a kind as well.
    """
    today = now_utc().date()
    for start in range(0, number, _AT_ONCE):
        some = range(start + 1, min(number, start + _AT_ONCE) + 1)
        with town.write() as work:
            vault = work.recipients.vault
            work.connection.execute(
                sa.insert(recipients),
                [
                    {
                        "id": one,
                        "transport": transport,
                        "address_trace": vault.trace("recipient", transport, str(FIRST + one)),
                        "address_sealed": vault.seal(str(FIRST + one), "recipient address"),
                        "language": "en",
                        "state": RecipientState.ACTIVE,
                        "since": today,
                    }
                    for one in some
                ],
            )
            work.connection.execute(
                sa.insert(routes),
                [
                    {
                        "id": one,
                        "recipient_id": one,
                        "countries": ["KP", "CN"] if one % 2 else [],
                        "kinds": [] if one % 3 else [Kind.URGENT_APPEAL],
                        "languages": [],
                        "least_urgency": None,
                        "digest": Digest.NONE if one % 3 else Digest.DAILY,
                    }
                    for one in some
                ],
            )
    with town.write() as work:
        work.routes.index_all()
    if town.engine.dialect.name == "postgresql":
        with town.engine.begin() as connection:
            connection.execute(sa.text("ANALYZE"))


def called(work: Work, name: str) -> Alert:
    """An urgent call, as stored; nobody has been told of it."""
    work.cases.lock()  # as a poll does: of two nodes one waits
    alert = an_alert(identifier=name, sent=now_utc())
    (statement,) = kept(work, alert.statement, source=alert.source)
    stored = replace(alert, statement=statement, source=work.sources.ensure(alert.source))
    return replace(stored, id=work.alerts.add(stored))


@contextmanager
def telegram(people: int, *, floods: bool) -> Iterator[tuple[str, str, Connection]]:
    """Token, address, and a line on which "count" asks how many messages were taken, and how many refused."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(there, people, floods), daemon=True)
    process.start()
    try:
        token, address = here.recv()
        yield token, address, here
    finally:
        process.kill()
        process.join()


def _serve(line: Connection, people: int, floods: bool) -> None:
    asyncio.run(_serving(line, people, floods))


async def _serving(line: Connection, people: int, floods: bool) -> None:
    async with TelegramEmulator(flood=FloodRules() if floods else NO_FLOOD_RULES) as emulator:
        for one in range(FIRST, FIRST + people + 1):
            emulator.private(one)
        line.send((emulator.token, emulator.api_url))
        while True:
            await asyncio.to_thread(line.recv)
            asked = sum(method == "sendmessage" for method, _ in emulator.calls)
            taken = sum(len(emulator.said(one)) for one in range(FIRST, FIRST + people + 1))
            line.send((taken, asked - taken))
