"""The whole program on Matrix: an encrypted room from its human's side, kills, and a device that stays."""

import asyncio
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nio import RoomMessageNotice, RoomMessageText

from bot.transports.matrix_signing import grouped, owner
from storage.people import Route
from tests.bot.transports.a_bot import texts
from tests.ciphering import a_human, confirms
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import PERSON, TITLE, urgent_call
from tests.synapse import Person, Synapse


async def until(happened: Callable[[], Any], vigil: Program) -> None:
    """Wait for what happens soon; if it does not, say what the program says."""
    for _ in range(1_800):
        if happened():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(vigil.log())


ON_THE_WAY = (
    "an event is about to leave",
    "the secrets of a room are given out",
    "an event is accepted",
    "the outcome is written",
)
"""Where an attempt is counted, and how it ended is not written down."""


@pytest.fixture
def account(synapse: Synapse) -> Person:
    """The bot's."""
    return synapse.register()


@pytest.fixture
def program(tmp_path: Path, site: Site, synapse: Synapse, account: Person) -> Program:
    """An installation that speaks on Matrix alone."""
    more = f"""
[matrix]
homeserver = "{synapse.url}"
user = "{account.user}"
password = "{account.password}"
"""
    return Program(tmp_path, {"northlight": f"{site.url}/feed"}, more=more)


async def test_an_encrypted_room_from_its_humans_side(
    program: Program, site: Site, synapse: Synapse, account: Person, tmp_path: Path
) -> None:
    """Invited, subscribed to by a number, rung at once; killed, it goes on as the same device."""
    person = synapse.register()
    read: list[str] = []

    async def hears(_: Any, event: Any) -> None:
        if event.sender == account.user:
            read.append(event.body)

    _, out, _ = await program.run("check")
    assert "the password is right" in " ".join(out.split()), out
    async with a_human(person, tmp_path / "human") as human:
        human.add_event_callback(hears, (RoomMessageText, RoomMessageNotice))
        await until(lambda: human.olm.account.shared, program)
        await confirms(person, human)

        async def says(text: str) -> None:
            content = {"msgtype": "m.text", "body": text}
            await human.room_send(room, "m.room.message", content, ignore_unverified_devices=True)

        try:
            await program.serve()
            room = person.room(account.user, encrypted=True)
            await until(lambda: room in human.rooms and account.user in human.rooms[room].users, program)
            await until(lambda: not human.rooms[room].users[account.user].invited, program)
            await says("start")
            await until(lambda: any("Choices are numbered" in one for one in read), program)
            await says("1")
            await until(lambda: any("You are subscribed" in one for one in read), program)
            urgent_call(site)
            await program.run("poll", "--source", "northlight")
            await until(lambda: any(TITLE in one for one in read), program)
            await program.stop(signal.SIGKILL)
            await program.serve()
            await says("search Shenyang")
            await until(lambda: any("1 result" in one for one in read), program)
            _, out, _ = await program.run("check")
            device = next(iter(human.device_store.active_user_devices(account.user)))
            shown = re.sub(r"\s", "", out)
            assert device.ed25519 in shown
            assert "cross-signedbytheaccount'sidentity" in shown
        finally:
            if program.service:
                await program.stop()
    assert sum(TITLE in one and "URGENT" in one for one in read) == 1
    log = program.log()
    assert "syt_" not in log
    assert account.password not in log
    assert room not in log
    assert program.states() == ["sent"]


@pytest.mark.parametrize("ciphered", [False, True], ids=["plain", "encrypted"])
async def test_an_alert_stands_there_once_however_often_the_program_is_killed(
    program: Program, site: Site, synapse: Synapse, account: Person, tmp_path: Path, *, ciphered: bool
) -> None:
    """Killed again and again on the way of one alert, at another step each time: it is told, and once."""
    person, read = synapse.register(), list[str]()
    room = person.room(account.user, encrypted=ciphered)
    account.joins(room)
    with program.database() as database, database.write() as work:
        work.routes.add(work.recipients.ensure("matrix", room, "en", program.now()).id, Route())
    urgent_call(site)

    async def hears(_: Any, event: Any) -> None:
        if event.sender == account.user and "URGENT" in event.body:
            read.append(event.event_id)

    async with a_human(person, tmp_path / "human") as human:
        human.add_event_callback(hears, (RoomMessageText, RoomMessageNotice))
        await until(lambda: human.olm.account.shared, program)
        await confirms(person, human)
        for point in ON_THE_WAY if ciphered else (one for one in ON_THE_WAY if "secrets" not in one):
            await program.dies(point)
        await program.serve()
        await program.until("sent")
        assert await program.stop() == 0
        await until(lambda: read, program)
    said = [one for one in person.events(room) if one["sender"] == account.user]
    kind = "m.room.encrypted" if ciphered else "m.room.message"
    assert len([one for one in said if one["type"] == kind]) == len(read) == 1
    assert program.log().count("deliver.recovered") == len(ON_THE_WAY) - (0 if ciphered else 1)


