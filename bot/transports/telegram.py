"""Telegram: sends messages to chats, and answers what people write and press there.

Built on python-telegram-bot's Bot. Everything secret (token, addresses, texts) stays out of the log.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import timedelta

import structlog
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.commands.request import Reply, Request
from bot.render.message import Message
from bot.transports.chats import News, Reactions
from bot.transports.life import Life, while_held
from bot.transports.pauses import pauses
from bot.transports.telegram_answering import NAME, Answering, Callbacks
from bot.transports.telegram_buttons import Buttons
from bot.transports.telegram_channels import Channels
from bot.transports.telegram_face import Face, StaffMenus, show
from bot.transports.telegram_inline import Offering
from bot.transports.telegram_intake import Intake
from bot.transports.telegram_keeping import Keeping
from bot.transports.telegram_pictures import Load, Pictures
from bot.transports.telegram_polling import Polling
from bot.transports.telegram_request import AiohttpRequest, hush_libraries
from bot.transports.telegram_sending import Sending
from bot.transports.telegram_trouble import report
from bot.transports.telegram_webhook import Address, Webhook, release
from jobs.answers import Answers
from jobs.outcome import Outcome
from jobs.pace import Pace
from storage.database import Hold

log = structlog.get_logger()

START_WITHIN = 2.0
"""Seconds that `start` waits for Telegram's first answer before it goes on without."""
STOP_WITHIN = 1.0
"""Seconds that answers under way have to finish, and again what is left to tell Telegram."""


class TokenRefusedError(Exception):
    """Telegram does not know the bot token of the configuration."""


