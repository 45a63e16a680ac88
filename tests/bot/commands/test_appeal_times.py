"""An appeal that goes out at a named moment: said with its clock, shown to all, halted, never late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands.appointed import appointed
from bot.commands.mistake import Mistake
from bot.speech import Speech
from jobs import staff
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from storage.database import Database
from storage.people import Event
from storage.words import AppealState, DeskRole, EventKind
from tests.bot.chat import Chat
from tests.builders import NOON, a_reader, a_route

SEOUL = Speech("en", ZoneInfo("Asia/Seoul"))
BERLIN = Speech("en", ZoneInfo("Europe/Berlin"))
RULES = Rules(admins=Admins((("telegram", "901"), ("telegram", "902"))))
THEN = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)
APPEAL = (
    "/appeal\nurgency: Immediate\nat: 2026-03-12T16:00 Seoul\nNine face return\nWrite to the ministry today."
)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""What does not depend on the kind of database."""


@pytest.fixture
def anna(database: Database) -> Chat:
    """An admin; two people have asked for everything urgent."""
    with database.write() as work:
        for name in ("1", "2"):
            a_reader(work, a_route(), address=name)
    return Chat(database, address="anna", admin=True, rules=RULES)


@pytest.fixture
def bruno(database: Database) -> Chat:
    """Another one."""
    return Chat(database, address="bruno", admin=True, rules=RULES)


def scheduled(anna: Chat, bruno: Chat) -> str:
    """Written by one, approved by the other; what the other is answered."""
    anna.says(APPEAL)
    bruno.says("/appeal 1")
    return bruno.presses("Approve these words")


def state(database: Database) -> AppealState:
    """How far it is."""
    with database.read() as work:
        found = work.appeals.get(1)
    assert found is not None
    return found.state


def told(database: Database) -> list[Event]:
    """What the admins were told since it was written, newest first."""
    with database.read() as work:
        found = [event for notice in work.notices.latest(9) for event in notice.events]
    return [one for one in found if one.kind is not EventKind.APPEAL_WAITS]


def look(database: Database, now: datetime) -> None:
    """What the service does twice a second."""
    Launcher(database, RULES, Limits())._due(now)


@pytest.mark.parametrize(
    ("typed", "speech", "at", "zone"),
    [
        ("2026-03-12T16:00", SEOUL, THEN, "Asia/Seoul"),
        ("2026-03-12 16:00", SEOUL, THEN, "Asia/Seoul"),
        ("2026-03-12T16:00 Asia/Seoul", BERLIN, THEN, "Asia/Seoul"),
        ("2026-03-12T16:00 서울", BERLIN, THEN, "Asia/Seoul"),
        ("2026-03-12T08:00 Europe/Berlin", SEOUL, THEN, "Europe/Berlin"),
        ("2026-03-12T08:00+01:00", SEOUL, THEN, "+01:00"),
        ("2026-03-12T07:00Z", SEOUL, THEN, "Etc/UTC"),
        ("2026-03-12t7:00 utc", SEOUL, THEN, "Etc/UTC"),
        ("2026-03-12T07:00", Speech("en"), THEN, "Etc/UTC"),
        ("2026-10-25T02:30+02:00", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "+02:00"),
        ("2026-10-25T02:30 +01:00", BERLIN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "+01:00"),
        ("", SEOUL, None, ""),
    ],
)
def test_a_moment_is_read_by_the_clock_that_is_said_else_by_ones_own(
    typed: str, speech: Speech, at: datetime | None, zone: str
) -> None:
    """By name, city, offset, or none."""
    assert appointed(typed, speech, NOON) == (at, zone)


