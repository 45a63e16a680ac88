"""Telegram: sends messages to chats, and answers what people write and press there.

Built on python-telegram-bot's Bot. Everything secret (token, addresses, texts) stays out of the log.
"""

import asyncio
import secrets
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
from telegram import Bot, BotCommand, ChatMember, LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.commands.request import Reply, Request
from bot.render.html import plain_text, split, to_html
from bot.render.message import Message
from bot.transports.inbox import Inbox
from bot.transports.newest import Newest
from bot.transports.telegram_buttons import Buttons
from bot.transports.telegram_incoming import Left, Pressed, Said, read
from bot.transports.telegram_outcome import chat_and_thread, outcome_of
from bot.transports.telegram_polling import Polling, pauses, report
from bot.transports.telegram_request import AiohttpRequest, hush_libraries
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent

log = structlog.get_logger()

START_WITHIN = 2.0
"""Seconds that `start` waits for Telegram's first answer before it goes on without."""
STOP_WITHIN = 1.0
"""Seconds that answers under way have to finish, and again what is left to tell Telegram."""
LONGEST_WAIT = 60.0
"""Seconds that an answer to a person may be held back by Telegram's limits; a later one is no answer."""
ADMIN_FOR = 60.0
"""Seconds that a group's word on who is an admin is believed."""

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TokenRefusedError(Exception):
    """Telegram does not know the bot token of the configuration."""


