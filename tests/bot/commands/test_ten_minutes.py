"""Ten minutes with the phone of an owner or an admin: all that it can do is done, and counted.

The figures stand in docs/threat-model.md; whoever lets an admin do more changes them here and there.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from bot.commands.answer import answer, changes
from bot.commands.request import Request
from bot.desk import Desk
from bot.render.html import plain_text
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from storage.database import Database
from storage.tables.log import alerts, deliveries
from storage.words import AppealState, DeliveryState, DeskRole
from tests.bot.commands.test_staff import ANNA, BRUNO, CARLA, code_of
from tests.builders import NOON, a_reader, a_route, a_source, a_statement, an_alert, arrived, queued

DORA, EMIL = ("telegram", "dora"), ("telegram", "emil")
WEEK = timedelta(days=7)
RULES = Rules(admins=Admins((ANNA, BRUNO)))
READERS, RUNG, HELD = 20, 8, 3
"""People, calls that they were sent, calls that wait for a look."""
SOURCES = ("northlight", "southlight", "eastlight")
APPEAL = "/appeal\nurgency: Immediate\nNine face return {}\nGo to the border, now."
FRIENDS = 4
"""Phones that whoever has an owner's lets in."""


@dataclass
class Phone:
    """Somebody's phone, with the bot in a private chat, at so many seconds past noon."""

    database: Database
    who: tuple[str, str]
    seconds: int = 0
    offered: dict[str, str] = field(default_factory=dict)

    def says(self, line: str) -> str:
        """What is answered; a line takes a second."""
        self.seconds += 1
        desk = Desk(self.database, Limits().zone, RULES.admins, RULES)
        request = Request(line, *self.who, NOON + timedelta(seconds=self.seconds), "en")
        with (self.database.write if changes(line) else self.database.read)() as work:
            told = answer(desk._at_desk(request, work), work)
        rows = [row for message in told.messages for row in message.choices]
        self.offered = {choice.label: choice.command for row in rows for choice in row}
        return "\n".join(plain_text(message) for message in told.messages)

    def presses(self, label: str) -> str:
        """Press a button, where it is offered."""
        return self.says(self.offered[label]) if label in self.offered else ""


@dataclass
class Scene:
    """The desk, its readers, and what is done to them."""

    database: Database

    def done(self) -> Counter[str]:
        """What the audit holds, as often as it was done."""
        with self.database.read() as work:
            return Counter(str(one.act) for one in work.audit.all())

    def to_readers(self) -> Counter[str]:
        """Messages that readers are about to get, by what they say: ends, or calls."""
        of = sa.select(alerts.c.msg_type, sa.func.count()).join(
            deliveries, deliveries.c.alert_id == alerts.c.id
        )
        waiting = of.where(deliveries.c.state == DeliveryState.QUEUED).group_by(alerts.c.msg_type)
        with self.database.read() as work:
            return Counter({str(kind): number for kind, number in work.connection.execute(waiting)})

    def told(self, who: tuple[str, str]) -> int:
        """How many notices somebody at the desk is about to get."""
        with self.database.read() as work:
            one = work.recipients.find(*who)
            assert one
            theirs = (deliveries.c.recipient_id == one.id, deliveries.c.notice_id.is_not(None))
            return work.connection.scalar(sa.select(sa.func.count()).where(*theirs)) or 0

    def go_out(self) -> int:
        """Appeals and drills that go out once ten minutes are over."""
        Launcher(self.database, RULES, Limits())._due(NOON + timedelta(minutes=10))
        with self.database.read() as work:
            return sum(one is not AppealState.DRAFT for one in work.appeals.states().values())

    def marks(self, *who: tuple[str, str]) -> list[str]:
        """By which the desk names them."""
        with self.database.read() as work:
            return [work.staff.mark(*one)[:8] for one in who]


@pytest.fixture
def scene(database: Database) -> Scene:
    """Two owners, an admin of a week, twenty readers; eight calls that rang, three that wait for a look."""
    with database.write() as work:
        work.staff.join(work.staff.invite(DeskRole.ADMIN, NOON - WEEK), *CARLA, NOON - WEEK)
        for one in (ANNA, BRUNO, CARLA):
            work.recipients.ensure(*one, "en", NOON)
        work.sources.configure([a_source(name=one, url=f"https://{one}.example/feed") for one in SOURCES])
        people = [a_reader(work, a_route(), transport="console", address=str(n)) for n in range(READERS)]
        for number in range(RUNG + HELD):
            name = SOURCES[number % len(SOURCES)]
            call = an_alert(
                identifier=f"call-{number}",
                statement=a_statement(title=f"{number + 3} people face execution"),
                source=a_source(name=name, url=f"https://{name}.example/feed"),
            )
            made = queued(work, *people, alert=call, held="" if number < RUNG else "names a minor")
            if number < RUNG:
                arrived(work, made.id, str(number))
    return Scene(database)


