"""The bot is verified from a client that is not ours: in a room, by to-device messages, and step by step."""

import time
from pathlib import Path
from typing import Any

import pytest
from nio.crypto import Sas as Pictures

from bot.transports.matrix_sas import PREFIX, Cancelled, Side, Verification
from bot.transports.matrix_signing import owner
from bot.transports.matrix_verifying import BY_ONE
from tests import sas
from tests.bot.transports.a_bot import Bot, until
from tests.ciphering import a_human
from tests.synapse import Person, Synapse

OURS = Side("@vigil:t.test", "BOT", {"ed25519:BOT": "fingerprint", "ed25519:master": "master"})
THEIRS = Side("@a:t.test", "PHONE", {"ed25519:PHONE": "theirs"})


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path) -> Bot:
    """The bot's account."""
    return Bot(tmp_path, synapse.register())


def a_beginner(**more: Any) -> sas.Beginner:
    """Their side of one verification."""
    given: dict[str, Any] = {"keys": dict(THEIRS.keys), "number": "1"} | more
    return sas.Beginner(THEIRS.user, THEIRS.device, other_user=OURS.user, other_device=OURS.device, **given)


def begun(beginner: sas.Beginner) -> tuple[Verification, dict[str, Any]]:
    """Ours, and how it accepted."""
    ours = Verification("1", OURS, THEIRS)
    beginner.started = sas.start(THEIRS.device)
    ((kind, accept),) = ours.take("start", beginner.started)
    assert kind == "accept"
    return ours, accept


def test_both_sides_show_the_same_and_vouch_for_their_keys() -> None:
    """Pictures, numbers, and codes that hold; the account's own key is among what the bot vouches for."""
    beginner = a_beginner()
    ours, accept = begun(beginner)
    ((_, key),) = ours.take("key", {"key": beginner.key})
    indices, numbers = beginner.meets(accept, key["key"])
    assert ours.shown is not None
    assert [picture for picture, _ in ours.shown.pictures] == [Pictures.emoji[one][0] for one in indices]
    assert ours.shown.numbers == numbers
    (_, mac), (last, _) = ours.take("mac", beginner.mac())
    assert beginner.believes(mac, dict(OURS.keys))
    assert last == "done"
    assert ours.take("done", {}) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"method": "m.reciprocate.v1"}, "m.unknown_method"),
        ({"key_agreement_protocols": ["curve25519"]}, "m.unknown_method"),
        ({"message_authentication_codes": ["hmac-sha256"]}, "m.unknown_method"),
        ({"hashes": "sha256"}, "m.unknown_method"),
    ],
)
def test_what_cannot_be_compared_safely_is_not_begun(change: dict[str, Any], code: str) -> None:
    """Methods of before, and what is no list at all."""
    with pytest.raises(Cancelled) as told:
        Verification("1", OURS, THEIRS).take("start", sas.start("PHONE") | change)
    assert told.value.code == code


def test_steps_come_in_their_order_and_once() -> None:
    """A key before the start, a second start, a code before the keys: each ends it."""
    with pytest.raises(Cancelled):
        Verification("1", OURS, THEIRS).take("key", {"key": a_beginner().key})
    ours, _ = begun(a_beginner())
    for kind, content in (("start", sas.start("PHONE")), ("mac", {"mac": {}, "keys": ""}), ("ready", {})):
        with pytest.raises(Cancelled):
            ours.take(kind, content)
    with pytest.raises(Cancelled) as told:
        ours.take("key", {"key": "no key"})
    assert told.value.code == "m.invalid_message"


@pytest.mark.parametrize(
    "keys",
    [{"ed25519:PHONE": "another"}, {"ed25519:OTHER": "theirs"}, {}],
    ids=["changed", "strange", "none"],
)
def test_a_key_that_is_another_ends_it(keys: dict[str, str]) -> None:
    """And the bot vouches for nothing."""
    beginner = a_beginner(keys=keys)
    ours, accept = begun(beginner)
    ((_, key),) = ours.take("key", {"key": beginner.key})
    beginner.meets(accept, key["key"])
    with pytest.raises(Cancelled) as told:
        ours.take("mac", beginner.mac())
    assert told.value.code == "m.key_mismatch"