async def test_a_room_is_sent_to_by_deliver_alone(
    program: Program, site: Site, synapse: Synapse, account: Person
) -> None:
    """`vigil deliver` sends to Matrix too, and answers nobody. The device can be signed by hand."""
    person = synapse.register()
    room = person.room(account.user)
    account.joins(room)
    with program.database() as database, database.write() as work:
        recipient = work.recipients.ensure("matrix", room, "en", program.now())
        work.routes.add(recipient.id, Route())
    person.says(room, "help")
    urgent_call(site)
    await program.run("poll", "--source", "northlight")
    code, _, err = await program.run("deliver", "--until-empty")
    assert code == 0, err
    said = [one["content"] for one in person.events(room) if one["sender"] == account.user]
    (told,) = (one for one in said if "body" in one)
    assert TITLE in told["body"]
    assert told["msgtype"] == "m.text"
    code, out, err = await program.run("admin", "identity", "--yes")
    assert (code, "a new identity" in out) == (0, True), err
    known = owner(account.ask("POST", "/keys/query", {"device_keys": {account.user: []}}), account.user)
    assert grouped(known.master) in " ".join(out.split())
    assert len(known.devices) == 1


async def test_a_wrong_password_ends_for_good(program: Program, account: Person) -> None:
    """The service manager must not start it again, for a homeserver locks out who tries too often."""
    file = program.folder / "config.toml"
    file.write_text(file.read_text().replace(account.password, "another one"))
    code, _, err = await program.run("run")
    assert code == 2
    assert "[matrix]: the homeserver refuses the account (M_FORBIDDEN)" in err
    assert "another one" not in err
    code, out, _ = await program.run("check")
    assert code == 1
    assert "refuses the account (M_FORBIDDEN)" in out


async def test_both_platforms_have_one_archive_and_people_move_between_them(
    tmp_path: Path, site: Site, synapse: Synapse, account: Person, telegram: TelegramEmulator
) -> None:
    """One program speaks on both: who subscribed on Telegram is rung on Matrix once they have moved there."""
    matrix = f"""
[matrix]
homeserver = "{synapse.url}"
user = "{account.user}"
password = "{account.password}"
"""
    both = Program(
        tmp_path,
        {"northlight": f"{site.url}/feed"},
        api_url=telegram.api_url,
        token=telegram.token,
        more=matrix,
    )
    person = synapse.register()

    def reads(words: str) -> bool:
        return any(words in one for one in texts(person, room, account.user))

    try:
        await both.serve()
        room = person.room(account.user)
        await telegram.says(PERSON, "/subscribe KP")
        await telegram.until(PERSON, contains="You are subscribed", patience=60)
        await telegram.says(PERSON, "/move")
        await telegram.until(PERSON, contains="/move ", patience=60)
        await until(lambda: reads("Welcome"), both)
        (code,) = re.findall(r"/move (\S+)", telegram.texts(PERSON)[-1])
        person.says(room, f"!move {code}")
        await until(lambda: reads("Everything urgent · North Korea"), both)
        urgent_call(site)
        await both.run("poll", "--source", "northlight")
        await until(lambda: reads("URGENT"), both)
        await telegram.says(PERSON, "/search Shenyang")
        await telegram.until(PERSON, contains="1 result", patience=60)
        person.says(room, "!search Shenyang")
        await until(lambda: reads("1 result"), both)
    finally:
        await both.kill()
    assert not any("URGENT" in one for one in telegram.texts(PERSON))