class TelegramTransport:
    """One bot account.

    `api_url` ends in /bot. `answer` is asked for every line and press. `face` is what people see of the bot
    before they write. `apology` (language -> message) is said when an answer fails; `gone` hears the address
    of a person who blocked the bot, and the id of the request that told so ("" where a message was refused);
    `became` what became of a group or channel, likewise, and says whether it was known; `seen` of reactions
    to a message, and the id of what told so. `offer` (words, offset, language) is asked for what
    people type after the bot's name in other chats. `buttons` are given if they are to outlive the program.
    `keeping` holds what was acknowledged and not answered yet; with `webhook`, which needs it, Telegram
    brings updates there in place of our polling. Nothing is asked of Telegram before `alone` is entered: it
    waits for another program to end, and is left when the last answer has left. It tells whether we are alone
    still; if not, we begin again where another program does. `pace` is the sender's: answers keep it as well.
    `load` gives the bytes of a picture; without it none is shown. `name` is that of the account among others;
    `known` hears where people find it.
    """

    remembers = timedelta()
    """sendMessage has no key: a repetition after a timeout may arrive twice."""
    changes = True

    def __init__(  # noqa: PLR0913 - keyword arguments, set in one place
        self,
        token: str,
        *,
        api_url: str = "https://api.telegram.org/bot",
        proxy: str = "",
        answer: Callable[[Request], Awaitable[Reply]],
        face: Face | None = None,
        apology: Callable[[str], Message],
        gone: Callable[[str, str], Awaitable[None]],
        became: Callable[[News, str], Awaitable[bool]] | None = None,
        seen: Callable[[Reactions, str], Awaitable[None]] | None = None,
        offer: Offering | None = None,
        buttons: Buttons | None = None,
        keeping: Keeping | None = None,
        webhook: Address | None = None,
        alone: Callable[[], AbstractAsyncContextManager[Hold | None]] = nullcontext,
        pace: Pace | None = None,
        load: Load | None = None,
        name: str = NAME,
        known: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        hush_libraries()
        self.name, self._known = name, known
        self._requests = (AiohttpRequest(proxy=proxy), AiohttpRequest(proxy=proxy, connections=2))
        writing, listening = self._requests
        self._bot = Bot(
            token,
            base_url=api_url,
            base_file_url=f"{api_url.removesuffix('/bot')}/file/bot",
            request=writing,
            get_updates_request=listening,
        )
        buttons = buttons or Buttons()
        self._face = face or Face()
        pictures = Pictures(self._bot, load) if load else None
        channels = Channels(self._bot)
        self._sending = Sending(self._bot, buttons, pictures=pictures, channels=channels)
        self._menus = StaffMenus(self._bot, self._face)
        callbacks = Callbacks(answer, apology, gone, became, seen, offer, self._menus.settle)
        spoken = self._sending
        if pace:
            spoken = Sending(self._bot, buttons, Answers(pace).turn, pictures, channels)
        self._answering = Answering(self._bot, spoken, buttons, callbacks, channels)
        answering = self._answering
        intake = Intake(self._bot, keeping, answering.take, answering.meaning) if keeping else None
        self._intake, self._alone = intake, alone
        self.webhook = Webhook(self._bot, webhook, intake) if webhook and intake else None
        self._listening = self.webhook or Polling(self._bot, answering.take, intake)
        self._life = Life()

    async def start(self) -> None:
        """Begin to listen. Returns within about two seconds, whether Telegram can be reached or not.

        A token that Telegram refuses raises TokenRefusedError.
        """
        try:
            in_time = await self._life.begin(self._live(), START_WITHIN)
        except Exception:
            await self._bot.shutdown()
            raise
        if not in_time:
            log.warning("telegram has not answered yet; going on without it")

    async def stop(self) -> None:
        """Stop listening, finish or drop the answers under way, confirm what was handled."""
        await self._life.end()
        await self._bot.shutdown()
        for request in self._requests:  # a bot that never listened leaves its connections to us
            await request.shutdown()

    async def send(self, address: str, message: Message, key: str, under: str = "") -> Outcome:
        """As `bot.announce.Transport` asks; `Sent.reference` is the ids of the parts, joined by commas."""
        return await self._sending.send(address, message, key, under)

    async def edit(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """As `bot.announce.Transport` asks."""
        return await self._sending.edit(address, reference, message, key)

    async def withdraw(self, address: str, reference: str, instead: Message, key: str) -> Outcome:
        """As `bot.announce.Transport` asks: what is older than 48 hours says `instead`."""
        return await self._sending.withdraw(address, reference, instead, key)

    async def overwrite(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """As `bot.announce.Transport` asks: readers see no earlier version of what was edited."""
        return await self._sending.overwrite(address, reference, message, key)

    async def ping(self) -> Outcome:
        """As `bot.announce.Transport` asks, with getMe."""
        return await self._sending.ping()

    async def _live(self) -> None:
        while True:
            async with self._alone() as hold:
                try:
                    await self._connect()
                    if self._known:
                        await self._known(f"https://t.me/{self._bot.username}")
                    await show(self._bot, self._face)
                    await self._menus.show()
                    if self._intake:
                        await self._intake.resume()
                    self._life.ready()
                    await while_held(self._listens(), hold)
                finally:
                    await self._wind_up()
            log.warning("telegram.lock_lost", now="it is asked for anew")

    async def _listens(self) -> None:
        """Until cancelled; what is brought to other nodes is answered here as well."""
        collecting = asyncio.create_task(self._intake.collect()) if self.webhook and self._intake else None
        try:
            await self._listening.run()
        finally:
            if collecting:
                collecting.cancel()

    async def _wind_up(self) -> None:
        """Finish or drop the answers under way, confirm and write down what was handled."""
        await self._answering.close(STOP_WITHIN)
        with suppress(TelegramError, TimeoutError):
            await asyncio.wait_for(self._listening.confirm(), STOP_WITHIN / 2)
        if self._intake:
            await self._intake.close()

    async def _connect(self) -> None:
        """Ask until Telegram has told us who we are, and no webhook keeps from us what we poll for."""
        for pause in pauses():
            try:
                await self._bot.initialize()
                if not self.webhook:
                    await release(self._bot)
            except InvalidToken as error:
                if not self._life.has_begun:
                    # The library's own text quotes the token.
                    raise TokenRefusedError("Telegram refuses the bot token") from None
                await asyncio.sleep(report(error, pause))
            except TelegramError as error:
                await asyncio.sleep(report(error, pause))
            else:
                return
