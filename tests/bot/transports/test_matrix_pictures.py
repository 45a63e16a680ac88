"""Pictures on Matrix, against a real Synapse: enciphered where the room is, uploaded once, sent by admins."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import Request as Asked
from urllib.request import urlopen

import pytest
from nio import AsyncClient, RoomEncryptedImage
from nio.crypto.attachments import decrypt_attachment

from bot.transports.matrix_server import Homeserver
from jobs.outcome import Sent
from jobs.steps.picture import cleaned
from tests.bot.transports.a_bot import Bot, until
from tests.ciphering import a_human
from tests.contracts.transports.harness import says
from tests.pictures import PHOTO
from tests.synapse import Person, Synapse

CLEAN = cleaned(PHOTO)
SHOWN = replace(says("Nine people are about to be sent back."), picture=CLEAN.picture)


async def load(digest: str) -> bytes | None:
    """The bytes, as long as they are asked for by their digest."""
    return CLEAN.data if digest == CLEAN.picture.digest else None


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path) -> Bot:
    """The bot's account."""
    return Bot(tmp_path, synapse.register())


def media(person: Person, uri: str) -> bytes:
    """What stands at a homeserver under this address."""
    url = f"{person.server.url}/_matrix/client/v1/media/download/{uri.removeprefix('mxc://')}"
    with urlopen(Asked(url, headers={"Authorization": f"Bearer {person.token}"}), timeout=20) as answer:  # noqa: S310 - our own server
        return bytes(answer.read())


async def test_in_rooms_that_are_not_enciphered_it_is_uploaded_once(
    bot: Bot, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words first, the picture as a reply; an edit takes it away, and a missing one holds nothing up."""
    rooms = [person.room(bot.account.user, direct=False) for _ in range(2)]
    for room in rooms:
        bot.account.joins(room)
    uploaded: list[bool] = []
    upload = Homeserver.upload

    async def counted(self: Any, *given: Any, **more: Any) -> Any:
        uploaded.append(more["ciphered"])
        return await upload(self, *given, **more)

    monkeypatch.setattr(Homeserver, "upload", counted)
    async with bot.runs(load=load) as transport:
        sent = [await transport.send(room, SHOWN, "alert") for room in rooms]
        assert [await transport.send(room, SHOWN, "alert") for room in rooms] == sent
        gone = await transport.send(
            rooms[0], replace(SHOWN, picture=replace(CLEAN.picture, digest="0" * 64)), "gone"
        )
        silent = await transport.send(rooms[0], replace(SHOWN, silent=True), "silent")
        (words, picture) = [one for one in person.events(rooms[1]) if one["type"] == "m.room.message"]
        first = sent[0]
        assert isinstance(first, Sent)
        edited = await transport.edit(rooms[0], first.reference, says("CORRECTION"), "edit")
    assert isinstance(gone, Sent)
    assert isinstance(silent, Sent)
    assert gone.reference.count("$") == silent.reference.count("$") == 1
    assert uploaded == [False]
    content = picture["content"]
    assert content["m.relates_to"]["m.in_reply_to"]["event_id"] == words["event_id"]
    assert (content["msgtype"], content["body"], content["info"]) == (
        "m.image",
        "appeal.jpg",
        {"w": 8, "h": 12, "mimetype": "image/jpeg", "size": len(CLEAN.data)},
    )
    assert media(person, content["url"]) == CLEAN.data
    assert isinstance(edited, Sent)
    shown = [one["content"].get("msgtype") for one in person.events(rooms[0])]
    assert "m.image" not in shown


async def test_in_an_enciphered_room_the_homeserver_sees_neither_picture_nor_name(
    bot: Bot, person: Person, tmp_path: Path
) -> None:
    """Both ways: what an admin sends there is opened too, with the words below it."""
    room = person.room(bot.account.user, encrypted=True)
    bot.account.joins(room)
    seen: list[RoomEncryptedImage] = []

    async def sees(_: Any, event: RoomEncryptedImage) -> None:
        if event.sender == bot.account.user:
            seen.append(event)

    async with a_human(person, tmp_path / "human") as human:
        human.add_event_callback(sees, RoomEncryptedImage)
        await until(lambda: room in human.rooms and human.olm.account.shared)
        async with bot.runs(load=load) as transport:
            assert isinstance(await transport.send(room, SHOWN, "alert"), Sent)
            await until(lambda: seen)
            await _sends(human, room, "!appeal 7")
            await until(lambda: any(one.attached for one in bot.heard))
            (heard,) = (one for one in bot.heard if one.attached)
            assert heard.text == "!appeal 7"
            assert heard.attached is not None
            assert await heard.attached(100) is None
            assert await heard.attached(10_000) == PHOTO
    (shown,) = seen
    ciphered = media(person, shown.url)
    assert CLEAN.data[:40] not in ciphered
    opened = decrypt_attachment(ciphered, shown.key["k"], shown.hashes["sha256"], shown.iv)
    assert opened == CLEAN.data
    assert "m.image" not in str(person.events(room))
    assert "appeal.jpg" not in str(person.events(room))


async def _sends(human: AsyncClient, room: str, caption: str) -> None:
    """A person sends a photo with words below it."""
    answer, keys = await human.upload(lambda *_: PHOTO, "image/jpeg", encrypt=True, filesize=len(PHOTO))
    content = {
        "msgtype": "m.image",
        "body": caption,
        "filename": "IMG_0001.jpg",
        "info": {"size": len(PHOTO), "mimetype": "image/jpeg"},
        "file": {"url": answer.content_uri, **(keys or {})},
    }
    await human.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
