"""Asks Telegram once whether it knows the bot and the admins, for `vigil check`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.config import TelegramConfig
from bot.transports.telegram_request import AiohttpRequest
from bot.transports.telegram_tokens import without_tokens
from jobs.fetch import clock_ahead


@dataclass(frozen=True, slots=True)
class BotSeen:
    """What Telegram said, in a word to the operator, and how to mend it ("" when all is well)."""

    said: str
    remedy: str = ""
    clock: timedelta | None = None
    """How far our clock is ahead of Telegram's."""
    strangers: dict[int, str] = field(default_factory=dict)
    """The admins that the bot cannot write to, and why."""


async def check_bot(config: TelegramConfig, admins: Iterable[int], now: Callable[[], datetime]) -> BotSeen:
    """Whether the bot can be used, and each admin be reached (Bot API, getMe and getChat)."""
    request = AiohttpRequest(proxy=config.proxy)
    bot = Bot(
        config.token,
        base_url=config.api_url,
        request=request,
        get_updates_request=AiohttpRequest(proxy=config.proxy),
    )
    try:
        await bot.initialize()
        clock = clock_ahead(request.headers, now())
        return BotSeen(f"@{bot.username}", clock=clock, strangers=await _strangers(bot, admins))
    except InvalidToken:
        clock = clock_ahead(request.headers, now())
        return BotSeen("Telegram refuses the token", "copy it anew from @BotFather", clock)
    except TelegramError as error:
        said = f"Telegram cannot be reached: {without_tokens(str(error))}"
        return BotSeen(said, "see that this machine is online; mend `api_url` or `proxy` under [telegram]")
    finally:
        await bot.shutdown()


async def _strangers(bot: Bot, admins: Iterable[int]) -> dict[int, str]:
    """A bot may not write to whom it has never met."""
    found = {}
    for number in admins:
        try:
            await bot.get_chat(number)
        except (BadRequest, Forbidden) as error:
            found[number] = without_tokens(str(error)).lower()
    return found