@pytest.mark.parametrize(
    ("typed", "speech", "said"),
    [
        ("2026-03-10T11:59 UTC", SEOUL, "has passed already"),
        ("2026-03-10T20:59", SEOUL, "10 March 2026, 20:59 KST has passed already"),
        ("2025-12-01T08:00", SEOUL, "has passed already"),
        ("2028-12-01T08:00", SEOUL, "more than a year ahead"),
        (
            "2026-03-29T02:30",
            BERLIN,
            (
                "set forward over 02:30: it never shows that. Write for instance "
                "at: 2026-03-29T03:30 Europe/Berlin"
            ),
        ),
        (
            "2026-10-25T02:30",
            BERLIN,
            (
                "shows 02:30 twice. Say which one: first at: 2026-10-25T02:30+02:00, "
                "then at: 2026-10-25T02:30+01:00"
            ),
        ),
        ("2026-03-12T16:00 Nowhere", SEOUL, "“Nowhere” is no time zone"),
        ("2026-02-30T08:00", SEOUL, "is no moment"),
        ("2026-03-12T25:00", SEOUL, "is no moment"),
        ("2026-03-12", SEOUL, "is no moment"),
        ("tomorrow at eight", SEOUL, "is no moment"),
    ],
)
def test_a_moment_that_never_comes_is_refused_and_says_what_would(
    typed: str, speech: Speech, said: str
) -> None:
    """Past, too far, in the gap or the double hour of daylight saving time, no moment at all."""
    with pytest.raises(Mistake) as caught:
        appointed(typed, speech, NOON)
    assert said in caught.value.told(ENGLISH)


ENGLISH = Speech("en")


@pytest.mark.parametrize("example", ["2026-03-29T02:30", "2026-10-25T02:30"])
def test_what_is_offered_in_place_of_a_gap_or_a_double_hour_can_be_written(example: str) -> None:
    """Each of the examples is a moment by itself."""
    with pytest.raises(Mistake) as caught:
        appointed(example, BERLIN, NOON)
    offered = [str(value) for name, value in caught.value.values.items() if str(value).startswith("at: ")]
    assert offered
    assert all(appointed(one.removeprefix("at: "), BERLIN, NOON)[0] for one in offered)


@ON_SQLITE
def test_it_is_shown_with_its_clock_and_the_readers_to_everybody_who_approves(
    anna: Chat, bruno: Chat
) -> None:
    """In the preview, in what the second is answered, in the list, and to all admins."""
    shown = anna.says(APPEAL)
    moment = "12 March 2026, 16:00 KST (Asia/Seoul); in your time zone 12 March 2026, 07:00 UTC"
    assert f"Goes out: {moment}" in shown
    assert f"goes out at {moment}" in scheduled(anna, bruno)
    assert "approved: it goes out at a set time · 12 March 2026, 16:00 KST" in anna.says("/appeals")
    assert state(anna.database) is AppealState.SCHEDULED
    (event,) = told(anna.database)
    assert (event.kind, event.next_due, event.detail) == (EventKind.APPEAL_SCHEDULED, THEN, "Asia/Seoul")


def test_it_cools_off_before_its_moment_and_leaves_at_it(anna: Chat, bruno: Chat) -> None:
    """Not a second earlier; all admins hear once more when the minute begins."""
    scheduled(anna, bruno)
    look(anna.database, THEN - MINUTE - timedelta(seconds=3))
    assert state(anna.database) is AppealState.SCHEDULED
    look(anna.database, THEN - MINUTE - timedelta(seconds=1))
    assert state(anna.database) is AppealState.COOLING
    assert [one.kind for one in told(anna.database)] == [EventKind.APPEAL_COOLING, EventKind.APPEAL_SCHEDULED]
    assert told(anna.database)[0].next_due == THEN
    look(anna.database, THEN - timedelta(seconds=1))
    assert state(anna.database) is AppealState.COOLING
    look(anna.database, THEN)
    assert state(anna.database) is AppealState.SENT


@pytest.mark.parametrize("before", [timedelta(days=1), timedelta(seconds=30)])
@ON_SQLITE
def test_it_can_be_stopped_until_it_leaves(anna: Chat, bruno: Chat, before: timedelta) -> None:
    """Long before, and while it cools off: it is a draft again that nobody has approved."""
    scheduled(anna, bruno)
    look(anna.database, THEN - before)
    assert "Nobody has got it; it is a draft again" in bruno.says("/stop 1")
    look(anna.database, THEN + timedelta(seconds=1))
    assert state(anna.database) is AppealState.DRAFT
    with anna.database.read() as work:
        found = work.appeals.get(1)
    assert found is not None
    assert (found.approved, found.due) == ((), None)
    assert told(anna.database)[0].kind is EventKind.APPEAL_STOPPED


