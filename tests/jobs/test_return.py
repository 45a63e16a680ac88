"""Who could not be reached and writes again is told whatever still holds, and what of it is over by now."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.commands.request import Request
from bot.desk import Desk
from jobs import circle
from jobs.deliver import Deliverer
from jobs.manner import Manner
from jobs.outcome import Gone, Migrated, Outcome, RetryLater, Sent, Uncertain
from jobs.pace import Pace
from jobs.prune import Pruner
from jobs.unasked import withdraw
from storage.database import Database, Work
from storage.people import Recipient
from storage.reach import REPEATED
from storage.records import Alert, Assessment
from storage.words import DeliveryState, MsgType, Stance
from tests.builders import CALM, NOON, URGENT, a_reader, a_route, a_statement, an_alert, arrived, queued
from tests.jobs.test_deliver import Clock, Platform, deliverer, delivery, queue

BLOCKED = Gone("Forbidden: bot was blocked by the user")
LATER = RetryLater(30, "Too Many Requests")
UNSURE = Uncertain("timed out")
PERHAPS = RetryLater(0, "no answer", perhaps=True)


async def drained(sender: Deliverer, clock: Clock) -> None:
    """All that is due within some minutes is sent."""
    for _ in range(5):
        await sender.drain()
        clock.at += timedelta(minutes=1)


async def perhaps_told_and_lost(
    database: Database, alert_id: int, *, by_the_door: bool
) -> tuple[Deliverer, Platform, Clock]:
    """It may have arrived; a minute later its reader is lost, with the next attempt or before it."""
    platform, clock = Platform([PERHAPS, BLOCKED], remembers=timedelta(hours=23)), Clock()
    sender = deliverer(database, platform, clock)
    await sender.drain()
    clock.at += timedelta(minutes=1)
    if by_the_door:
        await sender.drain()
    else:
        platform.answers.clear()
        with database.write() as work:
            work.recipients.suspend(delivery(database, alert_id).recipient_id, clock.at)
    return sender, platform, clock


async def writes(database: Database, now: datetime, address: str = "1") -> None:
    """The reader says something."""
    await Desk(database).answer(Request("/help", "telegram", address, now, "en"))


@pytest.mark.parametrize(
    ("answers", "tried"),
    [([LATER, BLOCKED], 3), ([RetryLater(0, "trouble"), LATER, BLOCKED], 4), ([UNSURE, BLOCKED], 3)],
)
async def test_what_was_tried_before_they_left_is_told_on_their_return(
    database: Database, answers: list[Outcome], tried: int
) -> None:
    """However often it was put off; and the one repetition of what may have arrived is still owed."""
    alert_id = queue(database, "alert")
    platform, clock = Platform(list(answers)), Clock()
    sender = deliverer(database, platform, clock)
    await drained(sender, clock)
    assert delivery(database, alert_id).state is DeliveryState.FAILED
    await writes(database, clock.at)
    await drained(sender, clock)
    assert delivery(database, alert_id).state is DeliveryState.SENT
    assert len(platform.told) == tried


@pytest.mark.parametrize("by_the_door", [True, False])
@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize(("assessment", "comes"), [(URGENT, True), (CALM, False)])
async def test_what_may_have_arrived_before_they_were_lost_is_told_apart_on_their_return(
    database: Database, assessment: Assessment, *, by_the_door: bool, settled: bool, comes: bool
) -> None:
    """Days later no platform knows a repetition: an Immediate call comes once more, and all of it is noted.

    They were lost with the next attempt (`by_the_door`), or before it; and how long ago the first was made is
    not kept for long (`settled`).
    """
    with database.write() as work:
        call = an_alert(statement=a_statement(alert=assessment), expires=NOON + timedelta(days=9))
        alert_id = queued(work, a_reader(work, address="1"), alert=call).id
    sender, platform, clock = await perhaps_told_and_lost(database, alert_id, by_the_door=by_the_door)
    before = len(platform.told)
    if settled:
        Pruner(database).prune(clock.at)
    clock.at += timedelta(days=2)
    await writes(database, clock.at)
    waits = delivery(database, alert_id)
    assert (waits.state, waits.lane, REPEATED in waits.detail) == (DeliveryState.QUEUED, 1, True)
    await drained(sender, clock)
    became = delivery(database, alert_id).state
    told = len(platform.told) - before
    assert (told, became) == ((1, DeliveryState.SENT) if comes else (0, DeliveryState.UNCERTAIN))


async def test_within_its_memory_the_platform_knows_what_comes_again_on_their_return(
    database: Database,
) -> None:
    """Lost and back within minutes: the same message, by the same key, whatever it is worth."""
    queue(database, "post", assessment=CALM)
    platform, clock = Platform([PERHAPS, BLOCKED], remembers=timedelta(hours=23)), Clock()
    sender = deliverer(database, platform, clock)
    await drained(sender, clock)
    await writes(database, clock.at)
    await drained(sender, clock)
    assert len(platform.told) == 3
    assert len({key for _, _, key in platform.told}) == 1


@pytest.mark.parametrize(("assessment", "comes"), [(URGENT, True), (CALM, False)])
async def test_what_may_have_arrived_by_another_device_is_uncertain_or_comes_once_more_and_noted(
    database: Database, assessment: Assessment, *, comes: bool
) -> None:
    """A new login: the homeserver recognises nothing. What waits for its first attempt is sent as ever."""
    first = queue(database, "first", assessment=assessment)
    platform, clock = Platform([PERHAPS], remembers=timedelta(hours=23)), Clock()
    sender = deliverer(database, platform, clock)
    await sender.drain()
    never = queue(database, "never tried", assessment=CALM, address="2")
    await Desk(database).another_device("telegram")
    await drained(sender, clock)
    told = Counter(names for _, names, _ in platform.told)
    assert told == Counter({("first",): 1 + comes, ("never tried",): 1})
    became = [delivery(database, one).state for one in (first, never)]
    assert became == [DeliveryState.SENT if comes else DeliveryState.UNCERTAIN, DeliveryState.SENT]


@pytest.mark.parametrize("by_the_door", [True, False])
@pytest.mark.parametrize(("assessment", "comes"), [(URGENT, True), (CALM, False)])
async def test_a_new_login_while_they_were_lost_knows_no_repetition_either(
    database: Database, assessment: Assessment, *, by_the_door: bool, comes: bool
) -> None:
    """Back within the hour, but by another device: what may have arrived is told apart as days later."""
    alert_id = queue(database, "first", assessment=assessment)
    sender, platform, clock = await perhaps_told_and_lost(database, alert_id, by_the_door=by_the_door)
    before = len(platform.told)
    await Desk(database).another_device("telegram")
    clock.at += timedelta(minutes=10)
    await writes(database, clock.at)
    await drained(sender, clock)
    told, became = len(platform.told) - before, delivery(database, alert_id).state
    assert (told, became) == ((1, DeliveryState.SENT) if comes else (0, DeliveryState.UNCERTAIN))


async def test_the_repetition_on_return_is_the_last(database: Database) -> None:
    """Uncertain, gone, back, uncertain again: a third time would be a nuisance."""
    alert_id = queue(database, "alert")
    platform, clock = Platform([UNSURE, BLOCKED, UNSURE]), Clock()
    sender = deliverer(database, platform, clock)
    await drained(sender, clock)
    await writes(database, clock.at)
    await drained(sender, clock)
    assert (delivery(database, alert_id).state, len(platform.told)) == (DeliveryState.UNCERTAIN, 3)


async def test_what_waited_for_another_try_when_they_left_is_told_on_their_return(database: Database) -> None:
    """Two calls; the first was put off when the second met a closed door."""
    first, second = queue(database, "first"), queue(database, "second")
    platform, clock = Platform([RetryLater(0, "trouble"), BLOCKED]), Clock()
    sender = deliverer(database, platform, clock)
    await sender.drain()
    assert [delivery(database, one).state for one in (first, second)] == [
        DeliveryState.CANCELLED,
        DeliveryState.FAILED,
    ]
    await writes(database, clock.at)
    await drained(sender, clock)
    assert platform.told[-1][1] == ("first", "second")


async def test_what_they_took_back_while_it_was_under_way_does_not_come_on_their_return(
    database: Database,
) -> None:
    """Muted in the moment of the message, which then met a closed door."""
    queue(database, "alert")

    class Muting(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            with database.write() as work:
                (one,) = work.deliveries.of_alert(alerts[0].id)
                work.deliveries.call_off(one.id)
            return await super().tell(alerts, recipient, key, now, manner)

    platform, clock = Muting([BLOCKED]), Clock()
    sender = deliverer(database, platform, clock)
    await sender.drain()
    await writes(database, clock.at)
    await drained(sender, clock)
    assert len(platform.told) == 1


def ended(work: Work, case: int) -> Alert:
    """The call on the case is taken back, as a poll does it."""
    end = queued(
        work, alert=an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL, references=("call",))
    )
    work.deliveries.cancel_case(case, before=end.id)
    work.told.queue(end, 0, NOON)
    circle.persons(work, end, NOON, followed=False, held="")
    circle.amend(work, end, NOON)
    return end


def told_at_once(work: Work, reader: Recipient, call: Alert) -> None:
    """The call arrived."""
    del reader
    arrived(work, call.id, "7")


def told_and_quiet(work: Work, reader: Recipient, call: Alert) -> None:
    """They were told, and have quiet hours now."""
    arrived(work, call.id, "7")
    work.recipients.set_quiet(reader.id, (0, 1439))


def told_and_discreet(work: Work, reader: Recipient, call: Alert) -> None:
    """They were told, and want few words."""
    arrived(work, call.id, "7")
    work.recipients.set_discreet(reader.id, discreet=True)


def told_and_muted(work: Work, reader: Recipient, call: Alert) -> None:
    """They were told, and want no more of it."""
    arrived(work, call.id, "7")
    work.stances.take(reader.id, call.case_id or 0, Stance.MUTE)


def told_and_unsubscribed(work: Work, reader: Recipient, call: Alert) -> None:
    """They were told, and ask for nothing any more."""
    arrived(work, call.id, "7")
    work.routes.clear(reader.id)
    withdraw(work, reader, NOON)


def told_and_lost(work: Work, reader: Recipient, call: Alert) -> None:
    """They were told, and blocked the bot."""
    arrived(work, call.id, "7")
    work.recipients.suspend(reader.id, NOON)


def perhaps_told(work: Work, reader: Recipient, call: Alert) -> None:
    """Nobody knows whether it arrived."""
    del reader
    for one in work.deliveries.of_alert(call.id):
        work.attempts.settle(one.id, DeliveryState.UNCERTAIN)


def not_told(work: Work, reader: Recipient, call: Alert) -> None:
    """It still waits."""
    del work, reader, call


def never_reached(work: Work, reader: Recipient, call: Alert) -> None:
    """They blocked the bot before it came."""
    del call
    work.recipients.suspend(reader.id, NOON)


@pytest.mark.parametrize("lane", [1, 4])
@pytest.mark.parametrize(
    ("became", "hears"),
    [
        (told_at_once, True),
        (told_and_quiet, True),
        (told_and_discreet, True),
        (told_and_muted, True),
        (told_and_unsubscribed, True),
        (told_and_lost, True),
        (perhaps_told, True),
        (not_told, False),
        (never_reached, False),
    ],
)
async def test_the_end_of_a_call_is_a_message_to_exactly_those_who_were_told(
    database: Database, lane: int, became: object, hears: bool
) -> None:
    """At once or in a digest, whatever became of them since: an edit alone nobody would see."""
    assert callable(became)
    with database.write() as work:
        case, reader = work.cases.open("The nine", NOON), a_reader(work, a_route(), address="1")
        call = queued(work, reader, lane=lane, alert=an_alert(identifier="call", case_id=case))
        became(work, reader, call)
        ended(work, case)
    await writes(database, NOON)
    platform, clock = Platform(), Clock()
    await drained(Deliverer(database, platform, Pace(1e9, gap=0), clock), clock)
    said = [names for _, names, _ in platform.told if not names[0].endswith(" by end")]
    assert said == ([("end",)] if hears else [])


async def test_the_repetition_is_still_the_only_one_where_the_chat_moved(database: Database) -> None:
    """Uncertain, then the group became a supergroup, then uncertain again."""
    alert_id = queue(database, "alert", address="-1")
    platform, clock = Platform([UNSURE, Migrated("-1002"), UNSURE, Sent("1")]), Clock()
    await drained(deliverer(database, platform, clock), clock)
    assert [address for address, _, _ in platform.told] == ["-1", "-1", "-1002"]
    assert delivery(database, alert_id).state is DeliveryState.UNCERTAIN


@pytest.mark.parametrize("outcome", [RetryLater(5, "Too Many Requests"), BLOCKED, Sent("7"), UNSURE])
@pytest.mark.parametrize("follows", [True, False])
async def test_who_was_not_told_after_all_is_not_told_that_it_is_over(
    database: Database, outcome: Outcome, follows: bool
) -> None:
    """The call was on its way when it was called off; only who follows the case hears of its end anyway."""

    class Ending(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            if alerts[0].identifier == "call":
                with database.write() as work:
                    ended(work, case)
            return await super().tell(alerts, recipient, key, now, manner)

    with database.write() as work:
        case, reader = work.cases.open("The nine", NOON), a_reader(work, a_route(), address="1")
        if follows:
            work.stances.take(reader.id, case, Stance.FOLLOW)
        queued(work, reader, alert=an_alert(identifier="call", case_id=case))
    platform, clock = Ending([outcome]), Clock()
    sender = deliverer(database, platform, clock)
    await drained(sender, clock)
    await writes(database, clock.at)
    await drained(sender, clock)
    hears = follows or isinstance(outcome, Sent | Uncertain)
    said = [names[0] for _, names, _ in platform.told if " by " not in names[0]]
    assert said == (["call", "end"] if hears else ["call"])
