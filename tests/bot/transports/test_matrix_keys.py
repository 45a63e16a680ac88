"""Keys on Matrix that run out, get lost, or were never there, against a real Synapse."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from nio import AsyncClient, MegolmEvent, RoomMessageNotice, RoomMessageText

from bot.transports.matrix_client import Client
from bot.transports.matrix_keystore import SealedStore
from bot.transports.matrix_session import Store
from jobs.outcome import Sent
from tests.bot.transports.a_bot import VAULT, Bot, until
from tests.ciphering import a_human
from tests.contracts.transports.harness import says
from tests.synapse import Person, Synapse


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path) -> Bot:
    """The bot's account."""
    return Bot(tmp_path, synapse.register())


class Reader:
    """What one device could read of what the bot said, and what it could not."""

    def __init__(self, client: AsyncClient, sender: str) -> None:
        self.client = client
        self.sender = sender
        self.read: list[str] = []
        self.closed = 0
        client.add_event_callback(self._hears, (RoomMessageText, RoomMessageNotice, MegolmEvent))

    async def _hears(self, _: Any, event: Any) -> None:
        if event.sender == self.sender:
            if isinstance(event, MegolmEvent):
                self.closed += 1
            else:
                self.read.append(event.body)

    async def writes(self, room: str, text: str) -> None:
        """Say something, enciphered."""
        content = {"msgtype": "m.text", "body": text}
        await self.client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)


@asynccontextmanager
async def a_reader(person: Person, folder: Path, bot: Bot) -> AsyncIterator[Reader]:
    """A device of this person that enciphers."""
    async with a_human(person, folder) as client:
        await until(lambda: client.olm.account.shared)
        yield Reader(client, bot.account.user)


def uses_up(person: Person, user: str, device: str) -> dict[str, Any]:
    """Claims the one-time keys of a device, as anybody may, until none is left; what the last claim gave."""
    given: dict[str, Any] = {}
    for _ in range(60):
        told = person.ask("POST", "/keys/claim", {"one_time_keys": {user: {device: "signed_curve25519"}}})
        given = told["one_time_keys"].get(user, {}).get(device, {})
        if not given or any(key.get("fallback") for key in given.values()):
            break
    return given


async def test_whoever_uses_up_the_bots_keys_keeps_nobody_from_it(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """There is one for when all others are gone; and the others are made anew as soon as it is heard."""
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    async with bot.runs() as transport:
        device = transport._server.device
        await until(lambda: transport._server._client.olm.uploaded_key_count)
        given = uses_up(person, bot.account.user, device)
        assert [key.get("fallback") for key in given.values()] == [True]
        async with a_reader(person, tmp_path / "human", bot) as reader:
            await until(lambda: room in reader.client.rooms)
            await reader.writes(room, "latest")
            await until(lambda: [one.text for one in bot.heard] == ["latest"])
            await until(lambda: "heard latest" in reader.read)
    kept = Store(bot.store, VAULT).session()
    assert kept is not None
    left = uses_up(person, bot.account.user, device)
    assert left, "there are keys again"


async def test_a_key_is_kept_before_it_is_given_away(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while they are on their way: the device can open what others encipher with them."""
    seen: list[tuple[set[str], int]] = []
    send = Client._send

    async def looks(
        self: Any, made: Any, method: str, path: str, data: Any = None, *more: Any, **how: Any
    ) -> Any:
        if "/keys/upload" in path:
            given = {name.partition(":")[2] for name in json.loads(data).get("one_time_keys", {})}
            with sqlite3.connect(bot.store / "keys.db") as file:
                rows = file.execute("SELECT count(*) FROM items WHERE kind = 'account'").fetchone()[0]
            kept = SealedStore(self.user_id, self.device_id, str(bot.store), self.config.pickle_key)
            account = kept.load_account()
            kept.close()
            assert account is not None
            seen.append((given - set(account.one_time_keys["curve25519"]), rows))
        return await send(self, made, method, path, data, *more, **how)

    monkeypatch.setattr(Client, "_send", looks)
    async with bot.runs():
        await until(lambda: seen)
    assert seen[0] == (set(), 1)


async def test_who_lost_the_way_to_the_bot_reads_what_comes_next(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """A client that lost its channels makes a new one: from then on the room goes by another key."""
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    async with bot.runs() as transport, a_reader(person, tmp_path / "human", bot) as reader:
        await until(lambda: room in reader.client.rooms)
        assert isinstance(await transport.send(room, says("One."), "1"), Sent)
        await until(lambda: "One." in reader.read)
        await reader.writes(room, "hello")  # the bot's channel to the device is a settled one from now on
        await until(lambda: "heard hello" in reader.read)
        reader.client.olm.session_store._entries.clear()
        transport._server._client.invalidate_outbound_session(room)
        assert isinstance(await transport.send(room, says("Lost."), "2"), Sent)
        await until(lambda: reader.closed == 1)
        await until(lambda: room not in transport._server._client.olm.outbound_group_sessions)
        assert isinstance(await transport.send(room, says("Three."), "3"), Sent)
        await until(lambda: "Three." in reader.read)
    assert "Lost." not in reader.read


async def test_each_device_of_a_person_reads_and_a_member_without_keys_holds_nobody_up(
    bot: Bot, person: Person, tmp_path: Path, synapse: Synapse
) -> None:
    """Two devices, the second added later; and somebody in the room whose client enciphers nothing at all."""
    bare = synapse.register()
    room = person.room(bot.account.user, bare.user, encrypted=True)
    for member in (bot.account, bare):
        member.joins(room)
    async with bot.runs() as transport, a_reader(person, tmp_path / "one", bot) as one:
        await until(lambda: room in one.client.rooms)
        assert isinstance(await transport.send(room, says("One."), "1"), Sent)
        await until(lambda: "One." in one.read)
        async with a_reader(person, tmp_path / "two", bot) as two:
            known = transport._server._client.device_store
            await until(lambda: two.client.device_id in known[person.user])
            assert isinstance(await transport.send(room, says("Two."), "2"), Sent)
            await until(lambda: "Two." in one.read and "Two." in two.read)
            assert "One." not in two.read
    said = [one for one in bare.events(room) if one["sender"] == bot.account.user]
    assert "m.room.message" not in {one["type"] for one in said}
