"""An appeal goes out when two people stand for its very words, once, and can be halted and taken back."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from jobs import appeals
from jobs.corrections import correct
from jobs.deliver import Deliverer
from jobs.desk import Refusal, Refused, Rules
from jobs.launch import Launcher, alert_of, launch, reached
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.outcome import Outcome
from jobs.pace import Pace
from jobs.remind import Reminder
from storage.appeals import Appeal, Draft
from storage.database import Database, Work
from storage.people import Delivery, Recipient
from storage.records import Picture, Wording
from storage.tables.log import deliveries, notices
from storage.words import AppealState, Cause, DeliveryState, Digest, EventKind, Kind, MsgType, Urgency
from tests.builders import NOON, a_reader, a_route, arrived
from tests.jobs.test_deliver import Platform

ADMINS = Admins((("telegram", "901"), ("telegram", "902")))
RULES = Rules(admins=ADMINS)
ANNA, BRUNO = "a" * 64, "b" * 64
WORDS = Draft("Nine face return", "Write to the ministry today.", "en", Urgency.IMMEDIATE, ("KP",))
LATER = NOON + timedelta(minutes=1)
FALSE = (Cause.FALSE, (Wording("en", "Nine face return", "What this appeal said is not true."),))
SAFETY = (Cause.SAFETY, (Wording("en", "An appeal that was taken down", "It was taken down."),))


def readers(work: Work, number: int = 3) -> list[Recipient]:
    """So many who asked for everything urgent."""
    return [a_reader(work, a_route(), address=str(one)) for one in range(1, number + 1)]


def approved(work: Work, draft: Draft = WORDS, rules: Rules = RULES) -> Appeal:
    """Written by Anna, approved by Bruno."""
    made = appeals.write(work, ANNA, draft, NOON)
    appeals.approve(work, made.id, made.mark, BRUNO, rules, NOON)
    found = work.appeals.get(made.id)
    assert found is not None
    return found


def launched(database: Database, draft: Draft = WORDS, number: int = 3) -> Appeal:
    """Approved, and its cooling-off is over."""
    with database.write() as work:
        readers(work, number)
        made = approved(work, draft)
    assert Launcher(database, RULES, Limits())._due(LATER) == 1
    return state(database, made.id)


def state(database: Database, number: int) -> Appeal:
    """As it stands."""
    with database.read() as work:
        found = work.appeals.get(number)
    assert found is not None
    return found


def queue(database: Database, alert_id: int) -> tuple[Delivery, ...]:
    """What became of an alert."""
    with database.read() as work:
        return work.deliveries.of_alert(alert_id)


def told(work: Work) -> list[EventKind]:
    """What the admins were told, in order."""
    found = work.connection.scalars(sa.select(notices.c.events).order_by(notices.c.id))
    return [EventKind(event["kind"]) for events in found for event in events]


@contextmanager
def refused(why: Refusal) -> Iterator[None]:
    """It is not done, for this reason."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.why is why


def test_nobody_gets_anything_before_the_cooling_off_is_over_and_then_everybody_once(
    database: Database,
) -> None:
    """Both admins hear of it at once, ahead of every alert; two programs that look send it once."""
    with database.write() as work:
        readers(work)
        made = approved(work)
        assert (made.state, made.due) == (AppealState.COOLING, LATER)
        first = work.deliveries.due("telegram", NOON, 9)
        assert [(one.lane, one.alert_id) for one in first] == [(0, 0), (0, 0)]
        assert told(work) == [EventKind.APPEAL_COOLING]
    launcher = Launcher(database, RULES, Limits())
    assert launcher._due(LATER - timedelta(seconds=1)) == 0
    assert [launcher._due(LATER), launcher._due(LATER)] == [1, 0]
    sent = state(database, made.id)
    assert (sent.state, sent.audience, sent.draft) == (AppealState.SENT, 3, None)
    assert [(one.state, one.lane) for one in queue(database, sent.alert_id)] == [
        (DeliveryState.QUEUED, 1)
    ] * 3
    with database.read() as work:
        (alert,) = work.alerts.many([sent.alert_id]).values()
        assert (alert.msg_type, alert.statement.kind) == (MsgType.ALERT, Kind.CAMPAIGN)
        assert work.statements.get(alert.statement.id) is not None
        assert [one.act for one in work.audit.all()] == ["written", "approved", "cooling", "sent"]
        assert work.audit.broken() is None