@ON_SQLITE
def test_a_program_that_was_down_until_shortly_after_gives_admins_their_minute(
    anna: Chat, bruno: Chat
) -> None:
    """Then it goes, an hour late at most."""
    scheduled(anna, bruno)
    again = THEN + timedelta(minutes=59)
    look(anna.database, again)
    assert state(anna.database) is AppealState.COOLING
    look(anna.database, again + timedelta(seconds=59))
    assert state(anna.database) is AppealState.COOLING
    look(anna.database, again + MINUTE)
    assert state(anna.database) is AppealState.SENT


@pytest.mark.parametrize("cooling", [False, True])
@ON_SQLITE
def test_more_than_an_hour_late_it_is_not_sent_and_admins_hear_so(
    anna: Chat, bruno: Chat, *, cooling: bool
) -> None:
    """Whether the program went down before the cooling-off or in it."""
    scheduled(anna, bruno)
    if cooling:
        look(anna.database, THEN - timedelta(seconds=30))
    look(anna.database, THEN + HOUR + timedelta(seconds=1))
    look(anna.database, THEN + HOUR + MINUTE + MINUTE)
    assert state(anna.database) is AppealState.DRAFT
    assert told(anna.database)[0].kind is EventKind.APPEAL_RETURNED
    with anna.database.read() as work:
        assert not work.alerts.exists("vigil-appeal-1")
    anna.now = THEN + HOUR + MINUTE
    assert "has passed: name another one" in anna.says("/appeal 1")


def test_two_programs_that_look_announce_and_send_it_once(anna: Chat, bruno: Chat) -> None:
    """As when one was started again: the row decides, and is durable."""
    scheduled(anna, bruno)
    for _ in range(2):
        look(anna.database, THEN - MINUTE)
    for _ in range(2):
        look(anna.database, THEN)
    kinds = [one.kind for one in told(anna.database)]
    assert kinds == [EventKind.APPEAL_SENDING, EventKind.APPEAL_COOLING, EventKind.APPEAL_SCHEDULED]
    with anna.database.read() as work:
        found = work.appeals.get(1)
        assert found is not None
        assert len(work.deliveries.of_alert(found.alert_id)) == 2


@pytest.mark.parametrize("done", ["suspend", "revoke"])
@ON_SQLITE
def test_what_somebody_stands_for_who_leaves_the_desk_meanwhile_does_not_go_out(
    anna: Chat, bruno: Chat, done: str
) -> None:
    """Days lie between the approval and the moment: it is a draft again, and all admins hear so."""
    with anna.database.write() as work:
        code = staff.invite(work, DeskRole.ADMIN, "", RULES, NOON - timedelta(days=9))
        staff.join(work, code, ("console", "bruno"), RULES, NOON - timedelta(days=9))
        mark = work.staff.mark("console", "bruno")
    scheduled(anna, bruno)
    with anna.database.write() as work:
        getattr(staff, done)(work, mark, "c" * 64, RULES, NOON)
    assert state(anna.database) is AppealState.DRAFT
    assert EventKind.APPEAL_RETURNED in [one.kind for one in told(anna.database)]


@ON_SQLITE
def test_whom_nobody_reads_any_more_it_goes_to_nobody(anna: Chat, bruno: Chat) -> None:
    """Everybody left since it was approved: admins are told before the moment, not after."""
    scheduled(anna, bruno)
    for name in ("1", "2"):
        Chat(anna.database, transport="telegram", address=name).says("/unsubscribe")
    look(anna.database, THEN - MINUTE)
    assert state(anna.database) is AppealState.DRAFT
    assert told(anna.database)[0].kind is EventKind.APPEAL_RETURNED


@pytest.mark.parametrize("typed", ["at: 2026-03-12T17:00", "at:", "at: 2026-03-12T15:00 UTC"])
@ON_SQLITE
def test_another_moment_voids_what_was_approved(anna: Chat, bruno: Chat, typed: str) -> None:
    """The hash covers when it goes out, and by which clock that was said."""
    anna.says(APPEAL)
    bruno.says("/appeal 1")
    anna.says(f"/appeal 1 {typed}")
    assert bruno.presses("Approve these words").startswith("That is not the mark of appeal 1")


