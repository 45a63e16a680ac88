"""An admins' room: among several people each has the role there that they have in private."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.commands.answer import answer, changes
from bot.commands.command import paragraph, reply
from bot.commands.request import Reply, Request
from bot.config import load
from bot.config.settings import ConfigError
from bot.desk import Desk
from bot.installation import admins
from bot.render.html import plain_text
from bot.render.message import Message
from bot.transports.matrix_answering import Answering
from bot.transports.matrix_choices import Choices
from bot.transports.matrix_incoming import Said as MatrixSaid
from bot.transports.matrix_rooms import Rooms
from jobs.desk import Rules
from jobs.notices import Admins, announce_at_once
from jobs.outcome import Outcome, Sent
from storage.database import Database
from storage.people import Event
from storage.words import DeliveryState, DeskRole, EventKind
from tests.bot.commands.test_staff import ALSO, EVERYBODY, WHOSE
from tests.bot.transports.a_service import a_service
from tests.bot.transports.test_telegram import Voice, a_bot
from tests.builders import NOON, a_reader, a_route, queued
from tests.emulators.telegram import TelegramEmulator

ROOM, FORUM, ELSEWHERE = "-1001", "-1002", "-1003"
MATRIX = "!desk:example.org"
ANNA, BRUNO, CARLA = "901", "@bruno:example.org", "903"
DESK = Admins(
    (("telegram", ANNA), ("matrix", BRUNO)),
    rooms=(("telegram", ROOM), ("telegram", FORUM), ("matrix", MATRIX)),
)
RULES = Rules(admins=DESK)
APPEAL = "/appeal\nurgency: Immediate\nNine face return\nWrite to the ministry today."
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


class Room:
    """A chat of several people, in which each line is somebody's."""

    def __init__(self, database: Database, address: str = ROOM, transport: str = "telegram") -> None:
        self.desk = Desk(database, UTC, DESK, RULES)
        self.transport, self.address = transport, address

    def says(self, person: str, line: str) -> str:
        """What is answered in the room."""
        request = Request(line, self.transport, self.address, NOON, group=True, person=person)
        opened = self.desk.database.write if changes(line) else self.desk.database.read
        with opened() as work:
            told = answer(self.desk._at_desk(request, work), work)
        return "\n".join(plain_text(one) for one in told.messages)


@ON_SQLITE
@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("address", [ROOM, f"{FORUM}/7", ELSEWHERE])
def test_each_command_is_for_whose_it_is_in_a_room_of_theirs_and_nowhere_else(
    database: Database, role: DeskRole | None, address: str
) -> None:
    """Also in a topic of it; not for the same person in another group, nor for who is suspended."""
    room = Room(database, address)
    with database.write() as work:
        if role:
            work.staff.join(work.staff.invite(role, NOON), "telegram", CARLA, NOON)
    for line in (*(f"/{name}" for name in WHOSE), *ALSO):
        whose = WHOSE[line.split()[0].removeprefix("/")]
        exists = "There is no command" not in room.says(CARLA, line)
        assert exists == (address != ELSEWHERE and role in whose), line
        assert "There is no command" in room.says("", line), "in the group's own name"
    with database.write() as work:
        work.staff.suspend(work.staff.mark("telegram", CARLA), "telegram", NOON)
    assert "There is no command" in room.says(CARLA, "/appeals")


def test_two_write_and_approve_in_one_room_and_the_record_knows_who(database: Database) -> None:
    """The author is the person, not the room: nobody approves their own there, either."""
    with database.write() as work:
        a_reader(work, a_route())
        then = NOON - timedelta(days=9)
        work.staff.join(work.staff.invite(DeskRole.ADMIN, then), "telegram", CARLA, then)
    room = Room(database)
    mark = room.says(ANNA, APPEAL).partition("Mark of these very words: ")[2].split()[0]
    assert "You wrote appeal 1 as it stands" in room.says(ANNA, f"/approve 1 {mark}")
    assert "goes out in 1 min" in room.says(CARLA, f"/approve 1 {mark}")
    with database.read() as work:
        marks = [work.audit.admin("telegram", one) for one in (ANNA, CARLA)]
        assert [one.admin for one in work.audit.all()][:2] == marks


@ON_SQLITE
def test_no_code_is_made_or_used_before_others(database: Database) -> None:
    """Whoever reads it could use it."""
    room = Room(database)
    assert "A code is for one person alone" in room.says(ANNA, "/admins invite admin")
    with database.write() as work:
        line = f"/join {work.staff.invite(DeskRole.ADMIN, NOON)}"
    assert "does not work" in room.says(CARLA, line)


