"""Whatever Telegram answers, or does not: the real program beside it, as an operator has it.

Alerts are put in the queue as a poll would leave them; `vigil deliver --until-empty` sends them, and only
what would take minutes is waited for on a clock that is moved.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from storage.deliveries import EXPIRED
from storage.people import Delivery, Recipient
from storage.records import Assessment
from storage.words import DeliveryState, RecipientState
from tests.builders import CALM, URGENT, a_reader, a_statement, an_alert, queued
from tests.emulators.telegram import Fault, TelegramEmulator, blocked, dropped, flood, hang, refusal, trouble
from tests.flow.program import Program
from tests.flow.story import ADMIN, PERSON, rung

GROUP, MOVED = -4242, -1_000_000_004_242
OTHERS = (51, 52, 53)
UNTIL_EMPTY = ("deliver", "--until-empty")
MARKUP = refusal(400, "Bad Request: can't parse entities: unsupported start tag")
TOO_LONG = refusal(400, "Bad Request: message is too long")
SENT, QUEUED, FAILED = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.FAILED
UNCERTAIN, CANCELLED = DeliveryState.UNCERTAIN, DeliveryState.CANCELLED
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""What the notification log makes of an answer is tested on both kinds (tests/jobs/test_deliver.py)."""


def waits(
    vigil: Program,
    *chats: int,
    name: str = "the nine",
    judged: Assessment = URGENT,
    life: timedelta = timedelta(days=9),
) -> int:
    """An alert waits for these chats; returns its number."""
    now = vigil.now()
    with vigil.database() as database, database.write() as work:
        known = [(work.recipients.find("telegram", str(chat)), chat) for chat in chats]
        readers = [one or a_reader(work, address=str(chat)) for one, chat in known]
        said = a_statement(title=f"{name.capitalize()} face return", alert=judged)
        alert = an_alert(identifier=name, statement=said, sent=now, expires=now + life)
        return queued(work, *readers, alert=alert, lane=1 if judged is URGENT else 3).id


def log_of(vigil: Program, number: int = 1) -> list[Delivery]:
    """What the notification log says of an alert."""
    with vigil.database() as database, database.read() as work:
        return list(work.deliveries.of_alert(number))


def states(vigil: Program, number: int = 1) -> list[DeliveryState]:
    """The state of each delivery of an alert."""
    return [one.state for one in log_of(vigil, number)]


def reader(vigil: Program, chat: int) -> Recipient:
    """Who reads there."""
    with vigil.database() as database, database.read() as work:
        found = work.recipients.find("telegram", str(chat))
    assert found is not None
    return found


def asked(telegram: TelegramEmulator, *chats: int) -> list[float]:
    """When each attempt to write to one of these chats came."""
    meant = {str(chat) for chat in chats}
    calls = zip(telegram.calls, telegram.times, strict=True)
    return [at for (method, said), at in calls if method == "sendmessage" and str(said["chat_id"]) in meant]


def meet(telegram: TelegramEmulator, chats: Iterable[int]) -> None:
    """These are there: persons, and groups where the number is below zero."""
    for chat in chats:
        if chat > 0:
            telegram.private(chat)
        else:
            telegram.group(chat)


async def sends(vigil: Program, *words: str) -> str:
    """`vigil deliver` in a process of its own; returns its log."""
    code, _, log = await vigil.run(*(words or UNTIL_EMPTY))
    assert code == 0, log
    assert "Unclosed" not in log
    return log