@ON_SQLITE
def test_approved_too_late_for_its_cooling_off_it_waits_for_that_and_past_its_moment_not_at_all(
    anna: Chat, bruno: Chat
) -> None:
    """Half a minute before: a minute later. Afterwards: another moment first."""
    anna.says(APPEAL)
    bruno.now = THEN + timedelta(seconds=1)
    bruno.says("/appeal 1")
    assert "has passed. Name another one" in bruno.presses("Approve these words")
    bruno.now = THEN - timedelta(seconds=30)
    bruno.says("/appeal 1")
    assert "goes out in 1 min" in bruno.presses("Approve these words")
    look(anna.database, THEN + timedelta(seconds=29))
    assert state(anna.database) is AppealState.COOLING
    look(anna.database, THEN + timedelta(seconds=30))
    assert state(anna.database) is AppealState.SENT


@ON_SQLITE
def test_it_cannot_go_out_after_the_day_by_which_it_asks_for_something(anna: Chat) -> None:
    """Whichever of the two is written last."""
    said = "It would go out after the day by which it asks for something."
    anna.says(APPEAL)
    assert anna.says("/appeal 1 by: 2026-03-10").startswith(said)
    anna.says("/appeal 1 by: 2026-03-12")
    assert anna.says("/appeal 1 at: 2026-03-14T08:00").startswith(said)


def test_a_person_may_stand_for_so_many_appeals_a_day_and_is_told_how_many(anna: Chat, bruno: Chat) -> None:
    """As author or by approving, sent or set for a moment; drills are counted apart; corrections never."""
    anna.rules = bruno.rules = replace(RULES, per_day=2)
    clara = Chat(anna.database, address="clara", admin=True, rules=anna.rules)
    bare = APPEAL.replace("at: 2026-03-12T16:00 Seoul\n", "")

    def sent(number: int, words: str, by: Chat, also: Chat) -> str:
        by.says(words)
        also.says(f"/appeal {number}")
        return also.presses("Approve these words")

    assert "goes out in" in sent(1, bare, anna, bruno)
    look(anna.database, NOON + MINUTE)
    assert "goes out in" in sent(2, bare, anna, clara)
    assert "You stand for 2 of the 2 appeals" in anna.says("/appeals")
    assert "its author, or another" in sent(3, bare, anna, bruno)
    assert "goes out in" in sent(4, bare, clara, bruno)
    assert "you stand for 2 appeals already" in sent(5, bare, clara, bruno)
    assert "goes out at" in sent(6, APPEAL, anna, bruno), "two days later they may again"
    for chat in (anna, bruno):
        chat.now = NOON + timedelta(hours=24, minutes=2)
    look(anna.database, anna.now)
    bruno.says("/appeal 3")
    assert "goes out in" in bruno.presses("Approve these words")


@ON_SQLITE
def test_so_many_drafts_are_kept_for_one_admin_and_listed_to_go_on_with(anna: Chat, bruno: Chat) -> None:
    """Each with its languages, when it was changed and when it goes; one's own alone."""
    assert anna.says("/appeals drafts") == "You have no draft. A new one: /appeal"
    for number in range(20):
        anna.says(APPEAL.replace("Nine", f"Group {number}"))
    assert "you have 20 drafts" in anna.says(APPEAL)
    bruno.says("/appeal\nurgency: Immediate\nOf Bruno\nWrite.")
    anna.says("/appeal 20 ko\n제목\n본문")
    listed = anna.says("/appeals drafts")
    assert "20 Group 19 face return · English and Korean · changed 10 March 2026, 12:00 UTC" in listed
    assert "goes out 12 March 2026, 16:00 KST (Asia/Seoul)" in listed
    assert "Of Bruno" not in listed
    assert "Group 19" in anna.presses("20")
    assert anna.says("/appeals everything").startswith("Your own drafts alone: /appeals drafts")
