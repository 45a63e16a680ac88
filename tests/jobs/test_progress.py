"""Admins see how far a sending is in one message, which ends as the report; nobody waits for it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.announce import Announcer
from bot.render.html import plain_text
from bot.render.message import Message
from bot.render.notice import notice_message
from bot.speech import Speech
from jobs import appeals
from jobs.corrections import correct
from jobs.deliver import Deliverer
from jobs.desk import Rules
from jobs.errands import Finished, Room
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.outcome import Gone, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.pace import Pace
from jobs.progress import SOONEST, Progress, left, pause, sent_on
from jobs.renewals import Printed
from storage.database import Database
from storage.people import Event, Notice
from storage.sendings import Sending, Spread
from storage.tables.log import deliveries
from storage.tables.people import recipients
from storage.words import DeliveryState, EventKind
from tests.bot.transports.a_service import a_service
from tests.builders import NOON, a_reader, a_recipient, a_route
from tests.emulators.telegram import TelegramEmulator
from tests.jobs.test_appeals import ANNA, BRUNO, FALSE, LATER, RULES, approved, readers, state

ONE = Rules(admins=Admins((("telegram", "901"),)), per_second=30)
TICK = timedelta(seconds=1)


class Chats:
    """A platform with what stands in each chat; `refuses` says what becomes of a message to an address."""

    name = "telegram"
    remembers = timedelta()

    def __init__(self, *, changes: bool = True) -> None:
        self.changes = changes
        self.stands: dict[str, dict[str, str]] = {}
        self.order: list[tuple[str, str]] = []
        """(address, "send" or "edit") of everything that was tried."""
        self.refuses: dict[str, Outcome] = {}
        self.hangs: Outcome | None = None

    async def ping(self) -> Outcome:
        """It is there."""
        return Sent()

    async def send(self, address: str, message: Message, key: str, under: str = "") -> Outcome:
        """A message more."""
        del key, under
        self.order.append((address, "send"))
        if refused := self.refuses.get(address):
            return refused
        chat = self.stands.setdefault(address, {})
        number = str(len(chat) + 1)
        chat[number] = plain_text(message)
        return Sent(number)

    async def edit(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Another text in its place."""
        del key
        self.order.append((address, "edit"))
        if self.hangs:
            return self.hangs
        if reference not in self.stands.get(address, {}):
            return Rejected("message to edit not found")
        self.stands[address][reference] = plain_text(message)
        return Sent(reference)

    async def withdraw(self, address: str, reference: str, instead: Message, key: str) -> Outcome:
        """Not done here."""
        raise NotImplementedError

    overwrite = withdraw

    def reads(self, admin: str = "901") -> list[str]:
        """What stands in an admin's chat, in order."""
        return list(self.stands.get(admin, {}).values())


class Office:
    """An appeal to so many, one admin, and a clock."""

    def __init__(self, database: Database, number: int = 3, rules: Rules = ONE) -> None:
        self.database, self.rules, self.now = database, rules, LATER
        self.chats = Chats()
        with database.write() as work:
            self.people = readers(work, number)
            self.appeal = approved(work, rules=replace(rules, approvals=2)).id
        assert Launcher(database, rules, Limits())._due(LATER) == 1

    def sender(self) -> Deliverer:
        """As a program that has just been started has it."""
        return Deliverer(self.database, Announcer(self.chats), Pace(1e9, gap=0), lambda: self.now)

    async def sends(self) -> None:
        """All that is due."""
        await self.sender().drain()

    async def passes(self, seconds: float, *, sends: bool = True) -> int:
        """Time passes, then it is looked how far it is; returns of how many sendings that is shown."""
        self.now += timedelta(seconds=seconds)
        shown = Progress(self.database, self.rules)._look(self.now)
        if sends:
            await self.sends()
        return shown

    def becomes(self, count: int, became: DeliveryState = DeliveryState.SENT, detail: str = "") -> None:
        """So many more have come to this end, as the sender would have written it down."""
        alert = state(self.database, self.appeal).alert_id
        with self.database.write() as work:
            waiting = [one for one in work.deliveries.of_alert(alert) if one.state is DeliveryState.QUEUED]
            for one in waiting[:count]:
                work.attempts.settle(one.id, became, reference="1", detail=detail)

    def holds(self, *, until: timedelta = timedelta(hours=1), but: int = 0) -> None:
        """All but so many of the recipients have to be left alone by the sender for a while."""
        with self.database.write() as work:
            ids = [one.id for one in self.people[but:]]
            work.connection.execute(
                sa.update(recipients).where(recipients.c.id.in_(ids)).values(rests=self.now + until)
            )

    def releases(self) -> None:
        """They may be written to."""
        with self.database.write() as work:
            work.connection.execute(sa.update(recipients).values(rests=None))

    @property
    def sendings(self) -> tuple[Sending, ...]:
        """As they stand."""
        with self.database.read() as work:
            return work.sendings.of(self.appeal)


