"""Whoever may approve an appeal hears that it waits: once, without its words, and never its author."""

from datetime import timedelta

import pytest

from bot.commands.answer import answer, changes
from bot.commands.request import Request
from bot.desk import Desk
from bot.render.html import plain_text
from bot.render.notice import notice_message
from bot.speech import Speech
from jobs.desk import Rules
from jobs.notices import Admins
from storage.database import Database
from storage.people import Notice
from storage.words import DeliveryState, DeskRole, EventKind
from tests.builders import NOON, a_reader, a_route

ANNA, BRUNO = ("telegram", "901"), ("matrix", "@bruno:example.org")
CARLA, DORA, EMIL = ("telegram", "903"), ("telegram", "904"), ("telegram", "905")
OWNERS = Admins((ANNA, BRUNO))
WRITTEN = "/appeal\nurgency: Immediate\nNine face return\nWrite to the ministry today."
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


class Office:
    """The desk, and what each person at it is told."""

    def __init__(self, database: Database, approvals: int = 2) -> None:
        self.database = database
        self.desk = Desk(database, admins=OWNERS, rules=Rules(approvals=approvals, admins=OWNERS))
        with database.write() as work:
            a_reader(work, a_route())
            for who, role, since in (
                (CARLA, DeskRole.ADMIN, 9),
                (DORA, DeskRole.REVIEWER, 9),
                (EMIL, DeskRole.ADMIN, 0),
            ):
                joined = NOON - timedelta(days=since)
                work.staff.join(work.staff.invite(role, joined), *who, joined)

    def says(self, who: tuple[str, str], line: str) -> str:
        """What is answered to a person's line."""
        request = Request(line, *who, NOON)
        opened = self.database.write if changes(line) else self.database.read
        with opened() as work:
            told = answer(self.desk._at_desk(request, work), work)
        return "\n".join(plain_text(one) for one in told.messages)

    def told(self, who: tuple[str, str]) -> list[Notice]:
        """The notices of drafts that wait to be sent to somebody."""
        with self.database.read() as work:
            person = work.recipients.find(*who)
            if person is None:
                return []
            waiting = work.deliveries.of_recipient(person.id, (DeliveryState.QUEUED,))
            found = work.notices.many([one.notice_id for one in waiting])
        return [one for one in found.values() if one.events[0].kind is EventKind.APPEAL_WAITS]


def test_all_who_may_approve_hear_on_their_own_transports_and_open_it_by_a_button(database: Database) -> None:
    """Not its author, not who may not approve: a reviewer, who joined only now; none of its words is told."""
    office = Office(database)
    assert "2 admins who may approve it are told that it waits." in office.says(ANNA, WRITTEN)
    counts = [len(office.told(one)) for one in (ANNA, BRUNO, CARLA, DORA, EMIL)]
    assert counts == [0, 1, 1, 0, 0]
    message = notice_message(office.told(BRUNO)[0], Speech("en"))
    assert plain_text(message).startswith("Appeal 1 waits for your approval")
    assert "Nine" not in plain_text(message)
    ((button,),) = message.choices
    assert button.command == "/appeal 1"
    assert "URGENT APPEAL · Nine face return" in office.says(BRUNO, button.command)


def test_they_hear_once_and_again_only_when_somebody_elses_words_are_to_be_read(database: Database) -> None:
    """An author who goes on writing wakes nobody; whoever changes it becomes its author."""
    office = Office(database)
    office.says(ANNA, WRITTEN)
    for line in ("/appeal 1 text: Write now.", "/appeal 1 ko\n아홉 명\n쓰십시오.", "/appeal 1"):
        assert "are told that it waits" not in office.says(ANNA, line)
    assert len(office.told(BRUNO)) == 1
    assert "2 admins" in office.says(BRUNO, "/appeal 1 text: Write at once.")
    assert [len(office.told(one)) for one in (ANNA, BRUNO, CARLA)] == [1, 1, 2]


def test_what_somebody_had_approved_is_told_anew_where_a_change_voided_that(database: Database) -> None:
    """Or they would believe that their word still counts."""
    office = Office(database, approvals=3)
    shown = office.says(ANNA, WRITTEN)
    mark = shown.partition("Mark of these very words: ")[2].split()[0]
    assert "1 more has to approve it" in office.says(BRUNO, f"/approve 1 {mark}")
    office.says(ANNA, "/appeal 1 text: Write now.")
    assert len(office.told(BRUNO)) == 2


@pytest.mark.parametrize(
    ("line", "silent"),
    [(WRITTEN, False), (WRITTEN.replace("urgency: Immediate\n", ""), True), (f"/drill{WRITTEN[7:]}", True)],
)
def test_only_what_is_urgent_and_real_makes_a_sound(database: Database, line: str, silent: bool) -> None:
    """A drill says that it is one, before anything else."""
    office = Office(database)
    office.says(ANNA, line)
    message = notice_message(office.told(CARLA)[0], Speech("en"))
    assert message.silent is silent
    assert plain_text(message).startswith("EXERCISE") is line.startswith("/drill")


def test_nobody_is_asked_where_one_person_is_enough_and_it_is_said_where_nobody_can_be(
    database: Database,
) -> None:
    """With `approvals = 1`; and where everybody else is kept from the desk, or too new."""
    alone = Office(database, approvals=1)
    assert "told that it waits" not in alone.says(ANNA, WRITTEN)
    assert alone.told(BRUNO) == []
    office = Office(database)
    with database.write() as work:
        for one in (BRUNO, CARLA):
            work.staff.suspend(work.staff.mark(*one), one[0], NOON)
    assert "Nobody else can approve it as things stand" in office.says(ANNA, WRITTEN)


def test_a_phone_that_writes_without_end_wakes_nobody_after_so_many(database: Database) -> None:
    """Twenty a day: dropped and written anew they would be as many as somebody likes."""
    office = Office(database)
    for number in range(1, 24):
        office.says(ANNA, WRITTEN)
        office.says(ANNA, f"/appeal {number} drop")
    assert len(office.told(BRUNO)) == 20