def test_only_somebody_else_can_approve_and_only_the_words_that_stand_there(database: Database) -> None:
    """One's own, a stale mark, a short one, twice, a day that has passed: each refused for its reason."""
    three = replace(RULES, approvals=3)
    with database.write() as work:
        readers(work)
        made = appeals.write(work, ANNA, WORDS, NOON)
        with refused(Refusal.OWN):
            appeals.approve(work, made.id, made.mark, ANNA, RULES, NOON)
        with refused(Refusal.UNKNOWN):
            appeals.approve(work, 99, made.mark, BRUNO, RULES, NOON)
        with refused(Refusal.STALE):
            appeals.approve(work, made.id, made.mark[:4], BRUNO, RULES, NOON)
        assert appeals.approve(work, made.id, made.mark, BRUNO, three, NOON).missing == 1
        with refused(Refusal.TWICE):
            appeals.approve(work, made.id, made.mark, BRUNO, three, NOON)
        edited = appeals.edit(work, made, BRUNO, replace(WORDS, text="Do not write."), NOON)
        assert (edited.approved, edited.author) == ((), BRUNO), "who changed it stands for it"
        with refused(Refusal.STALE):
            appeals.approve(work, made.id, made.mark, ANNA, RULES, NOON)
        with refused(Refusal.OWN):
            appeals.approve(work, made.id, edited.mark, BRUNO, RULES, NOON)
        assert not appeals.approve(work, made.id, edited.mark, ANNA, RULES, NOON).missing
        with refused(Refusal.COOLING):
            appeals.approve(work, made.id, edited.mark, ANNA, RULES, NOON)
        with refused(Refusal.COOLING):
            appeals.draft_of(work, made.id)
        old = appeals.write(work, ANNA, replace(WORDS, by=date(2026, 3, 9)), NOON)
        with refused(Refusal.OVER):
            appeals.approve(work, old.id, old.mark, BRUNO, RULES, NOON)


def test_a_lone_volunteer_sends_alone_where_one_is_enough(database: Database) -> None:
    """And is told what that means."""
    alone = replace(RULES, approvals=1)
    with database.write() as work:
        readers(work)
        made = appeals.write(work, ANNA, WORDS, NOON)
        done = appeals.approve(work, made.id, made.mark, ANNA, alone, NOON)
        assert (done.alone, done.missing) == (True, 0)


def test_whom_it_reaches_is_what_people_asked_for(database: Database) -> None:
    """Everything urgent: Immediate ones. Campaigns: both. Countries and languages as ever."""
    wishes = (
        a_route(),
        a_route(kinds=(Kind.CAMPAIGN,)),
        a_route(kinds=(Kind.CAMPAIGN,), digest=Digest.WEEKLY),
        a_route(kinds=(Kind.RESOLUTION,)),
        a_route("KP"),
        a_route("CN"),
        a_route(languages=("ko",)),
    )
    with database.write() as work:
        for number, wish in enumerate(wishes):
            a_reader(work, wish, address=str(number))

        def counts(**given: Any) -> tuple[int, int]:
            found = reached(work, alert_of(1, replace(WORDS, **given), RULES, NOON))
            return found.at_once, found.later

        assert counts() == (4, 0)
        assert counts(urgency=Urgency.EXPECTED) == (1, 1)
        assert counts(countries=()) == (3, 0)
        assert counts(countries=(), language="ko") == (4, 0)
        for one in ("1", "2"):
            found = work.recipients.find("telegram", one)
            assert found is not None
            work.routes.clear(found.id)
        nobody = appeals.write(work, ANNA, replace(WORDS, urgency=Urgency.EXPECTED), NOON)
        with refused(Refusal.NOBODY):
            appeals.approve(work, nobody.id, nobody.mark, BRUNO, RULES, NOON)


def test_a_stop_in_the_cooling_off_makes_it_a_draft_that_nobody_has_approved(database: Database) -> None:
    """Nothing was queued, and nothing goes out later."""
    with database.write() as work:
        readers(work)
        made = approved(work)
        assert appeals.stop(work, made.id, ANNA, RULES, NOON).tally == {}
        assert told(work) == [EventKind.APPEAL_COOLING, EventKind.APPEAL_STOPPED]
        with refused(Refusal.DRAFT):
            appeals.stop(work, made.id, ANNA, RULES, NOON)
    assert Launcher(database, RULES, Limits())._due(LATER) == 0
    found = state(database, made.id)
    assert (found.state, found.approved, found.due) == (AppealState.DRAFT, (), None)