async def test_one_message_goes_on_and_ends_as_the_report(database: Database) -> None:
    """A bar, four numbers, how long is left; then whom it reached, against what was estimated."""
    office = Office(database, 120)
    office.holds()
    await office.sends()
    cooling, sending = office.chats.reads()
    assert cooling.startswith("Appeal 1 is approved")
    assert "Recipients: 120" in sending
    office.becomes(60)
    assert await office.passes(SOONEST) == 1
    _, sending = office.chats.reads()
    assert sending.startswith("Appeal 1 is being sent")
    assert "Progress: ██████████░░░░░░░░░░ 50%" in sending
    assert "Messages: sent 60 of 120, waiting 60, uncertain 0, failed 0" in sending
    assert "Left: about 2 s" in sending
    office.becomes(2, DeliveryState.UNCERTAIN)
    office.becomes(1, DeliveryState.FAILED, "the recipient cannot be reached: bot was blocked by the user")
    office.becomes(1, DeliveryState.FAILED, "message is too long")
    office.becomes(46)
    assert await office.passes(SOONEST - 1) == 0, "not sooner"
    await office.passes(1)
    assert "sent 106 of 120, waiting 10, uncertain 2, failed 2" in office.chats.reads()[1]
    office.releases()
    await office.sends()
    assert await office.passes(1) == 1
    _, report = office.chats.reads()
    assert report.startswith("Appeal 1 has gone out")
    assert [line for line in report.split("\n") if ":" in line] == [
        "Recipients: 120",
        "Delivered: 116",
        "Perhaps delivered: 2: no answer came",
        "Not delivered: 1 has blocked the bot or is gone and 1 was refused",
        "The platform says: 1 message is too long",
        "It took: 10 s; the estimate was 4 s",
    ]
    assert await office.passes(60) == 0, "and that is all"
    assert len(office.chats.reads()) == 2


async def test_no_more_is_told_than_one_message_in_fifty(database: Database) -> None:
    """However many admins look: of what the platform takes, subscribers have the rest."""
    admins = Admins(tuple(("telegram", f"90{number}") for number in range(3)))
    office = Office(database, 160, replace(ONE, admins=admins))
    office.holds()
    await office.sends()
    for _ in range(5):
        office.becomes(30)
        await office.passes(6)
    edits = sum(act == "edit" for _, act in office.chats.order)
    assert 0 < edits <= 150 / 50


@pytest.mark.parametrize(
    ("transport", "admins", "sent", "passed", "least", "most"),
    [
        ("telegram", 2, 150, 5, 5, 5),
        ("telegram", 20, 3000, 100, 30, 35),
        ("telegram", 1, 100_000, 3600, 180, 180),
        ("matrix", 1, 10_000, 60, 15, 15),
        ("matrix", 1, 20, 100, 240, 260),
        ("telegram", 1, 0, 60, 300, 300),
    ],
)
def test_how_often_a_message_is_changed(
    transport: str, admins: int, sent: int, passed: float, least: float, most: float
) -> None:
    """Every five seconds at most; seldom where many admins look, the platform is slow, or it lasts long."""
    told = pause(transport, admins, {transport: Spread(sent=sent, waiting=1)}, passed)
    assert least <= told.total_seconds() <= most
    alone = pause(transport, admins, {"other": Spread(sent=sent, waiting=1)}, passed)
    assert alone <= told, "where nobody waits they take nothing from anybody"


