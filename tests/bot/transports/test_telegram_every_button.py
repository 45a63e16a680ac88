"""Every kind of button that is offered, found in the source: within limits, and worth nothing misused."""

import ast
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import bot
from bot.commands.command import Command
from bot.commands.table import find
from bot.render.message import Choice
from bot.transports.telegram_buttons import EXPIRED, LONGEST_DATA, Buttons
from storage.database import Database
from storage.tables import metadata
from storage.vault import Vault
from tests.bot.transports.a_service import Service, a_service
from tests.bot.transports.test_telegram import says
from tests.bot.transports.test_telegram_buttons import data_of, sealed
from tests.emulators.telegram import TelegramEmulator

GROUP, OWNER, MEMBER = -1001234567890, 1, 2
LONG = "시민연합 " * 16
"""A name as long as one is offered."""
KINDS = {
    "/act {}": "/act 123456789",
    "/admins": "/admins",
    "/admins invite {}": "/admins invite reviewer",
    "/admins suspend {}": "/admins suspend 0a1b2c3d",
    "/admins {} {} yes": "/admins reinstate 0a1b2c3d yes",
    "/appeals": "/appeals",
    "/appeals {}": "/appeals drafts",
    "/approve {} {}": "/approve 123456789 3f9a12bc",
    "/case": "/case",
    "/case {}": "/case 123456789",
    "/case {} {}": "/case 123456789 100",
    "/cite {}": "/cite 123456789",
    "/correct {}": "/correct 123456789",
    "/correct {} {}": "/correct 123456789 mistake",
    "/correct {} {} yes": "/correct 123456789 mistake yes",
    "/correct {} {} {}": "/correct alert 123456789 mistake",
    "/correct {} {} {} yes": "/correct alert 123456789 mistake yes",
    '/demands {} "{}"': f'/demands since:2004-06 before:2006 "{LONG}"',
    '/demands {}"{}"': f'/demands 2005 "{LONG}"',
    "/digest": "/digest",
    "/follow {}": "/follow 123456789",
    "/follow {} off": "/follow 123456789 off",
    "/for {} {}": "/for -1009876543210 /settings id:123456789 countries",
    "/forget yes": "/forget yes",
    "/help": "/help",
    "/help {}": "/help unsubscribe",
    "/latest": "/latest",
    "/latest from:{}": f"/latest from:{'northlight' * 9}",
    "/latest {}": f'/latest from:"{LONG}"',
    "/mute {}": "/mute 123456789",
    "/mute {} off": "/mute 123456789 off",
    "/orgs": "/orgs",
    "/quiet": "/quiet",
    "/quiet 22:00-07:00": "/quiet 22:00-07:00",
    "/quiet extreme:off": "/quiet extreme:off",
    "/quiet extreme:on": "/quiet extreme:on",
    "/quiet off": "/quiet off",
    "/review": "/review",
    "/review {}": "/review 123456789",
    "/review {} ask": "/review 123456789 ask",
    "/review {} drop": "/review 123456789 drop",
    "/review {} drop {}": "/review 123456789 drop 3f9a12bc",
    "/review {} hold": "/review 123456789 hold",
    "/review {} redacted": "/review 123456789 redacted",
    "/review {} send": "/review 123456789 send",
    "/review {} {} {}": "/review 123456789 redacted 3f9a12bc",
    "/settings": "/settings",
    "/settings discreet:off": "/settings discreet:off",
    "/settings discreet:on": "/settings discreet:on",
    "/settings drills:off": "/settings drills:off",
    "/settings drills:on": "/settings drills:on",
    "/settings lang:{}": "/settings lang:ko",
    "/settings seen:off": "/settings seen:off",
    "/settings seen:on": "/settings seen:on",
    "/settings {}": "/settings clock",
    "/settings {} {}": "/settings clock Antarctica",
    "/settings {}:{}": "/settings clock:America/Argentina/ComodRivadavia",
    "/signed {}": f"/signed {LONG}",
    "/sources": "/sources",
    "/sources {}": f"/sources {'northlight' * 9}",
    "/sources {} {}": "/sources northlight remove",
    "/sources {} trust {}": "/sources northlight trust official",
    "/sources found {}": "/sources found 123456789",
    "/sources found {} add {}": "/sources found 123456789 add 12",
    "/sources {} clear": "/sources northlight clear",
    "/sources {} every": "/sources northlight every",
    "/sources {} every {}": "/sources northlight every 15m",
    "/sources {} hold": "/sources northlight hold",
    "/sources {} remove": "/sources northlight remove",
    "/sources {} test": "/sources northlight test",
    "/sources {} pause": "/sources northlight pause",
    "/sources {} pause yes": "/sources northlight pause yes",
    "/sources {} resume": "/sources northlight resume",
    "/statement {}": "/statement 123456789",
    "/statement {} version {}": "/statement 123456789 version 100",
    "/statement {} versions": "/statement 123456789 versions",
    "/statement {} versions {}": "/statement 123456789 versions 100",
    "/statement {} {}": "/statement 123456789 100",
    "/stats {}": "/stats 365",
    "/status": "/status",
    "/status all": "/status all",
    "/stop {}": "/stop 123456789",
    "/subscribe": "/subscribe",
    "/subscribe ?": "/subscribe ?",
    "/subscribe ?organisation": "/subscribe ?organisation",
    "/subscribe ?{}": "/subscribe ?letters",
    "/subscribe ?{} {}": "/subscribe ?letters ㄱ",
    "/subscribe {}": "/subscribe KP",
    "/subscribe kind:statement digest:daily": "/subscribe kind:statement digest:daily",
    "/subscribe kind:statement digest:weekly": "/subscribe kind:statement digest:weekly",
    "/unsubscribe all": "/unsubscribe all",
    "/unsubscribe {}{}": "/unsubscribe id:123456789",
    "/why {}": "/why 123456789",
    "/{} {}": "/drill 123456789",
    # What is put together elsewhere.
    "another[command.name]": "/settings id:123456789 letters",
    "f'/start {country.lower()}'.rstrip()": "/start kp",
    "f'/subscribe {country}'.rstrip()": "/subscribe KP",
    "line": "/sources northlight trust official yes",
    "where": "/case 123456789",
    "again": '/subscribe KP CN kind:resolution digest:daily "prison camp"\n/subscribe JP',
    "command": "/show n123456789",
    "corrected": f"/search {LONG}",
    "drills.command(done.appeal)": "/appeal 123456789",
    "drills.command(found)": "/drill 123456789",
    "drills.command(one)": "/appeal 123456789",
    "f'/settings {BY_ID}{self.route.id} {typed}'.strip()": "/settings id:123456789 -country:KP letters",
    "shows(page - 1)": f"/search {LONG} page:99",
    "shows(page + 1)": f"/orgs {LONG} page:101",
    "shows(pages)": f"/signed {LONG} page:100",
    "take_back": "/unsubscribe id:123456789",
    "routed.typed(Route(sources=(name,)))": f"/subscribe from:{'northlight' * 9}",
    "stop_choice(one.id, speech).command": "/stop 123456789",
    "{} drop": "/appeal 123456789 drop",
    "{} {} yes": "/correct alert 123456789 safety yes",
    "{} {}": "/statement 123456789 versions 2 3",
}
"""A button of each kind, as the source makes it; numbers and names as long as they get."""
WISHES = {"subscribe", "quiet", "settings", "digest", "forget"}
"""What is pressed here says what somebody wants from now on, and means the same whenever that is."""