def test_a_stop_cancels_what_waits_for_good_and_says_who_has_it(database: Database) -> None:
    """Also what another reason had cancelled before does not come back; nobody is reminded of its date."""
    sent = launched(database, replace(WORDS, by=NOON.date() + timedelta(days=4)))
    first, second, third = queue(database, sent.alert_id)
    with database.write() as work:
        work.attempts.settle(first.id, DeliveryState.SENT, reference="7")
        work.recipients.suspend(third.recipient_id, LATER)
        done = appeals.stop(work, sent.id, BRUNO, RULES, LATER)
        assert (done.got, done.perhaps, done.never, done.cancelled) == (1, 0, 2, 1)
        with refused(Refusal.STOPPED):
            appeals.stop(work, sent.id, BRUNO, RULES, LATER)
        work.recipients.ensure("telegram", "3", "en", LATER + timedelta(minutes=1))
    states = {one.id: one.state for one in queue(database, sent.alert_id)}
    assert states[second.id] is states[third.id] is DeliveryState.CANCELLED
    eve = (NOON + timedelta(days=3)).replace(hour=9)
    assert Reminder(database, NOON.tzinfo or Limits().zone)._remind(eve) == 0


async def test_while_it_streams_out_a_stop_halts_it_within_a_second(database: Database) -> None:
    """Sixty are to get it at twenty a second; after the stop no more leave than were on their way."""
    sent = launched(database, number=60)
    platform = Watched()
    running = asyncio.create_task(
        Deliverer(database, platform, Pace(per_second=20, gap=0), lambda: LATER).drain()
    )
    await platform.ten.wait()
    pressed = time.monotonic()
    done = await asyncio.to_thread(_stopped, database, sent.id)
    await running
    assert time.monotonic() - pressed < 1, "nothing leaves any more, and who has it is told"
    got = sum(one[1] == (f"vigil-appeal-{sent.id}",) for one in platform.told)
    assert 10 <= got <= done.got + done.perhaps
    assert done.got + done.perhaps + done.never == 60
    assert done.never >= 20
    states = [one.state for one in queue(database, sent.alert_id)]
    assert states.count(DeliveryState.SENT) == got
    assert DeliveryState.QUEUED not in states


async def test_a_picture_counts_as_a_message_of_its_own_against_the_limit(database: Database) -> None:
    """Sixty of two messages each, at a hundred a second, are not sent in the time of sixty."""
    shown = replace(WORDS, picture=Picture("0" * 64, "image/jpeg", 12, 8, 672))
    launched(database, shown, number=60)
    begun = time.monotonic()
    await Deliverer(database, Platform(), Pace(per_second=100, gap=0), lambda: LATER).drain()
    took = time.monotonic() - begun
    assert took > (2 * 60 - 100 / 3) / 100 - 0.15, "a third of a second's messages may go at once"


class Watched(Platform):
    """Says when ten have got it."""

    def __init__(self) -> None:
        super().__init__()
        self.ten = asyncio.Event()

    def _answered(self, recipient: Recipient, what: tuple[str, ...], key: str) -> Outcome:
        outcome = super()._answered(recipient, what, key)
        if sum(one[1] == what for one in self.told) == 10:
            self.ten.set()
        return outcome


def _stopped(database: Database, number: int) -> appeals.Halted:
    with database.write() as work:
        return appeals.stop(work, number, BRUNO, RULES, LATER)


def test_of_two_who_approve_in_the_same_instant_one_is_told_that_it_is_done(database: Database) -> None:
    """The transaction decides; the admins hear of one cooling-off, not of two."""
    with database.write() as work:
        readers(work)
        made = appeals.write(work, ANNA, WORDS, NOON)
    ready = Barrier(2)

    def approves(admin: str) -> Refusal | None:
        ready.wait()
        try:
            with database.write() as work:
                appeals.approve(work, made.id, made.mark, admin, RULES, NOON)
        except Refused as refusal:
            return refusal.why
        return None

    with ThreadPoolExecutor(2) as both:
        told_them = list(both.map(approves, (BRUNO, "c" * 64)))
    assert set(told_them) == {None, Refusal.COOLING}
    with database.read() as work:
        assert told(work) == [EventKind.APPEAL_COOLING]
        found = work.appeals.get(made.id)
        assert found is not None
        assert len(found.approved) == 1
        assert work.audit.broken() is None


