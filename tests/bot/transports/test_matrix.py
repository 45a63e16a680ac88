"""The Matrix transport against a real Synapse: what the contracts do not ask, such as encryption."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from nio import RoomMessageNotice, RoomMessageText

from bot.config import MatrixConfig
from bot.render.message import Message
from bot.transports.matrix_invitations import BY_ONE, Invitations
from bot.transports.matrix_session import AccountRefusedError, Session, Store
from jobs.outcome import Gone, RetryLater, Sent
from storage.vault import Vault
from tests.bot.transports.a_bot import VAULT, Bot, texts, until
from tests.ciphering import a_human, confirms
from tests.contracts.transports.harness import says
from tests.contracts.transports.matrix import Fault, Proxy
from tests.synapse import Person, Synapse, a_synapse

URGENT = says("Nine people are about to be sent back.", ("Full text", "/statement 7"), heading="URGENT")
LATER = says("Two of the nine were sent back.", heading="UPDATE")


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path) -> Bot:
    """The bot's account."""
    return Bot(tmp_path, synapse.register())


async def test_an_invitation_is_accepted_and_plain_words_are_answered(bot: Bot, person: Person) -> None:
    """Whoever invites the bot into a direct room is greeted, can talk to it, and no answer makes a sound."""
    async with bot.runs():
        room = person.room(bot.account.user)
        await until(lambda: texts(person, room, bot.account.user))
        person.says(room, "help")
        await until(lambda: len(texts(person, room, bot.account.user)) == 2)
    said = [one for one in person.events(room) if one["sender"] == bot.account.user]
    answers = [one["content"] for one in said if one["type"] == "m.room.message"]
    assert [one["msgtype"] for one in answers] == ["m.notice"] * 2
    assert [(one.text, one.address, one.group, one.may_manage) for one in bot.heard] == [
        ("/start", room, False, True),
        ("help", room, False, True),
    ]


async def test_a_flood_of_invitations_is_refused(bot: Bot, person: Person) -> None:
    """One person brings the bot into a few rooms an hour; what is more is refused, and others still may."""
    accepts = Invitations("anyone", (), lambda: 0.0)
    found = [accepts.accepts("!a:b", "@a:b", {}) for _ in range(BY_ONE + 1)]
    assert found == [True] * BY_ONE + [False]
    assert accepts.accepts("!a:b", "@c:d", {})
    async with bot.runs() as transport:
        transport._listening._ears.invitations._allowance._taken.extend([(1e12, person.user)] * BY_ONE)
        room = person.room(bot.account.user)
        state = f"/rooms/{quote(room)}/state/m.room.member/{quote(bot.account.user)}"
        await until(lambda: person.ask("GET", state)["membership"] == "leave")


@pytest.mark.parametrize("version", ["10", "12"])
async def test_who_manages_a_room_is_told_by_its_power_levels(
    bot: Bot, person: Person, synapse: Synapse, version: str
) -> None:
    """Its creator may, in new rooms too where no level names them; a member may not."""
    member = synapse.register()
    room = person.room(bot.account.user, member.user, direct=False, version=version)
    bot.account.joins(room)
    member.joins(room)
    async with bot.runs():
        member.says(room, "help")
        member.says(room, "!help")
        person.says(room, f"{bot.account.user}: latest")
        await until(lambda: len(bot.heard) == 2)
    assert [(one.text, one.group, one.may_manage) for one in bot.heard] == [
        ("!help", True, False),
        ("!latest", True, True),
    ]


async def test_an_immediate_call_mentions_everybody_where_the_bot_may(bot: Bot, person: Person) -> None:
    """With the power for it @room, without it the sound alone; silent things have neither.

    Where it lacks the power, those who manage the room hear so once, and once more when it was taken away.
    """
    room = person.room(bot.account.user, direct=False)
    bot.account.joins(room)
    person.room(bot.account.user)  # a direct one is another matter
    other = person.server.register()
    person.ask("POST", f"/rooms/{quote(room)}/invite", {"user_id": other.user})
    levels = f"/rooms/{quote(room)}/state/m.room.power_levels"
    pressing = Message(URGENT.blocks, pressing=True)
    async with bot.runs() as transport:
        assert isinstance(await transport.send(room, pressing, "1"), Sent)
        assert isinstance(await transport.send(room, pressing, "1 again"), Sent)
        content = person.ask("GET", levels)
        content.setdefault("users", {})[bot.account.user] = 50
        person.ask("PUT", levels, content)
        await until(lambda: transport._sending._rooms.may_call_all(room))
        assert isinstance(await transport.send(room, pressing, "2"), Sent)
        assert isinstance(await transport.send(room, URGENT, "3"), Sent)
        quiet = Message(URGENT.blocks, pressing=True, silent=True)
        assert isinstance(await transport.send(room, quiet, "4"), Sent)
        content["users"][bot.account.user] = 0
        person.ask("PUT", levels, content)
        await until(lambda: sum("/powerless" in one for one in texts(person, room, bot.account.user)) == 2)
    said = [one["content"] for one in person.events(room) if one["type"] == "m.room.message"]
    told = [one for one in said if "/powerless" in one["body"]]
    assert [(one["msgtype"], one["m.mentions"]) for one in told] == [
        ("m.text", {"user_ids": [person.user]})
    ] * 2
    assert [(one["msgtype"], one["m.mentions"]) for one in said if one not in told] == [
        ("m.text", {}),
        ("m.text", {}),
        ("m.text", {"room": True}),
        ("m.text", {}),
        ("m.notice", {}),
    ]


