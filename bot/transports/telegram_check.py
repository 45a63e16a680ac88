"""Asks Telegram once whether it knows the bot, for `vigil check`."""

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.config import TelegramConfig
from bot.transports.telegram_request import AiohttpRequest, without_tokens


async def check_bot(config: TelegramConfig) -> tuple[bool, str]:
    """Whether the bot can be used, and a word to the operator (Bot API, getMe)."""
    bot = Bot(
        config.token,
        base_url=config.api_url,
        request=AiohttpRequest(proxy=config.proxy),
        get_updates_request=AiohttpRequest(proxy=config.proxy),
    )
    try:
        await bot.initialize()
    except InvalidToken:
        return False, "Telegram refuses the token: copy it anew from @BotFather"
    except TelegramError as error:
        return (
            False,
            f"Telegram cannot be reached: {without_tokens(str(error))}: check network, api_url and proxy",
        )
    else:
        return True, f"fine: @{bot.username}"
    finally:
        await bot.shutdown()
