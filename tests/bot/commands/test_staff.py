"""Who may do what at the admins' desk: every command, role and kind of chat; who joins, who leaves."""

import re
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.commands.answer import answer, changes
from bot.commands.request import Request
from bot.commands.table import COMMANDS
from bot.desk import TERMINAL, Desk
from bot.render.html import plain_text
from jobs import staff as staff_now
from jobs.appeals import approve, write
from jobs.desk import Refusal, Refused, Rules
from jobs.notices import Admins, announce
from jobs.prune import Pruner
from jobs.restore import restore
from storage.appeals import Draft
from storage.backup import reading
from storage.database import Database, Work
from storage.people import Event
from storage.tables.desk import invitations, staff
from storage.tables.log import deliveries
from storage.tables.people import recipients
from storage.words import Act, AppealState, DeliveryState, DeskRole, EventKind, Urgency
from tests.builders import NOON, a_reader, a_route
from tests.documents import texts

ANNA, BRUNO, CARLA = ("telegram", "anna"), ("matrix", "@bruno:example.org"), ("telegram", "carla")
OWNERS = Admins((ANNA, BRUNO))
DRAFT = Draft("Stop the return", "Nine face return.", "en", Urgency.IMMEDIATE, ("KP",))
RULES = Rules(admins=OWNERS)
EVERYBODY = (None, *DeskRole)
WHOSE = {
    "review": {"owner", "admin", "reviewer"},
    "sources": {"owner", "admin", "keeper"},
    "stats": {"owner", "admin", "reviewer", "keeper"},
    "admins": {"owner", "admin", "reviewer", "keeper"},
    "audit": {"owner", "admin"},
    "appeal": {"owner", "admin"},
    "appeals": {"owner", "admin"},
    "drill": {"owner", "admin"},
    "approve": {"owner", "admin"},
    "stop": {"owner", "admin"},
    "correct": {"owner", "admin"},
}
"""Every command that is not for everybody."""
ALSO = (
    *("/appeal\nurgency: Immediate\nNine face return\nWrite.", "/appeal 1 ko\n아홉 명\n쓰십시오."),
    *("/appeal 1 at: 2026-12-01T08:00", "/appeal 1 ko drop", "/appeals drafts"),
)
"""Lines that do more than a name alone; each as its command."""


class Person:
    """Somebody who writes to the desk; the role is what the database and the configuration say."""

    def __init__(self, database: Database, who: tuple[str, str], *, group: bool = False) -> None:
        self.desk = Desk(database, UTC, OWNERS, RULES)
        self.who, self.group, self.now = who, group, NOON

    def says(self, line: str, work: Work | None = None) -> str:
        """What is answered, in a transaction of its own unless one is given."""
        request = Request(line, *self.who, self.now, "en", group=self.group)
        if work is not None:
            told = answer(self.desk._at_desk(request, work), work)
        else:
            opened = self.desk.database.write if changes(line) else self.desk.database.read
            with opened() as mine:
                told = answer(self.desk._at_desk(request, mine), mine)
        return "\n".join(plain_text(message) for message in told.messages)


def code_of(told: str) -> str:
    """The line that somebody is given."""
    return next(line for line in told.splitlines() if line.startswith("/join "))


@pytest.fixture
def anna(database: Database) -> Person:
    """An owner, by the configuration."""
    return Person(database, ANNA)


@pytest.fixture
def carla(database: Database) -> Person:
    """Nobody, yet."""
    return Person(database, CARLA)