def test_how_long_is_left_is_what_the_slowest_platform_needs() -> None:
    """By its own speed so far, and by the plan while little is known of it."""
    spread = {"telegram": Spread(sent=300, waiting=600), "matrix": Spread(sent=40, waiting=100)}
    assert left(spread, ONE, 20) == 50
    assert left(spread, ONE, 5) == 40, "by what the plan has for both"
    assert left({"telegram": Spread(sent=3)}, ONE, 5) == 0


def test_several_accounts_of_a_transport_are_told_as_one() -> None:
    """Readers know on which platform they are, not by which bot; on Matrix each is slow."""
    spread = {"telegram": Spread(sent=3), "telegram two": Spread(sent=4), "matrix two": Spread(sent=1)}
    assert sent_on(spread) == {"sent_on_telegram": 7, "sent_on_matrix": 1}
    assert pause("matrix two", 1, {}, 5).total_seconds() == 15
    assert pause("telegram two", 1, {}, 5).total_seconds() == SOONEST


async def test_a_program_that_is_started_anew_goes_on_in_the_same_message(database: Database) -> None:
    """What it needs to know stands in the database: nothing is said twice."""
    office = Office(database, 60)
    office.holds()
    await office.sends()
    office.becomes(30)
    await office.passes(SOONEST)
    office.becomes(20)
    anew = Office.__new__(Office)
    anew.database, anew.rules, anew.now = database, office.rules, office.now
    anew.chats, anew.appeal, anew.people = office.chats, office.appeal, office.people
    await anew.passes(SOONEST)
    assert "sent 50 of 60" in office.chats.reads()[1]
    office.becomes(10)
    await anew.passes(1)
    assert [one.split("\n")[0] for one in office.chats.reads()] == [
        "Appeal 1 is approved, and about to be sent",
        "Appeal 1 has gone out",
    ]


async def test_the_newest_numbers_are_not_lost_behind_older_ones(database: Database) -> None:
    """An edit that hangs, or is put off, does not keep the report away."""
    office = Office(database, 30)
    office.holds()
    await office.sends()
    office.becomes(10)
    office.chats.hangs = RetryLater(0, "HTTP 502")
    await office.passes(SOONEST)
    office.becomes(20)
    await office.passes(1)
    assert not office.chats.reads()[1].startswith("Appeal 1 has gone out")
    office.chats.hangs = Uncertain("no answer")
    await office.passes(6)
    office.chats.hangs = None
    office.now += timedelta(seconds=6)
    await office.sends()
    assert office.chats.reads()[1].startswith("Appeal 1 has gone out")


async def test_wishes_for_newer_numbers_outlive_the_answer_to_older_ones(database: Database) -> None:
    """The report is wished for while an older state of the bar is on its way."""
    office = Office(database, 60)
    office.holds()
    await office.sends()
    office.becomes(59)
    await office.passes(SOONEST, sends=False)
    with database.read() as work:
        (older,) = work.notices.to_renew("telegram", office.now, 9)
    office.becomes(1)
    await office.passes(1, sends=False)
    with database.write() as work:
        work.notices.renewed(older, "2")
    await office.sends()
    assert office.chats.reads()[1].startswith("Appeal 1 has gone out")


async def test_a_notice_that_is_just_leaving_shows_the_report_once_it_is_there(database: Database) -> None:
    """It left with what was known a moment ago."""
    office = Office(database, 3)
    with database.write() as work:
        (notice,) = (one.notice_id for one in work.sendings.of(office.appeal))
        (told,) = work.deliveries.of_notice(notice)
        work.attempts.begin([told.id], NOON)
    office.becomes(3)
    await office.passes(1)
    with database.write() as work:
        office.chats.stands["901"]["9"] = "Appeal 1 is being sent"
        work.attempts.sent({told.id: "9"})
    await office.sends()
    assert office.chats.stands["901"]["9"].startswith("Appeal 1 has gone out")