def command_of(line: str) -> Command:
    """What the button asks for."""
    found = find(line.split(maxsplit=1)[0].removeprefix("/"))
    assert found, line
    return found


def offered() -> Iterator[str]:
    """The command of every `Choice(label, command)` in the source; `{}` stands for what is filled in."""
    for file in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Choice":
                (made,) = node.args[1:2] or [one.value for one in node.keywords if one.arg == "command"]
                yield shape(made)


def shape(made: ast.expr) -> str:
    """A command as its source puts it together."""
    if isinstance(made, ast.Constant):
        return str(made.value)
    if isinstance(made, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in made.values)
    return ast.unparse(made)


def test_every_kind_is_tried_here() -> None:
    """One that is added to the program has to be added to the list."""
    assert set(offered()) == set(KINDS)


def test_each_is_within_the_limit_and_is_worth_nothing_elsewhere_or_forged(vault: Vault) -> None:
    """64 bytes in the topic with the longest number; changed, in another chat, of another key: too old."""
    buttons, again = sealed(vault), sealed(vault)
    for command in dict.fromkeys(KINDS.values()):
        keyboard = buttons.keyboard(((Choice("Press", command),),), GROUP, 2_147_483_647)
        assert keyboard
        data = keyboard.inline_keyboard[0][0].callback_data
        assert isinstance(data, str)
        assert len(data.encode()) <= LONGEST_DATA, command
        assert buttons.pressed(data, GROUP).command == command
        spoilt = (data[:-1] + ("x" if data[-1] != "x" else "y"), "x" + data[1:] if data[0] != "x" else "y")
        for forged in (*spoilt, command, data[11:]):
            assert buttons.pressed(forged, GROUP).command == EXPIRED, command
        assert buttons.pressed(data, GROUP - 1).command == EXPIRED, command
        assert Buttons().pressed(data, GROUP).command == EXPIRED, command
        # What does not fit is remembered: after a restart it is too old, and never something else.
        assert again.pressed(data, GROUP).command == (EXPIRED if data.startswith("~") else command)