def test_a_line_that_somebody_else_may_have_written_opens_no_desk(database: Database, anna: Person) -> None:
    """An owner by the configuration, from a device that nobody has confirmed: told what it takes."""
    assert "There is no command" not in anna.says("/stats")
    doubtful = Request("/stats", *ANNA, NOON, is_sure=False)
    with database.read() as work:
        told = plain_text(answer(anna.desk._at_desk(doubtful, work), work).messages[0])
    assert "a device that its owner has confirmed" in told


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("who", [CARLA, ("matrix", "!room:example.org"), ("console", "elsewhere")])
def test_each_command_exists_for_those_whose_it_is(
    database: Database, role: DeskRole | None, who: tuple[str, str]
) -> None:
    """And for nobody else, nor among several people, whoever asks there; nor for who is suspended."""
    private, group = Person(database, who), Person(database, who, group=True)
    assert WHOSE.keys() <= {one.name for one in COMMANDS}
    with database.write() as work:
        if role:
            work.staff.join(work.staff.invite(role, NOON), *who, NOON)
        for command in COMMANDS:
            line = f"/{command.name}"
            whose = WHOSE.get(command.name)
            exists = "There is no command" not in private.says(line, work)
            assert exists == (whose is None or role in whose), command.name
            if whose:
                assert "There is no command" in group.says(line, work), command.name
        for line in ALSO:
            whose = WHOSE[line.split()[0].removeprefix("/")]
            assert ("There is no command" not in private.says(line, work)) == (role in whose), line
            assert "There is no command" in group.says(line, work), line
        work.staff.suspend(work.staff.mark(*who), who[0], NOON)
        for line in (*(f"/{name}" for name in WHOSE), *ALSO):
            assert "There is no command" in private.says(line, work), line


def test_the_documents_say_whose_each_command_is() -> None:
    """In docs/operating.md, as a table that a person can read."""
    rows = [
        line.split("|")[1:-1]
        for line in dict(texts())["docs/operating.md"].splitlines()
        if line.startswith("| `/")
    ]
    told: dict[str, set[str]] = {}
    for names, *cells in rows:
        who = {str(role) for role, cell in zip(DeskRole, cells, strict=True) if cell.strip() == "yes"}
        told |= dict.fromkeys(re.findall(r"`/([a-z]+)`", names), who)
    assert told == WHOSE


def test_help_names_what_is_for_the_role(anna: Person, carla: Person) -> None:
    """No more, and no less."""
    carla.says(code_of(anna.says("/admins invite keeper")))
    told = carla.says("/help")
    assert "/sources" in told
    assert "/review" not in told
    assert "There is no command" in carla.says("/help review")


def test_a_code_serves_once_and_for_a_day(anna: Person, carla: Person) -> None:
    """Only its hash is kept; all others hear of it; a guess, a second use and an old code give nothing."""
    line = code_of(anna.says("/admins invite reviewer"))
    database = anna.desk.database
    with database.read() as work:
        kept = work.connection.execute(sa.select(invitations)).all()
    assert line.removeprefix("/join ").replace("-", "") not in repr(kept)
    assert "does not work" in carla.says("/join AAAA-BBBB-CCCC-DDDD")
    assert carla.says(line.lower().replace("-", " ")).startswith("You are at the desk now: reviewer.")
    assert "does not work" in Person(database, ("telegram", "dora")).says(line)
    assert "reviewer · telegram" in anna.says("/admins")
    with database.read() as work:
        assert [one.act for one in work.audit.all()] == [Act.INVITED, Act.JOINED]
        event = work.notices.latest(1)[0].events[0]
        assert (event.kind, event.detail) == (EventKind.STAFF, Act.JOINED)
        row = work.connection.execute(sa.select(staff)).one()
    assert "carla" not in repr(row)
    late = Person(database, ("telegram", "dora"))
    late.now = NOON + timedelta(hours=25)
    assert "does not work" in late.says(code_of(anna.says("/admins invite admin")))
    Pruner(database).prune(late.now)
    with database.read() as work:
        assert not work.connection.execute(sa.select(invitations)).all()


