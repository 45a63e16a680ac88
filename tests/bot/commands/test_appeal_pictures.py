"""The picture of an appeal: an admin's, checked, bare of what stood beside it, part of what is approved."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.commands.request import Reply, Request
from bot.desk import Desk
from bot.render.alert import alert_message
from bot.render.desk import audience
from bot.render.html import plain_text
from bot.speech import Speech
from jobs.desk import Rules
from jobs.launch import Launcher, Reached
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.prune import Pruner
from jobs.steps.picture import MOST, cleaned
from storage.database import Database
from storage.tables.desk import pictures
from storage.words import DeskRole
from tests.builders import NOON, a_reader, a_route, arrived
from tests.jobs.test_appeals import LATER
from tests.pictures import DRAWING, PHOTO, WEBP

ANNA, BRUNO = ("telegram", "901"), ("matrix", "@bruno:example.org")
RULES = Rules(admins=Admins((ANNA, BRUNO)))
APPEAL = "/appeal\nurgency: Immediate\nNine face return\nWrite to the ministry today."
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""What does not depend on the kind of database."""
WORDLESS = "I read only what is written"


@dataclass
class Person:
    """Somebody who writes to the desk, with a file or without; `fetched` is how many of theirs were."""

    desk: Desk
    who: tuple[str, str]
    group: bool = False
    is_sure: bool = True
    fetched: int = 0
    told: Reply = field(default_factory=lambda: Reply(()))

    async def says(self, line: str, file: bytes | None = None, request_id: str = "") -> str:
        """What is answered."""

        async def fetch(most: int) -> bytes | None:
            self.fetched += 1
            assert file is not None
            return file if len(file) <= most else None

        given: dict[str, Any] = {"attached": fetch} if file is not None else {}
        self.told = await self.desk.answer(
            Request(line, *self.who, NOON, group=self.group, is_sure=self.is_sure, id=request_id, **given)
        )
        return "\n\n".join(plain_text(message) for message in self.told.messages)

    async def approves(self, number: int = 1) -> str:
        """These very words, and this picture."""
        with self.desk.database.read() as work:
            found = work.appeals.get(number)
        assert found is not None
        return await self.says(f"/approve {number} {found.mark}")


@pytest.fixture
def anna(database: Database) -> Person:
    """An owner; two people have asked for everything urgent."""
    with database.write() as work:
        for name in ("1", "2"):
            a_reader(work, a_route(), address=name)
    return Person(Desk(database, admins=RULES.admins, rules=RULES), ANNA)


@pytest.fixture
def bruno(anna: Person) -> Person:
    """Another one."""
    return Person(anna.desk, BRUNO)


def kept(database: Database) -> int:
    """How many pictures are."""
    with database.read() as work:
        return len(work.connection.execute(pictures.select()).all())


async def test_a_picture_is_shown_to_the_admin_as_to_everybody_and_told_of(anna: Person) -> None:
    """Without what stood beside it; enciphered where it is kept."""
    await anna.says(APPEAL)
    told = await anna.says("/appeal 1", PHOTO)
    assert "Picture: 8 × 12, 1 kB" in told
    shown = anna.told.messages[-1].picture
    assert shown is not None
    assert await anna.desk.picture(shown.digest) == cleaned(PHOTO).data
    with anna.desk.database.read() as work:
        rows = repr(work.connection.execute(pictures.select()).all())
    assert "SpyPhone" not in rows
    assert repr(cleaned(PHOTO).data[20:60])[2:-1] not in rows


@ON_SQLITE
async def test_with_the_words_of_a_new_one_in_one_message(anna: Person) -> None:
    """As a photo with a long caption."""
    told = await anna.says(APPEAL, PHOTO)
    assert told.startswith("Appeal 1")
    assert "Picture: 8 × 12" in told
    assert anna.told.messages[-1].picture is not None


@pytest.mark.parametrize("line", ["", "/appeal", "!appeal"])
@ON_SQLITE
async def test_without_a_number_it_is_for_the_draft_that_was_written_last(anna: Person, line: str) -> None:
    """Of this admin: who sends from a phone on which nothing can be written below a picture."""
    await anna.says(APPEAL)
    await anna.says("/drill\nNine face return\nWhom do you call?")
    assert (await anna.says(line, PHOTO)).startswith("EXERCISE · Appeal 2")
    assert kept(anna.desk.database) == 1


@pytest.mark.parametrize(
    ("line", "file", "told"),
    [
        ("/appeal 1", WEBP, "This is no picture that can be shown everywhere"),
        ("/appeal 1", b"%PDF-1.7", "This is no picture that can be shown everywhere"),
        ("/appeal 1", PHOTO[:300], "This picture is damaged or incomplete"),
        ("/appeal 1", PHOTO + bytes(MOST), "This is too big: 5 MB at most"),
        ("/appeal 1 ko", PHOTO, "“picture:” is the same in every language"),
        ("/appeal 9", PHOTO, "There is no appeal 9"),
        ("look at this", PHOTO, "A picture is for an appeal: send it with /appeal 7 below it"),
        ("/subscribe", PHOTO, "A picture is for an appeal"),
    ],
)
@ON_SQLITE
async def test_a_file_that_is_not_taken_is_told_why_and_changes_nothing(
    anna: Person, line: str, file: bytes, told: str
) -> None:
    """Neither the draft nor what was approved of it."""
    await anna.says(APPEAL)
    before = await anna.says("/appeal 1")
    assert told in await anna.says(line, file)
    assert await anna.says("/appeal 1") == before
    assert kept(anna.desk.database) == 0


