"""What stands under a post in a channel: links that lead into a chat with the bot, and nothing else.

A channel has readers, and none of them can be answered there. A button that acts would act for whoever
presses it, who asked for nothing, or for the channel, which is not theirs. Links Telegram opens itself.
"""

import re
from contextlib import AbstractAsyncContextManager, suppress

from telegram import Bot, Chat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.newest import Newest
from bot.render.message import Choice
from bot.transports.telegram_buttons import label_of
from bot.transports.telegram_request import FloodError

CHANNELS = -1_000_000_000_000
"""The numbers of channels, and of supergroups, are below (Bot API, dialog ids)."""
_LEADS = re.compile(r"/(statement|act|case) (\d{1,9})")
_LINKS = {"statement": "s", "act": "a", "case": "c"}
"""What a command about one thing is as a link (`bot.commands.welcome.start`)."""
_ACTS = re.compile(r"/(?:follow|mute) ")
_SHOWS = re.compile(r"/show \w{1,20}(?: (\d{1,9}))?")
"""The only way on from a message of few words: to the statement, else to the bot, which tells what is new."""
_HELLO = "hello"


class Channels:
    """Which chats are channels, by one bot; asked once of each, and remembered in memory only."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._known: Newest[int, bool] = Newest(10_000)

    async def is_one(self, chat: int, turn: AbstractAsyncContextManager[object]) -> bool:
        """Whether it is a channel. Where Telegram does not tell it counts as none, and is asked anew.

        It is asked in our `turn`, as anything is. Raises FloodError, which is about the account or the chat.
        """
        if chat > CHANNELS:
            return False
        known = self._known.get(chat)
        if known is None:
            try:
                async with turn:
                    known = (await self._bot.get_chat(chat)).type == Chat.CHANNEL
            except FloodError:
                raise
            except TelegramError:
                return False
            self._known.put(chat, known)
        return known

    async def keyboard(self, choices: tuple[tuple[Choice, ...], ...]) -> InlineKeyboardMarkup | None:
        """The choices that a reader of a channel has, as links; None if there are none.

        Nor where our own name is not to be had: a post is worth more than its links.
        """
        rows = [[(one, link) for one in row if (link := _link(one.command))] for row in choices]
        rows = [row for row in rows if row]
        if not rows or not await self._is_named():
            return None
        return InlineKeyboardMarkup(
            [[InlineKeyboardButton(label_of(one), url=self._url(link)) for one, link in row] for row in rows]
        )

    def lead(self, command: str) -> str:
        """Where a button leads that an earlier version put under a post; only who listens is asked."""
        return self._url(_link(command) or _link(_ACTS.sub("/case ", command)) or _HELLO)

    async def _is_named(self) -> bool:
        """Whether our own name is known; a sender that does not listen has not asked for it."""
        with suppress(RuntimeError):
            return bool(self._bot.username)
        try:
            return bool((await self._bot.get_me()).username)
        except TelegramError:
            return False

    def _url(self, link: str) -> str:
        return f"https://t.me/{self._bot.username}?start={link}"


def _link(command: str) -> str:
    """What a link to the bot brings for a command, "" where there is nothing to be led to."""
    if found := _LEADS.fullmatch(command):
        return f"{_LINKS[found[1]]}{found[2]}"
    if found := _SHOWS.fullmatch(command):
        return f"{_LINKS['statement']}{found[1]}" if found[1] else _HELLO
    return ""
