"""What becomes of rooms on Matrix: replaced, full of strangers, or written to by a homeserver itself."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bot.transports.matrix_invitations import BY_ONE, Invitations
from bot.transports.matrix_upgrades import Tombstone, is_successor, tombstone
from jobs.outcome import Sent
from tests.bot.transports.a_bot import Bot, texts, until
from tests.ciphering import a_human, confirms
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


def membership(person: Person, room: str, user: str) -> str:
    """What the user is in the room."""
    state = person.ask("GET", f"/rooms/{quote(room)}/state/m.room.member/{quote(user)}", fails=True)
    return str(state.get("membership", ""))


async def test_a_room_that_is_upgraded_is_followed_once_the_bot_is_let_in(bot: Bot, person: Person) -> None:
    """Into version 12 too; what the old one asked for goes along, and what is sent then arrives there."""
    user = bot.account.user
    old = person.room(user, version="11")
    bot.account.joins(old)
    async with bot.runs() as transport:
        made = person.ask("POST", f"/rooms/{quote(old)}/upgrade", {"new_version": "12"})
        new = str(made["replacement_room"])
        await until(lambda: transport._listening._ears.invitations.before(new) == old)
        if membership(person, new, user) != "join":
            person.ask("POST", f"/rooms/{quote(new)}/invite", {"user_id": user}, fails=True)
        await until(lambda: bot.moved)
        assert isinstance(await transport.send(new, says("There."), "1"), Sent)
        await until(lambda: membership(person, old, user) == "leave")
    assert bot.moved == [(old, new)]
    assert texts(person, new, user) == ["There."]


async def test_a_room_that_does_not_bear_it_out_is_not_followed(bot: Bot, person: Person) -> None:
    """Anybody with the power may name any room; one that knows nothing of it is left again."""
    user = bot.account.user
    room = person.room(user)
    bot.account.joins(room)
    other = str(person.ask("POST", "/createRoom", {"preset": "public_chat"})["room_id"])
    async with bot.runs():
        path = f"/rooms/{quote(room)}/state/m.room.tombstone"
        person.ask("PUT", path, {"body": "moved", "replacement_room": other})
        await until(lambda: membership(person, other, user) == "leave")
    assert membership(person, room, user) == "join"
    assert bot.moved == []


CLOSED = Tombstone("!old:t", "!new:t", "@a:t", "$end")


def made(sender: str = "@a:t", before: Any = "!old:t", **content: Any) -> dict[str, Any]:
    """The event that makes the new room."""
    told = {"predecessor": {"room_id": before}} if before else {}
    return {"type": "m.room.create", "sender": sender, "content": {**told, **content}}


def levels(**users: int) -> dict[str, Any]:
    """Who has which power there."""
    named = {f"@{name}:t": power for name, power in users.items()}
    return {"type": "m.room.power_levels", "content": {"users": named, "invite": 0}}


IN = {"type": "m.room.member", "state_key": "@a:t", "content": {"membership": "join"}}


@pytest.mark.parametrize(
    ("state", "follows"),
    [
        ([made()], True),
        ([made("@b:t"), levels(a=50), IN], True),
        ([made("@b:t", additional_creators=["@a:t"], room_version="12")], True),
        ([made("@b:t", additional_creators=["@a:t"], room_version="11")], False),
        ([made("@b:t"), levels(a=49), IN], False),
        ([made("@b:t"), levels(a=100)], False),
        ([made("@b:t"), levels(b=100), IN], False),
        ([made(before="!other:t")], False),
        ([made(before="")], False),
        ([levels(a=100), IN], False),
        ([], False),
    ],
)
def test_whose_word_is_enough(state: list[dict[str, Any]], follows: bool) -> None:
    """Whoever closed the old room made the new one, or is a moderator there; and it names the old one."""
    assert is_successor(CLOSED, state) is follows


@pytest.mark.parametrize("content", [{}, {"replacement_room": "!old:t"}, {"replacement_room": 7}, None])
def test_what_names_no_room_is_no_tombstone(content: Any) -> None:
    """Nor one that names itself."""
    event = {"type": "m.room.tombstone", "sender": "@a:t", "event_id": "$end", "content": content}
    assert tombstone("!old:t", event) is None


def test_invitations_are_accepted_by_the_policy() -> None:
    """Of anyone, into rooms of two, of those who are listed; who is listed always may, but no flood."""
    direct, group = {"is_direct": True}, {"is_direct": False}

    def accepts(policy: str, inviter: str, content: Any, *listed: str) -> bool:
        return Invitations(policy, listed, lambda: 0.0).accepts("!a:t", inviter, content)

    assert accepts("anyone", "@a:t", group)
    assert accepts("direct", "@a:t", direct)
    assert not accepts("direct", "@a:t", group)
    assert accepts("direct", "@a:t", group, "t")
    assert not accepts("listed", "@a:t", direct)
    assert accepts("listed", "@a:t", direct, "@a:t")
    assert not accepts("listed", "@a:t.evil", direct, "t", "@a:t")
    many = Invitations("listed", ["t"], lambda: 0.0)
    assert [many.accepts("!a:t", "@a:t", group) for _ in range(BY_ONE + 1)] == [True] * BY_ONE + [False]
    many.expect("!heir:t", "!old:t")
    assert many.accepts("!heir:t", "@a:t", group)


async def test_an_encrypted_room_is_not_spoken_to_in_the_clear(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """A line that a homeserver could have written is not taken, and its writer is told so, not for ever.

    With "strict" whoever wrote it is no admin either, until the device is confirmed.
    """
    bot.is_strict = True
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    async with a_human(person, tmp_path / "human") as human, bot.runs():
        await until(lambda: room in human.rooms and human.olm.account.shared)
        for _ in range(4):
            person.says(room, "forget yes")
        await until(lambda: len(bot.heard) == 2)

        async def writes(text: str) -> None:
            content = {"msgtype": "m.text", "body": text}
            await human.room_send(room, "m.room.message", content, ignore_unverified_devices=True)

        await writes("one")
        await until(lambda: "one" in [request.text for request in bot.heard])
        await confirms(person, human)
        while bot.heard[-1].text == "one" or not bot.heard[-1].is_sure:
            await writes("two")
            await until(lambda: bot.heard[-1].text == "two")
    sure = {request.text: request.is_sure for request in bot.heard}
    assert "forget yes" not in sure
    assert [request.text for request in bot.heard].count("/unreadable") == 2
    assert sure["one"] is False
    assert sure["two"] is True
