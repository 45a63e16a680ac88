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

GROUP = -1001234567890


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    """A group in which the bot is an admin, so that it is told of reactions."""
    async with TelegramEmulator() as telegram:
        telegram.group(GROUP, admins={1})
        telegram.promotes(GROUP)
        async with a_service(database, telegram) as made:
            yield made


async def alerted(service: Service) -> tuple[int, Message]:
    """The number of an alert that the group was sent, and how it stands there."""
    outcome = await service.bot.send(str(GROUP), says("URGENT", ("Why", "/why 1")), "k")
    assert isinstance(outcome, Sent)
    known = service.recipient(GROUP)
    assert known
    with service.database.write() as work:
        alert = queued(work, known, alert=an_alert(statement=a_statement()))
        (delivery,) = work.deliveries.of_alert(alert.id)
        work.deliveries.settle(delivery.id, DeliveryState.SENT, reference=f"9999,{outcome.reference}")
    return alert.id, service.telegram.said(GROUP)[-1]


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