def test_once_all_of_it_has_gone_there_is_nothing_to_stop(database: Database) -> None:
    """What is left is to take it back."""
    sent = launched(database)
    with database.write() as work:
        arrived(work, sent.alert_id)
        with refused(Refusal.FINISHED):
            appeals.stop(work, sent.id, ANNA, RULES, LATER)


def test_a_correction_goes_ahead_of_everything_to_exactly_those_who_got_it(database: Database) -> None:
    """Who waited for the appeal gets neither; who came later hears nothing; a second one is refused."""
    sent = launched(database)
    first, second, third = queue(database, sent.alert_id)
    with database.write() as work:
        work.attempts.settle(first.id, DeliveryState.SENT, reference="7")
        work.attempts.settle(second.id, DeliveryState.UNCERTAIN)
        a_reader(work, a_route(), address="later")
        assert correct(work, sent.id, FALSE, ANNA, RULES, LATER) == 2
        with refused(Refusal.CORRECTED):
            correct(work, sent.id, FALSE, ANNA, RULES, LATER)
        alert = work.alerts.many([sent.alert_id])[sent.alert_id]
        (end,) = [one for one in work.alerts.on_case(alert.case_id or 0) if one.id != alert.id]
        assert (end.msg_type, end.cause, end.references) == (MsgType.CANCEL, Cause.FALSE, (alert.identifier,))
        waiting = work.deliveries.of_alert(end.id)
        assert {one.recipient_id for one in waiting} == {first.recipient_id, second.recipient_id}
        assert {(one.lane, one.state) for one in waiting} == {(0, DeliveryState.QUEUED)}
        assert work.told.due("telegram", LATER, 9)[0].delivery_id == first.id, "and it is struck"
    assert {one.id: one.state for one in queue(database, sent.alert_id)}[third.id] is DeliveryState.CANCELLED


def test_nobody_is_told_of_a_correction_to_what_nobody_got(database: Database) -> None:
    """A draft, or one whose deliveries all wait."""
    sent = launched(database)
    with database.write() as work:
        with refused(Refusal.UNHEARD):
            correct(work, sent.id, FALSE, ANNA, RULES, LATER)
        with refused(Refusal.DRAFT):
            correct(work, appeals.write(work, ANNA, WORDS, NOON).id, FALSE, ANNA, RULES, LATER)


def test_taken_down_for_safety_its_words_leave_the_archive(database: Database) -> None:
    """And the correction does not say them again."""
    sent = launched(database)
    with database.write() as work:
        arrived(work, sent.alert_id)
        assert correct(work, sent.id, SAFETY, ANNA, RULES, LATER) == 3
        alert = work.alerts.many([sent.alert_id])[sent.alert_id]
        assert alert.statement.taken_down == LATER
        assert WORDS.headline not in repr(work.alerts.on_case(alert.case_id or 0))


@pytest.mark.parametrize("late", [timedelta(minutes=59), timedelta(minutes=62)])
def test_after_an_outage_it_goes_out_within_an_hour_and_not_later(
    database: Database, late: timedelta
) -> None:
    """What was right before the night may not be in the morning: then it is approved anew."""
    with database.write() as work:
        readers(work)
        made = approved(work)
    Launcher(database, RULES, Limits())._due(LATER + late)
    found = state(database, made.id)
    assert found.state is (AppealState.SENT if late < timedelta(hours=1) else AppealState.DRAFT)
    with database.read() as work:
        last = EventKind.APPEAL_SENDING if found.alert_id else EventKind.APPEAL_RETURNED
        assert told(work)[-1] is last


def test_killed_while_it_is_queued_nothing_is_there_and_the_next_start_does_it(database: Database) -> None:
    """Statement, alert, deliveries and state are one transaction."""
    with database.write() as work:
        readers(work)
        made = approved(work)
    with pytest.raises(ConnectionError):
        _dies(database, made)
    assert state(database, made.id).state is AppealState.COOLING
    assert Launcher(database, RULES, Limits())._due(LATER) == 1
    assert len(queue(database, state(database, made.id).alert_id)) == 3


