"""Who can trust the bot on Matrix, and whose devices it writes to, against a real Synapse."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from nio import MegolmEvent, RoomMessageNotice, RoomMessageText
from nio.crypto import OlmAccount

from bot.transports.matrix_identity import Account, Standing, sign
from bot.transports.matrix_keystore import FILE
from bot.transports.matrix_signing import Identity, owner
from jobs.outcome import RetryLater, Sent
from tests.bot.transports.a_bot import Bot, until
from tests.ciphering import Remembered, a_human, confirms
from tests.contracts.transports.harness import says
from tests.contracts.transports.matrix import Fault, Proxy
from tests.synapse import Person, Synapse


def known(person: Person, user: str) -> dict[str, Any]:
    """What the homeserver tells of a user's keys."""
    return person.ask("POST", "/keys/query", {"device_keys": {user: []}})


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path) -> Bot:
    """The bot's account."""
    return Bot(tmp_path, synapse.register())


async def test_the_bots_device_is_signed_and_after_a_move_so_is_the_next(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """Its identity is published at the first start; a device made after the folder was lost has the same."""
    user = bot.account.user
    async with bot.runs():
        await until(lambda: owner(known(person, user), user).devices)
    first = owner(known(person, user), user)
    moved = Bot(tmp_path / "moved", bot.account)
    moved.identities = bot.identities
    async with moved.runs():
        await until(lambda: len(owner(known(person, user), user).devices) == 2)
    assert owner(known(person, user), user).master == first.master
    assert Identity.from_text(bot.identities.keys[user]).public("master") == first.master


async def test_an_identity_of_another_program_is_not_replaced(bot: Bot, person: Person) -> None:
    """It is told; and replaced when somebody says so, by the password."""
    user = bot.account.user
    other, ours = Identity.new(), Remembered()
    bot.account.ask("POST", "/keys/device_signing/upload", other.published(user))
    async with bot.runs() as transport:
        session = transport._listening.session
        me = Account(session.user, session.device, bot.account.password)
        ask = transport._server.ask
        await until(lambda: session.device in known(person, user)["device_keys"][user])
        assert await sign(ask, me, ours) is Standing.FOREIGN
        assert owner(known(person, user), user).master == other.public("master")
        assert not ours.keys
        assert await sign(ask, Account(session.user, session.device), ours, anew=True) is Standing.REFUSED
        assert await sign(ask, me, ours, anew=True) is Standing.SIGNED
    assert owner(known(person, user), user).devices == {session.device}
    assert owner(known(person, user), user).master != other.public("master")


async def test_only_signatures_that_hold_count(bot: Bot, person: Person) -> None:
    """A homeserver that adds a device, or exchanges a key, confirms nothing by it."""
    user = bot.account.user
    async with bot.runs():
        await until(lambda: owner(known(person, user), user).devices)
    told = known(person, user)
    (device,) = owner(told, user).devices
    added = {**told["device_keys"][user][device], "device_id": "ADDED"}
    told["device_keys"][user]["ADDED"] = added
    assert owner(told, user).devices == {device}
    told["device_keys"][user][device]["keys"][f"ed25519:{device}"] = "A" * 43
    assert not owner(told, user).devices
    fresh = known(person, user)
    fresh["self_signing_keys"][user] = Identity.new().published(user)["self_signing_key"]
    assert not owner(fresh, user).devices


class Reader:
    """What a human's client could read, and what it could not."""

    def __init__(self, sender: str) -> None:
        self.sender = sender
        self.read: list[str] = []
        self.closed: list[str] = []

    async def hears(self, _: Any, event: Any) -> None:
        """Note one event of the bot's."""
        if event.sender == self.sender:
            if isinstance(event, MegolmEvent):
                self.closed.append(event.session_id)
            else:
                self.read.append(event.body)


async def test_a_device_that_is_not_confirmed_reads_and_is_told_of_once(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """The usual policy: it is sent to, and the room hears of it once, whatever restarts there are."""
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    reader = Reader(bot.account.user)
    async with a_human(person, tmp_path / "human") as human:
        human.add_event_callback(reader.hears, (RoomMessageText, RoomMessageNotice, MegolmEvent))
        await until(lambda: room in human.rooms and human.olm.account.shared)
        for number in range(2):
            async with bot.runs() as transport:
                assert isinstance(await transport.send(room, says(f"Number {number}."), str(number)), Sent)
                await until(lambda number=number: f"Number {number}." in reader.read)  # type: ignore[misc]
                await asyncio.sleep(0.1)
    told = [one for one in reader.read if "unconfirmed" in one]
    assert told == [f"heard /unconfirmed send 1 {person.user}/{human.device_id}"]
    assert not reader.closed


async def test_strict_withholds_until_the_owner_confirms(bot: Bot, person: Person, tmp_path: Path) -> None:
    """No key for the device, and a word to its client why; confirmed, it reads what comes next."""
    bot.is_strict = True
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    reader, withheld = Reader(bot.account.user), []
    async with a_human(person, tmp_path / "human") as human:
        human.add_event_callback(reader.hears, (RoomMessageText, RoomMessageNotice, MegolmEvent))
        human.add_to_device_callback(lambda event: withheld.append(event.source), None)
        await until(lambda: room in human.rooms and human.olm.account.shared)
        async with bot.runs() as transport:
            assert isinstance(await transport.send(room, says("Hidden."), "1"), Sent)
            await until(lambda: reader.closed)
            await until(lambda: any(one["type"] == "m.room_key.withheld" for one in withheld))
            await confirms(person, human)
            device = transport._server._client.device_store[person.user][human.device_id]
            await until(lambda: transport._server._devices.is_confirmed(device))
            while not isinstance(await transport.send(room, says("Shown."), "2"), Sent):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # the new key may be one that a sync has just taken back
            await until(lambda: "Shown." in reader.read)
    assert "Hidden." not in reader.read
    (told,) = {one["content"]["code"] for one in withheld if one["type"] == "m.room_key.withheld"}
    assert told == "m.unverified"


async def test_a_message_waits_until_everybody_has_its_key(bot: Bot, person: Person, tmp_path: Path) -> None:
    """A homeserver that does not take the keys: nothing is said that some could not read."""
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    reader = Reader(bot.account.user)
    async with a_human(person, tmp_path / "human") as human, Proxy(bot.account.server) as proxy:
        human.add_event_callback(reader.hears, (RoomMessageText, RoomMessageNotice, MegolmEvent))
        await until(lambda: room in human.rooms and human.olm.account.shared)
        there = Bot(tmp_path / "there", bot.account, proxy.url)
        async with there.runs() as transport:
            proxy.faults.append(Fault(lambda path, _: "/sendToDevice/m.room.encrypted/" in path, 502, b"no"))
            assert isinstance(await transport.send(room, says("Nine people."), "1"), RetryLater)
            assert not proxy.faults
            assert isinstance(await transport.send(room, says("Nine people."), "1"), Sent)
            await until(lambda: "Nine people." in reader.read)
    assert not reader.closed


async def test_the_store_names_nobody(bot: Bot, person: Person, tmp_path: Path) -> None:
    """Neither people, nor rooms, nor devices stand in the folder in the clear; it is readable by us alone."""
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    async with a_human(person, tmp_path / "human") as human:
        await until(lambda: room in human.rooms and human.olm.account.shared)
        async with bot.runs() as transport:
            assert isinstance(await transport.send(room, says("Hello."), "1"), Sent)
    held = {path.name: path.read_bytes() for path in bot.store.iterdir()}
    assert FILE in held
    for name, content in held.items():
        for secret in (person.user, room, human.device_id, person.user[1:].partition(":")[0]):
            assert secret.encode() not in content, name
            assert secret not in name
    assert isinstance(human.olm.account, OlmAccount)
    assert all(path.stat().st_mode & 0o077 == 0 for path in bot.store.iterdir())