async def test_429_in_a_group_rests_that_group_to_the_second(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """Everybody else is written to meanwhile; the group is not asked before its time, nor much after it."""
    meet(telegram, (GROUP, *OTHERS))
    waits(vigil, GROUP, *OTHERS)
    telegram.fail("sendMessage", flood(1), chat=GROUP)
    await sends(vigil)
    assert states(vigil) == [SENT] * 4
    first, again = asked(telegram, GROUP)
    assert 1.0 <= again - first < 1.6
    assert max(asked(telegram, *OTHERS)) < first + 1.0


async def test_429_to_a_person_rests_the_account_to_the_second(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """Telegram's limit is one for all: nobody is written to until it is over, then everybody, once."""
    meet(telegram, OTHERS)
    waits(vigil, *OTHERS)
    telegram.fail("sendMessage", flood(1), times=3)
    await sends(vigil)
    assert states(vigil) == [SENT] * 3
    assert [rung(telegram, chat) for chat in OTHERS] == [1] * 3
    times = asked(telegram, *OTHERS)
    (rest,) = [(before, after) for before, after in pairwise(times) if after - before > 0.5]
    assert 1.0 <= rest[1] - rest[0] < 1.6


async def test_403_ends_what_is_sent_there_and_nothing_else(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """Blocked: one attempt, then silence until that person speaks again."""
    meet(telegram, (PERSON, *OTHERS))
    waits(vigil, PERSON, *OTHERS)
    telegram.fail("sendMessage", blocked(), chat=PERSON, times=9)
    await sends(vigil)
    assert states(vigil) == [FAILED, SENT, SENT, SENT]
    assert reader(vigil, PERSON).state is RecipientState.SUSPENDED
    waits(vigil, PERSON, name="the ten")
    await sends(vigil)
    assert len(asked(telegram, PERSON)) == 1


@pytest.mark.parametrize(("refused", "told"), [(MARKUP, "unsupported start tag"), (TOO_LONG, "is too long")])
async def test_400_is_our_fault_and_the_words_arrive_all_the_same(
    vigil: Program, telegram: TelegramEmulator, refused: Fault, told: str
) -> None:
    """Without markup; admins are told of it once, with what Telegram said."""
    meet(telegram, (PERSON, ADMIN))
    waits(vigil, PERSON)
    telegram.fail("sendMessage", refused, chat=PERSON)
    log = await sends(vigil, "deliver")
    assert states(vigil) == [SENT]
    (message,) = telegram.said(PERSON)
    assert ("The nine face return" in message.text, "<b>" in message.source) == (True, False)
    assert refused.description.removeprefix("Bad Request: ").partition(":")[0] in log.lower()
    vigil.later(timedelta(minutes=2))
    await sends(vigil, "deliver")
    assert [told in text for text in telegram.texts(ADMIN)] == [True]


async def test_500_is_waited_out(vigil: Program, telegram: TelegramEmulator) -> None:
    """Not asked again at once; when it is, the alert arrives, once."""
    meet(telegram, (PERSON,))
    waits(vigil, PERSON)
    telegram.fail("sendMessage", trouble(500))
    await sends(vigil, "deliver")
    await sends(vigil, "deliver")
    assert (states(vigil), len(asked(telegram, PERSON))) == ([QUEUED], 1)
    vigil.later(timedelta(seconds=16))
    await sends(vigil)
    assert (states(vigil), rung(telegram)) == ([SENT], 1)


@pytest.mark.parametrize(
    ("fault", "judged", "state", "times"),
    [
        (hang(), URGENT, SENT, 1),
        (hang(), CALM, UNCERTAIN, 0),
        (dropped(accepted=True), URGENT, SENT, 2),
        (dropped(accepted=True), CALM, UNCERTAIN, 1),
        (dropped(accepted=False), URGENT, SENT, 1),
        (dropped(accepted=False), CALM, UNCERTAIN, 0),
    ],
    ids=lambda value: getattr(value, "way", None),
)
async def test_without_an_answer_the_log_says_that_nobody_knows(
    vigil: Program,
    telegram: TelegramEmulator,
    fault: Fault,
    judged: Assessment,
    state: DeliveryState,
    times: int,
) -> None:
    """An Immediate alert is repeated once, for a miss is worse than a double; anything else is not."""
    meet(telegram, (PERSON,))
    waits(vigil, PERSON, judged=judged)
    telegram.fail("sendMessage", fault)
    vigil.patience = 0.5
    log = await sends(vigil, "deliver")
    assert "deliver.uncertain" in log
    vigil.later(timedelta(minutes=1))
    vigil.patience = None
    await sends(vigil)
    assert states(vigil) == [state]
    assert len(telegram.texts(PERSON)) == times


@pytest.mark.parametrize("fault", [trouble(504), hang()], ids=["504", "hang"])
async def test_an_outage_without_answers_takes_few_messages_with_it(
    vigil: Program, telegram: TelegramEmulator, fault: Fault
) -> None:
    """After a few in a row nothing more is risked, though hundreds wait; then all of it arrives, once."""
    chats = range(2001, 2031)
    meet(telegram, chats)
    call, post = waits(vigil, *chats), waits(vigil, *chats, name="the ten", judged=CALM)
    telegram.fail("*", fault, times=10**6)
    vigil.patience = 0.5
    log = await sends(vigil, "deliver")
    assert "deliver.away" in log
    assert len(asked(telegram, *chats)) <= 10
    assert (states(vigil, call), states(vigil, post)) == ([QUEUED] * 30, [QUEUED] * 30)
    telegram.recover()
    vigil.later(timedelta(minutes=2))
    vigil.patience = None
    await sends(vigil)
    assert (states(vigil, call), states(vigil, post)) == ([SENT] * 30, [SENT] * 30)
    assert [rung(telegram, chat) for chat in chats] == [1] * 30


async def test_a_group_that_became_a_supergroup_is_followed(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """The alert rings where the group is now, once, and the next goes there without asking."""
    meet(telegram, (GROUP,))
    waits(vigil, GROUP)
    telegram.upgrades(GROUP, MOVED)
    await sends(vigil)
    waits(vigil, MOVED, name="the ten")
    await sends(vigil)
    assert (states(vigil), states(vigil, 2)) == ([SENT], [SENT])
    assert rung(telegram, MOVED) == 2
    assert len(asked(telegram, GROUP)) == 1


async def test_two_hours_without_telegram_are_made_good_and_told(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """The service goes on. What holds arrives once; what is over does not; both are told."""
    meet(telegram, (*OTHERS, ADMIN))
    waits(vigil, *OTHERS)
    over = waits(vigil, *OTHERS, name="the ten", life=timedelta(hours=1))
    vigil.later(timedelta())
    await telegram.goes_down()
    await vigil.serve()
    began = vigil.now()
    await telegram.until_true(lambda: refusals(vigil) > 0, "a first attempt", patience=60)
    for _ in range(4):
        tried = refusals(vigil)
        vigil.later(timedelta(minutes=30))
        await telegram.until_true(lambda tried=tried: refusals(vigil) > tried, "an attempt", patience=60)  # type: ignore[misc]
    assert states(vigil) == [QUEUED] * 3
    await telegram.comes_back()
    vigil.later(timedelta(minutes=1))
    await telegram.until_true(lambda: states(vigil) == [SENT] * 3, "what holds", patience=60)
    await telegram.until_true(lambda: states(vigil, over) == [CANCELLED] * 3, "what is over", patience=60)
    assert {one.detail for one in log_of(vigil, over)} == {EXPIRED}
    assert [rung(telegram, chat) for chat in OTHERS] == [1] * 3
    vigil.later(timedelta(minutes=2))
    told = await telegram.until(ADMIN, contains="took no messages for a while", patience=60)
    assert f"From: {said(began)}" in told.text
    assert "Until: " in told.text
    vigil.later(timedelta(minutes=2))
    dropped_ = await telegram.until(ADMIN, contains="over before they could be sent", patience=60)
    assert "Messages not sent: 3" in dropped_.text
    assert await vigil.stop() == 0


def refusals(vigil: Program) -> int:
    """How often the service has noted that nobody can be written to."""
    return vigil.log().count("outcome=RetryLater") + vigil.log().count("deliver.away")


def said(moment: datetime) -> str:
    """The minute, as the bot says it."""
    return f"{moment.day} {moment:%B %Y, %H:%M}"