def _dies(database: Database, made: Appeal) -> None:
    with database.write() as work:
        assert launch(work, made, RULES, Limits(), LATER) == 3
        raise ConnectionError("before the commit")


def test_its_words_are_enciphered_until_it_is_sent(database: Database) -> None:
    """Neither headline nor text nor whom it asks stands in the database before."""
    with database.write() as work:
        appeals.write(work, ANNA, replace(WORDS, to="the ministry"), NOON)
        rows = work.connection.exec_driver_sql("SELECT * FROM appeals").all()
    for secret in (WORDS.headline, WORDS.text, "the ministry"):
        assert secret not in repr(rows)
        assert secret.encode().hex() not in repr([bytes(row[3]).hex() for row in rows])


_numbers = count()


class Desk(RuleBasedStateMachine):
    """Two admins and a clock, in any order."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.now = NOON
        self.number = 0
        self.stood: set[str] = set()
        """Who stands for the words as they are."""
        self.rung = 0

    @initialize()
    def begins(self) -> None:
        """One reader more each time, and one appeal."""
        with self.database.write() as work:
            a_reader(work, a_route(), address=f"reader {next(_numbers)}")
            self.number = appeals.write(work, ANNA, WORDS, self.now).id
        self.stood = {ANNA}

    @rule(admin=st.sampled_from((ANNA, BRUNO)), text=st.sampled_from(("one", "two")))
    def edits(self, admin: str, text: str) -> None:
        """Other words, if they may still change."""
        with self.database.write() as work:
            try:
                found = appeals.draft_of(work, self.number)
            except Refused:
                return
            appeals.edit(work, found, admin, replace(WORDS, text=text), self.now)
        self.stood = {admin}

    @rule(admin=st.sampled_from((ANNA, BRUNO)), stale=st.booleans())
    def approves(self, admin: str, stale: bool) -> None:
        """With the mark that stands there, or another one."""
        with self.database.write() as work:
            found = work.appeals.get(self.number)
            assert found is not None
            try:
                appeals.approve(work, self.number, "0" * 8 if stale else found.mark, admin, RULES, self.now)
            except Refused:
                return
        assert not stale
        assert admin not in self.stood
        self.stood.add(admin)

    @rule(admin=st.sampled_from((ANNA, BRUNO)))
    def stops(self, admin: str) -> None:
        """Whoever presses first."""
        with self.database.write() as work:
            before = work.appeals.get(self.number)
            try:
                appeals.stop(work, self.number, admin, RULES, self.now)
            except Refused:
                return
            assert before is not None
            if before.state is AppealState.COOLING:
                self.stood = {before.author}

    @rule(minutes=st.integers(0, 2))
    def waits(self, minutes: int) -> None:
        """Time passes, and the program looks for what is due."""
        self.now += timedelta(minutes=minutes)
        Launcher(self.database, RULES, Limits())._due(self.now)

    @rule()
    def corrects(self) -> None:
        """If anybody has got it."""
        with self.database.write() as work:
            try:
                correct(work, self.number, FALSE, ANNA, RULES, self.now)
            except Refused:
                return

    @invariant()
    def two_people_stand_for_whatever_is_queued_and_nobody_gets_it_twice(self) -> None:
        """And the record of who did it is whole."""
        if not self.number:
            return
        with self.database.read() as work:
            found = work.appeals.get(self.number)
            assert found is not None
            sent = found.state in {AppealState.SENT, AppealState.STOPPED, AppealState.CORRECTED}
            assert (found.draft is None) == bool(found.alert_id) == sent
            if sent or found.state is AppealState.COOLING:
                assert len(self.stood) == 2
            of = deliveries.c.alert_id == found.alert_id
            held = list(work.connection.scalars(sa.select(deliveries.c.recipient_id).where(of)))
            assert len(held) == len(set(held)) == found.audience
            if found.state is AppealState.STOPPED:
                assert DeliveryState.QUEUED not in work.appeals.tally(found.alert_id)
            assert work.audit.broken() is None


def test_whatever_admins_do_in_whatever_order(database: Database) -> None:
    """No way leads around the second person."""
    few = settings(
        max_examples=8, stateful_step_count=10, suppress_health_check=list(HealthCheck), deadline=None
    )
    run(lambda: Desk(database), settings=few)  # type: ignore[arg-type]  # a factory is taken as well
