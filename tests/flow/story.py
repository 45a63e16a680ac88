"""What the stories are about: one person, one admin, one urgent call, one dinner."""

from datetime import datetime, timedelta

from storage.database import now_utc
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss

PERSON, ADMIN = 42, 77
TITLE = "Nine North Korean refugees face imminent return"
TEXT = (
    "Nine North Korean refugees held in Shenyang, China, face imminent repatriation to North Korea within "
    "days, where they would be tortured. Northlight calls on China to immediately halt the return. "
) * 3
DINNER = ("Annual dinner: tickets on sale", "An evening of music. " * 30)


def urgent_call(site: Site, now: datetime | None = None) -> None:
    """The site publishes the call."""
    at = (now or now_utc()) - timedelta(minutes=5)
    site.publish("/feed", rss(item(TITLE, TEXT, at, "call"), item(*DINNER, at, "dinner")))


async def subscribe(telegram: TelegramEmulator) -> None:
    """First contact: one typed word, one tap."""
    await telegram.says(PERSON, "/start")
    await telegram.until(PERSON, contains="Welcome", patience=60)
    await telegram.presses(PERSON, "Everything urgent")
    await telegram.until(PERSON, contains="You are subscribed", patience=60)


def rung(telegram: TelegramEmulator, chat: int = PERSON) -> int:
    """How often the call has rung for the person, or in another chat."""
    return sum("URGENT" in text for text in telegram.texts(chat))