async def test_a_restart_keeps_the_device_and_says_nothing_twice(bot: Bot, person: Person) -> None:
    """Killed after a message: the next start is the same device, and the repetition no new event."""
    room = person.room(bot.account.user)
    bot.account.joins(room)
    async with bot.runs() as transport:
        first = await transport.send(room, URGENT, "alert")
        person.says(room, "help")
        await until(lambda: len(texts(person, room, bot.account.user)) == 2)
        kept = Store(bot.store, VAULT).session()
        transport._listening.confirm = lambda: None  # type: ignore[method-assign]  # as a kill would
    (bot.store / "since").unlink(missing_ok=True)
    async with bot.runs() as transport:
        assert await transport.send(room, LATER, "alert") == first
        assert Store(bot.store, VAULT).session() == kept
    assert len(texts(person, room, bot.account.user)) == 2
    assert b"syt_" not in (bot.store / "session").read_bytes()
    assert (bot.store / "session").stat().st_mode & 0o077 == 0
    assert Store(bot.store, Vault.from_secret(b"x" * 32)).session() is None


def test_the_device_outlives_an_exchange_of_the_key(tmp_path: Path) -> None:
    """Broken off before or after: whichever key it is by then opens one of the two, and it is one device."""
    device = Session("@vigil:example.org", "DEVICE", "syt_secret")
    old, new = (Vault.from_secret(letter * 32) for letter in (b"o", b"n"))
    Store(tmp_path, old).keep(device)
    Store(tmp_path, new).keep_next(device)
    assert Store(tmp_path, old).session() == device
    assert Store(tmp_path, new).session() == device
    assert not (tmp_path / "session.next").exists()
    assert Store(tmp_path, new).session() == device
    assert Store(tmp_path, old).session() is None


async def test_what_came_during_a_stop_is_answered_once(bot: Bot, person: Person) -> None:
    """Written while the bot was away: answered at the next start, and not again at the one after."""
    room = person.room(bot.account.user)
    bot.account.joins(room)
    person.says(room, "before the first start")
    async with bot.runs() as transport:
        await until(lambda: transport._listening._store.since(transport._listening.session))
    person.says(room, "latest")
    for _ in range(2):
        async with bot.runs():
            await until(lambda: "heard latest" in texts(person, room, bot.account.user))
            await asyncio.sleep(0.1)
    assert texts(person, room, bot.account.user) == ["heard latest"]


async def test_a_repetition_after_a_lost_answer_is_no_second_message(
    bot: Bot, person: Person, synapse: Synapse, tmp_path: Path
) -> None:
    """The homeserver has it, and its answer is lost: sent again, it stands there once."""
    room = person.room(bot.account.user)
    bot.account.joins(room)
    async with Proxy(synapse) as proxy:
        there = Bot(tmp_path / "other", bot.account, proxy.url)
        async with there.runs() as transport:
            lost = Fault(lambda path, _: "/send/m.room.message/" in path, 0, passed=True)
            proxy.faults += [lost, lost]  # the client tries once more by itself
            assert isinstance(await transport.send(room, URGENT, "alert"), RetryLater)
            proxy.faults.clear()
            assert isinstance(await transport.send(room, URGENT, "alert"), Sent)
    assert len(texts(person, room, bot.account.user)) == 1


async def test_numbers_and_reactions_choose(bot: Bot, person: Person) -> None:
    """A bare number is of the newest answer, a reply or a reaction of the message that it names."""
    room = person.room(bot.account.user)
    bot.account.joins(room)
    bot.replies["help"] = says("What now?", ("One", "/first"), ("Two", "/second"))
    async with bot.runs() as transport:
        alert = await transport.send(room, URGENT, "alert")
        assert isinstance(alert, Sent)
        person.says(room, "help")
        await until(lambda: len(texts(person, room, bot.account.user)) == 2)
        person.says(room, "2")
        await until(lambda: len(bot.heard) == 2)
        person.reacts(room, alert.reference.split(" ")[1], "1️⃣")
        await until(lambda: len(bot.heard) == 3)
        person.reacts(room, alert.reference.split(" ")[1], "👍")
        person.says(room, "7")
        await until(lambda: len(bot.heard) == 4)
    assert [one.text for one in bot.heard] == ["help", "/second", "/statement 7", "7"]
    assert "1 · One\n2 · Two" in texts(person, room, bot.account.user)[1]