@pytest.mark.parametrize("author", ["owner", "newcomer"])
@pytest.mark.parametrize("hours", [0, 11, 24, 35])
def test_one_owners_phone_alone_sends_no_appeal(database: Database, author: str, hours: int) -> None:
    """Who invites a stranger stands alone for two days, whoever of the two wrote it."""
    with database.write() as work:
        a_reader(work, a_route())
        staff_now.join(work, staff_now.invite(work, DeskRole.ADMIN, "", RULES, NOON), CARLA, RULES, NOON)
        owner, newcomer = work.staff.mark(*ANNA), work.staff.mark(*CARLA)
        words = Draft("Stop the return", "Nine face return.", "en", Urgency.IMMEDIATE, ("KP",))
        made = write(work, owner if author == "owner" else newcomer, words, NOON)
        then = NOON + timedelta(hours=hours)
        if author == "owner":
            with pytest.raises(Refused) as refused:
                approve(work, made.id, made.digest, newcomer, RULES, then)
            assert refused.value.why is Refusal.NEW
        else:
            assert approve(work, made.id, made.digest, owner, RULES, then).missing == 1
        assert not work.appeals.approved()
        if author == "owner":
            approve(work, made.id, made.digest, newcomer, RULES, NOON + timedelta(days=2))
            assert work.appeals.approved() == (made.id,)


@pytest.mark.parametrize("done", ["suspend", "revoke", "reinstate"])
def test_a_code_of_before_somebody_was_taken_from_the_desk_gives_nothing(
    anna: Person, carla: Person, done: str
) -> None:
    """Whoever found the phone of an owner may have made one; nobody knows whose it is, so none serves."""
    database = anna.desk.database
    carla.says(code_of(anna.says("/admins invite admin")))
    bruno = Person(database, BRUNO)
    with database.read() as work:
        mark = work.staff.mark(*CARLA)[:8]
    if done == "reinstate":
        bruno.says(f"/admins suspend {mark} yes")
    line = code_of(anna.says("/admins invite owner"))
    bruno.says(f"/admins {done} {mark} yes")
    stranger = Person(database, ("telegram", "dora"))
    assert "does not work" in stranger.says(line)
    assert "You are at the desk now" in stranger.says(code_of(bruno.says("/admins invite owner")))


def test_in_a_group_a_code_gives_nothing(anna: Person, database: Database) -> None:
    """Whoever reads it there could be at the desk."""
    line = code_of(anna.says("/admins invite admin"))
    assert "does not work" in Person(database, CARLA, group=True).says(line)


def test_an_admin_suspends_any_other_at_once(anna: Person, carla: Person, database: Database) -> None:
    """An owner too: what they stood for does not go out, they hear no more, and /forget lifts nothing."""
    anna.now = carla.now = NOON - timedelta(days=2)
    carla.says(code_of(anna.says("/admins invite admin")))
    anna.now = carla.now = NOON
    with database.write() as work:
        a_reader(work, a_route())
        mark, own = work.staff.mark(*ANNA), work.staff.mark(*CARLA)
        words = Draft("Stop the return", "Nine face return.", "en", Urgency.IMMEDIATE, ("KP",))
        made = write(work, mark, words, NOON)
        approve(work, made.id, made.digest, own, RULES, NOON)
        assert work.appeals.approved() == (made.id,)
    assert "would be kept from the desk" in carla.says(f"/admins suspend {mark[:8]}")
    assert "is kept from the desk" in carla.says(f"/admins suspend {mark[:8]} yes")
    assert "There is no command" in anna.says("/admins")
    anna.says("/forget yes")
    assert "There is no command" in anna.says("/appeals")
    with database.write() as work:
        appeal = work.appeals.get(made.id)
        assert appeal
        assert appeal.state is AppealState.DRAFT
        approve(work, made.id, made.digest, own, RULES, NOON)
        assert not work.appeals.approved(), "whoever is suspended stands for nothing"
        announce(work, [Event(EventKind.ONLINE, NOON)], OWNERS, NOON + timedelta(hours=1))
        notice = work.notices.latest(1)[0]
        told = sa.select(recipients.c.address_trace).join(
            deliveries, deliveries.c.recipient_id == recipients.c.id
        )
        traces = set(work.connection.scalars(told.where(deliveries.c.notice_id == notice.id)))
        assert traces == {work.recipients.vault.trace("recipient", *who) for who in (BRUNO, CARLA)}
    bruno = Person(database, BRUNO)
    assert "suspended" in bruno.says("/admins")
    assert "not kept from the desk any more" in bruno.says(f"/admins reinstate {mark[:8]} yes")
    assert "owner · telegram · you" in anna.says("/admins")


