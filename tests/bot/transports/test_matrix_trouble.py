"""A homeserver that answers 429 or 502, or not at all, whatever it was asked: a proxy stands before it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from itertools import repeat
from pathlib import Path

import pytest

from bot.announce import Announcer
from bot.transports import matrix, matrix_listening, matrix_server
from jobs.deliver import Deliverer
from jobs.outcome import RetryLater, Sent
from jobs.pace import Pace
from storage.database import Database, now_utc
from storage.vault import Vault
from tests.bot.transports.a_bot import Bot, texts, until
from tests.builders import a_reader, a_route, an_alert, queued
from tests.contracts.transports.harness import says
from tests.contracts.transports.matrix import Fault, Proxy
from tests.synapse import Person, Synapse

PATIENCE = 1.5
"""Seconds that our side waits for an answer, where they are to be fewer than in earnest."""
TROUBLES = {
    "429": (
        429,
        json.dumps({"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 200}).encode(),
        0.0,
    ),
    "502": (502, b"<html>Bad gateway</html>", 0.0),
    "hangs": (0, b"", PATIENCE * 3),
}


@pytest.fixture
async def proxy(synapse: Synapse) -> AsyncIterator[Proxy]:
    """Between the bot and the homeserver."""
    async with Proxy(synapse) as made:
        yield made


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The bot's account, behind the proxy; it waits less than in earnest."""
    monkeypatch.setattr(matrix_server, "WITHIN", PATIENCE)
    monkeypatch.setattr(matrix_server, "LONG_POLL", 300)
    for module in (matrix, matrix_listening):
        monkeypatch.setattr(module, "pauses", lambda: repeat(0.1))
    return Bot(tmp_path, synapse.register(), proxy.url)


def a_fault(trouble: str, path: str, *, times: int = 1, writes: bool = True) -> Fault:
    """One that meets whatever asks for this path."""
    status, body, hangs = TROUBLES[trouble]
    return Fault(lambda asked, _: path in asked, status, body, hangs=hangs, times=times, writes=writes)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_message_that_is_not_taken_goes_later_and_once(
    bot: Bot, person: Person, proxy: Proxy, trouble: str
) -> None:
    """While one room's message meets it, another room's goes."""
    rooms = [person.room(bot.account.user) for _ in range(2)]
    for room in rooms:
        bot.account.joins(room)
    async with bot.runs() as transport:
        await until(lambda: transport._server.synced)
        began = time.monotonic()
        # The client tries once more by itself where a connection breaks.
        proxy.faults.append(a_fault(trouble, f"{rooms[0]}/send/", times=2 if trouble == "hangs" else 1))
        first = asyncio.create_task(transport.send(rooms[0], says("One."), "1"))
        while not isinstance(await transport.send(rooms[1], says("Two."), "1"), Sent):
            assert time.monotonic() - began < 20
        outcome = await first
        assert isinstance(outcome, RetryLater)
        assert outcome.everyone == (trouble != "429")
        proxy.faults.clear()
        assert isinstance(await transport.send(rooms[0], says("One."), "1"), Sent)
    assert [texts(person, room, bot.account.user) for room in rooms] == [["One."], ["Two."]]


@pytest.mark.parametrize(
    ("path", "trouble"),
    [("/login", "hangs"), ("/sync", "429"), ("/sync", "502"), ("/sync", "hangs"), ("/keys/upload", "502")],
)
async def test_the_bot_comes_up_and_goes_on_listening(
    bot: Bot, person: Person, proxy: Proxy, trouble: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start, and in the midst of it: the start takes its few seconds, and then it answers."""
    monkeypatch.setattr(matrix, "START_WITHIN", 0.1)
    room = person.room(bot.account.user)
    bot.account.joins(room)
    proxy.faults.append(a_fault(trouble, path, writes=False))
    async with bot.runs() as transport:
        await until(lambda: transport._server.synced and not proxy.faults)
        proxy.faults.append(a_fault(trouble, "/sync", writes=False))
        await until(lambda: not proxy.faults)
        person.says(room, "latest")
        await until(lambda: "heard latest" in texts(person, room, bot.account.user))
        assert isinstance(await transport.send(room, says("An alert."), "1"), Sent)


async def test_a_room_that_is_told_to_wait_holds_up_no_other(
    bot: Bot, person: Person, proxy: Proxy, tmp_path: Path
) -> None:
    """On the whole way of an alert: the others have it at once, and this one when its time has come."""
    rooms = [person.room(bot.account.user) for _ in range(4)]
    for room in rooms:
        bot.account.joins(room)
    database = Database(f"sqlite:///{tmp_path / 'vigil.db'}", Vault.from_secret(bytes(range(32))))
    database.prepare()
    with database.write() as work:
        readers = [a_reader(work, a_route(), transport="matrix", address=room) for room in rooms]
        queued(work, *readers, alert=an_alert(sent=now_utc()))
    limited = json.dumps({"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 1500}).encode()
    proxy.faults.append(Fault(lambda path, _: f"{rooms[0]}/send/" in path, 429, limited))

    def told() -> list[bool]:
        return [bool(texts(person, room, bot.account.user)) for room in rooms]

    async with bot.runs() as transport:
        sender = Deliverer(database, Announcer(transport), Pace(1000.0, gap=0.0), now_utc)
        began = time.monotonic()
        await sender.drain()
        assert told() == [False, True, True, True]
        while not told()[0]:
            await sender.drain()
            await asyncio.sleep(0.05)
        assert time.monotonic() - began > 1.4
    assert [len(texts(person, room, bot.account.user)) for room in rooms] == [1] * 4
    database.close()