def ransack(phone: Phone, others: list[str], appeals: int = 6) -> None:
    """Everything that an account could be used for, as often as it is let."""
    for number in range(1, RUNG + 1):
        phone.says(f"/correct alert {number} false yes")
    for number in range(RUNG + 1, RUNG + HELD + 1):
        phone.says(f"/review {number} send")
        phone.presses("Send it")
    for verb, mark in product(("suspend", "revoke"), others):
        phone.says(f"/admins {verb} {mark} yes")
    for number in range(1, appeals + 1):
        phone.says(APPEAL.format(number))
        phone.says(f"/appeal {number}")
        phone.presses("Approve these words")
    for one in SOURCES:
        phone.says(f"/sources {one} pause yes")
        phone.says(f"/sources {one} remove yes")
    phone.says("/drill\nThe gates are open\nGo to the border, now.")
    phone.presses("Approve these words")


@pytest.mark.parametrize(("stolen", "told"), [(ANNA, CARLA), (CARLA, ANNA)], ids=["owner", "admin"])
def test_the_most_that_a_stolen_account_does_in_ten_minutes(
    scene: Scene, stolen: tuple[str, str], told: tuple[str, str]
) -> None:
    """Five calls taken back, what waits let go, one put out, sources paused; not a word of its own.

    Whoever is left hears of it at once, and can end it: no phone empties a desk of three.
    """
    phone = Phone(scene.database, stolen)
    ransack(phone, scene.marks(*(one for one in (BRUNO, CARLA, ANNA) if one != stolen)))
    assert phone.seconds < 600
    assert scene.to_readers() == {"cancel": 5 * READERS, "alert": HELD * READERS}
    done = Counter(retracted=5, released=HELD, suspended=1, halted=len(SOURCES))
    assert scene.done() - Counter(written=99) == +done
    assert scene.told(told) >= 1 + 5 + len(SOURCES)
    assert scene.go_out() == 0
    left = Phone(scene.database, told, phone.seconds)
    assert "is kept from the desk" in left.says(f"/admins suspend {scene.marks(stolen)[0]} yes")


def test_who_put_somebody_out_leaves_the_last_one_who_could_do_it_to_them(scene: Scene) -> None:
    """Of three the third stays, for a week, by whichever command; of two either may suspend the other."""
    phone = Phone(scene.database, ANNA)
    bruno, carla = scene.marks(BRUNO, CARLA)
    assert "no longer at the desk" in phone.says(f"/admins revoke {carla} yes")
    phone.seconds = 6 * 86_400
    assert "the last one left" in phone.says(f"/admins suspend {bruno} yes")
    machine = Phone(scene.database, ("console", "terminal"), phone.seconds)
    with scene.database.write() as work:
        work.recipients.ensure("console", "terminal", "en", NOON)
    assert "is kept from the desk" in machine.says(f"/admins suspend {scene.marks(ANNA)[0]} yes")
    assert "is not kept" in machine.says(f"/admins reinstate {scene.marks(ANNA)[0]} yes")
    phone.seconds = 8 * 86_400
    assert "is kept from the desk" in phone.says(f"/admins suspend {bruno} yes"), "of two, either"


def test_phones_that_an_owners_phone_lets_in_add_nothing(scene: Scene) -> None:
    """Who joined only now takes nothing back, puts nobody out, lets nobody in, and counts for no appeal."""
    thief = Phone(scene.database, ANNA)
    for number in range(FRIENDS):
        friend = Phone(scene.database, ("telegram", f"friend-{number}"), thief.seconds)
        friend.says(code_of(thief.says("/admins invite owner")))
        assert "less than two days ago" in friend.says("/admins invite owner")
        ransack(friend, scene.marks(BRUNO, CARLA, ANNA), appeals=1)
        thief.says(f"/appeal {number + 1}")
        thief.presses("Approve these words")
    done = scene.done()
    assert (done["joined"], done["retracted"], done["suspended"], done["revoked"]) == (FRIENDS, 0, 0, 0)
    assert scene.to_readers() == {"alert": HELD * READERS}, "what waits they let go, as the one phone could"
    assert scene.go_out() == 0
    honest = Phone(scene.database, CARLA, thief.seconds + 60)
    assert "is kept from the desk" in honest.says(f"/admins suspend {scene.marks(ANNA)[0]} yes")
    owner = Phone(scene.database, BRUNO, honest.seconds)
    for number in range(FRIENDS):
        (mark,) = scene.marks(("telegram", f"friend-{number}"))
        assert "no longer at the desk" in owner.says(f"/admins revoke {mark} yes"), "as many as were let in"


def test_an_owner_who_is_left_puts_out_one_in_an_hour_and_no_more(scene: Scene) -> None:
    """Those who have been at the desk for long: one suspended, one taken away."""
    with scene.database.write() as work:
        for one in (DORA, EMIL):
            work.staff.join(work.staff.invite(DeskRole.ADMIN, NOON - WEEK), *one, NOON - WEEK)
    phone = Phone(scene.database, ANNA)
    first, second, third = scene.marks(CARLA, DORA, EMIL)
    assert "no longer at the desk" in phone.says(f"/admins revoke {first} yes")
    assert "within the last hour" in phone.says(f"/admins revoke {second} yes")
    assert "is kept from the desk" in phone.says(f"/admins suspend {second} yes")
    assert "within the last hour" in phone.says(f"/admins suspend {third} yes")
    phone.seconds = 3_700
    assert "no longer at the desk" in phone.says(f"/admins revoke {third} yes")
