"""Has Telegram bring updates to our own server: a webhook (Bot API, setWebhook).

request -> signed -> kept -> acknowledged -> answered -> gone

An update is acknowledged only once it is durable, and answered only once it is acknowledged: whatever
kills the program in between, the next start answers it (`bot.transports.telegram_intake`).
"""

import asyncio
import hmac
from dataclasses import dataclass, field

import structlog
from telegram import Bot, WebhookInfo

from bot.transports.pauses import pauses
from bot.transports.telegram_incoming import ALLOWED_UPDATES
from bot.transports.telegram_intake import Intake
from bot.transports.telegram_trouble import host_of, report

log = structlog.get_logger()

PATH = "/telegram/updates"
"""Where Telegram reaches us, below the public address."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name
CONNECTIONS = 20
"""Requests that Telegram makes at a time (setWebhook, max_connections)."""
LOOK_EVERY = 60.0
"""Seconds between two looks at whether updates still come here, and how."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where Telegram is to bring updates, and the word by which it is known to be Telegram."""

    url: str
    secret: str = field(repr=False)
    path: str = PATH
    """Of the address, as our own server knows it."""


class Webhook:
    """The stream of one bot's updates, brought to us.

    `served` is to be set once our server listens: Telegram is told the address only then.
    """

    def __init__(self, bot: Bot, address: Address, intake: Intake, *, look_every: float = LOOK_EVERY) -> None:
        self.intake = intake
        self.served = asyncio.Event()
        self._bot = bot
        self._address = address
        self._look_every = look_every
        self._is_ours = False
        """Whether this program has told Telegram to come here."""
        self._trouble = 0

    @property
    def path(self) -> str:
        """Where our own server takes in what is brought."""
        return self._address.path

    def is_signed(self, word: str) -> bool:
        """Whether a request bears Telegram's word; the time that this takes tells nothing of it."""
        return hmac.compare_digest(word.encode("utf-8", "replace"), self._address.secret.encode())

    async def run(self) -> None:
        """Have updates brought here until cancelled; failures are logged, waited out and never raised."""
        await self.served.wait()
        waits = pauses()
        while True:
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the bot must go on listening
                await asyncio.sleep(report(error, next(waits)))
            else:
                waits = pauses()
                await asyncio.sleep(self._look_every)

    async def confirm(self) -> None:
        """Nothing is left to be told: while we are away Telegram goes on trying, for a day."""

    async def _look(self) -> None:
        """See that updates come here. Who was told later than we keeps them, until they are let go."""
        found = await self._bot.get_webhook_info()
        elsewhere = found.url not in ("", self._address.url)
        if self._is_ours and found.url == self._address.url:
            self._tell_trouble(found)
            return
        if elsewhere and self._is_ours:
            log.error(
                "another program uses this bot's token: only one may listen",
                held_by=f"a webhook at {host_of(found.url)}",
                remedy="stop the other one, or give each its own bot",
            )
            return
        if elsewhere or self._is_ours:
            log.warning("telegram.webhook_taken_over", was=host_of(found.url) if elsewhere else "removed")
        await self._bot.set_webhook(
            self._address.url,
            secret_token=self._address.secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=CONNECTIONS,
            drop_pending_updates=False,
        )
        self._is_ours = True
        log.info("telegram.webhook_set", host=host_of(self._address.url))

    def _tell_trouble(self, found: WebhookInfo) -> None:
        """Say each failure of Telegram's to reach us once."""
        when = int(found.last_error_date.timestamp()) if found.last_error_date else 0
        if when > self._trouble:
            self._trouble = when
            log.warning(
                "telegram.cannot_reach_us", said=found.last_error_message, waiting=found.pending_update_count
            )


async def release(bot: Bot) -> None:
    """See that no webhook keeps the updates from being polled. Raises TelegramError."""
    found = await bot.get_webhook_info()
    if found.url:
        log.warning("telegram.webhook_ended", was=host_of(found.url), now="updates are polled")
        await bot.delete_webhook(drop_pending_updates=False)
