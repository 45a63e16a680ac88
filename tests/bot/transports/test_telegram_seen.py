"""Reactions count as "seen" where a chat wants it: how many, and never whose."""

from collections.abc import AsyncIterator

import pytest

from jobs.outcome import Sent
from storage.database import Database
from storage.words import DeliveryState
from tests.bot.transports.a_service import Service, a_service
from tests.bot.transports.test_telegram import says
from tests.builders import a_statement, an_alert, queued
from tests.emulators.telegram import Message, TelegramEmulator

GROUP, FORUM, CHANNEL = -1001234567890, -1001234567891, -1009876543210


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    """A group in which the bot is an admin, so that it is told of reactions."""
    async with TelegramEmulator() as telegram:
        telegram.group(GROUP, admins={1})
        telegram.promotes(GROUP)
        async with a_service(database, telegram) as made:
            yield made


async def alerted(
    service: Service, address: str = str(GROUP), identifier: str = "vigil-1"
) -> tuple[int, Message]:
    """The number of an alert that the chat was sent, and how it stands there."""
    outcome = await service.bot.send(address, says("URGENT", ("Why", "/why 1")), address)
    assert isinstance(outcome, Sent)
    known = service.recipient(address)
    assert known
    with service.database.write() as work:
        alert = queued(work, known, alert=an_alert(identifier=identifier, statement=a_statement()))
        (delivery,) = work.deliveries.of_alert(alert.id)
        work.attempts.settle(delivery.id, DeliveryState.SENT, reference=f"9999,{outcome.reference}")
    return alert.id, service.telegram.said(int(address.partition("/")[0]))[-1]


def seen(service: Service, alert: int) -> int:
    """How many have seen it."""
    with service.database.read() as work:
        (delivery,) = work.deliveries.of_alert(alert)
    return delivery.seen


async def test_who_reacts_has_seen_it(service: Service) -> None:
    """Each person once, whatever the emoji; who takes it back has not; /why tells."""
    telegram = service.telegram
    await telegram.says(GROUP, "/subscribe", person=1)
    await telegram.says(GROUP, "/settings seen:on", person=1)
    await telegram.until(GROUP, contains="are counted here")
    alert, message = await alerted(service)
    for person in (1, 2, 3):
        await telegram.reacts(GROUP, message, "👍", person=person)
    await telegram.reacts(GROUP, message, "👍", "🙏", person=2)
    await telegram.reacts(GROUP, message, person=3)
    await telegram.until_handled()
    await telegram.until_true(lambda: seen(service, alert) == 2, "two")
    await telegram.says(GROUP, f"/why {alert}", person=1)
    await telegram.until(GROUP, contains="Seen by 2")
    await telegram.says(GROUP, "/settings seen:off", person=1)
    await telegram.until(GROUP, contains="not counted here")
    await telegram.reacts(GROUP, message, "👍", person=4)
    await telegram.until_handled()
    assert seen(service, alert) == 2


async def test_nobody_is_counted_unasked(service: Service) -> None:
    """Nor is it told; a reaction to anything else says nothing."""
    telegram = service.telegram
    await telegram.says(GROUP, "/subscribe", person=1)
    await telegram.until(GROUP, contains="You are subscribed")
    alert, message = await alerted(service)
    await telegram.reacts(GROUP, message, "👍", person=2)
    await telegram.until_handled()
    assert seen(service, alert) == 0
    await telegram.says(GROUP, f"/why {alert}", person=1)
    told = await telegram.until(GROUP, contains="Why this came here")
    assert "Seen by" not in told.text


async def test_in_a_topic_they_count_as_well(service: Service) -> None:
    """Telegram does not say in which topic a message stands that somebody reacts to; its number does."""
    telegram = service.telegram
    telegram.group(FORUM, admins={1}, topics={7, 8})
    telegram.promotes(FORUM)
    for topic in (7, 8):
        await telegram.says(FORUM, "/subscribe", person=1, topic=topic)
    await telegram.until(FORUM, contains="You are subscribed", count=2)
    await telegram.says(FORUM, "/settings seen:on", person=1, topic=7)
    await telegram.until(FORUM, contains="are counted here")
    alert, message = await alerted(service, f"{FORUM}/7")
    other, elsewhere = await alerted(service, f"{FORUM}/8", "vigil-2")
    for person in (2, 3):
        await telegram.reacts(FORUM, message, "👍", person=person)
        await telegram.reacts(FORUM, elsewhere, "👍", person=person)
    await telegram.until_true(lambda: seen(service, alert) == 2, "two")
    await telegram.until_handled()
    assert seen(service, other) == 0, "there nobody wished for it"


async def test_in_a_channel_telegram_tells_how_many(service: Service) -> None:
    """Not whose they are; what is taken back is not counted any more."""
    telegram = service.telegram
    telegram.channel(CHANNEL, name="north", admins={1})
    await telegram.says(1, "/for @north /settings seen:on")
    await telegram.until(1, contains="every reaction is counted")
    alert, message = await alerted(service, str(CHANNEL))
    for person, emoji in ((2, "👍"), (3, "👍"), (4, "🙏")):
        await telegram.reacts(CHANNEL, message, emoji, person=person)
    await telegram.until_true(lambda: seen(service, alert) == 3, "three")
    await telegram.reacts(CHANNEL, message, person=3)
    await telegram.until_true(lambda: seen(service, alert) == 2, "two")


async def test_who_reacts_to_much_may_ask_all_the_same(service: Service) -> None:
    """Reactions have a budget of their own, and nobody hears that it is used up."""
    telegram = service.telegram
    await telegram.says(GROUP, "/subscribe", person=1)
    await telegram.until(GROUP, contains="You are subscribed")
    _, message = await alerted(service)
    for number in range(25):
        await telegram.reacts(GROUP, message, *(["👍"] if number % 2 == 0 else []), person=2)
    await telegram.says(2, "/status")
    told = await telegram.until(2)
    assert "more than can be answered" not in told.text
