"""What becomes of a room while the bot on Matrix is there: let in, put out, alone, asked too much."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession

from bot.transports.inbox import Inbox
from bot.transports.matrix_listening import Listening
from bot.transports.matrix_seen import Seen
from bot.transports.matrix_session import Store
from jobs.outcome import Sent
from tests.bot.transports.a_bot import VAULT, Bot, texts, until
from tests.ciphering import a_human
from tests.contracts.transports.harness import says
from tests.synapse import Person, Synapse

NOTHING: Mapping[str, Any] = MappingProxyType({})


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path) -> Bot:
    """The bot's account."""
    return Bot(tmp_path, synapse.register())


async def test_a_room_that_lets_the_bot_in_is_greeted_once(bot: Bot, person: Person) -> None:
    """Where nothing is known of it; where something is, what was kept comes, and no welcome."""
    async with bot.runs():
        room = person.room(bot.account.user, direct=False)
        await until(lambda: texts(person, room, bot.account.user))
        bot.knows = True
        known = person.room(bot.account.user)
        await until(lambda: bot.returned == [room, known])
    async with bot.runs():
        person.says(known, "help")
        await until(lambda: texts(person, known, bot.account.user))
    assert texts(person, room, bot.account.user) == ["heard /start"]
    assert texts(person, known, bot.account.user) == ["heard help"]


async def test_a_session_that_was_ended_is_another_device_which_knows_no_repetition(bot: Bot) -> None:
    """It is told before anything is sent by it, and once; the same device goes on without a word."""
    session = Store(bot.store, VAULT).session
    devices = []
    for ended in (False, False, True, False):
        if ended:
            token = {"Authorization": f"Bearer {getattr(session(), 'token', '')}"}
            async with ClientSession() as web:
                where = f"{bot.account.server.url}/_matrix/client/v3/logout"
                assert (await web.post(where, json={}, headers=token)).status == 200
        async with bot.runs():
            devices.append(bot.devices)
    assert devices == [1, 1, 2, 2]


@pytest.mark.parametrize("act", ["kick", "ban"])
async def test_who_puts_the_bot_out_is_sent_nothing_until_it_is_let_in_again(
    bot: Bot, person: Person, act: str
) -> None:
    """While it listens and while it does not: it hears of it, and of its return."""
    rooms = [person.room(bot.account.user, direct=False) for _ in range(2)]
    for room in rooms:
        bot.account.joins(room)
    bot.knows = True
    user = {"user_id": bot.account.user}
    async with bot.runs():
        person.ask("POST", f"/rooms/{quote(rooms[0])}/{act}", user)
        await until(lambda: bot.gone == rooms[:1])
    person.ask("POST", f"/rooms/{quote(rooms[1])}/{act}", user)
    async with bot.runs() as transport:
        await until(lambda: bot.gone == rooms)
        for room in rooms:
            if act == "ban":
                person.ask("POST", f"/rooms/{quote(room)}/unban", user)
            person.ask("POST", f"/rooms/{quote(room)}/invite", user)
        await until(lambda: set(bot.returned) == set(rooms))
        assert isinstance(await transport.send(rooms[0], says("Back."), "1"), Sent)


async def test_a_room_with_nobody_left_is_abandoned(bot: Bot, person: Person, synapse: Synapse) -> None:
    """The last of two people leaves: nothing is sent there any more, and the bot leaves, too."""
    other = synapse.register()
    room = person.room(bot.account.user, other.user, direct=False)
    for one in (bot.account, other):
        one.joins(room)
    async with bot.runs() as transport:
        await until(lambda: room in transport._server.rooms)
        person.ask("POST", f"/rooms/{quote(room)}/leave")
        await until(lambda: person.user not in transport._server.rooms[room].users)
        assert not bot.gone
        other.ask("POST", f"/rooms/{quote(room)}/leave")
        await until(lambda: bot.gone)
        await until(lambda: not bot.account.ask("GET", "/joined_rooms")["joined_rooms"])
    assert set(bot.gone) == {room}