async def test_an_admin_is_reached_by_name(bot: Bot, person: Person) -> None:
    """An admin with whom the bot shares no room is invited into an encrypted one, and known by name there."""
    async with bot.runs(admins=(person.user,)) as transport:
        outcome = await transport.send(person.user, URGENT, "notice")
        assert isinstance(outcome, Sent | RetryLater)
        await until(lambda: person.ask("GET", "/sync").get("rooms", {}).get("invite"))
        (room,) = person.ask("GET", "/sync")["rooms"]["invite"]
        person.joins(room)
        await until(lambda: room in transport._server.rooms)
        while not isinstance(await transport.send(person.user, URGENT, "notice"), Sent):  # noqa: ASYNC110 - as people
            await asyncio.sleep(0.05)  # until the room is known to be encrypted
        assert transport._sending._rooms.address(room) == person.user
        assert isinstance(await transport.send("@nobody:t.test", URGENT, "notice"), Gone)
    kinds = [one["type"] for one in person.events(room) if one["sender"] == bot.account.user]
    assert kinds[-1] == "m.room.encrypted"
    assert "m.room.message" not in kinds


async def test_a_wrong_password_is_said_at_once(bot: Bot, tmp_path: Path) -> None:
    """The start raises it, so that the service ends for good."""
    wrong = Bot(tmp_path / "wrong", bot.account)
    wrong.config = MatrixConfig(bot.account.server.url, bot.account.user, password="no", store=wrong.store)
    with pytest.raises(AccountRefusedError):
        async with wrong.runs():
            pass


async def test_an_encrypted_room(bot: Bot, person: Person, tmp_path: Path) -> None:
    """An alert, its edit, a question and its answer: the human reads all of it, the homeserver none.

    A second start of the bot goes on in the same room.
    """
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    read: list[tuple[str, str]] = []

    async def hears(_: Any, event: Any) -> None:
        if event.sender == bot.account.user:
            read.append((event.event_id, event.body))

    async with a_human(person, tmp_path / "human") as human:
        human.add_event_callback(hears, (RoomMessageText, RoomMessageNotice))
        await until(lambda: room in human.rooms and human.olm.account.shared)
        await confirms(person, human)
        async with bot.runs() as transport:
            alert = await transport.send(room, URGENT, "alert")
            assert isinstance(alert, Sent)
            await until(lambda: len(read) == 1)
            edited = await transport.edit(room, alert.reference, LATER, "edit")
            assert isinstance(edited, Sent)
            content = {"msgtype": "m.text", "body": "latest"}
            await human.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
            await until(lambda: bot.heard)
            await until(lambda: len(read) == 3)
        async with bot.runs() as transport:
            assert await transport.send(room, URGENT, "alert") == alert
            assert isinstance(await transport.send(room, says("After the restart."), "next"), Sent)
            await until(lambda: len(read) == 4)
            assert isinstance(await transport.withdraw(room, edited.reference, LATER, "gone"), Sent)
    assert [body.split("\n")[0] for _, body in read] == [
        "URGENT",
        "* UPDATE",
        "heard latest",
        "After the restart.",
    ]
    assert [one.text for one in bot.heard] == ["latest"]
    said = [one for one in person.events(room) if one["sender"] == bot.account.user]
    assert "m.room.message" not in {one["type"] for one in said}
    redacted = {one["event_id"] for one in said if one["type"] == "m.room.encrypted" and not one["content"]}
    assert redacted == set(edited.reference.split(" ")[1].split(","))


@pytest.fixture
def strict() -> Iterator[Synapse]:
    """A homeserver with the limit that Synapse has by default, but a wait that is shorter."""
    with a_synapse(rc_message={"per_second": 2, "burst_count": 3}) as server:
        yield server


async def test_a_homeserver_that_limits(strict: Synapse, tmp_path: Path) -> None:
    """What is too much is told to wait, for as long as the homeserver says; then it goes, in order, once."""
    bot, person = Bot(tmp_path, strict.register()), strict.register()
    room = person.room(bot.account.user)
    bot.account.joins(room)
    waited = 0
    async with bot.runs() as transport:
        for number in range(6):
            outcome = await transport.send(room, says(f"number {number}"), str(number))
            while isinstance(outcome, RetryLater):
                assert 0 < outcome.seconds < 5
                assert not outcome.everyone
                waited += 1
                await asyncio.sleep(outcome.seconds)
                outcome = await transport.send(room, says(f"number {number}"), str(number))
            assert isinstance(outcome, Sent)
    assert waited
    assert texts(person, room, bot.account.user) == [f"number {number}" for number in range(6)]