class TelegramTransport:
    """One bot account.

    `api_url` ends in /bot. `answer` is asked for every line and press. `commands` are shown in
    Telegram's menu: (name, {language: description}). `apology` (language -> message) is said when
    an answer fails; `gone` hears the address of a chat that blocked or removed the bot.
    """

    name = "telegram"
    idempotent = False
    """sendMessage has no key: a repetition after a timeout may arrive twice."""

    def __init__(  # noqa: PLR0913 - keyword arguments, set in one place
        self,
        token: str,
        *,
        api_url: str = "https://api.telegram.org/bot",
        proxy: str = "",
        answer: Callable[[Request], Awaitable[Reply]],
        commands: Sequence[tuple[str, dict[str, str]]] = (),
        apology: Callable[[str], Message],
        gone: Callable[[str], Awaitable[None]],
    ) -> None:
        hush_libraries()
        self._bot = Bot(
            token,
            base_url=api_url,
            request=AiohttpRequest(proxy=proxy),
            get_updates_request=AiohttpRequest(proxy=proxy, connections=2),
        )
        self._answer = answer
        self._commands = commands
        self._apology = apology
        self._gone = gone
        self._polling = Polling(self._bot, self._take)
        self._inbox = Inbox()
        self._buttons = Buttons()
        self._parts_sent: Newest[tuple[str, str], list[int]] = Newest(1000)
        self._answered: Newest[tuple[int, int], str] = Newest(5000)
        """The command that each of our latest messages answered, to turn its pages in place."""
        self._admins: Newest[tuple[int, int], tuple[float, bool]] = Newest(1000)
        self._overrun: set[int] = set()
        self._ready = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen. Returns within about two seconds, whether Telegram can be reached or not.

        A token that Telegram refuses raises TokenRefusedError.
        """
        self._life = asyncio.create_task(self._live())
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({self._life, ready}, timeout=START_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._life.done():
            life, self._life = self._life, None
            await self._bot.shutdown()
            life.result()
        if not self._ready.is_set():
            log.warning("telegram has not answered yet; going on without it")
            self._ready.set()  # from now on a refused token is waited out

    async def stop(self) -> None:
        """Stop listening, finish or drop the answers under way, confirm what was handled."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
            self._life = None
            await self._inbox.close(STOP_WITHIN)
            with suppress(TelegramError, TimeoutError):
                await asyncio.wait_for(self._polling.confirm(), STOP_WITHIN / 2)
        await self._bot.shutdown()

    async def send(self, address: str, message: Message, key: str) -> Outcome:
        """Send the message, in parts if it is long, and say what became of it.

        Called again with the same `key` (while this program runs) it goes on with the parts that
        were not sent yet. `Sent.reference` is the ids of the parts, joined by commas.
        """
        try:
            chat, thread = chat_and_thread(address)
        except ValueError:
            return Rejected("not the address of a Telegram chat")
        parts = [part for part in split(message) if plain_text(part)]
        if not parts:
            return Rejected("the message is empty")
        sent = list(self._parts_sent.get((address, key)) or ())
        for part in parts[len(sent) :]:
            try:
                sent.append(await self._send_part(chat, thread, part))
            except TelegramError as error:
                self._parts_sent.put((address, key), sent)
                return outcome_of(error, address)
        self._parts_sent.drop((address, key))
        return Sent(",".join(map(str, sent)))

    async def _send_part(self, chat: int, thread: int | None, part: Message) -> int:
        keyboard = self._buttons.keyboard(part.choices, chat)

        async def post(text: str, mode: ParseMode | None) -> int:
            message = await self._bot.send_message(
                chat,
                text,
                parse_mode=mode,
                message_thread_id=thread,
                link_preview_options=_NO_PREVIEW,
                disable_notification=part.silent or None,
                reply_markup=keyboard,
            )
            return message.message_id

        try:
            return await post(to_html(part), ParseMode.HTML)
        except BadRequest as error:
            if "parse entities" not in str(error).lower():
                raise
            # No traceback: it would quote the chat.
            log.error("telegram did not take our markup; sent as plain text", detail=str(error))  # noqa: TRY400
            return await post(plain_text(part), None)

    async def _live(self) -> None:
        await self._connect()
        await self._announce()
        self._ready.set()
        await self._polling.run()

    async def _connect(self) -> None:
        """Ask until Telegram has told us who we are, and no webhook keeps the updates from us."""
        for pause in pauses():
            try:
                await self._bot.initialize()
                if (await self._bot.get_webhook_info()).url:
                    await self._bot.delete_webhook(drop_pending_updates=False)
            except InvalidToken as error:
                if not self._ready.is_set():
                    # The library's own text quotes the token.
                    raise TokenRefusedError("Telegram refuses the bot token") from None
                await asyncio.sleep(report(error, pause))
            except TelegramError as error:
                await asyncio.sleep(report(error, pause))
            else:
                return

    async def _announce(self) -> None:
        """Set the menu of commands: English as the default, and each other language for its speakers."""
        languages = sorted({language for _, texts in self._commands for language in texts})
        for language in languages:
            menu = [
                BotCommand(name, (texts.get(language) or texts.get("en") or next(iter(texts.values())))[:256])
                for name, texts in self._commands
            ]
            try:
                await self._bot.set_my_commands(menu, language_code=None if language == "en" else language)
            except TelegramError as error:
                log.warning("the menu of commands was not set", language=language, detail=str(error))

    def _take(self, update: Update) -> asyncio.Task[None] | None:
        match read(update, self._bot.username):
            case Said() as said:
                return self._queue(said, None)
            case Pressed() as pressed:
                command = self._buttons.command(pressed.said.text, pressed.said.chat)
                return self._queue(replace(pressed.said, text=command), pressed)
            case Left(address=address):
                return self._inbox.add(address, None, lambda: self._gone(address))
        return None

    def _queue(self, said: Said, pressed: Pressed | None) -> asyncio.Task[None] | None:
        task = self._inbox.add(said.address, said.person, lambda: self._respond(said, pressed))
        if task is not None:
            self._overrun.discard(said.person)
        elif said.person not in self._overrun:
            self._overrun.add(said.person)
            log.warning("somebody sends more than can be answered; the rest is dropped")
            return self._inbox.add(said.address, None, lambda: self._say(said, self._apology(said.language)))
        return task

    async def _respond(self, said: Said, pressed: Pressed | None) -> None:
        if pressed:
            with suppress(TelegramError):  # too late only means that the button shows its waiting sign longer
                await self._bot.answer_callback_query(pressed.query)
        try:
            messages = (await self._answer(await self._request(said))).messages
        except Exception as error:  # noqa: BLE001 - one failing command must not stop the others
            _log_failure(error)
            messages = (self._apology(said.language),)
        if pressed and len(messages) == 1 and await self._turn_page(said, pressed, messages[0]):
            return
        for message in messages:
            await self._say(said, message)

    async def _request(self, said: Said) -> Request:
        return Request(
            text=said.text,
            transport=self.name,
            address=said.address,
            now=datetime.now(UTC),
            language=said.language,
            group=said.group,
            may_manage=not said.group or said.speaks_for_group or await self._is_admin(said),
        )

    async def _is_admin(self, said: Said) -> bool:
        now = asyncio.get_running_loop().time()
        known = self._admins.get((said.chat, said.person))
        if known and now - known[0] < ADMIN_FOR:
            return known[1]
        try:
            member = await self._bot.get_chat_member(said.chat, said.person)
        except TelegramError:
            return False
        admin = member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
        self._admins.put((said.chat, said.person), (now, admin))
        return admin

    async def _turn_page(self, said: Said, pressed: Pressed, message: Message) -> bool:
        """Show the next page in place of the last, where the message answered the same command."""
        if self._answered.get((said.chat, pressed.message)) != _command(said) or len(split(message)) > 1:
            return False
        try:
            await self._bot.edit_message_text(
                to_html(message),
                said.chat,
                pressed.message,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=self._buttons.keyboard(message.choices, said.chat),
            )
        except BadRequest as error:
            return "not modified" in str(error).lower()
        except TelegramError:
            return False
        return True

    async def _say(self, said: Said, message: Message) -> None:
        """Send one answer; wait out short pauses, follow a group that moved."""
        address, key = said.address, secrets.token_hex(8)
        for _ in range(4):
            outcome = await self.send(address, message, key)
            match outcome:
                case Sent(reference=reference):
                    last = int(reference.rpartition(",")[2])
                    self._answered.put((chat_and_thread(address)[0], last), _command(said))
                    return
                case RetryLater(seconds=seconds) if seconds <= LONGEST_WAIT:
                    await asyncio.sleep(seconds)
                case Migrated(address=moved):
                    address = moved
                case Gone():
                    await self._gone(address)
                    return
                case _:
                    break
        log.warning("an answer was not delivered", outcome=type(outcome).__name__)


def _command(said: Said) -> str:
    return said.text.split(maxsplit=1)[0].lower() if said.text.strip() else ""


def _log_failure(error: Exception) -> None:
    """Say what failed and where; not the error's text, which may quote what the person wrote."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "a command failed",
        error=type(error).__name__,
        where=f"{Path(where.filename).name}:{where.lineno} in {where.name}",
    )
