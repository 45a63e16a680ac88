"""Answers what people write and press in Telegram, in the order in which each of them did.

Update -> Said | Pressed | Left -> inbox -> answer -> sending
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import structlog
from telegram import Bot, Update
from telegram.error import TelegramError

from bot.commands.answer import changes
from bot.commands.elsewhere import meant_for
from bot.commands.request import Reply, Request
from bot.newest import Newest
from bot.render.html import plain_text
from bot.render.message import Message
from bot.transports.chats import News, Reactions
from bot.transports.conversing import TOLD_FOR, log_failure, patiently, too_much
from bot.transports.inbox import Inbox
from bot.transports.telegram_admins import ChatAdmins
from bot.transports.telegram_buttons import EXPIRED, Buttons
from bot.transports.telegram_buttons import Meant as Button
from bot.transports.telegram_channels import Channels
from bot.transports.telegram_incoming import Asked, Became, Left, Meant, Pressed, Reacted, Said, read
from bot.transports.telegram_inline import Inline, Offering
from bot.transports.telegram_intake import Meaning
from bot.transports.telegram_newcomers import Newcomers
from bot.transports.telegram_outcome import address_of, chat_and_thread
from bot.transports.telegram_pages import Pages, turning
from bot.transports.telegram_sending import Sending
from jobs.outcome import Gone, Sent
from storage.database import now_utc
from storage.words import DeskRole

log = structlog.get_logger()

NAME = "telegram"
LONGEST_WORD = 200
"""Characters that a press may be answered with (Bot API, answerCallbackQuery)."""
LARGEST_FILE = 20_000_000
"""Bytes (Bot API, getFile)."""
FETCH_WITHIN = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the rest of the program does for the conversations; see TelegramTransport."""

    answer: Callable[[Request], Awaitable[Reply]]
    apology: Callable[[str], Message]
    gone: Callable[[str, str], Awaitable[None]]
    became: Callable[[News, str], Awaitable[bool]] | None = None
    seen: Callable[[Reactions, str], Awaitable[None]] | None = None
    offer: Offering | None = None
    offered: Callable[[int, DeskRole | None], Awaitable[None]] | None = None