def test_who_was_suspended_by_a_stolen_phone_hears_what_it_does_and_can_halt_it(database: Database) -> None:
    """Of those whom the configuration names: who is suspended or joins, what is about to go out; no more."""
    bruno = Person(database, BRUNO)
    with database.write() as work:
        a_reader(work, a_route())
        mark, own = work.staff.mark(*BRUNO), work.staff.mark(*ANNA)
        staff_now.suspend(work, mark, own, RULES, NOON)
        assert heard(work, BRUNO) == [EventKind.STAFF]
        words = Draft("Go home", "All clear.", "en", Urgency.IMMEDIATE, ("KP",))
        made = write(work, own, words, NOON)
        approve(work, made.id, made.digest, "another", RULES, NOON)
        assert heard(work, BRUNO) == [EventKind.STAFF, EventKind.APPEAL_COOLING]
    for line in ("/appeals", "/approve 1 x", f"/correct {made.id}", "/admins", "/audit"):
        assert "There is no command" in bruno.says(line)
    assert f"Appeal {made.id} is halted" in bruno.says(f"/stop {made.id}")
    with database.read() as work:
        assert not work.appeals.approved()
        assert heard(work, BRUNO) == [EventKind.STAFF, EventKind.APPEAL_COOLING]


def test_ten_minutes_with_the_stolen_phone_of_an_admin(
    anna: Person, carla: Person, database: Database
) -> None:
    """It suspends one, not the next, and never the last owner; all hear, and one of them ends it.

    It makes no codes, lets nobody in, and sends nothing by itself.
    """
    carla.says(code_of(anna.says("/admins invite admin")))
    carla.now = anna.now = NOON + timedelta(days=3)
    with database.write() as work:
        a_reader(work, a_route())
        marks = {who: work.staff.mark(*who)[:8] for who in (ANNA, BRUNO, CARLA)}
    for line in ("/admins invite admin", f"/admins revoke {marks[ANNA]} yes"):
        assert "Your role does not allow that" in carla.says(line)
    assert "is kept from the desk" in carla.says(f"/admins suspend {marks[ANNA]} yes")
    carla.now += timedelta(minutes=5)
    assert "the last owner" in carla.says(f"/admins suspend {marks[BRUNO]} yes")
    with database.write() as work:
        appeal = write(work, work.staff.mark(*CARLA), DRAFT, carla.now)
        with pytest.raises(Refused):
            approve(work, appeal.id, appeal.digest, work.staff.mark(*CARLA), RULES, carla.now)
        assert not work.appeals.approved()
        assert EventKind.STAFF in heard(work, BRUNO)
        assert EventKind.STAFF in heard(work, ANNA)
    bruno = Person(database, BRUNO)
    bruno.now = carla.now + timedelta(minutes=5)
    assert "is kept from the desk" in bruno.says(f"/admins suspend {marks[CARLA]} yes")
    assert "There is no command" in carla.says("/admins")
    assert "not kept from the desk any more" in bruno.says(f"/admins reinstate {marks[ANNA]} yes")
    assert "owner · telegram · you" in anna.says("/admins")