@pytest.fixture
async def service(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """A bot in a group, with one owner at its desk. Nobody's pace is limited: each presses a hundred."""
    async with TelegramEmulator() as telegram:
        telegram.group(GROUP, admins={OWNER})
        telegram.private(OWNER)
        async with a_service(database, telegram, admins=(OWNER,)) as made:
            inbox = made.bot._answering._inbox
            monkeypatch.setattr(inbox, "_per_second", 1e6)
            yield made


def stored(service: Service) -> dict[str, list[tuple[object, ...]]]:
    """All that is known of anybody, but that a request was carried out."""
    left_out = {"requests", "updates", "senders"}
    tables = [table for table in metadata.sorted_tables if table.name not in left_out]
    with service.database.read() as work:
        return {
            table.name: [tuple(row) for row in work.connection.execute(table.select())] for table in tables
        }


async def answered(service: Service, chat: int, command: str, person: int) -> str:
    """All that is said to who presses a button of this command: alone, and in the chat."""
    telegram, inbox = service.telegram, service.bot._answering._inbox
    await service.bot.send(str(chat), says("A message with a button."), command)
    before = len(telegram.texts(chat))
    data = data_of(service.bot._sending._buttons, command, chat)
    press = await telegram.forges(chat, data, person=person)
    alone = await telegram.answer_to(press)
    await telegram.until_true(lambda: not inbox._tasks, "the end of the answer")
    return "\n".join([alone, *telegram.texts(chat)[before:]]).strip()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_pressed_by_another_person_each_is_answered_and_changes_nothing(service: Service) -> None:
    """By somebody who does not manage the group: what would change it is refused, the rest is shown."""
    await service.telegram.says(GROUP, "/subscribe KP", person=OWNER)
    await service.telegram.until(GROUP, contains="You are subscribed")
    before = stored(service)
    for command in dict.fromkeys(KINDS.values()):
        told = await answered(service, GROUP, command, MEMBER)
        assert told, command
        assert "Something went wrong" not in told, command
        if command_of(command).manages:
            assert told == "Only those who manage this group may change what it receives.", command
    assert stored(service) == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_an_old_one_whose_matter_is_gone_is_answered_and_changes_nothing(service: Service) -> None:
    """By an owner of the desk, in an archive that holds nothing of it any more."""
    before = stored(service)
    for command in dict.fromkeys(KINDS.values()):
        if command_of(command).name in WISHES or command.startswith("/admins invite"):
            continue
        told = await answered(service, OWNER, command, OWNER)
        assert told, command
        assert "Something went wrong" not in told, command
        assert stored(service) == before, command
