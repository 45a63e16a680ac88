"""Sets citations as results of Telegram's inline mode (Bot API, answerInlineQuery)."""

from collections.abc import Awaitable, Callable

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.commands.inline import Offer, Offers
from bot.newest import Newest
from bot.render.clean import one_line
from bot.render.html import to_html
from bot.transports.telegram_incoming import Asked

log = structlog.get_logger()

CACHED = 300
"""Seconds for which Telegram may answer the same words by itself."""
Offering = Callable[[str, str, str], Awaitable[Offers]]
"""(words, offset, language) -> what is offered."""


class Inline:
    """Answers what people type after the bot's name in any chat. Nothing of it is kept."""

    def __init__(self, bot: Bot, offering: Offering) -> None:
        self._bot = bot
        self._offering = offering
        self._newest: Newest[int, str] = Newest(1000)

    def heard(self, asked: Asked) -> None:
        """Note what a person typed last: what was typed before it need not be answered any more."""
        self._newest.put(asked.person, asked.query)

    async def answer(self, asked: Asked) -> None:
        """Offer what fits. Telegram keeps it for this person, since it is in their language."""
        if self._newest.get(asked.person) != asked.query:
            return
        found = await self._offering(asked.words, asked.offset, asked.language)
        try:
            await self._bot.answer_inline_query(
                asked.query,
                [self._result(offer) for offer in found.offers],
                cache_time=CACHED,
                is_personal=True,
                next_offset=found.following,
            )
        except TelegramError as error:  # the person went on typing, or Telegram is in trouble
            log.debug("telegram.inline_not_answered", error=type(error).__name__)

    def _result(self, offer: Offer) -> InlineQueryResultArticle:
        where = f"https://t.me/{self._bot.username}?start=s{offer.number}"
        return InlineQueryResultArticle(
            id=str(offer.number),
            title=one_line(offer.title),
            description=one_line(offer.about),
            input_message_content=InputTextMessageContent(
                to_html(offer.message),
                ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            ),
            reply_markup=InlineKeyboardMarkup(
                [[InlineKeyboardButton(one_line(offer.leads.label), url=where)]]
            ),
        )