async def test_of_a_notice_that_was_just_leaving_and_is_uncertain_the_report_comes_by_itself(
    database: Database,
) -> None:
    """It was the one repetition already, and told what was known a moment ago; once, and not for ever."""
    office = Office(database, 3)
    office.holds()
    office.chats.refuses["901"] = Uncertain("no answer in time")
    await office.sends()
    office.now += timedelta(seconds=6)
    with database.write() as work:
        (notice,) = (one.notice_id for one in work.sendings.of(office.appeal))
        (told,) = work.deliveries.of_notice(notice)
        assert told.state is DeliveryState.QUEUED, "its repetition waits"
        (before,) = work.deliveries.of_notice(notice - 1)
        work.attempts.settle(before.id, DeliveryState.SENT, reference="1")
    sender = office.sender()
    (leaving,) = sender._ledger.turn([], Room(9)).errands
    assert leaving.deliveries[0].id == told.id
    office.becomes(3)
    await office.passes(1, sends=False)
    answered = Finished(leaving, Uncertain("no answer in time"), office.now)
    sender._ledger.turn([answered], Room(0))
    office.chats.refuses.clear()
    await office.sends()
    (report,) = office.chats.reads()
    assert report.startswith("Appeal 1 has gone out")
    office.chats.refuses["901"] = Uncertain("no answer in time")
    tried = len(office.chats.order)
    for _ in range(4):
        await office.passes(6)
    assert len(office.chats.order) == tried


async def test_who_deleted_the_message_is_left_alone(database: Database) -> None:
    """And it is not tried again and again."""
    office = Office(database, 30)
    office.holds()
    await office.sends()
    office.chats.stands["901"].clear()
    office.becomes(29)
    await office.passes(300)
    await office.passes(2)
    assert [act for _, act in office.chats.order].count("edit") == 1


async def test_whoever_may_not_have_got_the_first_message_gets_the_report(database: Database) -> None:
    """No answer came to the notice, nor to its repetition: it is sent once more at the end."""
    office = Office(database, 3)
    office.holds()
    office.chats.refuses["901"] = Uncertain("no answer in time")
    for _ in range(3):
        await office.sends()
        office.now += timedelta(seconds=6)
    office.chats.refuses.clear()
    office.becomes(3)
    await office.passes(1)
    (report,) = office.chats.reads()
    assert report.startswith("Appeal 1 has gone out")


@pytest.mark.parametrize("account", ["", "telegram two"])
async def test_whose_message_cannot_be_found_any_more_gets_the_report_by_itself(
    database: Database, account: str
) -> None:
    """The chat moved, or another account writes there: what stands there cannot become the report."""
    office = Office(database, 3)
    office.holds()
    await office.sends()
    with database.write() as work:
        admin = work.recipients.find("telegram", "901")
        assert admin
        if account:
            work.recipients.turn_to(admin.id, account, office.now)
        else:
            work.recipients.move(admin.id, "telegram", "-1009", office.now)
    office.becomes(3)
    office.chats.name = account or "telegram"
    await office.passes(1)
    report = office.chats.reads("901" if account else "-1009")[-1]
    assert report.startswith("Appeal 1 has gone out")
    sent = len(office.chats.order)
    assert await office.passes(60) == 0
    assert [act for _, act in office.chats.order[:sent]].count("send") == 3
    assert len(office.chats.order) == sent, "once"


async def test_on_telegram_the_bar_moves_and_becomes_the_report(database: Database) -> None:
    """By the real transport, which knows its own names of messages alone; none is kept in clear."""
    async with TelegramEmulator() as telegram:
        for person in (1, 2, 901):
            telegram.private(person)
        async with a_service(database, telegram, admins=(901,)) as service:
            office = Office(database, 2)

            async def sends() -> None:
                voice = Announcer(service.bot)
                await Deliverer(database, voice, Pace(1e9, gap=0), lambda: office.now).drain()

            office.holds()
            await sends()
            office.becomes(1)
            await office.passes(300, sends=False)
            await sends()
            _, told = telegram.texts(901)
            assert "sent 1 of 2, waiting 1" in told
            office.becomes(1)
            await office.passes(1, sends=False)
            await sends()
            _, told = telegram.texts(901)
            assert told.startswith("Appeal 1 has gone out")
    with database.read() as work:
        kept = set(work.connection.scalars(sa.select(deliveries.c.reference)))
    assert kept
    assert all(one.startswith("1,") for one in kept)


