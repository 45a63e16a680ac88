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
from tests.ciphering import a_human, confirms
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import TITLE, urgent_call
from tests.synapse import Person, Synapse


async def until(happened: Callable[[], Any], vigil: Program) -> None:
    """Wait for what happens soon; if it does not, say what the program says."""
    for _ in range(600):
        if happened():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(vigil.log())


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