def test_who_suspended_somebody_suspends_nobody_else_for_an_hour(
    anna: Person, carla: Person, database: Database
) -> None:
    """An owner neither; whoever is at the terminal of the machine may."""
    dora = Person(database, ("telegram", "dora"))
    for one in (anna, carla, dora):
        one.now = NOON - timedelta(days=7)
    for one in (carla, dora):
        one.says(code_of(anna.says("/admins invite admin")))
    anna.now = NOON
    with database.read() as work:
        first, second = (work.staff.mark(*one.who)[:8] for one in (carla, dora))
        owners = [work.staff.mark(*one)[:8] for one in (ANNA, BRUNO)]
    assert "is kept from the desk" in anna.says(f"/admins suspend {first} yes")
    anna.now += timedelta(minutes=59)
    assert "within the last hour" in anna.says(f"/admins suspend {second} yes")
    anna.now += timedelta(minutes=2)
    assert "is kept from the desk" in anna.says(f"/admins suspend {second} yes")
    machine = Person(database, TERMINAL)
    machine.now = anna.now
    for mark in owners:
        assert "is kept from the desk" in machine.says(f"/admins suspend {mark} yes")


def heard(work: Work, who: tuple[str, str]) -> list[EventKind]:
    """What notices wait for them."""
    person = work.recipients.find(*who)
    assert person is not None
    found = work.deliveries.of_recipient(person.id, (DeliveryState.QUEUED,))
    told = work.notices.many([one.notice_id for one in found])
    return [told[one.notice_id].events[0].kind for one in found]


def test_what_a_role_does_not_allow_is_refused(anna: Person, carla: Person) -> None:
    """Nobody suspends themselves, no admin makes codes, nobody takes away whom the configuration names."""
    carla.says(code_of(anna.says("/admins invite admin")))
    with anna.desk.database.read() as work:
        own, owner = work.staff.mark(*CARLA)[:8], work.staff.mark(*ANNA)[:8]
        bruno = work.staff.mark(*BRUNO)[:8]
    assert "Your role does not allow that" in carla.says("/admins invite owner")
    assert "Your role does not allow that" in carla.says(f"/admins revoke {owner} yes")
    assert "Nobody does this to themselves" in carla.says(f"/admins suspend {own} yes")
    assert "The configuration names them" in anna.says(f"/admins revoke {bruno} yes")
    assert "cannot be done to" in anna.says(f"/admins reinstate {own} yes")
    assert "Nobody here has the mark “0000”" in anna.says("/admins suspend 0000 yes")
    assert "“guest” is no role" in anna.says("/admins invite guest")
    assert "“fire” cannot be done here" in anna.says("/admins fire")
    assert "no longer at the desk" in anna.says(f"/admins revoke {own} yes")
    assert "There is no command" in carla.says("/admins")
    assert "The configuration names" not in Person(anna.desk.database, TERMINAL).says("/admins")


def test_forget_takes_somebody_from_the_desk(anna: Person, carla: Person) -> None:
    """Every row about them goes."""
    carla.says(code_of(anna.says("/admins invite reviewer")))
    carla.says("/subscribe")
    carla.says("/forget yes")
    assert "There is no command" in carla.says("/review")
    with anna.desk.database.read() as work:
        assert work.staff.all() == ()


def test_whoever_is_at_the_desk_stays_there_without_asking_for_anything(anna: Person, carla: Person) -> None:
    """A chat that wants nothing is forgotten after a time; not that of somebody who is needed."""
    carla.says(code_of(anna.says("/admins invite reviewer")))
    with anna.desk.database.write() as work:
        work.recipients.ensure(*CARLA, "en", NOON)
    Pruner(anna.desk.database).prune(NOON + timedelta(days=200))
    assert "Nothing waits" in carla.says("/review")


def test_a_restored_backup_lets_nobody_back_to_the_desk(anna: Person, carla: Person, tmp_path: Path) -> None:
    """Who was taken from it since, or suspended, stays away; a code of then gives nothing."""
    database = anna.desk.database
    carla.says(code_of(anna.says("/admins invite admin")))
    line = code_of(anna.says("/admins invite admin"))
    with database.write() as work:
        a_reader(work, a_route())
        own = work.staff.mark(*CARLA)[:8]
    file = tmp_path / "vigil.backup"
    database.back_up(file, NOON)
    anna.says(f"/admins revoke {own} yes")
    with reading(file) as saved:
        restore(database, saved, NOON, (), replace=True)
    assert "There is no command" in carla.says("/appeals")
    assert "does not work" in carla.says(line)