@ON_SQLITE
def test_what_all_admins_hear_is_told_in_the_room(database: Database) -> None:
    """And to each of them; what asks for one person's approval is theirs alone."""
    with database.write() as work:
        announce_at_once(work, Event(EventKind.ONLINE, NOON), DESK, NOON)
        (notice,) = work.notices.latest(1)
        for transport, address in (*DESK.addresses, *DESK.rooms):
            known = work.recipients.find(transport, address)
            assert known is not None
            waiting = work.deliveries.of_recipient(known.id, (DeliveryState.QUEUED,))
            assert [one.notice_id for one in waiting] == [notice.id], address
    Room(database).says(ANNA, APPEAL)
    with database.read() as work:
        known = work.recipients.find("telegram", ROOM)
        assert known is not None
        assert len(work.deliveries.of_recipient(known.id, (DeliveryState.QUEUED,))) == 1


def test_rooms_are_read_from_the_configuration(tmp_path: Path) -> None:
    """Groups have negative numbers, rooms an exclamation mark; what is neither is a fault."""
    file = tmp_path / "config.toml"
    head = '[telegram]\ntoken = "1234567:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX"\n[admins]\ntelegram = [901]\n'
    file.write_text(f'{head}rooms = ["telegram:-1001", "matrix:!desk:example.org"]\n')
    assert admins(load(file)).rooms == (("telegram", "-1001"),), "of a platform that is not spoken to, none"
    for wrong in ("telegram:901", "-1001", "matrix:@anna:example.org", 7):
        file.write_text(f"{head}rooms = [{wrong!r}]\n".replace("'", '"'))
        with pytest.raises(ConfigError, match=r"admins\.rooms"):
            load(file)


async def test_telegram_tells_who_wrote_and_not_who_hides() -> None:
    """An admin who writes in the group's own name is nobody."""
    voice = Voice()
    async with TelegramEmulator() as telegram:
        telegram.group(int(ROOM), admins={int(ANNA)})
        async with a_bot(telegram, voice):
            await telegram.says(int(ROOM), "/appeals", person=int(ANNA))
            await telegram.says(int(ROOM), "/appeals", anonymous=True)
            await telegram.says(int(ANNA), "/appeals")
            await telegram.until_handled(20)
    assert sorted(one.who for one in voice.heard) == sorted(
        (("telegram", ANNA), ("telegram", ""), ("telegram", ANNA))
    )


@ON_SQLITE
async def test_a_refused_press_takes_nothing_of_the_cards_away(database: Database) -> None:
    """A member without a role reads it alone."""
    with database.write() as work:
        number = queued(work, a_reader(work, a_route(), address="1"), held="an admin looks first").id
    room, owner = int(ROOM), int(ANNA)
    async with TelegramEmulator() as telegram:
        telegram.group(room, admins={owner})
        async with a_service(database, telegram, admins=(owner,), rooms=(room,)):
            await telegram.says(room, f"/review {number}", person=owner)
            await telegram.until(room, contains="Nine refugees")
            card = telegram.texts(room)
            for label in ("Send as it is", "Do not send"):
                press = await telegram.presses(room, label, person=int(CARLA))
                assert "There is no command /review" in await telegram.answer_to(press)
                await telegram.until_handled()
            assert telegram.texts(room) == card


async def test_on_matrix_a_refusal_is_said_below_the_cards() -> None:
    """Nothing can be told there to one alone; what is another view of the same is shown in its place."""
    done: list[str] = []

    async def edit(*_: object) -> Outcome:
        done.append("in its place")
        return Sent(f"{MATRIX} $card")

    async def send(*_: object, **__: object) -> Outcome:
        done.append("below")
        return Sent(f"{MATRIX} $other")

    async def answered(request: Request) -> Reply:
        if request.text.endswith("fails"):
            raise ValueError
        return replace(reply(paragraph("Nothing waits.")), aside=request.text.endswith("refused"))

    parts: Any = SimpleNamespace(
        answer=answered, apology=lambda _: Message(()), language="en", user="@bot:t", edit=edit, send=send,
        address=lambda room: room, alone_with=lambda _: "", may_manage=lambda *_: False,
    )  # fmt: skip
    answering = Answering(parts, parts, parts, Choices(), parts)
    answering._remember(MATRIX, MatrixSaid("/review 12", "@anna:t"), Sent(f"{MATRIX} $card"))
    for how in ("refused", "fails", "shown"):
        line = MatrixSaid(f"/review 12 {how}", "@eve:t", how)
        await answering._respond(MATRIX, line, "$card", direct=False)
    assert done == ["below", "below", "in its place"]


def test_on_matrix_somebody_is_known_by_the_room_in_which_they_are_alone_with_the_bot() -> None:
    """By that they joined; where there are several, nobody guesses. Whom the configuration names, by name."""

    def room(*users: str) -> Any:
        return SimpleNamespace(users=dict.fromkeys(("@bot:t", *users)))

    server: Any = SimpleNamespace(
        user="@bot:t",
        rooms={
            "!desk": room("@anna:t", "@carla:t", "@dora:t"),
            "!carla": room("@carla:t"),
            "!dora": room("@dora:t"),
            "!dora2": room("@dora:t"),
        },
    )
    rooms = Rooms(server, ["@anna:t"])
    found = [rooms.alone_with(one) for one in ("@anna:t", "@carla:t", "@dora:t", "@eve:t")]
    assert found == ["@anna:t", "!carla", "", ""]