async def test_one_chat_that_must_be_left_alone_for_hours_holds_up_no_report(database: Database) -> None:
    """It is told that it waits."""
    office = Office(database, 3)
    office.chats.refuses["2"] = RetryLater(40_000, "Too Many Requests")
    await office.sends()
    await office.passes(1)
    assert "Delivered: 2" in office.chats.reads()[1]
    assert "Still waiting: 1" in office.chats.reads()[1]


async def test_an_outage_of_the_platform_is_no_end(database: Database) -> None:
    """It goes on as soon as it takes messages again."""
    office = Office(database, 3)
    for one in ("1", "2", "3"):
        office.chats.refuses[one] = RetryLater(0, "HTTP 502", everyone=True)
    await office.sends()
    assert await office.passes(300) == 1
    assert "sent 0 of 3, waiting 3" in office.chats.reads()[1]
    office.chats.refuses.clear()
    office.now += timedelta(minutes=11)
    await office.sends()
    await office.passes(1)
    assert "Delivered: 3" in office.chats.reads()[1]


async def test_who_cannot_be_reached_is_counted_apart(database: Database) -> None:
    """It was kept for two who were away already; one more is found to be gone."""
    with database.write() as work:
        for name in ("away 1", "away 2"):
            one = a_reader(work, a_route(), address=name)
            work.recipients.suspend(one.id, NOON)
    office = Office(database, 3)
    office.chats.refuses["2"] = Gone("bot was blocked by the user")
    await office.sends()
    await office.passes(1)
    report = office.chats.reads()[1]
    assert "Recipients: 3" in report
    assert "Delivered: 2" in report
    assert "Not delivered: 1 has blocked the bot or is gone" in report
    assert "Cannot be reached: 2 more; it is kept for their return" in report


async def test_a_stop_ends_it_with_who_has_it(database: Database) -> None:
    """In the same message; and from there it is taken back."""
    office = Office(database, 30)
    office.holds()
    await office.sends()
    office.becomes(10)
    with database.write() as work:
        appeals.stop(work, office.appeal, BRUNO, office.rules, office.now)
    await office.passes(1)
    report = office.chats.reads()[1]
    assert report.startswith("Appeal 1 was halted: who has got it")
    assert "Have got it: 10" in report
    assert "Have not got it, and will not: 20" in report
    assert "the estimate" not in report


async def test_a_correction_is_followed_like_the_appeal(database: Database) -> None:
    """Its own message, its own report."""
    office = Office(database, 80)
    await office.sends()
    await office.passes(1)
    with database.write() as work:
        assert correct(work, office.appeal, FALSE, ANNA, office.rules, office.now) == 80
    office.holds(but=60)
    await office.sends()
    await office.passes(SOONEST)
    told = office.chats.reads()[-1]
    assert told.startswith("Appeal 1 was taken back by an admin")
    assert "sent 60 of 80, waiting 20" in told
    office.releases()
    await office.sends()
    await office.passes(1)
    report = office.chats.reads()[-1]
    assert report.startswith("Appeal 1 was taken back: who has been told")
    assert "Delivered: 80" in report
    assert "It took: 5 s; the estimate was 3 s" in report
    own, correction = office.sendings
    assert own.ended
    assert correction.ended
    assert correction.corrects


async def test_progress_of_a_correction_is_seen_while_it_goes_ahead_of_everything(
    database: Database,
) -> None:
    """Its messages fill the first lane: what admins see would else come when all is over."""
    office = Office(database, 60)
    await office.sends()
    await office.passes(1)
    with database.write() as work:
        correct(work, office.appeal, FALSE, ANNA, office.rules, office.now)
        told = sa.update(deliveries).where(deliveries.c.notice_id.is_not(None))
        work.connection.execute(told.values(state=DeliveryState.SENT, reference="2"))
    assert await office.passes(300, sends=False) == 1
    office.chats.order.clear()
    await office.sends()
    assert office.chats.order[0] == ("901", "edit")


