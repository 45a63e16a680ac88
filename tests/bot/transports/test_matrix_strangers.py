"""What a stranger can do to the bot on Matrix with bytes of their own, against a real Synapse: nothing."""

import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import vodozemac
from nio import AsyncClient, MatrixRoom

from bot.transports import matrix, matrix_listening
from jobs.outcome import Sent
from tests.bot.transports.a_bot import Bot, texts, until
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


def sends(person: Person, user: str, device: str, content: dict[str, Any]) -> None:
    """To one device, as anybody may who knows its name."""
    path = f"/sendToDevice/m.room.encrypted/{time.time_ns()}"
    person.ask("PUT", path, {"messages": {user: {device: content}}})


def opened_by_nobody(key: str) -> dict[str, Any]:
    """A first message to the device of this key, by a one-time key that it never had."""
    strange, other = vodozemac.Account(), vodozemac.Account()
    other.generate_one_time_keys(1)
    (once,) = other.one_time_keys.values()
    message = strange.create_outbound_session(vodozemac.Curve25519PublicKey.from_base64(key), once).encrypt(
        b"{}"
    )
    kind, body = message.to_parts()
    return of_olm(strange.curve25519_key.to_base64(), key, kind, b64encode(body).decode().rstrip("="))


def of_olm(sender: str, key: str, kind: int, body: str) -> dict[str, Any]:
    """The content of an enciphered to-device event."""
    ciphertext = {key: {"type": kind, "body": body}}
    return {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": sender, "ciphertext": ciphertext}


async def test_what_cannot_be_opened_stops_nobody(bot: Bot, person: Person) -> None:
    """Sent to the bot's device while it listens, and before it starts: it hears others, and sends."""
    room = person.room(bot.account.user)
    bot.account.joins(room)

    def answered(asked: str) -> bool:
        return f"heard {asked}" in texts(person, room, bot.account.user)

    for number in range(2):
        async with bot.runs() as transport:
            key, device = transport._server._own_key, transport._server.device
            await until(lambda: not transport._server._client.should_upload_keys)
            for bad in (
                opened_by_nobody(key),
                of_olm("no key", key, 0, "no message"),
                of_olm("A" * 43, key, 1, "!"),
                of_olm("A" * 43, key, 7, ""),
            ):
                sends(person, bot.account.user, device, bad)
            asked = f"still there? {number}"
            person.says(room, asked)
            await until(partial(answered, asked))
            assert isinstance(await transport.send(room, says(f"Alert {number}"), str(number)), Sent)
        sends(person, bot.account.user, device, opened_by_nobody(key))


def puts_enciphered(person: Person, human: AsyncClient, room: str, inside: dict[str, Any]) -> None:
    """An enciphered event in which something stands that no client would put there."""
    path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.encrypted/{time.time_ns()}"
    person.server.ask("PUT", path, human.olm.group_encrypt(room, inside), human.access_token)


async def test_what_is_inside_an_enciphered_event_is_no_state(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """A member says so that they manage the room, that its maker has left, that it moved: nothing changes."""
    member = person.server.register()
    user = bot.account.user
    room = person.room(user, member.user, direct=False, encrypted=True)
    for one in (bot.account, member):
        one.joins(room)
    elsewhere = str(
        member.ask(
            "POST",
            "/createRoom",
            {
                "preset": "public_chat",
                "creation_content": {"predecessor": {"room_id": room, "event_id": "$x"}},
            },
        )["room_id"]
    )
    async with a_human(member, tmp_path / "member") as human, bot.runs() as transport:
        await until(lambda: room in human.rooms and human.olm.account.shared)

        async def writes(text: str) -> None:
            content = {"msgtype": "m.text", "body": text}
            await human.room_send(room, "m.room.message", content, ignore_unverified_devices=True)

        await writes("!before")
        await until(lambda: [one.text for one in bot.heard][:1] == ["!before"])
        for kind, key, content in (
            ("m.room.power_levels", "", {"users": {member.user: 100}}),
            ("m.room.member", person.user, {"membership": "leave"}),
            ("m.room.create", "", {"creator": member.user, "room_version": "12"}),
            ("m.room.tombstone", "", {"body": "moved", "replacement_room": elsewhere}),
        ):
            puts_enciphered(member, human, room, {"type": kind, "state_key": key, "content": content})
            puts_enciphered(member, human, room, {"type": kind, "content": content})
        await writes("!after")
        await until(lambda: [one.text for one in bot.heard][-1:] == ["!after"])
        assert not bot.heard[-1].may_manage
        assert person.user in transport._server.rooms[room].users
        assert not bot.moved
        assert transport._listening._ears.invitations.before(elsewhere) == ""
    assert [one.text for one in bot.heard if one.text.startswith("!")] == ["!before", "!after"]


async def test_what_the_library_stumbles_over_is_passed_over_in_the_end(
    bot: Bot, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some tries later the bot hears what came after it, and knows its rooms; at a start, too."""
    room, other = person.room(bot.account.user), person.room(bot.account.user)
    for one in (room, other):
        bot.account.joins(one)
    monkeypatch.setattr(matrix_listening, "pauses", lambda: repeat(0.05))
    monkeypatch.setattr(matrix, "pauses", lambda: repeat(0.05))
    handles = MatrixRoom.handle_event

    def stumbles(self: Any, event: Any) -> Any:
        if getattr(event, "body", "") == "poison":
            raise KeyError("no such key")
        return handles(self, event)

    async with bot.runs() as transport:
        await until(lambda: transport._server.synced)
        monkeypatch.setattr(MatrixRoom, "handle_event", stumbles)
        person.says(room, "poison")
        newcomer = person.server.register()
        person.ask("POST", f"/rooms/{quote(other)}/invite", {"user_id": newcomer.user})
        await until(writes_until_heard(person, room, bot.account.user, "later"))
        await until(lambda: newcomer.user in transport._server.rooms[other].users)
        assert isinstance(await transport.send(room, says("An alert."), "1"), Sent)
    person.says(room, "poison")
    async with bot.runs():
        await until(writes_until_heard(person, room, bot.account.user, "at last"))


def writes_until_heard(person: Person, room: str, sender: str, line: str) -> Callable[[], bool]:
    """What came together with something unreadable is lost: a person writes it once more."""

    def heard() -> bool:
        if f"heard {line}" in texts(person, room, sender):
            return True
        person.says(room, line)
        time.sleep(0.1)
        return False

    return heard
