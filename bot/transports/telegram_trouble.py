"""Says why Telegram cannot be heard, for an operator, and who else uses the bot's token."""

from urllib.parse import urlsplit

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.transports.telegram_outcome import AFTER_REFUSED_TOKEN
from bot.transports.telegram_request import FloodError
from bot.transports.telegram_tokens import without_tokens

log = structlog.get_logger()


def report(error: Exception, pause: float, held_by: str = "another program") -> float:
    """Log why Telegram cannot be heard, for an operator, and say how many seconds to wait.

    `held_by`: who has the updates, where another program uses the token (`holder`).
    """
    match error:
        case FloodError(seconds=pause):
            log.warning("telegram asks us to wait", seconds=round(pause))
        case Conflict():
            log.error(
                "another program uses this bot's token: only one may listen",
                held_by=held_by,
                remedy="stop the other one, or give each its own bot",
                retry_in=round(pause),
            )
        case InvalidToken():
            pause = AFTER_REFUSED_TOKEN
            log.error("telegram refuses the bot token", remedy="ask @BotFather for the valid one")
        case TelegramError():
            log.warning("telegram does not answer", detail=without_tokens(str(error)), retry_in=round(pause))
        case _:
            log.error("reading from telegram failed", error=type(error).__name__, retry_in=round(pause))
    return pause


async def holder(bot: Bot) -> str:
    """Who keeps us from polling: the host of a webhook, or another program that polls."""
    try:
        found = await bot.get_webhook_info()
    except TelegramError:
        return "another program"
    return f"a webhook at {host_of(found.url)}" if found.url else "another program that polls"


def host_of(url: str) -> str:
    """The host of an address, for a log: its path may hold a secret."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"
