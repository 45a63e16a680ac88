"""Asks Telegram once whether it knows the bot and the admins, for `vigil check`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.config import TelegramConfig
from bot.transports.telegram_request import AiohttpRequest
from bot.transports.telegram_tokens import without_tokens
from bot.transports.telegram_trouble import host_of
from bot.transports.telegram_webhook import PATH
from jobs.fetch import clock_ahead


@dataclass(frozen=True, slots=True)
class Updates:
    """Where Telegram brings a bot's updates, as it says itself (Bot API, WebhookInfo)."""

    host: str
    """The host of the webhook; "" while updates wait to be polled."""
    ours: bool
    """Whether it is the address of the configuration."""
    waiting: int
    trouble: str = ""
    """What Telegram last had to say of failing to bring one."""
    since: datetime | None = None
    """When that was."""


@dataclass(frozen=True, slots=True)
class BotSeen:
    """What Telegram said, in a word to the operator, and how to mend it ("" when all is well)."""

    said: str
    remedy: str = ""
    clock: timedelta | None = None
    """How far our clock is ahead of Telegram's."""
    strangers: dict[int, str] = field(default_factory=dict)
    """The admins that the bot cannot write to, and why."""
    updates: Updates | None = None
    """How updates come to us; None where that could not be asked."""


async def check_bot(
    config: TelegramConfig, admins: Iterable[int], now: Callable[[], datetime], public_url: str = ""
) -> BotSeen:
    """Whether the bot can be used, and each admin be reached (Bot API, getMe and getChat).

    `public_url` is that of [web], below which a webhook of ours would be.
    """
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
        strangers, updates = await _strangers(bot, admins), await _updates(bot, f"{public_url}{PATH}")
        return BotSeen(f"@{bot.username}", clock=clock, strangers=strangers, updates=updates)
    except InvalidToken:
        clock = clock_ahead(request.headers, now())
        return BotSeen("Telegram refuses the token", "copy it anew from @BotFather", clock)
    except TelegramError as error:
        said = f"Telegram cannot be reached: {without_tokens(str(error))}"
        return BotSeen(said, "see that this machine is online; mend `api_url` or `proxy` under [telegram]")
    finally:
        await bot.shutdown()


async def _updates(bot: Bot, ours: str) -> Updates:
    info = await bot.get_webhook_info()
    said = info.last_error_message or ""
    host = host_of(info.url) if info.url else ""
    return Updates(host, info.url == ours, info.pending_update_count, said, info.last_error_date)


async def _strangers(bot: Bot, admins: Iterable[int]) -> dict[int, str]:
    """A bot may not write to whom it has never met."""
    found = {}
    for number in admins:
        try:
            await bot.get_chat(number)
        except (BadRequest, Forbidden) as error:
            found[number] = without_tokens(str(error)).lower()
    return found