@pytest.mark.parametrize("ciphered", [False, True], ids=["plain", "encrypted"])
async def test_a_number_means_after_a_restart_what_it_meant_before(
    bot: Bot, person: Person, tmp_path: Path, *, ciphered: bool
) -> None:
    """By a reply and by a reaction, also of a message that was changed; what others wrote chooses nothing."""
    room = person.room(bot.account.user, encrypted=ciphered)
    bot.account.joins(room)
    async with a_human(person, tmp_path / "human") as human:
        await until(lambda: room in human.rooms and human.olm.account.shared)

        async def writes(text: str, below: str = "", more: Mapping[str, Any] = NOTHING) -> str:
            content = {"msgtype": "m.text", "body": text, **more}
            if below:
                content["m.relates_to"] = {"m.in_reply_to": {"event_id": below}}
            sent = await human.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
            return str(sent.event_id)

        async with bot.runs() as transport:
            alert = await transport.send(room, says("URGENT", ("Full text", "/statement 7")), "1")
            changed = await transport.send(room, says("URGENT", ("Full text", "/statement 8")), "2")
            assert isinstance(alert, Sent)
            assert isinstance(changed, Sent)
            over = says("OVER", ("What became of it", "/case 8"), ("Latest", "/latest"))
            assert isinstance(await transport.edit(room, changed.reference, over, "3"), Sent)
        alert_event, changed_event = (one.reference.split(" ")[1] for one in (alert, changed))
        bot.heard.clear()
        async with bot.runs():
            await writes("1", alert_event)
            await until(lambda: any(one.text == "/statement 7" for one in bot.heard))
            person.reacts(room, changed_event, "1️⃣")
            await until(lambda: any(one.text == "/case 8" for one in bot.heard))
            forged = await writes("look", more={"vigil.choices": ["/forget yes"]})
            await writes("1", forged)
            await until(lambda: any(one.text == "/expired" for one in bot.heard))
    asked = [one.text for one in bot.heard if not one.text.startswith("/unconfirmed")]
    assert asked == ["/statement 7", "/case 8", "look", "/expired"]


async def test_what_is_no_text_and_what_is_too_much_is_answered(bot: Bot, person: Person) -> None:
    """A voice, a film or a sticker in one sentence; who asks without end hears so once."""
    room = person.room(bot.account.user)
    bot.account.joins(room)
    async with bot.runs() as transport:
        transport._answering._inbox = Inbox(most_per_person=6, per_second=0.01)
        media = {"body": "a voice", "url": "mxc://t.test/1", "info": {}}
        for kind in ("m.audio", "m.video"):
            person.puts(room, "m.room.message", {"msgtype": kind, **media})
        person.puts(room, "m.sticker", media)
        await until(lambda: texts(person, room, bot.account.user).count("heard /wordless") == 3)
        for number in range(8):
            person.says(room, f"latest {number}")
        await until(
            lambda: any("more than can be answered" in one for one in texts(person, room, bot.account.user))
        )
        person.says(room, "latest")
        await until(lambda: not transport._answering._inbox._tasks)
    said = texts(person, room, bot.account.user)
    assert sum("more than can be answered" in one for one in said) == 1


async def test_who_reacts_has_seen_it(bot: Bot, person: Person) -> None:
    """Each person once, however they react; taken back, not any more. It is named as its reference is."""
    room = person.room(bot.account.user)
    bot.account.joins(room)
    async with bot.runs() as transport:
        alert = await transport.send(room, says("URGENT"), "1")
        assert isinstance(alert, Sent)
        event = alert.reference.split(" ")[1]
        first = person.reacts(room, event, "👍")
        second = person.reacts(room, event, "🕯️")
        await until(lambda: bot.seen)
        for one in (first, second):
            person.redacts(room, one)
        await until(lambda: sum(one.count for one in bot.seen) == 0)
    assert [(one.message, one.count) for one in bot.seen if not one.message.startswith("+")] == [
        (alert.reference, 1),
        (alert.reference, -1),
    ]
    assert Seen().change(room, object()) is None


async def test_what_the_bot_says_it_does_not_read_again(
    bot: Bot, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hears others, and of its own coming and going; to read its own words costs what sending costs."""
    room = person.room(bot.account.user)
    bot.account.joins(room)
    heard: list[tuple[str, str]] = []
    handle = Listening._handle

    def looks(self: Listening, answer: Any, *, new: bool) -> None:
        for news in answer.rooms.join.values():
            heard.extend((one.sender, str(one.source["type"])) for one in news.timeline.events)
        handle(self, answer, new=new)

    monkeypatch.setattr(Listening, "_handle", looks)
    async with bot.runs() as transport:
        alert = await transport.send(room, says("URGENT"), "1")
        assert isinstance(alert, Sent)
        assert isinstance(await transport.edit(room, alert.reference, says("OVER"), "2"), Sent)
        assert isinstance(await transport.withdraw(room, alert.reference, says("Gone"), "3"), Sent)
        person.says(room, "help")
        await until(lambda: (person.user, "m.room.message") in heard)
    own = {kind for sender, kind in heard if sender == bot.account.user}
    assert own == {"m.room.member"}
