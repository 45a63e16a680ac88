"""Somebody blocks the bot, something rings, and they let it in again: nothing is said to them in between."""

from collections.abc import AsyncIterator

import pytest

from bot.speaking import AT_ONCE, always, delivering
from storage.database import Database
from storage.words import RecipientState
from tests.bot.transports.a_service import Service, a_service
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch

PERSON = 42


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A publisher's feed, watched."""
    async with a_watch(database) as made:
        made.over_feed()
        yield made


async def calls(watch: Watch, service: Service) -> None:
    """The publisher calls, and everything that is due is sent."""
    watch.publish("/feed", rss(item(*CALL, watch.now, "1")))
    await watch.polls()
    await sends(service)


async def sends(service: Service) -> None:
    """By a sender that starts anew."""
    async with delivering(service.database, always(service.bot, AT_ONCE)) as sender:
        await sender.drain()


@pytest.mark.parametrize("told", [True, False])
async def test_who_blocked_the_bot_and_lets_it_in_again_reads_what_rang(watch: Watch, told: bool) -> None:
    """Whether Telegram told of the block or the sender ran into it; they have not written a word."""
    async with TelegramEmulator() as telegram, a_service(watch.database, telegram) as service:
        await telegram.says(PERSON, "/subscribe KP")
        await telegram.until(PERSON, contains="You are subscribed")
        telegram.blocks(PERSON)
        if not told:
            telegram.updates.drop()
        await telegram.until_handled()
        await calls(watch, service)
        known = service.recipient(PERSON)
        assert known
        assert known.state is RecipientState.SUSPENDED
        assert len(telegram.texts(PERSON)) == 1
        telegram.unblocks(PERSON)
        await telegram.until_true(lambda: is_active(service), "their return")
        await sends(service)
        _, kept = telegram.said(PERSON)
        assert CALL[0] in kept.text


def is_active(service: Service) -> bool:
    """Whether they are written to."""
    found = service.recipient(PERSON)
    return found is not None and found.state is RecipientState.ACTIVE