@ON_SQLITE
async def test_without_a_draft_a_picture_alone_is_for_nothing(anna: Person, bruno: Person) -> None:
    """Another's draft is not touched by it."""
    await anna.says(APPEAL)
    assert "or write the appeal first" in await bruno.says("", PHOTO)
    assert bruno.fetched == 0


@pytest.mark.parametrize("role", [None, DeskRole.REVIEWER, DeskRole.KEEPER])
@pytest.mark.parametrize("line", ["/appeal 1", "/appeal 1\npicture:", "", "/subscribe"])
@ON_SQLITE
async def test_nothing_that_others_send_is_fetched(anna: Person, role: DeskRole | None, line: str) -> None:
    """Nor what an owner sends among several people, which is not answered either."""
    await anna.says(APPEAL)
    person = ("telegram", "77")
    with anna.desk.database.write() as work:
        if role:
            work.staff.join(work.staff.invite(role, NOON), *person, NOON)
    other, among = Person(anna.desk, person), Person(anna.desk, ANNA, group=True)
    assert (await other.says(line, PHOTO)).startswith(WORDLESS)
    assert await among.says(line, PHOTO) == ""
    assert (other.fetched, among.fetched) == (0, 0)
    assert kept(anna.desk.database) == 0


@ON_SQLITE
async def test_from_a_device_that_nobody_confirmed_an_admin_is_told_what_it_takes(anna: Person) -> None:
    """And nothing is fetched: who says so may be another."""
    await anna.says(APPEAL)
    anna.is_sure = False
    assert "a device that its owner has confirmed" in await anna.says("!appeal 1", PHOTO)
    assert (await anna.says("", PHOTO)).startswith(WORDLESS)
    assert (anna.fetched, kept(anna.desk.database)) == (0, 0)


@ON_SQLITE
async def test_another_picture_or_none_voids_what_was_approved(anna: Person, bruno: Person) -> None:
    """The hash covers its bytes."""
    await anna.says(APPEAL)
    await anna.says("/appeal 1", PHOTO)
    with anna.desk.database.read() as work:
        first = work.appeals.get(1)
    assert first is not None
    await anna.says("/appeal 1", DRAWING)
    assert "That is not the mark" in await bruno.says(f"/approve 1 {first.mark}")
    await anna.says("/appeal 1 picture:")
    assert "Picture:" not in await anna.says("/appeal 1")
    assert kept(anna.desk.database) == 0
    assert "That is not the mark" in await bruno.says(f"/approve 1 {first.mark}")
    await anna.says("/appeal 1", PHOTO)
    assert "goes out in" in await bruno.says(f"/approve 1 {first.mark}"), "the same again is the same"


@ON_SQLITE
async def test_one_that_was_brought_twice_is_taken_once(anna: Person) -> None:
    """A platform repeats what it is not sure of."""
    await anna.says(APPEAL, PHOTO, request_id="7:1")
    assert "This was done already" in await anna.says(APPEAL, PHOTO, request_id="7:1")
    with anna.desk.database.read() as work:
        assert len(work.appeals.newest()) == 1


async def test_it_is_sent_with_the_call_and_neither_with_its_end_nor_in_another_form(
    anna: Person, bruno: Person
) -> None:
    """What is taken back shows nothing; taken down for safety, nothing of it is kept."""
    await anna.says(APPEAL, PHOTO)
    assert "about 1 s" in await anna.says("/appeal 1")
    await bruno.approves()
    database = anna.desk.database
    assert Launcher(database, RULES, Limits())._due(LATER) == 1
    with database.write() as work:
        found = work.appeals.get(1)
        assert found is not None
        alert = work.alerts.many([found.alert_id])[found.alert_id]
        arrived(work, alert.id)
    message = alert_message(alert, Speech("ko"), LATER)
    assert message.picture == cleaned(PHOTO).picture
    await anna.says("/correct 1 safety yes")
    with database.read() as work:
        end = work.alerts.on_case(alert.case_id or 0)[-1]
        taken = work.alerts.many([alert.id])[alert.id]
    assert alert_message(end, Speech("en"), LATER).picture is None
    assert alert_message(taken, Speech("en"), LATER).picture is None
    assert kept(database) == 0


async def test_its_bytes_go_once_nobody_can_be_sent_them_any_more(anna: Person, bruno: Person) -> None:
    """With the draft that is dropped, with an appeal that was stopped, nine days after one that was sent."""
    database = anna.desk.database
    for _ in range(3):
        await anna.says(APPEAL, PHOTO)
    await anna.says("/appeal 3 drop")
    assert kept(database) == 2
    for number in (1, 2):
        await bruno.approves(number)
    Launcher(database, replace(RULES, per_day=9), Limits())._due(LATER)
    await anna.says("/stop 2")
    Pruner(database).prune(LATER)
    assert kept(database) == 1
    Pruner(database).prune(LATER + timedelta(days=10))
    assert kept(database) == 0


def test_the_estimate_counts_a_picture_as_a_message_of_its_own(database: Database) -> None:
    """It leaves the same account."""
    del database
    assert audience(Reached(300, 0), Rules(), Speech("en")) == "300 recipients, about 10 s"
    assert audience(Reached(300, 0), Rules(), Speech("en"), shows=True) == "300 recipients, about 20 s"