def test_a_return_to_the_draft_forgets_what_was_expected(database: Database) -> None:
    """What is approved later has an estimate of its own; what is dropped has none."""
    three = replace(RULES, approvals=3)
    with database.write() as work:
        readers(work, 3)
        made = approved(work)
        assert [one.expected for one in work.sendings.of(made.id)] == [3]
        appeals.stop(work, made.id, ANNA, RULES, NOON)
        assert work.sendings.of(made.id) == ()
        readers(work, 5)
        assert appeals.approve(work, made.id, made.mark, BRUNO, three, NOON).missing == 1
        assert [one.expected for one in work.sendings.of(made.id)] == [5]
        appeals.drop(work, made.id, ANNA, NOON)
        assert work.sendings.of(made.id) == ()


async def test_the_report_compares_with_what_was_approved(database: Database) -> None:
    """One left between the approval and the sending."""
    with database.write() as work:
        first = readers(work, 3)[0]
        made = approved(work, rules=ONE)
        work.recipients.suspend(first.id, NOON)
    assert Launcher(database, ONE, Limits())._due(LATER) == 1
    chats = Chats()
    await Deliverer(database, Announcer(chats), Pace(1e9, gap=0), lambda: LATER).drain()
    Progress(database, ONE)._look(LATER + TICK)
    await Deliverer(database, Announcer(chats), Pace(1e9, gap=0), lambda: LATER + TICK).drain()
    assert "Recipients: 2; 3 were expected when it was approved" in chats.reads()[1]
    assert state(database, made.id).audience == 2


async def test_where_nothing_can_be_changed_each_quarter_is_printed(database: Database) -> None:
    """On a terminal: not every five seconds."""
    office = Office(database, 200)
    office.chats = Chats(changes=False)
    office.holds()
    await office.sends()
    for _ in range(10):
        office.becomes(20)
        await office.passes(20)
    edits = [act for _, act in office.chats.order if act == "edit"]
    assert len(edits) == 4
    assert office.chats.reads()[1].startswith("Appeal 1 has gone out")


def test_of_what_was_printed_no_quarter_is_printed_twice() -> None:
    """Whatever comes between; the report always is."""
    printed = Printed()

    def news(done: int, kind: EventKind = EventKind.APPEAL_SENDING) -> bool:
        event = Event(kind, NOON, title="1", counts={"appeal": 1, "all": 100, "done": done})
        return printed.is_news(Notice((event,), NOON, 7))

    assert [news(done) for done in (0, 24, 25, 26, 49, 80, 99, 100)] == [
        *(False, False, True, False, False, True, False, False)
    ]
    assert news(100, EventKind.APPEAL_REPORT)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_is_told_in_the_language_of_each_admin(language: str) -> None:
    """Numbers and units as well."""
    told = plain_text(notice_message(A_BAR, Speech(language)))
    assert "41%" in told
    assert ("1 min 33 s" if language == "en" else "1분 33초") in told


async def test_a_discreet_phone_shows_nothing_of_it() -> None:
    """There it says that there is news, and goes on saying so; elsewhere an edit makes no sound."""
    chats = Chats()
    chats.stands["901"] = {"7": "There is news."}
    admin = a_recipient(address="901", discreet=True)
    assert await Announcer(chats).renew(A_BAR, admin, "7", "key") == Sent("7")
    assert (chats.order, chats.reads()) == ([], ["There is news."])
    assert await Announcer(chats).renew(A_BAR, replace(admin, discreet=False), "7", "key") == Sent("7")
    assert "Left: about 1 min 33 s" in chats.reads()[0]


A_BAR = Notice(
    (
        Event(
            EventKind.APPEAL_SENDING,
            NOON,
            title="7",
            counts={
                "appeal": 7,
                "all": 2000,
                "done": 830,
                "sent": 826,
                "waiting": 1170,
                "uncertain": 1,
                "failed": 3,
                "left": 93,
            },
        ),
    ),
    NOON,
    1,
)