async def test_a_person_verifies_the_bot_in_an_encrypted_room(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """Asked for in the room, as clients do it; admins are shown the pictures, the room is told why."""
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    heard: dict[str, dict[str, Any]] = {}

    async def hears(_: Any, event: Any) -> None:
        if event.sender == bot.account.user:
            heard[str(event.source["type"]).removeprefix(PREFIX)] = event.source["content"]

    async with a_human(person, tmp_path / "human") as human, bot.runs() as transport:
        human.add_event_callback(hears, object)
        me = transport._server
        await until(lambda: room in human.rooms and human.olm.account.shared)
        await until(lambda: transport._verifying.master)

        async def sends(kind: str, content: dict[str, Any]) -> str:
            sent = await human.room_send(room, kind, content, ignore_unverified_devices=True)
            return str(sent.event_id)

        number = await sends(
            "m.room.message",
            {
                "msgtype": "m.key.verification.request",
                "body": "asks to verify",
                "from_device": human.device_id,
                "methods": ["m.sas.v1"],
                "to": bot.account.user,
                "timestamp": int(time.time() * 1000),
            },
        )
        of = {"m.relates_to": {"rel_type": "m.reference", "event_id": number}}
        own = {f"ed25519:{human.device_id}": human.olm.account.identity_keys["ed25519"]}
        begin = sas.start(human.device_id) | of
        beginner = sas.Beginner(person.user, human.device_id, own, number, me.user, me.device, begin)
        await until(lambda: "ready" in heard)
        assert heard["ready"]["methods"] == ["m.sas.v1"]
        await sends(f"{PREFIX}start", begin)
        await until(lambda: "accept" in heard)
        await sends(f"{PREFIX}key", {"key": beginner.key} | of)
        await until(lambda: "key" in heard)
        indices, numbers = beginner.meets(heard["accept"], heard["key"]["key"])
        pictures = " ".join(Pictures.emoji[one][0] for one in indices)
        assert bot.shown == [(pictures, " ".join(map(str, numbers)))]
        await sends(f"{PREFIX}mac", beginner.mac() | of)
        await until(lambda: "done" in heard)
        known = person.ask("POST", "/keys/query", {"device_keys": {me.user: []}})
        master = owner(known, me.user).master
        keys = {f"ed25519:{me.device}": me.fingerprint, f"ed25519:{master}": master}
        assert beginner.believes({name: heard["mac"][name] for name in ("mac", "keys")}, keys)
        await until(lambda: any(one.text == "/verifying" for one in bot.heard))


async def test_another_device_of_the_account_verifies_by_to_device_messages(bot: Bot, tmp_path: Path) -> None:
    """As an operator's client does; more than a few an hour are not begun."""
    heard: list[dict[str, Any]] = []
    async with bot.runs() as transport, a_human(bot.account, tmp_path / "client") as client:
        client.add_to_device_callback(lambda event: heard.append(event.source), None)
        await until(lambda: client.olm.account.shared)
        me = transport._server

        def says(kind: str, number: str, content: dict[str, Any]) -> None:
            message = {me.user: {me.device: content | {"transaction_id": number}}}
            path = f"/_matrix/client/v3/sendToDevice/{PREFIX}{kind}/{time.time_ns()}"
            bot.account.server.ask("PUT", path, {"messages": message}, client.access_token)

        def told(kind: str) -> list[dict[str, Any]]:
            return [one["content"] for one in heard if one["type"] == PREFIX + kind]

        for number in range(BY_ONE + 1):
            says("request", str(number), {"from_device": client.device_id, "methods": ["m.sas.v1"]})
        await until(lambda: len(told("ready")) == BY_ONE)
        # Which of them, no order tells: keys are asked for before one is begun.
        first, second = (one["transaction_id"] for one in told("ready")[:2])
        own = {f"ed25519:{client.device_id}": client.olm.account.identity_keys["ed25519"]}
        begin = sas.start(client.device_id) | {"transaction_id": first}
        beginner = sas.Beginner(me.user, client.device_id, own, first, me.user, me.device, begin)
        says("start", first, sas.start(client.device_id))
        await until(lambda: told("accept"))
        says("key", first, {"key": beginner.key})
        await until(lambda: told("key"))
        beginner.meets(told("accept")[0], told("key")[0]["key"])
        assert len(bot.shown) == 1
        says("mac", first, beginner.mac())
        await until(lambda: told("mac"))
        says("start", second, sas.start(client.device_id) | {"method": "m.unknown"})
        await until(lambda: told("cancel"))
        assert told("cancel")[0]["code"] == "m.unknown_method"
    assert len(told("ready")) == BY_ONE
