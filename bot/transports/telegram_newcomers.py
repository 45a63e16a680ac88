"""What becomes of the bot in groups: it says once what it is where it was let in, and follows who moves.

Of a group that becomes a supergroup Telegram tells three times: that it moved, that the bot is in a new
group, and that it is not in the old one any more; in no certain order.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.newest import Newest
from bot.transports.chats import Moved, News, Removed, Returned
from bot.transports.telegram_admins import ChatAdmins
from bot.transports.telegram_incoming import Became, Said
from bot.transports.telegram_outcome import address_of, chat_and_thread
from jobs.allowance import Allowance

GREET_AFTER = 1.0
"""Seconds in which we hear that a new supergroup is one that moved."""
BY_ONE = 5
BY_ALL = 60
"""Groups in which the bot greets within an hour, by who brought it there: it could be made to spam others."""
_SUPERGROUPS = -1_000_000_000_000
"""Their numbers are below (Bot API, dialog ids); those of groups that may still move are above."""


class Newcomers:
    """The groups of one bot. `became` is the desk's; `say` answers a line.

    Which were greeted is remembered in memory only, by their number.
    """

    def __init__(
        self,
        admins: ChatAdmins,
        became: Callable[[News, str], Awaitable[bool]] | None,
        say: Callable[[Said], Awaitable[None]],
    ) -> None:
        self._admins = admins
        self._became = became
        self._say = say
        self._greeted: Newest[str, bool] = Newest(1000)
        self._allowance = Allowance(BY_ONE, BY_ALL)

    def heard(self, news: News) -> None:
        """Take note at once: others may wait for what this tells."""
        if isinstance(news, Removed):
            self._greeted.drop(news.address)
        elif isinstance(news, Moved):
            self._greeted.put(news.to, value=True)

    async def greet(self, said: Said) -> None:
        """Say what the bot is, unless that was said there, or where the group came from.

        Nor in too many groups of one person: it is there all the same, and answers who asks.
        """
        place = address_of(said.chat)
        if said.chat < _SUPERGROUPS:
            await asyncio.sleep(GREET_AFTER)
        if place in self._greeted:
            return
        self._greeted.put(place, value=True)
        if self._allowance.takes(str(said.person), time.monotonic()):
            await self._say(said)

    async def became(self, one: Became, request_id: str) -> None:
        """Have done what the news asks for; who may speak at last, and is not known, is greeted."""
        assert self._became is not None  # noqa: S101 - `take` has looked
        news = await self._followed(one.news)
        self.heard(news)
        known = await self._became(news, request_id)
        if isinstance(news, Returned) and not known and one.greeting:
            await self.greet(one.greeting)

    async def _followed(self, news: News) -> News:
        """The old group is left by all when it moves; that is no farewell."""
        chat, _ = chat_and_thread(news.address)
        if not isinstance(news, Removed) or chat < _SUPERGROUPS:
            return news
        to = await self._admins.moved_to(chat)
        return news if to is None else Moved(news.address, address_of(to))