class Answering:
    """The conversations of one bot. `take` starts the handling of an update and returns its task."""

    def __init__(
        self, bot: Bot, sending: Sending, buttons: Buttons, callbacks: Callbacks, channels: Channels
    ) -> None:
        self._bot = bot
        self._channels = channels
        self._sending = sending
        self._buttons = buttons
        self._callbacks = callbacks
        self._inbox = Inbox()
        self._inline = Inline(bot, callbacks.offer) if callbacks.offer else None
        self._pages = Pages()
        self._admins = ChatAdmins(bot)
        self._newcomers = Newcomers(self._admins, callbacks.became, lambda said: self._respond(said, None))
        self._albums: Newest[str, bool] = Newest(100)
        """Pictures that came together are answered once."""
        self._overrun: Newest[int, float] = Newest(1000)
        """When a person was last told that they ask too much."""

    async def close(self, seconds: float) -> None:
        """Let the answers under way come to their end for so long, then drop the rest."""
        await self._inbox.close(seconds)

    def meaning(self, update: Update) -> Meaning:
        """What an update asks for. What is typed in inline mode is never kept, nor is a reaction."""
        read_as = self._read(update)
        return Meaning(asks=read_as is not None, lasts=not isinstance(read_as, Asked | Reacted))

    def take(self, update: Update) -> asyncio.Task[None] | None:  # noqa: PLR0911 - a table, a line each
        """Read the update and put what it asks for in its chat's queue; None if nothing is to be done."""
        match self._read(update):
            case Said(greets=True, group=True) as said:
                return self._inbox.add(_line_of(said), None, lambda: self._newcomers.greet(said))
            case Said(album=album) if album and album in self._albums:
                return None
            case Said() as said:
                self._albums.put(said.album, value=True)
                return self._queue(said, None)
            case Pressed() as pressed:
                meant = self._buttons.pressed(pressed.said.text, pressed.said.chat)
                if pressed.channel:
                    led = partial(self._acknowledge, pressed, url=self._channels.lead(meant.command))
                    return self._inbox.add(f"press {pressed.said.person}", pressed.said.person, led)
                return self._queue(_as_said(pressed, meant), replace(pressed, turns=meant.turns))
            case Asked() as asked if self._inline:
                self._inline.heard(asked)
                return self._inbox.add(f"inline {asked.person}", asked.person, lambda: self._offer(asked))
            case Left(address=address, update=number):
                return self._inbox.add(address, None, lambda: self._callbacks.gone(address, self._id(number)))
            case Reacted() as one if self._callbacks.seen:
                seen = partial(self._callbacks.seen, one.reactions, self._id(one.update))
                # A budget of its own: whoever reacts to much may ask for something all the same.
                whose = None if one.person is None else ("reacts", one.person)
                return self._inbox.add(f"reactions {one.reactions.address}", whose, seen)
            case Became() as one if self._callbacks.became:
                self._newcomers.heard(one.news)
                became = partial(self._newcomers.became, one, self._id(one.update))
                # Whoever did it: that a chat is left is not one command more of theirs.
                return self._inbox.add(one.news.address, None, became)
        return None

    def _read(self, update: Update) -> Meant | None:
        """What the update means; one that makes us stumble means nothing, and is in nobody's way."""
        try:
            return read(update, self._bot.username)
        except Exception as error:  # noqa: BLE001 - whatever it is, it would come again for ever
            log_failure(error)
            return None

    def _queue(self, said: Said, pressed: Pressed | None) -> asyncio.Task[None] | None:
        # All who write in the name of their group are one account to Telegram, in whatever group.
        who = said.chat if said.speaks_for_group else said.person
        task = self._inbox.add(_line_of(said), who, lambda: self._respond(said, pressed))
        if task is None and pressed:
            # Until then the button shows that it waits (Bot API, CallbackQuery). No message is spent.
            word = plain_text(too_much(said.language))[:LONGEST_WORD]
            return self._inbox.add(f"press {pressed.query}", None, partial(self._acknowledge, pressed, word))
        now = asyncio.get_running_loop().time()
        if task is None and now - self._overrun.get(who, -TOLD_FOR) >= TOLD_FOR:
            self._overrun.put(who, now)
            log.warning("somebody sends more than can be answered; the rest is dropped")
            return self._inbox.add(_line_of(said), None, lambda: self._say(said, too_much(said.language)))
        return task

    async def _offer(self, asked: Asked) -> None:
        """Answer what is typed in inline mode; where that fails, nothing is offered."""
        assert self._inline is not None  # noqa: S101 - `take` has looked
        try:
            await self._inline.answer(asked)
        except Exception as error:  # noqa: BLE001 - one that fails must not stop the others
            log_failure(error)

    async def _respond(self, said: Said, pressed: Pressed | None) -> None:
        if pressed and not said.group:
            await self._acknowledge(pressed)
        try:
            reply = await self._callbacks.answer(await self._request(said))
        except Exception as error:  # noqa: BLE001 - one failing command must not stop the others
            log_failure(error)
            apology = self._callbacks.apology(said.language)
            await self._reply(said, pressed, Reply((apology,), aside=said.group))
            return
        await self._reply(said, pressed, reply)
        if self._callbacks.offered and not said.group:
            await self._callbacks.offered(said.chat, reply.role)

    async def _reply(self, said: Said, pressed: Pressed | None, reply: Reply) -> None:
        messages = reply.messages
        if pressed and said.group:
            alone = reply.aside and len(messages) == 1
            await self._acknowledge(pressed, plain_text(messages[0])[:LONGEST_WORD] if alone else "")
            messages = () if alone else messages
        turns = len(messages) == 1 and not reply.aside
        if pressed and turns and await self._turn_page(said, pressed, messages[0]):
            return
        for message in messages:
            await self._say(said, message)

    async def _acknowledge(self, pressed: Pressed, word: str = "", url: str = "") -> None:
        """Answer a press: with nothing, with a word for the person alone, or by leading them to us."""
        with suppress(TelegramError):  # too late only means that the button shows its waiting sign longer
            await self._bot.answer_callback_query(
                pressed.query, text=word or None, show_alert=bool(word) or None, url=url or None
            )

    async def _request(self, said: Said) -> Request:
        named = None if said.group else meant_for(said.text)
        text = named[1] if named else said.text
        anew = changes(text)
        return Request(
            text=text,
            other=await self._admins.other(named[0], said.person, anew=anew) if named else None,
            transport=NAME,
            address=said.address,
            now=now_utc(),
            language=said.language,
            group=said.group,
            person="" if said.speaks_for_group or not said.group else str(said.person),
            addressed=said.addressed,
            may_manage=not said.group or await self._may_manage(said, anew=anew),
            id=self._id(said.update),
            attached=partial(self._fetch, said) if said.file else None,
        )

    async def _fetch(self, said: Said, most: int) -> bytes | None:
        """The file that was sent; None for one that is larger. Telegram gives none of more than 20 MB."""
        if said.size > min(most, LARGEST_FILE):
            return None
        found = await self._bot.get_file(said.file)
        data = bytes(await found.download_as_bytearray(read_timeout=FETCH_WITHIN))
        return data if len(data) <= most else None

    async def _may_manage(self, said: Said, *, anew: bool) -> bool:
        """Whether they manage the group; what changes something is done for no group that we are not in."""
        if said.speaks_for_group:
            return not anew or await self._admins.is_inside(said.chat)
        return await self._admins.manages(said.chat, said.person, anew=anew)

    def _id(self, update: int) -> str:
        """What the update is known by; each bot account counts its own."""
        return f"{self._bot.id}:{update}"

    async def _turn_page(self, said: Said, pressed: Pressed, message: Message) -> bool:
        """Show the answer in the place of what was pressed, where it is another view of the same."""
        shown = self._pages.turned(said.chat, pressed.message, said.text, message, turns=pressed.turns)
        if shown is None or message.picture is not None:
            return False
        key, message = secrets.token_hex(8), turning(said.text, message)
        address, outcome = await patiently(
            said.address, lambda to: self._sending.edit(to, shown, message, key)
        )
        if isinstance(outcome, Sent):
            self._remember(said, address, outcome)
        return isinstance(outcome, Sent)

    async def _say(self, said: Said, message: Message) -> None:
        """Send one answer."""
        key, message = secrets.token_hex(8), turning(said.text, message)
        address, outcome = await patiently(said.address, lambda to: self._sending.send(to, message, key))
        match outcome:
            case Sent():
                self._remember(said, address, outcome)
            case Gone():
                await self._callbacks.gone(address, "")
            case _:
                log.warning("an answer was not delivered", outcome=type(outcome).__name__)

    def _remember(self, said: Said, address: str, sent: Sent) -> None:
        chat, _ = chat_and_thread(address)
        self._pages.remember(chat, said.text, sent.reference)


def _line_of(said: Said) -> str:
    """In which order it is answered: all of a chat, whatever its topic, with what becomes of the chat."""
    return address_of(said.chat)


def _as_said(pressed: Pressed, meant: Button) -> Said:
    """As if the person had written what the button means, in the topic that it stands in."""
    said = replace(pressed.said, text=meant.command)
    if meant.is_placed:
        return replace(said, thread=meant.thread)
    return replace(said, text=EXPIRED) if pressed.adrift else said
