"""Asks Telegram who manages a group or channel. An error is no permission."""

import asyncio
import re

from telegram import Bot, Chat, ChatMember
from telegram.constants import ChatAction
from telegram.error import ChatMigrated, TelegramError

from bot.commands.request import Elsewhere
from bot.newest import Newest
from bot.transports.telegram_incoming import is_outside
from bot.transports.telegram_outcome import address_of

ADMIN_FOR = 60.0
"""Seconds that a chat's word on who is an admin is believed."""
_NAMED = re.compile(r"@\w{1,64}|-\d{1,20}", re.ASCII)
_SEVERAL = (Chat.GROUP, Chat.SUPERGROUP, Chat.CHANNEL)


class ChatAdmins:
    """What one bot is told of the chats that it is in; remembered for a minute, in memory only."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._known: Newest[tuple[int, int], tuple[float, bool]] = Newest(1000)

    async def manages(self, chat: int, person: int, *, anew: bool = False) -> bool:
        """Whether somebody is an admin of the chat; asked `anew` for what changes something."""
        now = asyncio.get_running_loop().time()
        known = None if anew else self._known.get((chat, person))
        if known and now - known[0] < ADMIN_FOR:
            return known[1]
        try:
            member = await self._bot.get_chat_member(chat, person)
        except TelegramError:
            self._known.drop((chat, person))
            return False
        admin = member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
        self._known.put((chat, person), (now, admin))
        return admin

    async def is_inside(self, chat: int) -> bool:
        """Whether the bot itself is in the chat, at this moment."""
        try:
            return not is_outside(await self._bot.get_chat_member(chat, self._bot.id))
        except TelegramError:
            return False

    async def moved_to(self, chat: int) -> int | None:
        """Where a group is now, if it has become a supergroup."""
        try:
            await self._bot.send_chat_action(chat, ChatAction.TYPING)
        except ChatMigrated as error:
            return error.new_chat_id
        except TelegramError:
            pass
        return None

    async def other(self, named: str, person: int, *, anew: bool = False) -> Elsewhere:
        """The chat that somebody names in their own: by "@name", or by its number; `anew` as in `manages`."""
        nowhere = Elsewhere(named, "", "")
        if not _NAMED.fullmatch(named):
            return nowhere
        try:
            found = await self._bot.get_chat(named if named.startswith("@") else int(named))
        except TelegramError:
            return nowhere
        if found.type not in _SEVERAL:
            return nowhere
        may_manage = await self.manages(found.id, person, anew=anew)
        return Elsewhere(named, found.title or named, address_of(found.id), may_manage)
